"""What running the files of one group left: records, results of includes, writes into shared values.

Results are used again as long as nothing changed that they depend on. That is so for all that is in `memo`: a
result is remembered only if it was made without random numbers, clock, failures and writes into shared
values, from shared values alone; and after an edit of templates the results of those that can reach a changed
one are dropped.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from quarterdeck.render.callers import with_callers
from quarterdeck.render.trace import Trace

if TYPE_CHECKING:
    from quarterdeck.compiler.program import Program

MAX_RECORDS = 200_000
"""More records than this are not carried on: most of them belong to texts that nobody has any more."""
FEW_RECORDS = 5_000
"""So many are carried on whatever they belong to."""
FEW_CHARACTERS = 2_000_000
"""Characters of their results that are carried on in any case."""

Container = dict[str, Any] | list[Any]
Memo = dict[tuple[Any, ...], tuple[str, int, str | None, Any]]
"""Name and identity of what it ran on -> text, number of writes before it, its file (None: any), dot."""


class GroupRun:
    """One run of a group's files; a run that brings another up to date shares its trace, and nothing else."""

    __slots__ = (
        *("_names", "after", "born", "calls", "is_calm", "is_whole", "length", "memo", "records"),
        *("run_with", "sources", "touched", "trace", "writes"),
    )

    def __init__(self) -> None:
        self.memo: Memo = {}
        self.trace = Trace()
        self.calls: dict[str, set[str]] = {}
        """Names that each template called, over all its runs; a file's under its own name."""
        self.writes: dict[int, tuple[Container, str]] = {}
        """By identity the maps and lists of the chart's values that were changed, or something in them that
        templates put there, each with the first file that did."""
        self.touched: dict[int, Container] = {}
        """All maps and lists that were changed and that other templates can see."""
        self.after: list[tuple[Container, Container, Container]] = []
        """The same, and what templates made that is in them; a copy of what was in each afterwards; the one
        of the values in which it is, or which it is."""
        self.is_calm = True
        """Whether nothing changed, while the files ran, that they can see."""
        self.sources: dict[str, GroupRun] = {}
        """The runs of other groups whose writes were to be seen, by group."""
        self.is_whole = False
        """Whether all files of the group ran."""
        self.run_with: object = None
        """The same for all groups that ran together, so that the files of one saw the writes of the other."""
        self.records = 0
        """How many records there were when the run ended: its own, and those of the runs before it."""
        self.length = 0
        """How many characters their results have."""
        self.born = (0, 0)
        """The same after the files ran together for the last time, with nothing before them."""
        self._names: set[str] | None = None

    @property
    def names(self) -> set[str]:
        """All names of templates that took part or were called."""
        if self._names is None:
            self._names = {*self.calls, *(name for called in self.calls.values() for name in called)}
        return self._names

    @property
    def has_many_records(self) -> bool:
        """Whether most records belong to texts that nobody has any more, so that it pays to start anew."""
        records, length = self.born
        return self.records > max(FEW_RECORDS, 2 * records) or self.length > max(FEW_CHARACTERS, 2 * length)

    def weigh(self) -> None:
        """Note how many records there are at the end of the run."""
        is_new = not self.records
        entries = self.trace.derivations.values()
        new = islice(reversed(entries), len(entries) - self.records)
        self.length += sum([len(entry[0]) for entry in new if entry[0].__class__ is str])
        self.records = len(entries)
        if is_new:
            self.born = self.records, self.length

    def find_stale(self, changed: set[str]) -> set[str]:
        """Give the names among `changed`, and those of all templates here that can reach one of them."""
        return set() if self.names.isdisjoint(changed) else with_callers(changed, self.calls)

    def carried_on(self, changed: set[str]) -> GroupRun:
        """Give a run that begins with what this one left, in a table where `changed` names mean other texts.

        A result of `tpl` is filed under no name: what its text calls is among the calls of its caller.
        """
        run = GroupRun()
        run.trace = self.trace
        run.born, run.records, run.length = self.born, len(self.trace.derivations), self.length
        run.sources = dict(self.sources)
        if not changed:
            # What is added holds for both.
            run.calls = self.calls
            run.memo = self.memo if self.is_calm else {}
            return run
        stale = self.find_stale(changed)
        run.calls = {name: set(called) for name, called in self.calls.items() if name not in stale}
        if not self.is_calm:
            return run
        if stale and any(key[0] in stale for key in self.memo):
            run.memo = {key: known for key, known in self.memo.items() if key[0] and key[0] not in stale}
        else:
            run.memo = self.memo.copy()
        return run

    def begin_again(self) -> None:
        """Drop what ran so far, but for the records and the calls: files that are kept refer to them."""
        self.memo = {}
        self.is_calm = True
        self.writes.clear()
        self.touched.clear()
        self.after.clear()

    def finish(self, shared: frozenset[int], adopted: dict[int, Container]) -> None:
        """Note what the maps and lists that were changed hold now.

        `shared` are those of the values; `adopted` tells in which of these the others are.
        """
        self._names = None
        found: dict[int, tuple[Container, Container, Container]] = {}
        waiting = [(container, adopted.get(id(container), container)) for container in self.touched.values()]
        while waiting:
            container, holder = waiting.pop()
            if id(container) in found:
                continue
            content = plain_copy(container)
            found[id(container)] = (container, content, holder)
            inside = content.values() if isinstance(content, dict) else content
            waiting += [
                (inner, holder)
                for inner in inside
                if isinstance(inner, _CONTAINERS) and id(inner) not in shared
            ]
        self.after = list(found.values())


_CONTAINERS: tuple[type[Any], ...] = (dict, list)


def plain_copy(container: Container) -> Container:
    """Give a plain copy of a map or list."""
    return dict(container) if isinstance(container, dict) else list(container)


def set_content(container: Container, content: Container) -> None:
    """Put into a map or list what is in another, and nothing else."""
    container.clear()
    if isinstance(container, dict):
        container.update(content)
    else:
        container.extend(content)


def find_changed(old: Program, new: Program) -> set[str]:
    """Give the names that mean another text in `new`, or nothing any more."""
    if old is new:
        return set()
    before, after = old.units, new.units
    changed = {name for name, unit in after.items() if before.get(name) is not unit}
    return changed | (before.keys() - after.keys())
