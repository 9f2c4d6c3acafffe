"""What one rendering leaves for the next one of the same inputs: results of includes and their records.

Results are used again as long as nothing changed that they depend on. That is so for all that is in here: a
result is remembered only if it was made without random numbers, clock, failures and writes into shared
values, from shared values alone; and after an edit of templates the results of those that can reach a changed
one are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.render.callers import with_callers
from quarterdeck.render.trace import Trace

if TYPE_CHECKING:
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import Unit

MAX_RECORDS = 200_000
"""More records than this are not carried on: most of them belong to texts that nobody has any more."""

Memo = dict[tuple[Any, ...], tuple[str, int, str | None, Any]]
"""Name and identity of what it ran on -> text, number of writes before it, its file (None: any), dot."""


class Memory:
    """The results of one rendering; a machine takes it over whole, so two machines never share one."""

    __slots__ = ("calls", "memo", "program", "tpl_texts", "trace", "values")

    def __init__(self, inputs: RenderInputs, program: Program) -> None:
        self.values = inputs.context
        """The outermost chart's dot, which the identities in `memo` hang on."""
        self.program = program
        self.memo: Memo = {}
        self.trace = Trace()
        self.calls: dict[str, set[str]] = {}
        """Names that each template called, over all its runs; a file's under its own name."""
        self.tpl_texts: dict[Unit, str] = {}
        """The very string that each unit of a `tpl` was parsed from."""

    def serves(self, inputs: RenderInputs) -> bool:
        """Tell whether this was made from the same values, release, capabilities and files."""
        return self.values is inputs.context and len(self.trace.derivations) < MAX_RECORDS

    def move_to(self, program: Program) -> None:
        """Drop the results that may be others with the templates of `program`."""
        if program is self.program:
            return
        stale = find_stale(self.program, program, self.calls)
        self.program = program
        # A result of `tpl` is filed under no name: what its text calls is among the calls of its caller.
        if any(key[0] in stale for key in self.memo):
            self.memo = {key: known for key, known in self.memo.items() if key[0] and key[0] not in stale}
        for name in stale:
            self.calls.pop(name, None)


def find_stale(old: Program, new: Program, calls: dict[str, set[str]]) -> set[str]:
    """Give the names that mean another text in `new`, and those of all templates that can reach one."""
    before, after = old.units, new.units
    stale = {name for name, unit in after.items() if before.get(name) is not unit}
    stale |= before.keys() - after.keys()
    return with_callers(stale, calls)
