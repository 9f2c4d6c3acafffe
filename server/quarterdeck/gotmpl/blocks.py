"""Builds the tree from tags and text that were read: blocks, their bodies, the items of a file.

Source: text/template/parse parse.go (parse, itemList, parseControl, parseDefinition, blockControl)
"""

from __future__ import annotations

import re

import msgspec

from quarterdeck.gotmpl.golexer import SPACE
from quarterdeck.gotmpl.goparser import ParsedTag, TagKind
from quarterdeck.gotmpl.literals import quote
from quarterdeck.gotmpl.nodes import (
    Block,
    Broken,
    Comment,
    Define,
    Else,
    If,
    Item,
    Pipeline,
    Range,
    Statement,
    SyntaxProblem,
    Tag,
    Text,
    With,
)
from quarterdeck.gotmpl.problems import make_problem
from quarterdeck.gotmpl.quick import BRANCHES, BranchClass, Shape
from quarterdeck.gotmpl.scope import Scope, declared_in_broken

MAX_NESTING = 200
"""Deepest nesting of blocks (an `else if` is one deeper). Go has no limit; ours lets visitors recurse."""

MAX_PROBLEMS = 100
"""After so many problems the rest of a file is left unread."""

CHAINED = {TagKind.ELSE_IF: TagKind.IF, TagKind.ELSE_WITH: TagKind.WITH}
"""Kinds of `else` that open a block of their own -> that block's kind."""

NO_PIPELINE = Pipeline(0, 0, (), False, ())  # noqa: FBT003  nodes take their parts by place
"""Stands where a tag has no pipeline."""

_INNER = frozenset((TagKind.END, TagKind.ELSE, TagKind.ELSE_IF, TagKind.ELSE_WITH))
_ELSE_WORD = re.compile(r"\{\{-?[ \t\r\n]*else[ \t\r\n]+")
_GO_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


class OpenBlock(msgspec.Struct, gc=False):
    """A block whose end has not come yet; `outer` is the list that its node will join."""

    kind: TagKind
    tag: Tag
    pipeline: Pipeline
    outer: list[Statement]
    scope: Scope
    mark: int
    range_depth: int
    branch_class: BranchClass | None
    """The node of an `if`, `with` or `range`."""
    is_branching: bool
    """Whether it is such without an `else` so far (`else if` aside), so that one may follow."""
    is_chained: bool = False
    else_tag: Tag | None = None
    body: tuple[Statement, ...] = ()
    name: str = ""
    name_start: int = 0
    name_end: int = 0


