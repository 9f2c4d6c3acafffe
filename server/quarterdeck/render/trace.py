"""What a run records of the texts that it makes, and the indexes that the source map makes of it.

A trace only grows: a run that brings another up to date shares its trace, and both can be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.render.taken_apart import TakenApart

if TYPE_CHECKING:
    from collections.abc import Sequence

Derivation = tuple[Any, ...]
"""`(result, operation, *operands)`; see docs/architecture.md, "What a run records"."""


class Trace:
    """The records of one or several runs of the files of a group."""

    __slots__ = ("_taken_apart", "derivations", "saved", "taken")

    def __init__(self) -> None:
        self.derivations: dict[int, Derivation] = {}
        """By the identity of the result, which the entry keeps alive."""
        self.taken: list[Derivation] = []
        """Those whose result is a map or list of pieces of a text, in the order in which they were made."""
        self.saved: dict[int, tuple[Any, Any]] = {}
        """Maps and lists that templates made and then changed, by identity, with what was in them before."""
        self._taken_apart = TakenApart()

    def taken_apart(self) -> TakenApart:
        """Give where the pieces of texts stand, up to date."""
        self._taken_apart.add_new(self.taken)
        return self._taken_apart


def joined(traces: Sequence[Trace]) -> Trace:
    """Give the records of several runs, those of the first before those of the others."""
    if len(traces) == 1:
        return traces[0]
    # An object is in one of them only, but for results that functions keep and give again.
    found = Trace()
    for trace in reversed(traces):
        found.derivations |= trace.derivations
        found.saved |= trace.saved
    for trace in traces:
        found.taken += trace.taken
    return found
