"""Puts tags and text together: blocks, their bodies, and the items of a file.

Source: text/template/parse parse.go (parse, itemList, parseControl, parseDefinition, blockControl) and lex.go (lexText)
"""

from __future__ import annotations

import re
from collections.abc import Container

from quarterdeck.gotmpl.balance import Closing, find_closing, is_open
from quarterdeck.gotmpl.golexer import SPACE
from quarterdeck.gotmpl.goparser import ParsedTag, TagError, TagKind, TagParser
from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Break,
    Broken,
    Comment,
    Continue,
    Define,
    Else,
    If,
    Item,
    Pipeline,
    Range,
    Statement,
    SyntaxProblem,
    Tag,
    Template,
    TemplateCall,
    Text,
    With,
)
from quarterdeck.gotmpl.problems import FILE_MARK, make_problem
from quarterdeck.gotmpl.literals import quote
from quarterdeck.gotmpl.quick import SHAPES, Shape, build_pipeline
from quarterdeck.gotmpl.recovery import (
    broken_end,
    guess_kind,
    is_chained_else,
    is_comment,
    read_leniently,
    without_pipeline,
)
from quarterdeck.gotmpl.scope import Scope

MAX_NESTING = 200
"""Deepest nesting of blocks (each `else if` is one deeper). Go has no limit; ours keeps every tree fit for recursion."""

MAX_PROBLEMS = 100
"""After so many problems the rest of a file is left unread."""

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
_GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

_ACTION = TagKind.ACTION
_END = TagKind.END
_IF = TagKind.IF
_COMMENT = TagKind.COMMENT
_CHAINED = {TagKind.ELSE_IF: TagKind.IF, TagKind.ELSE_WITH: TagKind.WITH}
_BRANCHES = {TagKind.IF: If, TagKind.WITH: With, TagKind.RANGE: Range}
_ELSE_WORD = re.compile(r"\{\{-?[ \t\r\n]*else[ \t\r\n]+")
_SPACES = frozenset(SPACE)


class _Open:
    """A block whose end has not come yet; `outer` is the list that its node will join."""

    __slots__ = (
        "body", "else_tag", "is_chained", "kind", "mark", "name", "name_end", "name_start", "outer", "pipeline",
        "range_depth", "scope", "tag",
    )  # fmt: skip

    def __init__(
        self,
        kind: TagKind,
        tag: Tag,
        pipeline: Pipeline | None,
        outer: list[Statement],
        scope: Scope,
        mark: int,
        range_depth: int,
    ) -> None:
        self.kind = kind
        self.tag = tag
        self.pipeline = pipeline
        self.outer = outer
        self.scope = scope
        self.mark = mark
        self.range_depth = range_depth
        self.body: tuple[Statement, ...] = ()
        self.else_tag: Tag | None = None
        self.is_chained = False
        self.name = ""
        self.name_start = 0
        self.name_end = 0