class Blocks:
    """A tree under construction; offsets given to it are absolute, those in nodes count from their item."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._items: list[Item] = []
        self._problems: list[SyntaxProblem] = []
        self._stack: list[OpenBlock] = []
        self._body: list[Statement] = []  # of the innermost open block
        self._base = 0  # where the item begins that nodes' offsets count from
        self._scope = Scope()
        self._range_depth = 0
        self._defined: dict[str, bool] = {}  # name -> whether its body is empty
        self._stopped = False

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

    def _tag(self, start: int, end: int) -> Tag:
        return Tag(start - self._base, end - self._base, self._text[start:end])

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1

    # --- what is wrong --------------------------------------------------------------------------------------

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
        self._append_broken(start, end)

    def _append_broken(self, start: int, end: int) -> None:
        raw = self._text[start:end]
        base = self._base if self._stack else start
        self._append(start, Broken(start - base, end - base, raw))
        for name in declared_in_broken(raw):
            self._scope.declare(name)

    # --- blocks ---------------------------------------------------------------------------------------------

    def _open(self, parsed: ParsedTag, tag: Tag, start: int, mark: int) -> None:
        if len(self._stack) >= MAX_NESTING:
            self._problem("too-deep", start, parsed.end, "blocks are nested too deeply", start)
            self._stopped = True
        kind = parsed.kind
        pipeline = parsed.pipeline or NO_PIPELINE
        opens = BRANCHES.get(kind)
        frame = OpenBlock(
            kind,
            tag,
            pipeline,
            self._body,
            self._scope,
            mark,
            self._range_depth,
            opens,
            is_branching=opens is not None,
        )
        if kind is TagKind.DEFINE or kind is TagKind.BLOCK:
            frame.name, frame.name_start, frame.name_end = parsed.name, parsed.name_start, parsed.name_end
            frame.mark = self._scope.depth  # what a block's own pipeline declares stays known after it
            self._scope = Scope()
            self._range_depth = 0
        elif kind is TagKind.RANGE:
            self._range_depth += 1
        self._stack.append(frame)
        self._body = []

    def _misplacement(self, kind: TagKind) -> str:
        """Give Go's message for an `else` or `end` that has no place here; empty if it has, or is neither."""
        if kind not in _INNER:
            return ""
        frame = self._stack[-1] if self._stack else None
        if kind is TagKind.END:
            return "" if frame else "unexpected {{end}}"
        if frame is None:
            return "unexpected {{else}}"
        if frame.kind is TagKind.DEFINE:
            return "unexpected {{else}} in define clause"
        if frame.kind is TagKind.BLOCK:
            return "unexpected {{else}} in block clause"
        if frame.else_tag is not None:
            return "expected end; found {{else}}"
        if kind is not TagKind.ELSE and frame.kind is not CHAINED[kind]:
            return f"unexpected <{'if' if kind is TagKind.ELSE_IF else 'with'}> in input"
        return ""

    def _is_misplaced(self, kind: TagKind, start: int, end: int) -> bool:
        """Refuse an `else` (of any kind) or `end` that has no place here; tells whether it did."""
        message = self._misplacement(kind)
        if not message:
            return False
        line_offset = end - 2
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.kind is TagKind.BLOCK:
            # Go has not looked beyond the tag of the block, in the tree around it.
            line_offset = self._base + frame.tag.end - 2
        elif kind in CHAINED:
            word = _ELSE_WORD.match(self._text, start)
            line_offset = word.end() if word else start
        code = "unexpected-end" if kind is TagKind.END else "unexpected-else"
        self._refuse(start, end, code, message, line_offset)
        return True

    def _apply_else(self, parsed: ParsedTag, tag: Tag, start: int, mark: int) -> None:
        if parsed.kind is TagKind.ELSE:
            self._begin_else(tag)
            return
        self._stack[-1].body = tuple(self._body)
        if len(self._stack) >= MAX_NESTING:
            self._problem("too-deep", start, parsed.end, "blocks are nested too deeply", start)
            self._stopped = True
        kind = CHAINED[parsed.kind]
        pipeline = parsed.pipeline or NO_PIPELINE
        frame = OpenBlock(
            kind,
            tag,
            pipeline,
            self._body,
            self._scope,
            mark,
            self._range_depth,
            BRANCHES[kind],
            is_branching=True,
            is_chained=True,
        )
        self._stack.append(frame)
        self._body = []

    def _begin_else(self, tag: Tag) -> None:
        frame = self._stack[-1]
        frame.body = tuple(self._body)
        frame.else_tag = tag
        frame.is_branching = False
        self._range_depth = frame.range_depth
        self._body = []

    def _open_define(self, tag: Tag, shape: Shape) -> None:
        """Open a define at the top level of the file."""
        scope = self._scope
        name_start = tag.start + shape.name_start
        name_end = tag.start + shape.name_end
        self._stack.append(
            OpenBlock(
                TagKind.DEFINE,
                tag,
                NO_PIPELINE,
                self._body,
                scope,
                scope.depth,
                self._range_depth,
                None,
                False,  # noqa: FBT003  by place, for speed
                False,  # noqa: FBT003
                None,
                (),
                shape.name,
                name_start,
                name_end,
            )
        )
        self._scope = Scope()
        self._range_depth = 0
        self._body = []

    def _close(self, end_tag: Tag | None, body_end: int) -> None:
        """End the innermost block, with all its `else if`; `body_end` is where its last body ends."""
        stack = self._stack
        body = tuple(self._body)
        otherwise: Else | None = None
        frame = stack.pop()
        while True:
            if frame.else_tag is not None:
                otherwise = Else(frame.else_tag.start, body_end, frame.else_tag, body)
                body = frame.body
            if not frame.is_chained:
                break
            tag = frame.tag
            node = _branch(frame, body, otherwise, body_end, None)
            otherwise = Else(tag.start, body_end, tag, (node,), True)  # noqa: FBT003  positional for speed
            frame = stack.pop()
            body = frame.body
        end = body_end if end_tag is None else end_tag.end
        tag = frame.tag
        node: Statement
        if frame.kind is TagKind.DEFINE:
            node = Define(tag.start, end, tag, frame.name, frame.name_start, frame.name_end, body, end_tag)
        elif frame.kind is TagKind.BLOCK:
            place = (frame.name_start, frame.name_end)
            node = Block(tag.start, end, tag, frame.name, *place, frame.pipeline, body, end_tag)
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

    def _add_definition(self, frame: OpenBlock, body: tuple[Statement, ...], end: int) -> None:
        if not self._define(frame.name, is_empty=is_empty_body(body)):
            message = f"template: multiple definition of template {quote(frame.name)}"
            start, stop = self._base + frame.name_start, self._base + frame.name_end
            self._problem("duplicate-define", start, stop, message, self._base + end - 2)

    def _define(self, name: str, *, is_empty: bool) -> bool:
        """Note a definition; false if there is one already, and neither is empty.

        Source: parse.go, add
        """
        if self._defined.get(name, True):
            self._defined[name] = is_empty
            return True
        return is_empty


def _branch(
    frame: OpenBlock, body: tuple[Statement, ...], otherwise: Else | None, end: int, end_tag: Tag | None
) -> If | With | Range:
    """Make the node of an `if`, `with` or `range`."""
    make = frame.branch_class or BRANCHES[frame.kind]
    return make(frame.tag.start, end, frame.tag, frame.pipeline, body, otherwise, end_tag)


def is_empty_body(body: tuple[Statement, ...]) -> bool:
    """Tell whether a define's body is nothing but space and comments.

    Source: parse.go, IsEmptyTree
    """
    for node in body:
        if isinstance(node, Text):
            if node.value.strip(_GO_SPACE):
                return False
        elif not isinstance(node, Comment):
            return False
    return True
