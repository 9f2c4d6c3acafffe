"""The source map in its compact form: runs of characters of one origin."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.render.scopes import Site
    from quarterdeck.render.value_index import Path

Kind = Literal["text", "value", "key", "file", "constant", "inserted", "computed", "hole"]
"""What a character is: text of a template; part of a value; (part of) a key of the values; part of a file
that `.Files` gave; a constant written in a template; put there by a function (indentation, quotes,
punctuation of YAML); computed by a function from its operands. A hole has no characters: it is where an
action failed."""


class Run(NamedTuple):
    """`length` characters with one origin.

    `text`: they stand at `offset` of the unit's file. `value` and `key`: `path` names the value; they are its
    characters from `offset` on, unless `is_whole` (a number, or a string written differently). `file`: they
    stand at `offset` of the file whose path to show is `file`. `function` is what inserted or computed them,
    or, with `is_whole`, what made them of the text, value or file.
    """

    length: int
    kind: Kind
    site: Site
    offset: int = 0
    path: Path | None = None
    is_whole: bool = False
    function: str = ""
    source_length: int = 0
    """With `is_whole`: how many characters of the text, value or file these stand for; 0 if all."""
    file: str = ""

    def transformed(self, length: int, function: str) -> Run:
        """Give the run of `length` characters that a function made of this run's, one piece for one piece."""
        if self.kind == "hole":
            return self
        source_length = self.source_length if self.is_whole else self.length
        return self._replace(length=length, is_whole=True, function=function, source_length=source_length)


NO_VALUE = "<no value>"
UNPLACED = frozenset({"constant", "inserted", "computed"})
"""Kinds whose runs have no offset."""


def without_no_values(runs: list[Run], text: str) -> list[Run]:
    """Cut out what Helm removes from a finished text: every `<no value>`, wherever it came from."""
    ends = list(accumulate(run.length for run in runs))
    kept: list[Run] = []
    low = 0
    for piece in text.split(NO_VALUE):
        kept += _between(runs, ends, low, low + len(piece))
        low += len(piece) + len(NO_VALUE)
    return kept


def slice_runs(runs: list[Run], low: int, high: int) -> list[Run]:
    """Give the runs of the characters `low` to `high`."""
    return list(_between(runs, list(accumulate(run.length for run in runs)), low, high))


def _between(runs: list[Run], ends: list[int], low: int, high: int) -> Iterator[Run]:
    for index in range(bisect_left(ends, low), len(runs)):
        run = runs[index]
        start = ends[index] - run.length
        if start > high:
            break
        first, last = max(low - start, 0), min(high - start, run.length)
        if first == 0 and last == run.length:
            # Also a hole at either end.
            yield run
        elif first < last:
            offset = run.offset if run.is_whole else run.offset + first
            yield run._replace(length=last - first, offset=offset)
