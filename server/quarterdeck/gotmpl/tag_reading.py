"""Reads one tag after the other, and recovers from those that Go refuses.

Source: text/template/parse lex.go (lexComment), parse.go (action, unexpected)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.gotmpl.blocks import CHAINED, NO_PIPELINE, Blocks
from quarterdeck.gotmpl.goparser import ParsedTag, TagError, TagKind, TagParser
from quarterdeck.gotmpl.nodes import (
    Action,
    Break,
    Comment,
    Continue,
    TemplateCall,
    Text,
)
from quarterdeck.gotmpl.problems import FILE_MARK
from quarterdeck.gotmpl.quick import BRANCHES, SHAPES, Shape, build_pipeline
from quarterdeck.gotmpl.recovery import (
    broken_end,
    guess_kind,
    is_chained_else,
    is_comment,
    read_leniently,
    without_pipeline,
)

if TYPE_CHECKING:
    from collections.abc import Container

_BAD_COMMENT_END = re.compile(r"\*/[ \t\r\n]*-?\}\}")


class TagReader(Blocks):
    """Puts tags into the tree, whatever they are."""

    def __init__(self, text: str, functions: Container[str]) -> None:
        super().__init__(text)
        self._functions = functions
        self._has_open_blocks = False

    def _read_tag(self, start: int, end: int, shape: Shape) -> int:
        """Read the tag from `start` to `end`; gives where reading goes on."""
        kind = shape.kind
        if kind is TagKind.COMMENT:
            if shape.words is None:
                return self._read_bad_comment(start, end)
            self._append(start, Comment(start - self._base, end - self._base, self._tag(start, end)))
            return end
        if kind in CHAINED and self._is_misplaced(kind, start, end):
            return end
        mark = self._scope.depth
        parsed = self._read_shape(shape, start, end)
        if parsed is None:
            try:
                parsed = self._parser(start).parse()
            except TagError as error:
                return self._recover(start, end, error, mark)
        self._apply(parsed, start, mark)
        return parsed.end

    def _read_shape(self, shape: Shape, start: int, end: int) -> ParsedTag | None:
        """Read the tag by its shape; None where only the exact parser can tell."""
        kind = shape.kind
        if shape.words is None or (kind is TagKind.DEFINE and self._stack):
            return None
        pipeline = None
        at = start - self._base
        if shape.words:
            for name, _ in shape.declared:
                self._scope.declare(name)
            pipeline = build_pipeline(shape, at, self._scope.visible, self._functions)
            if pipeline is None:
                return None
        return ParsedTag(kind, end, pipeline, shape.name, at + shape.name_start, at + shape.name_end)

    def _apply(self, parsed: ParsedTag, start: int, mark: int) -> None:
        """Put a tag that was read into the tree; `mark` is the scope before it."""
        kind, end = parsed.kind, parsed.end
        tag = self._tag(start, end)
        match kind:
            case TagKind.ACTION:
                self._append(start, Action(tag.start, tag.end, tag, parsed.pipeline or NO_PIPELINE))
            case TagKind.TEMPLATE:
                self._append(
                    start,
                    TemplateCall(
                        tag.start,
                        tag.end,
                        tag,
                        parsed.name,
                        parsed.name_start,
                        parsed.name_end,
                        parsed.pipeline,
                    ),
                )
            case TagKind.END | TagKind.ELSE | TagKind.ELSE_IF | TagKind.ELSE_WITH:
                if self._is_misplaced(kind, start, end):
                    return
                if kind is TagKind.END:
                    self._close(tag, tag.start)
                else:
                    self._apply_else(parsed, tag, start, mark)
            case TagKind.BREAK | TagKind.CONTINUE:
                if self._range_depth:
                    node = Break if kind is TagKind.BREAK else Continue
                    self._append(start, node(tag.start, tag.end, tag))
                else:
                    word = "break" if kind is TagKind.BREAK else "continue"
                    message = f"{{{{{word}}}}} outside {{{{range}}}}"
                    self._refuse(start, end, "outside-range", message, end - 2)
            case _:
                self._open(parsed, tag, start, mark)

    def _read_bad_comment(self, start: int, end: int) -> int:
        text = self._text
        opening = text.index("/*", start)
        closing = text.find("*/", opening + 2)
        message = "unclosed comment" if closing < 0 else "comment ends before closing delimiter"
        message = self._in_action(message, self._line(opening), self._block_line())
        end = broken_end(text, start, end)
        place = (start, end)
        if closing >= 0 and text.find("{{", opening, closing) < 0:
            after = _BAD_COMMENT_END.match(text, closing)
            end = after.end() if after else closing + 2
            place = (closing, closing + 2)
        self._problem("unclosed-comment", *place, message, opening)
        self._append_broken(start, end)
        return end

    def _block_line(self) -> int:
        """Give the line of the block's tag if nothing but text has followed it, as Go remembers it; else 0.

        Source: parse.go, textOrAction (actionLine)
        """
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.kind not in BRANCHES or frame.is_chained or frame.else_tag is not None:
            return 0
        if not all(isinstance(node, (Text, Comment)) for node in self._body):
            return 0
        return self._line(self._base + frame.tag.start)

    def _in_action(self, message: str, line: int, action_line: int) -> str:
        """Add where the action began, as Go does for the lexer's errors on another line.

        Source: parse.go, unexpected
        """
        if action_line in (0, line):
            return message
        where = f" started at {FILE_MARK}:{action_line}"
        return message + where if message.endswith(" action") else f"{message} in action{where}"

    def _read_broken(self, start: int) -> int:
        """Read the `{{` at `start`, after which no whole tag can be seen; gives where reading goes on."""
        text = self._text
        if not self._stack:
            self._base = start
        if is_comment(text, start):
            return self._read_bad_comment(start, 0)
        kind = guess_kind(text, start)
        end = broken_end(text, start, 0)
        if kind in CHAINED and is_chained_else(text, start) and self._is_misplaced(kind, start, end):
            return end
        mark = self._scope.depth
        try:
            parsed = self._parser(start).parse()
        except TagError as error:
            return self._recover(start, 0, error, mark)
        self._apply(parsed, start, mark)
        return parsed.end

    def _parser(self, start: int) -> TagParser:
        return TagParser(
            self._text,
            start,
            base=self._base,
            scope=self._scope,
            functions=self._functions,
            is_top_level=not self._stack,
        )

    def _recover(self, start: int, matched_end: int, error: TagError, mark: int) -> int:
        """Record what is wrong with a tag and make the best of it; gives where reading goes on."""
        text = self._text
        kind = guess_kind(text, start)
        if kind is TagKind.DEFINE and self._stack:
            return self._leave_blocks(start, matched_end, error)
        message = error.message
        if error.is_lexical:
            action_line = 0 if kind in CHAINED or kind is TagKind.DEFINE else self._line(start)
            message = self._in_action(message, self._line(error.line_offset), action_line)
        end = broken_end(text, start, matched_end)
        # Go may read far into what follows before it sees the mistake; what to mend is here.
        place = (error.start, error.end) if error.end <= end else (start, end)
        self._problem(_code(error), *place, message, error.line_offset)
        self._scope.restore(mark)
        parsed = read_leniently(
            text[start:end], start, base=self._base, scope=self._scope, is_top_level=not self._stack
        )
        if parsed is None:
            if kind is TagKind.ACTION or kind is TagKind.TEMPLATE:
                self._append_broken(start, end)
                return end
            parsed = without_pipeline(kind, start - self._base, end)
        if self._misplacement(parsed.kind):
            # One problem is enough for one tag.
            self._append_broken(start, end)
        else:
            self._apply(parsed, start, mark)
        return end

    def _leave_blocks(self, start: int, matched_end: int, error: TagError) -> int:
        """Close the open blocks before a define, which can only stand outside them."""
        frame = self._stack[-1]
        base = self._base
        self._problem(
            "missing-end", base + frame.tag.start, base + frame.tag.end, error.message, error.line_offset
        )
        self._has_open_blocks = True
        while self._stack:
            self._close(None, start - self._base)
        self._base = start
        if not matched_end:
            return self._read_broken(start)
        return self._read_tag(start, matched_end, SHAPES[self._text[start:matched_end]])


def _code(error: TagError) -> str:
    if error.is_lexical:
        if error.message.startswith("unterminated"):
            return "unclosed-string"
        if error.message == "unclosed action":
            return "unclosed-action"
    return error.code
