"""What to make of tags that Go refuses: where they end, what they were meant to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.gotmpl.goparser import ParsedTag, TagError, TagKind, TagParser
from quarterdeck.gotmpl.nodes import Pipeline

if TYPE_CHECKING:
    from quarterdeck.gotmpl.scope import Scope

_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n])?/\*")
_KEYWORD = re.compile(
    r"\{\{-?[ \t\r\n]*(?:else[ \t\r\n]+(if|with)|(end|else|if|with|range|define|block|template))"
    r"(?![A-Za-z0-9_])"
)
_CHAINED_ELSE = re.compile(
    r"\{\{(?:-[ \t\r\n])?[ \t\r\n]*else[ \t\r\n]+(?:if|with)(?=[ \t\r\n.,|:()]|\}\}|\Z)"
)
_CHAINED = {"if": TagKind.ELSE_IF, "with": TagKind.ELSE_WITH}
_KINDS = {
    "end": TagKind.END,
    "else": TagKind.ELSE,
    "if": TagKind.IF,
    "with": TagKind.WITH,
    "range": TagKind.RANGE,
    "define": TagKind.DEFINE,
    "block": TagKind.BLOCK,
    "template": TagKind.TEMPLATE,
}
_BARE = frozenset((TagKind.END, TagKind.ELSE, TagKind.DEFINE))
_FIRST_LINE = re.compile(r"\{\{-?[ \t\r\n]*[^\n]*")


def is_comment(text: str, start: int) -> bool:
    """Tell whether the tag at `start` begins as a comment does."""
    return _COMMENT.match(text, start) is not None


def is_chained_else(text: str, start: int) -> bool:
    """Tell whether Go reads the tag at `start` as `else if` or `else with`, whatever follows."""
    return _CHAINED_ELSE.match(text, start) is not None


def guess_kind(text: str, start: int) -> TagKind:
    """Give what the tag at `start` was meant to be, by its first word."""
    match = _KEYWORD.match(text, start)
    if match is None:
        return TagKind.ACTION
    return _CHAINED[match[1]] if match[1] else _KINDS[match[2]]


def broken_end(text: str, start: int, matched_end: int) -> int:
    """Give where the broken tag at `start` ends for a reader's eye.

    `matched_end` is where it ends when its quotes are taken as they stand, 0 if nowhere. That may be far
    off: a stray quote pairs with the next one. Then the tag ends at the first `}}`, or else with its first
    line, and always before the next `{{`.
    """
    if matched_end:
        inner = text.find("{{", start + 2, matched_end)
        if inner < 0 or text.find("\n", start, matched_end) < 0:
            return matched_end
    limit = text.find("{{", start + 2)
    limit = len(text) if limit < 0 else limit
    closing = text.find("}}", start + 2, limit)
    if closing >= 0:
        return closing + 2
    line = _FIRST_LINE.match(text, start, limit)
    return line.end() if line else limit


def read_leniently(
    fragment: str, start: int, *, base: int, scope: Scope, is_top_level: bool
) -> ParsedTag | None:
    """Read a tag once more, as if it were closed and whether or not its names exist; None if that is no help.

    `fragment` stands at `start` in the text.
    """
    closed = fragment if fragment.endswith("}}") else fragment.rstrip("} \t\r\n") + " }}"
    parser = TagParser(closed, 0, base=base - start, scope=scope, functions=None, is_top_level=is_top_level)
    try:
        parsed = parser.parse()
    except TagError:
        return None
    if parsed.end != len(closed):
        return None
    return parsed._replace(end=start + len(fragment))


def without_pipeline(kind: TagKind, at: int, end: int) -> ParsedTag:
    """Give a tag that opens or closes what its keyword says, with a pipeline of no commands at `at`."""
    pipeline = None if kind in _BARE else Pipeline(at, at, (), False, ())  # noqa: FBT003  positional for speed
    return ParsedTag(kind, end, pipeline, "", at, at)
