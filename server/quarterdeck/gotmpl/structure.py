"""Finds the tags of a text, reads them, and recovers from those that Go refuses.

Source: text/template/parse lex.go (lexText, lexComment), parse.go (action, unexpected)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.gotmpl.balance import Closing, find_closing, open_blocks
from quarterdeck.gotmpl.blocks import CHAINED, MAX_NESTING, NO_PIPELINE, Blocks, OpenBlock
from quarterdeck.gotmpl.golexer import SPACE
from quarterdeck.gotmpl.goparser import ParsedTag, TagError, TagKind, TagParser
from quarterdeck.gotmpl.nodes import (
    Action,
    Break,
    Broken,
    Comment,
    Continue,
    Item,
    SyntaxProblem,
    Tag,
    Template,
    TemplateCall,
    Text,
)
from quarterdeck.gotmpl.problems import FILE_MARK, make_problem
from quarterdeck.gotmpl.quick import SHAPES, Shape, build_pipeline
from quarterdeck.gotmpl.recovery import (
    broken_end,
    guess_kind,
    is_chained_else,
    is_comment,
    read_leniently,
    without_pipeline,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

# A whole tag, or `{{` alone where no tag can be seen. Nothing here backtracks into what it has passed.
_TAG = re.compile(
    r"""
    \{\{
    (?: (?:-[ \t\r\n])?+ (?: /\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/(?:[ \t\r\n]-)?+\}\} )
      | (?: [^"`'{}]++ | "(?:[^"\\\n]++|\\[^\n])*+" | `[^`]*+` | '(?:[^'\\\n]++|\\[^\n])*+' )*+ \}\}
    )?+
    """,
    re.VERBOSE,
)

_BAD_COMMENT_END = re.compile(r"\*/[ \t\r\n]*-?\}\}")

_ACTION = TagKind.ACTION
_END = TagKind.END
_IF = TagKind.IF
_COMMENT = TagKind.COMMENT
_BRANCHES = frozenset((TagKind.IF, TagKind.WITH, TagKind.RANGE))
_SPACES = frozenset(SPACE)


class Builder(Blocks):
    """Reads one text from front to back; `build` gives its tree."""

    def __init__(self, text: str, functions: Container[str], closings: tuple[Closing, ...] = ()) -> None:
        super().__init__(text)
        self._closings = closings
        self._functions = functions
        self._has_open_blocks = False
        self._at: int | None = None
        self._trims = False

    def build(self) -> Template:
        """Give the tree of the whole text."""
        at, trims = 0, False
        for closing in self._closings:
            at, trims = self._read_until(at, closing.offset, trims=trims)
            if at < closing.offset:
                self._add_text(at, closing.offset, trims=trims, trims_next=False)
                at, trims = closing.offset, False
            if self._stack:
                self._problem("missing-end", closing.start, closing.end, "unexpected EOF", len(self._text))
                self._close(None, at - self._base)
        at, trims = self._read_until(at, len(self._text), trims=trims)
        self._finish(at, trims=trims)
        if self._has_open_blocks and not self._closings:
            return self._closed_better()
        return Template(self._text, tuple(self._items), _ordered(self._problems, self._problems))

    # --- a part of a text, for `incremental` ----------------------------------------------------------------

    def start_after(self, names: Iterable[str], definitions: Iterable[tuple[str, bool]]) -> None:
        """Begin behind items that declare these variables and define these names (name, whether empty)."""
        for name in names:
            self._scope.declare(name)
        for name, is_empty in definitions:
            self._define(name, is_empty=is_empty)

    def reach(self, start: int, offset: int) -> bool:
        """Read on, from `start` at first, to the tag at `offset`; tells whether an item begins there."""
        if self._at is None:
            self._at = start
        self._at, self._trims = self._read_until(self._at, offset, trims=self._trims)
        if self._stack or self._has_open_blocks or self._stopped or self._at > offset:
            return False
        self._add_text(self._at, offset, trims=self._trims, trims_next=_trims_left(self._text, offset))
        self._at = offset
        return True

    def reach_end(self, start: int) -> bool:
        """Read on to the end; tells whether all blocks are closed there."""
        at = start if self._at is None else self._at
        at, trims = self._read_until(at, len(self._text), trims=self._trims)
        self._finish(at, trims=trims)
        return not self._has_open_blocks and not self._stopped

    def names(self) -> set[str]:
        """Give the variables declared so far."""
        return self._scope.visible - {"$"}

    def results(self) -> tuple[list[Item], list[SyntaxProblem]]:
        """Give the items and problems read so far, the latter in Go's order."""
        return self._items, self._problems

    def _closed_better(self) -> Template:
        """Build anew, with blocks closed where their ends seem to be missing."""
        text = self._text
        closings = tuple(sorted(find_closing(text, *found) for found in open_blocks(self._items)))
        template = Builder(text, self._functions, closings).build()
        return Template(text, template.items, _ordered(self._problems, list(template.problems)))

    def _read_until(self, at: int, end: int, *, trims: bool) -> tuple[int, bool]:
        again = True
        while again:
            at, trims, again = self._read_tags(at, end, trims=trims)
        return at, trims

    # --- the loop ----------------------------------------------------------------------------------------

    def _read_tags(self, at: int, until: int, *, trims: bool) -> tuple[int, bool, bool]:
        """Read tags from `at` to `until`, or to a broken tag after which tags have to be looked for anew.

        `trims` tells whether the tag before trims the text that follows. Gives where to go on, that flag
        there, and whether there is more to look for.
        """
        text, stack, items, functions, shapes = self._text, self._stack, self._items, self._functions, SHAPES
        for match in _TAG.finditer(text, at):
            start, end = match.span()
            if start >= until:
                break
            if end - start == 2:
                self._add_text(at, start, trims=trims, trims_next=_trims_left(text, start))
                resume = self._read_broken(start)
                return resume, _trims_right(text, start, resume), not self._stopped
            source = text[start:end]
            shape = shapes[source]
            # Text and the three commonest tags are written out here, for speed; `_read_tag` does all others.
            if start > at:
                raw = value = text[at:start]
                lead = 0
                if trims:
                    value = raw.lstrip(SPACE)
                    lead = len(raw) - len(value)
                if shape.trims_left:
                    value = value.rstrip(SPACE)
                if stack:
                    self._body.append(Text(at - self._base, start - self._base, raw, value, lead))
                else:
                    items.append(Item(at, Text(0, start - at, raw, value, lead)))
            kind, words = shape.kind, shape.words
            if stack:
                base = self._base
            else:
                self._base = base = start
            tag_start, tag_end = start - base, end - base
            if kind is _END:
                if stack and words is not None:
                    self._close(Tag(tag_start, tag_end, source), tag_start)
                    at, trims = end, shape.trims_right
                    continue
            elif words and (kind is _ACTION or (kind is _IF and len(stack) < MAX_NESTING)):
                scope = self._scope
                mark = scope.depth
                if shape.declared:
                    for name, _ in shape.declared:
                        scope.declare(name)
                pipeline = build_pipeline(shape, tag_start, scope.visible, functions)
                if pipeline is not None:
                    tag = Tag(tag_start, tag_end, source)
                    if kind is _IF:
                        stack.append(
                            OpenBlock(_IF, tag, pipeline, self._body, scope, mark, self._range_depth)
                        )
                        self._body = []
                    elif stack:
                        self._body.append(Action(tag_start, tag_end, tag, pipeline))
                    else:
                        items.append(Item(start, Action(tag_start, tag_end, tag, pipeline)))
                    at, trims = end, shape.trims_right
                    continue
            resume = self._read_tag(start, end, shape)
            if resume != end or self._stopped:
                return resume, _trims_right(text, start, resume), not self._stopped
            at, trims = end, shape.trims_right
        return at, trims, False

    # --- one tag -----------------------------------------------------------------------------------------

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
        if frame is None or frame.kind not in _BRANCHES or frame.is_chained or frame.else_tag is not None:
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

    def _finish(self, at: int, *, trims: bool) -> None:
        """Take the text after the last tag, and close what is still open."""
        text = self._text
        if self._stopped:
            if at < len(text):
                base = self._base if self._stack else at
                self._append(at, Broken(at - base, len(text) - base, text[at:]))
        else:
            self._add_text(at, len(text), trims=trims, trims_next=False)
        if self._stack and not self._stopped:
            frame = self._stack[-1]
            base = self._base
            self._has_open_blocks = True
            self._problem(
                "missing-end", base + frame.tag.start, base + frame.tag.end, "unexpected EOF", len(text)
            )
        while self._stack:
            self._close(None, len(text) - self._base)


def _ordered(read: list[SyntaxProblem], better: list[SyntaxProblem]) -> tuple[SyntaxProblem, ...]:
    """Put first the problem at which Go stops, the first `read`; then those of the `better` tree by place."""
    if not read:
        return ()
    first = read[0]
    rest = sorted(better, key=lambda problem: problem.start)
    same = next(
        (problem for problem in rest if problem.code == first.code and first.code == "missing-end"),
        next((problem for problem in rest if problem == first), None),
    )
    if same is not None:
        rest.remove(same)
        first = make_problem(
            same.code, same.start, same.end, same.message, (first.helm_message, first.helm_line)
        )
    return (first, *rest)


def _code(error: TagError) -> str:
    if error.is_lexical:
        if error.message.startswith("unterminated"):
            return "unclosed-string"
        if error.message == "unclosed action":
            return "unclosed-action"
    return error.code


def _trims_left(text: str, start: int) -> bool:
    return text.startswith("-", start + 2) and text[start + 3 : start + 4] in _SPACES


def _trims_right(text: str, start: int, end: int) -> bool:
    return end - start >= 5 and text.startswith("-}}", end - 3) and text[end - 4] in SPACE
