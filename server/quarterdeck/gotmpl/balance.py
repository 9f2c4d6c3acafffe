"""Guesses where a missing `end` was meant to be, from the way people indent templates.

Go reports a missing `end` at the end of the file or at the next define, and a parser that follows it puts the
rest of the file into the open block. Here the blocks inside the open one are compared with their ends: an
`end` that stands where an outer block's tag stands, not its own block's, tells that the inner one was left
open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Broken,
    Comment,
    Define,
    Else,
    If,
    Item,
    Range,
    Statement,
    Tag,
    Text,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

BlockNode: TypeAlias = If | With | Range | Define | Block
"""A node that an `end` closes."""
_BLOCKS = (If, With, Range, Define, Block)
_LINE_START = re.compile(r"^([ \t]*)(?=[^ \t\n])(?P<key>[\w./\"'-]+:)?", re.MULTILINE)
_SPACES_ONLY = re.compile(r"\n([ \t]+)(?=\n)")
_EMPTY_TAG = re.compile(r"\{\{-?[ \t\r\n]*-?\}\}")


class Closing(NamedTuple):
    """A block that should end at `offset`; `start` and `end` are the text to point at."""

    offset: int
    start: int
    end: int


def open_blocks(items: Iterable[Item]) -> list[tuple[int, BlockNode]]:
    """Give the top-level blocks that lack their end, each with where it starts."""
    return [
        (item.start, item.node)
        for item in items
        if isinstance(item.node, _BLOCKS) and item.node.end_tag is None
    ]


def find_closing(text: str, start: int, block: BlockNode) -> Closing:
    """Give where the open block that starts at `start`, or a block in it, should end."""
    return _Search(text, start).find(block)


class _Search:
    """The search in one open block; offsets in it count from the item, as in its nodes."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text
        self._base = base
        self._indents: dict[int, int | None] = {}
        # Most texts have neither: then no block has to be searched for them.
        self._has_empty_tags = _EMPTY_TAG.search(text, base) is not None
        self._has_blank_lines = _SPACES_ONLY.search(text, base) is not None

    def find(self, root: BlockNode) -> Closing:
        best: tuple[int, int] | None = None
        culprit, place = root, root.end
        pending: list[tuple[BlockNode, int]] = [(root, 0)]
        while pending:
            block, score = pending.pop()
            statements = _statements(block)
            if self._has_empty_tags:
                empty = self._empty_tag(statements)
                if empty is not None:
                    return empty
            rank, guess = self._guess(block, score, best)
            if best is None or rank < best:
                best, culprit, place = rank, block, guess
            for child in reversed(statements):
                if not isinstance(child, _BLOCKS) or child.end_tag is None:
                    continue
                # With `child` left open, its end would close `block` instead.
                change = self._mismatch(block.tag, child.end_tag) - self._mismatch(child.tag, child.end_tag)
                pending.append((child, score + change))
        return self._closing(culprit, place)

    def _guess(
        self, block: BlockNode, score: int, best: tuple[int, int] | None
    ) -> tuple[tuple[int, int], int]:
        """Guess where a block was meant to end: a rank, the lower the likelier, and the place.

        A place that cannot be better than `best` is not looked for.
        """
        blank = self._emptied_line(block) if self._has_blank_lines else None
        if blank is not None:
            return (score - 1, 0), blank
        place = self._place(block) if best is None or (score, 1) < best else None
        if place is not None:
            return (score, 1), place
        return (score, 2), block.end if block.end_tag is None else block.end_tag.start

    def _emptied_line(self, block: BlockNode) -> int | None:
        """Find a line of nothing but the spaces in front of the block's tag: its end may have stood there."""
        indent = self._indent(block.tag.start)
        if not indent:
            return None
        for node in _branches(block)[-1]:
            if isinstance(node, Text):
                for line in _SPACES_ONLY.finditer(node.raw):
                    if len(line[1]) == indent:
                        return node.start + line.start(1)
        return None

    def _closing(self, culprit: BlockNode, place: int) -> Closing:
        """Move the place before blank text and comments, which lead to what follows."""
        statements = [node for node in _statements(culprit) if node.end <= place]
        while statements and _is_filling(statements[-1]):
            place = statements.pop().start
        offset = self._base + place
        text = self._text
        start = text.rfind("\n", 0, offset) + 1
        start = min(start, offset)
        end = text.find("\n", offset)
        return Closing(offset, start, len(text) if end < 0 else end)

    def _empty_tag(self, statements: list[Statement]) -> Closing | None:
        """Find `{{ }}` among the statements of a block: an `end` that lost its word."""
        for node in statements:
            if isinstance(node, Broken) and _EMPTY_TAG.fullmatch(node.raw):
                return Closing(self._base + node.end, self._base + node.start, self._base + node.end)
        return None

    def _indent(self, offset: int) -> int | None:
        """Give the column of an offset if it is the first on its line, None otherwise."""
        try:
            return self._indents[offset]
        except KeyError:
            end = offset + self._base
            start = self._text.rfind("\n", 0, end) + 1
            indent = self._indents[offset] = None if self._text[start:end].strip(" \t") else end - start
            return indent

    def _mismatch(self, opening: Tag, end: Tag) -> int:
        first, last = self._indent(opening.start), self._indent(end.start)
        if first is not None and last is not None:
            return int(first != last)
        between = self._text[self._base + opening.start : self._base + end.start]
        return int("\n" in between)

    def _place(self, block: BlockNode) -> int | None:
        """Give the place in a block's body from where on lines seem to stand outside it.

        That is a line further left than the block's tag, or a second key beside the first one in the body:
        most blocks without an `else` hold one key.
        """
        indent = self._indent(block.tag.start)
        if indent is None:
            return None
        first_key: int | None = None
        for node in _branches(block)[-1]:
            if not isinstance(node, Text):
                column = self._indent(node.start)
                if column is not None and (
                    column < indent or (column == indent > 0 and isinstance(node, _BLOCKS))
                ):
                    return node.start
                if column is not None and first_key is None and isinstance(node, Action):
                    first_key = indent
                continue
            for line in _LINE_START.finditer(node.raw):
                column = len(line[1])
                if line.start() == 0 or line.end(1) == len(node.raw):
                    continue
                if column < indent:
                    return node.start + line.start()
                if first_key is None:
                    first_key = column if line["key"] else indent - 1
                elif column <= first_key and first_key > 0:
                    return node.start + line.start()
        return None


def _is_filling(node: Statement) -> bool:
    return isinstance(node, Comment) or (isinstance(node, Text) and not node.raw.strip())


def _branches(block: BlockNode) -> list[tuple[Statement, ...]]:
    """Give the bodies of a block: its own and those of its else branches, in order."""
    bodies = [block.body]
    otherwise: Else | None = getattr(block, "otherwise", None)
    while otherwise is not None:
        branch = otherwise.body[0] if otherwise.is_chained else None
        if isinstance(branch, (If, With)):
            bodies.append(branch.body)
            otherwise = branch.otherwise
        else:
            bodies.append(otherwise.body)
            otherwise = None
    return bodies


def _statements(block: BlockNode) -> list[Statement]:
    return [node for body in _branches(block) for node in body]
