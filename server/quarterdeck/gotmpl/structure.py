"""Finds the tags of a text, reads them, and recovers from those that Go refuses.

Source: text/template/parse lex.go (lexText, lexComment), parse.go (action, unexpected)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.gotmpl.balance import Closing, find_closing, open_blocks
from quarterdeck.gotmpl.blocks import MAX_NESTING, OpenBlock
from quarterdeck.gotmpl.golexer import SPACE
from quarterdeck.gotmpl.goparser import TagKind
from quarterdeck.gotmpl.nodes import (
    Action,
    Broken,
    Comment,
    Item,
    SyntaxProblem,
    Tag,
    Template,
    Text,
)
from quarterdeck.gotmpl.problems import make_problem
from quarterdeck.gotmpl.quick import SHAPES, build_pipeline
from quarterdeck.gotmpl.tag_reading import TagReader

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

# A whole tag, or `{{` alone where no tag can be seen. Nothing here backtracks into what it has passed.
_TAG = re.compile(
    r"""
    (\{\{
    (?: (?:-[ \t\r\n])?+
        (?: [^"`'{}/]++
            (?: [^"`'{}]++ | "(?:[^"\\\n]++|\\[^\n])*+" | `[^`]*+` | '(?:[^'\\\n]++|\\[^\n])*+' )*+ \}\}
          | /\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/(?:[ \t\r\n]-)?+ \}\}
          | (?: [^"`'{}]++ | "(?:[^"\\\n]++|\\[^\n])*+" | `[^`]*+` | '(?:[^'\\\n]++|\\[^\n])*+' )*+ \}\}
        )
    )?+)
    """,
    re.VERBOSE,
)
_TAGS_AT_ONCE = 256

_ACTION = TagKind.ACTION
_END = TagKind.END
_RANGE = TagKind.RANGE
_ELSE = TagKind.ELSE
_DEFINE = TagKind.DEFINE
_COMMENT = TagKind.COMMENT
_SPACES = frozenset(SPACE)


class Builder(TagReader):
    """Reads one text from front to back; `build` gives its tree."""

    def __init__(self, text: str, functions: Container[str], closings: tuple[Closing, ...] = ()) -> None:
        super().__init__(text, functions)
        self._closings = closings
        self._at = 0
        self._trims = False

    def build(self) -> Template:
        """Give the tree of the whole text."""
        at, trims = self._read_closed(0)
        at, trims = self._read_until(at, len(self._text), trims=trims)
        self._finish(at, trims=trims)
        if self._has_open_blocks and not self._closings:
            better = Builder(self._text, self._functions, self.find_closings()).build()
            return Template(self._text, better.items, in_order(self._problems, better.problems))
        return Template(self._text, tuple(self._items), in_order(self._problems, self._problems))

    def find_closings(self) -> tuple[Closing, ...]:
        """Give where the blocks that are open at the end of what was read seem to lack their ends."""
        return tuple(sorted(find_closing(self._text, *found) for found in open_blocks(self._items)))

    def _read_closed(self, at: int) -> tuple[int, bool]:
        """Read from `at`, closing blocks where that was asked for; gives where that ends and if it trims."""
        trims = False
        for closing in self._closings:
            at, trims = self._read_until(at, closing.offset, trims=trims)
            if at < closing.offset:
                self._add_text(at, closing.offset, trims=trims, trims_next=False)
                at, trims = closing.offset, False
            if self._stack:
                self._problem("missing-end", closing.start, closing.end, "unexpected EOF", len(self._text))
                self._close(None, at - self._base)
        return at, trims

    # --- a part of a text, for `incremental` ----------------------------------------------------------------

    def start_after(self, at: int, names: Iterable[str], definitions: Iterable[tuple[str, bool]]) -> None:
        """Begin at `at`, behind items that declare these variables and define these names (whether empty)."""
        for name in names:
            self._scope.declare(name)
        for name, is_empty in definitions:
            self._define(name, is_empty=is_empty)
        self._at, self._trims = self._read_closed(at)

    def reach(self, offset: int) -> bool:
        """Read on to the tag at `offset`; tells whether an item begins there."""
        if self._at > offset:
            return False
        self._at, self._trims = self._read_until(self._at, offset, trims=self._trims)
        if self._stack or self._has_open_blocks or self._stopped or self._at > offset:
            return False
        self._add_text(self._at, offset, trims=self._trims, trims_next=_trims_left(self._text, offset))
        self._at = offset
        return True

    def reach_end(self) -> bool:
        """Read on to the end; tells whether all of the text was read, even if blocks are open there."""
        at, trims = self._read_until(self._at, len(self._text), trims=self._trims)
        self._finish(at, trims=trims)
        return not self._stopped

    @property
    def has_open_blocks(self) -> bool:
        """Whether a block had no end, other than those that were to be closed."""
        return self._has_open_blocks

    def names(self) -> set[str]:
        """Give the variables declared so far."""
        return self._scope.visible - {"$"}

    def results(self) -> tuple[list[Item], list[SyntaxProblem]]:
        """Give the items and problems read so far, the latter in Go's order."""
        return self._items, self._problems

    def _read_until(self, at: int, end: int, *, trims: bool) -> tuple[int, bool]:
        """Read from `at` up to the last tag that begins before `end`; gives where it ends and if it trims.

        Tags are split off many at once, but one by one after a broken tag: looking for a tag that has no end
        costs a pass over the text.
        """
        count = min(_TAGS_AT_ONCE, self._text.count("{{", at, end) + 1)
        while count:
            at, trims, count = self._read_tags(at, end, min(count, _TAGS_AT_ONCE), trims=trims)
        return at, trims

    # --- the loop ----------------------------------------------------------------------------------------

    def _read_tags(self, at: int, until: int, count: int, *, trims: bool) -> tuple[int, bool, int]:
        """Read up to `count` tags from `at` to `until`, but none after one that ends elsewhere than it seems.

        `trims` tells whether the tag before trims the text that follows. Gives where to go on, that flag
        there, and how many tags to split off next; 0: there are none.
        """
        text, stack, items, functions, shapes = self._text, self._stack, self._items, self._functions, SHAPES
        body, base, scope = self._body, self._base, self._scope
        pieces = _TAG.split(text[at:] if at else text, count)
        pairs = iter(pieces)
        for raw, source in zip(pairs, pairs, strict=False):
            start = at + len(raw)
            if start >= until:
                return at, trims, 0
            shape = shapes[source]
            words = shape.words
            if words is None and source == "{{":
                self._add_text(at, start, trims=trims, trims_next=_trims_left(text, start))
                resume = self._read_broken(start)
                return resume, _trims_right(text, start, resume), int(not self._stopped)
            # Text and the commonest tags are written out here, for speed; `_read_tag` does all others.
            if raw:
                value = raw
                lead = 0
                if trims:
                    value = raw.lstrip(SPACE)
                    lead = len(raw) - len(value)
                if shape.trims_left:
                    value = value.rstrip(SPACE)
                if stack:
                    body.append(Text(at - base, start - base, raw, value, lead))
                else:
                    items.append(Item(at, Text(0, start - at, raw, value, lead)))
            at = end = start + len(source)
            if not stack:
                self._base = base = start
            tag_start, tag_end = start - base, end - base
            kind = shape.kind
            if kind is _END:
                if stack and words is not None:
                    frame = stack[-1]
                    make = frame.branch_class
                    if make is not None and frame.is_branching and not frame.is_chained:
                        stack.pop()
                        if scope.depth > frame.mark:
                            scope.restore(frame.mark)
                        node = make(
                            frame.tag.start,
                            tag_end,
                            frame.tag,
                            frame.pipeline,
                            tuple(body),
                            None,
                            Tag(tag_start, tag_end, source),
                        )
                        self._range_depth = frame.range_depth
                        self._body = body = frame.outer
                        if stack:
                            body.append(node)
                        else:
                            items.append(Item(base, node))
                    else:
                        self._close(Tag(tag_start, tag_end, source), tag_start)
                        body, scope = self._body, self._scope
                    trims = shape.trims_right
                    continue
            elif words:
                if kind is _ACTION:
                    if shape.declared:
                        for name, _ in shape.declared:
                            scope.declare(name)
                    pipeline = build_pipeline(shape, tag_start, scope.visible, functions)
                    if pipeline is not None:
                        node = Action(tag_start, tag_end, Tag(tag_start, tag_end, source), pipeline)
                        if stack:
                            body.append(node)
                        else:
                            items.append(Item(start, node))
                        trims = shape.trims_right
                        continue
                elif shape.opens is not None and len(stack) < MAX_NESTING:
                    mark = scope.depth
                    if shape.declared:
                        for name, _ in shape.declared:
                            scope.declare(name)
                    pipeline = build_pipeline(shape, tag_start, scope.visible, functions)
                    if pipeline is not None:
                        tag = Tag(tag_start, tag_end, source)
                        stack.append(
                            OpenBlock(
                                kind,
                                tag,
                                pipeline,
                                body,
                                scope,
                                mark,
                                self._range_depth,
                                shape.opens,
                                is_branching=True,
                            )
                        )
                        if kind is _RANGE:
                            self._range_depth += 1
                        self._body = body = []
                        trims = shape.trims_right
                        continue
            elif words is None:
                pass
            elif kind is _DEFINE and not stack:
                self._open_define(Tag(tag_start, tag_end, source), shape)
                body, scope = self._body, self._scope
                trims = shape.trims_right
                continue
            elif kind is _ELSE:
                if stack and stack[-1].is_branching:
                    self._begin_else(Tag(tag_start, tag_end, source))
                    body = self._body
                    trims = shape.trims_right
                    continue
            elif kind is _COMMENT:
                node = Comment(tag_start, tag_end, Tag(tag_start, tag_end, source))
                if stack:
                    body.append(node)
                else:
                    items.append(Item(start, node))
                trims = shape.trims_right
                continue
            resume = self._read_tag(start, end, shape)
            if resume != end or self._stopped:
                return resume, _trims_right(text, start, resume), int(not self._stopped)
            trims = shape.trims_right
            body, base, scope = self._body, self._base, self._scope
        return at, trims, 2 * count if len(pieces) > 2 * count else 0

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


def in_order(read: Sequence[SyntaxProblem], better: Iterable[SyntaxProblem]) -> tuple[SyntaxProblem, ...]:
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


def _trims_left(text: str, start: int) -> bool:
    return text.startswith("-", start + 2) and text[start + 3 : start + 4] in _SPACES


def _trims_right(text: str, start: int, end: int) -> bool:
    return end - start >= 5 and text.startswith("-}}", end - 3) and text[end - 4] in SPACE