class Builder:
    """Reads one text from front to back; `build` gives its tree."""

    def __init__(self, text: str, functions: Container[str], closings: tuple[Closing, ...] = ()) -> None:
        self._text = text
        self._closings = closings
        self._functions = functions
        self._items: list[Item] = []
        self._problems: list[SyntaxProblem] = []
        self._stack: list[_Open] = []
        self._body: list[Statement] = []  # of the innermost open block
        self._base = 0  # where the item begins that nodes' offsets count from
        self._scope = Scope()
        self._range_depth = 0
        self._defined: dict[str, bool] = {}  # name -> whether its body is empty
        self._stopped = False
        self._has_open_blocks = False

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

    def _closed_better(self) -> Template:
        """Build anew, with blocks closed where their ends seem to be missing."""
        text = self._text
        closings = tuple(sorted(find_closing(text, item) for item in self._items if is_open(item.node)))
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

        `trims` tells whether the tag before trims the text that follows. Gives where to go on, that flag there, and
        whether there is more to look for.
        """
        text, stack, items, functions, shapes = self._text, self._stack, self._items, self._functions, SHAPES
        for match in _TAG.finditer(text, at, until):
            start, end = match.span()
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
                mark = scope.mark()
                if shape.declared:
                    for name, _ in shape.declared:
                        scope.declare(name)
                pipeline = build_pipeline(shape, tag_start, scope.visible, functions)
                if pipeline is not None:
                    tag = Tag(tag_start, tag_end, source)
                    if kind is _IF:
                        stack.append(_Open(_IF, tag, pipeline, self._body, scope, mark, self._range_depth))
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

    def _add_text(self, start: int, end: int, *, trims: bool, trims_next: bool) -> None:
        if start >= end:
            return
        raw = value = self._text[start:end]
        if trims:
            value = raw.lstrip(SPACE)
        lead = len(raw) - len(value)
        if trims_next:
            value = value.rstrip(SPACE)
        base = self._base if self._stack else start
        self._append(start, Text(start - base, end - base, raw, value, lead))

    def _append(self, start: int, node: Statement) -> None:
        if self._stack:
            self._body.append(node)
        else:
            self._items.append(Item(start, node))

    # --- one tag -----------------------------------------------------------------------------------------

    def _read_tag(self, start: int, end: int, shape: Shape) -> int:
        """Read the tag from `start` to `end`; gives where reading goes on."""
        kind = shape.kind
        if kind is TagKind.COMMENT:
            if shape.words is None:
                return self._read_bad_comment(start, end)
            self._append(start, Comment(start - self._base, end - self._base, self._tag(start, end)))
            return end
        if kind in _CHAINED and self._is_misplaced_else(kind, start, end):
            return end
        mark = self._scope.mark()
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

    def _tag(self, start: int, end: int) -> Tag:
        return Tag(start - self._base, end - self._base, self._text[start:end])

    def _apply(self, parsed: ParsedTag, start: int, mark: int) -> None:
        """Put a tag that was read into the tree; `mark` is the scope before it."""
        kind, end = parsed.kind, parsed.end
        tag = self._tag(start, end)
        match kind:
            case TagKind.ACTION:
                assert parsed.pipeline is not None
                self._append(start, Action(tag.start, tag.end, tag, parsed.pipeline))
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
            case TagKind.END:
                if self._stack:
                    self._close(tag, tag.start)
                else:
                    self._refuse(start, end, "unexpected-end", "unexpected {{end}}", end - 2)
            case TagKind.ELSE | TagKind.ELSE_IF | TagKind.ELSE_WITH:
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

    # --- blocks --------------------------------------------------------------------------------------------

    def _open(self, parsed: ParsedTag, tag: Tag, start: int, mark: int) -> None:
        if len(self._stack) >= MAX_NESTING:
            self._problem("too-deep", start, parsed.end, "blocks are nested too deeply", start)
            self._stopped = True
        kind = parsed.kind
        frame = _Open(kind, tag, parsed.pipeline, self._body, self._scope, mark, self._range_depth)
        if kind is TagKind.DEFINE or kind is TagKind.BLOCK:
            frame.name, frame.name_start, frame.name_end = parsed.name, parsed.name_start, parsed.name_end
            frame.mark = self._scope.mark()  # what a block's own pipeline declares stays known after it
            self._scope = Scope()
            self._range_depth = 0
        elif kind is TagKind.RANGE:
            self._range_depth += 1
        self._stack.append(frame)
        self._body = []

    def _is_misplaced_else(self, kind: TagKind, start: int, end: int) -> bool:
        """Refuse an `else` (of any kind) that has no place here; tells whether it did."""
        message = ""
        line_offset = end - 2
        if kind is not TagKind.ELSE:
            # Go stops at the word after `else`.
            line_offset = start + _ELSE_WORD.match(self._text[start:end]).end()  # pyright: ignore[reportOptionalMemberAccess]
        frame = self._stack[-1] if self._stack else None
        if frame is None:
            message = "unexpected {{else}}"
        elif frame.kind is TagKind.DEFINE:
            message = "unexpected {{else}} in define clause"
        elif frame.kind is TagKind.BLOCK:
            message = "unexpected {{else}} in block clause"
            line_offset = self._base + frame.tag.end - 2
        elif frame.else_tag is not None:
            message = "expected end; found {{else}}"
        elif kind is not TagKind.ELSE and frame.kind is not _CHAINED[kind]:
            message = f"unexpected <{'if' if kind is TagKind.ELSE_IF else 'with'}> in input"
        if message:
            self._refuse(start, end, "unexpected-else", message, line_offset)
        return bool(message)

    def _apply_else(self, parsed: ParsedTag, tag: Tag, start: int, mark: int) -> None:
        if parsed.kind is TagKind.ELSE:
            if self._is_misplaced_else(parsed.kind, start, parsed.end):
                return
            frame = self._stack[-1]
            frame.body = tuple(self._body)
            frame.else_tag = tag
            self._range_depth = frame.range_depth
            self._body = []
            return
        self._stack[-1].body = tuple(self._body)
        if len(self._stack) >= MAX_NESTING:
            self._problem("too-deep", start, parsed.end, "blocks are nested too deeply", start)
            self._stopped = True
        kind = _CHAINED[parsed.kind]
        frame = _Open(kind, tag, parsed.pipeline, self._body, self._scope, mark, self._range_depth)
        frame.is_chained = True
        self._stack.append(frame)
        self._body = []

    def _close(self, end_tag: Tag | None, body_end: int) -> None:
        """End the innermost block, with all its `else if`; `body_end` is where its last body ends."""
        stack = self._stack
        body = tuple(self._body)
        otherwise: Else | None = None
        while True:
            frame = stack.pop()
            if frame.else_tag is not None:
                otherwise = Else(frame.else_tag.start, body_end, frame.else_tag, body)
                body = frame.body
            if not frame.is_chained:
                break
            tag = frame.tag
            node = _branch(frame, body, otherwise, body_end, None)
            otherwise = Else(tag.start, body_end, tag, (node,), True)  # noqa: FBT003  positional for speed
            body = stack[-1].body
        end = body_end if end_tag is None else end_tag.end
        tag = frame.tag
        node: Statement
        if frame.kind is TagKind.DEFINE:
            node = Define(tag.start, end, tag, frame.name, frame.name_start, frame.name_end, body, end_tag)
        elif frame.kind is TagKind.BLOCK:
            pipeline = frame.pipeline
            assert pipeline is not None
            node = Block(
                tag.start, end, tag, frame.name, frame.name_start, frame.name_end, pipeline, body, end_tag
            )
        else:
            node = _branch(frame, body, otherwise, end, end_tag)
        if frame.kind is TagKind.DEFINE or frame.kind is TagKind.BLOCK:
            self._add_definition(frame, body, end)
        self._scope = frame.scope
        frame.scope.restore(frame.mark)
        self._range_depth = frame.range_depth
        self._body = frame.outer
        if stack:
            frame.outer.append(node)
        else:
            self._items.append(Item(self._base, node))

    def _add_definition(self, frame: _Open, body: tuple[Statement, ...], end: int) -> None:
        """Source: parse.go, add."""
        is_empty = all(
            isinstance(node, Comment) or (isinstance(node, Text) and not node.value.strip(_GO_SPACE))
            for node in body
        )
        name = frame.name
        if self._defined.get(name, True):
            self._defined[name] = is_empty
        elif not is_empty:
            message = f"template: multiple definition of template {quote(name)}"
            start, stop = self._base + frame.name_start, self._base + frame.name_end
            self._problem("duplicate-define", start, stop, message, self._base + end - 2)

    # --- what is wrong ---------------------------------------------------------------------------------------

    def _problem(self, code: str, start: int, end: int, helm_message: str, line_offset: int) -> None:
        """Record a problem; the line that Go names is that of `line_offset`."""
        if len(self._problems) >= MAX_PROBLEMS:
            self._stopped = True
            return
        line = self._text.count("\n", 0, line_offset) + 1
        message = helm_message.partition(" in action started at")[0].partition(" started at")[0]
        self._problems.append(
            make_problem(code, start, end, message.removeprefix("template: "), (helm_message, line))
        )

    def _refuse(self, start: int, end: int, code: str, message: str, line_offset: int) -> None:
        """Record a problem with a whole tag and keep its text."""
        self._problem(code, start, end, message, line_offset)
        base = self._base if self._stack else start
        self._append(start, Broken(start - base, end - base, self._text[start:end]))

    def _read_bad_comment(self, start: int, end: int) -> int:
        text = self._text
        opening = text.index("/*", start)
        closing = text.find("*/", opening + 2)
        message = "unclosed comment" if closing < 0 else "comment ends before closing delimiter"
        message = self._in_action(message, self._line(opening), self._block_line())
        end = broken_end(text, start, end)
        place = (start, end) if closing < 0 else (closing, closing + 2)
        self._problem("unclosed-comment", *place, message, opening)
        self._append(start, Broken(start - self._base, end - self._base, text[start:end]))
        return end

    def _block_line(self) -> int:
        """Give the line of the block's tag if nothing but text has followed it, as Go remembers it; else 0.

        Source: parse.go, textOrAction (actionLine)
        """
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.kind not in _BRANCHES or frame.is_chained or frame.else_tag is not None:
            return 0
        if not all(isinstance(node, Text | Comment) for node in self._body):
            return 0
        return self._line(self._base + frame.tag.start)

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1

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
        if kind in _CHAINED and is_chained_else(text, start) and self._is_misplaced_else(kind, start, end):
            return end
        mark = self._scope.mark()
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
            action_line = 0 if kind in _CHAINED or kind is TagKind.DEFINE else self._line(start)
            message = self._in_action(message, self._line(error.line_offset), action_line)
        self._problem(_code(error), error.start, error.end, message, error.line_offset)
        end = broken_end(text, start, matched_end)
        parsed = read_leniently(
            text[start:end], start, base=self._base, scope=self._scope, is_top_level=not self._stack
        )
        if parsed is None:
            if kind is TagKind.ACTION or kind is TagKind.TEMPLATE:
                base = self._base
                self._append(start, Broken(start - base, end - base, text[start:end]))
                return end
            parsed = without_pipeline(kind, start - self._base, end)
        if parsed.kind not in _CHAINED or not self._is_misplaced_else(parsed.kind, start, end):
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
    """Put first the problem at which Go stops, the first one `read`; then those of the `better` tree by place."""
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


def _branch(
    frame: _Open, body: tuple[Statement, ...], otherwise: Else | None, end: int, end_tag: Tag | None
) -> Statement:
    pipeline = frame.pipeline
    assert pipeline is not None
    return _BRANCHES[frame.kind](frame.tag.start, end, frame.tag, pipeline, body, otherwise, end_tag)


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
