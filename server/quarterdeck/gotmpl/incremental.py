"""Parses a text again after an edit, keeping the items that the edit leaves alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from quarterdeck.gotmpl.blocks import MAX_PROBLEMS, is_empty_body
from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Broken,
    Define,
    Item,
    Pipeline,
    Template,
    TemplateCall,
    Text,
)
from quarterdeck.gotmpl.parser import EVERY_NAME, parse_template
from quarterdeck.gotmpl.problems import FILE_MARK
from quarterdeck.gotmpl.scope import declared_in_broken
from quarterdeck.gotmpl.structure import Builder, in_order
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from quarterdeck.gotmpl.nodes import SyntaxProblem

_BLOCK = re.compile(r"\{\{-?[ \t\r\n]*block")
_FAR_REACHING = frozenset(("duplicate-define", "too-deep"))


def reparse(
    old: Template,
    edit_start: int,
    edit_end: int,
    replacement: str,
    functions: Container[str] | None = None,
) -> Template:
    """Give what `parse_template` gives for the text of `old` with `edit_start` to `edit_end` replaced.

    `functions` has to be what `old` was parsed with. Items away from the edit keep their node objects. Costs
    about as much as parsing the items at the edit; where a block is open, as parsing from there to the end.
    The whole text is parsed where the edit may reach far: a name is defined twice, a `block` is about.
    """
    text = old.text[:edit_start] + replacement + old.text[edit_end:]
    fast = _Reparse(old, edit_start, edit_end, text, EVERY_NAME if functions is None else functions).run()
    return parse_template(text, functions) if fast is None else fast


class _Reparse:
    """One edit; offsets are absolute, of the old or the new text as the names say."""

    def __init__(
        self, old: Template, edit_start: int, edit_end: int, text: str, functions: Container[str]
    ) -> None:
        self._old = old
        self._edit_start = edit_start
        self._edit_end = edit_end
        self._text = text
        self._functions = functions
        self._shift = len(text) - len(old.text)

    def run(self) -> Template | None:
        """Give the new tree; None where only a fresh parse is sure to be right."""
        old = self._old
        problems = old.problems
        if len(problems) >= MAX_PROBLEMS or any(problem.code in _FAR_REACHING for problem in problems):
            return None
        if "block" in self._text and _BLOCK.search(self._text):
            return None
        if "block" in old.text and _BLOCK.search(old.text):
            return None
        items = old.items
        first = self._first_read_again()
        kept = items[:first]
        start = items[first].start if first < len(items) else 0
        builder = Builder(self._text, self._functions)
        last = self._read(builder, kept, start)
        if last is None:
            return None
        _, met = builder.results()
        if builder.has_open_blocks:
            closings = builder.find_closings()
            builder = Builder(self._text, self._functions, closings)
            last = self._read(builder, kept, start)
            if last is None or builder.has_open_blocks or not closings:
                return None
        after = items[last:]
        read, found = builder.results()
        if not self._may_keep_definitions(items[first:last], kept, read, after):
            return None
        tail_problems = self._moved_problems(after)
        if tail_problems is None or len(found) + len(tail_problems) >= MAX_PROBLEMS:
            return None
        shift = self._shift
        moved = [Item(item.start + shift, item.node) for item in after] if shift else after
        problems = in_order([*found, *tail_problems], [*found, *tail_problems])
        if met is not found:
            problems = in_order(met, problems)
        return Template(self._text, (*kept, *read, *moved), problems)

    def _first_read_again(self) -> int:
        """Give the index of the first item to read again: a tag before the edit and the first problem.

        What comes before is whole tags, which no later text can change, and text between them.
        """
        items = self._old.items
        limit = self._edit_start
        for problem in self._old.problems:
            limit = min(limit, problem.start)
        index = bisect_left(items, limit, key=lambda item: item.start + item.node.end)
        index = min(index, len(items) - 1)
        while index > 0 and (
            isinstance(items[index].node, Text) or items[index].start + items[index].node.end > limit
        ):
            index -= 1
        return max(index, 0)

    def _read(self, builder: Builder, kept: tuple[Item, ...], start: int) -> int | None:
        """Read from `start` until old items follow in the same state; gives the index of the first one.

        If none do it is the number of items; None if not all was read.
        """
        builder.start_after(start, _declared(kept), _definitions(kept))
        items = self._old.items
        index = bisect_left(items, self._edit_end, lo=len(kept), key=lambda item: item.start)
        # Blocks that had no end, and what is known of them, stand before this.
        closed = max(
            (problem.end for problem in self._old.problems if problem.code == "missing-end"), default=0
        )
        index = max(index, bisect_left(items, closed, key=lambda item: item.start))
        old_names = set(_declared(items[:index]))
        while index < len(items):
            item = items[index]
            is_tag = not isinstance(item.node, (Text, Broken))
            if is_tag and builder.reach(item.start + self._shift) and builder.names() == old_names:
                return index
            old_names.update(_declared(items[index : index + 1]))
            index += 1
        return len(items) if builder.reach_end() else None

    def _may_keep_definitions(
        self, before: tuple[Item, ...], kept: tuple[Item, ...], read: list[Item], after: tuple[Item, ...]
    ) -> bool:
        """Tell whether no define of the new text can be the second of its name where the old one was not."""
        if _definitions(before) == _definitions(read):
            return True
        names = [name for items in (kept, read, after) for name, _ in _definitions(items)]
        return len(names) == len(set(names))

    def _moved_problems(self, after: tuple[Item, ...]) -> list[SyntaxProblem] | None:
        """Give the old problems of the items after the edit, at their new places."""
        if not after:
            return []
        start = after[0].start
        shift = self._shift
        old, new = self._old.text, self._text
        lines = new.count("\n", 0, start + shift) - old.count("\n", 0, start)
        moved: list[SyntaxProblem] = []
        for problem in self._old.problems:
            if problem.start < start:
                continue
            if lines and FILE_MARK in problem.helm_message:
                return None
            moved.append(
                type(problem)(
                    problem.code,
                    problem.start + shift,
                    problem.end + shift,
                    problem.message,
                    problem.proposal,
                    problem.helm_message,
                    problem.helm_line + lines,
                )
            )
        return moved


def _declared(items: Iterable[Item]) -> list[str]:
    """Give the variables that top-level items leave declared."""
    names: list[str] = []
    for item in items:
        node = item.node
        if isinstance(node, (Action, TemplateCall, Block)):
            if node.pipeline is not None and "=" in node.tag.source:
                for inner in walk(node.pipeline):
                    if isinstance(inner, Pipeline):
                        names += [variable.name for variable in inner.variables]
        elif isinstance(node, Broken):
            names += declared_in_broken(node.raw)
    return names


def _definitions(items: Iterable[Item]) -> list[tuple[str, bool]]:
    """Give the names that top-level items define, each with whether its body is empty."""
    return [
        (item.node.name, is_empty_body(item.node.body)) for item in items if isinstance(item.node, Define)
    ]
