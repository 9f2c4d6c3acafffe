"""What a run records of the texts that it makes, and the indexes that the source map makes of it.

A trace only grows: a rendering that was brought up to date shares the trace of the one before it, and both
can be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.render.taken_apart import TakenApart
from quarterdeck.render.value_index import ValueIndex

if TYPE_CHECKING:
    from quarterdeck.chart.prepare import RenderInputs

Derivation = tuple[Any, ...]
"""`(result, operation, *operands)`; see docs/architecture.md, "What a run records"."""


class Trace:
    """The records of one or several renderings of the same inputs."""

    __slots__ = ("_index", "_taken_apart", "derivations", "saved", "taken")

    def __init__(self) -> None:
        self.derivations: dict[int, Derivation] = {}
        """By the identity of the result, which the entry keeps alive."""
        self.taken: list[Derivation] = []
        """Those whose result is a map or list of pieces of a text, in the order in which they were made."""
        self.saved: dict[int, tuple[Any, Any]] = {}
        """Maps and lists that templates made and then changed, by identity, with what was in them before."""
        self._index: ValueIndex | None = None
        self._taken_apart = TakenApart()

    def index(self, inputs: RenderInputs) -> ValueIndex:
        """Give where the values of these inputs stand; made when first asked for."""
        if self._index is None:
            self._index = ValueIndex([inputs.context, *(file.context for file in inputs.templates)])
        return self._index

    def taken_apart(self) -> TakenApart:
        """Give where the pieces of texts stand, up to date."""
        self._taken_apart.add_new(self.taken)
        return self._taken_apart
