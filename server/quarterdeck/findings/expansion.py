"""What templates expand to: which others they run, and what they read through the context they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from quarterdeck.findings.given import path_behind
from quarterdeck.findings.pattern_cache import PATTERN_CACHE
from quarterdeck.findings.patterns import AnyOf, Computed, Constant, Fields, Items, Path, Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import Source
    from quarterdeck.findings.patterns import Call, Given, UnitPatterns
    from quarterdeck.store.results import Results

Names = tuple[str, ...]

_MOST_READS: Final = 2_000
"""Paths of one template that are told apart."""
_MOST_FITTING: Final = 32
"""Templates that may be meant by a name of which only parts are known; more mean nothing."""


class Expansion(NamedTuple):
    """What running one template comes to, as far as texts tell.

    `defines` are the templates that it may run, at any depth; `reads` the paths that it or they may read,
    from the context that it is given. `is_complete`: nothing else is run or read, for there is no `tpl`, and
    no name or context that only a run knows.
    """

    defines: frozenset[str]
    reads: frozenset[Names]
    is_complete: bool


class _Memo(NamedTuple):
    """An expansion, and what it was made of: the units by name (None: not there), all names or not."""

    expansion: Expansion
    units: dict[str, UnitPatterns | None]
    needs_all_names: bool


class _Growing:
    """An expansion that is being made."""

    __slots__ = ("defines", "is_complete", "needs_all_names", "reads", "unit")

    def __init__(self, unit: UnitPatterns | None) -> None:
        self.unit = unit
        self.defines: set[str] = set()
        self.reads: set[Names] = set() if unit is None else {read.names for read in unit.reads}
        self.is_complete = unit is not None
        self.needs_all_names = False

    def state(self) -> tuple[int, int, bool, bool]:
        """Give what changes when it grows."""
        return len(self.defines), len(self.reads), self.is_complete, self.needs_all_names

    def read_through(self, call: Call, reads: Collection[Names]) -> None:
        """Add what a called template reads of the context that the call gives it."""
        if call.given is None:
            return
        # Which paths are left out must not depend on chance.
        ordered = sorted(reads) if len(reads) + len(self.reads) > _MOST_READS else tuple(reads)
        for names in ordered:
            for found in _read(path_behind(call.given, names)):
                if found == () and names:
                    continue  # the caller's whole context, which is mostly handed on further
                if found is None or (len(self.reads) >= _MOST_READS and found not in self.reads):
                    self.is_complete = False
                else:
                    self.reads.add(found)


class PatternTable:
    """The patterns of all templates of a chart by name, found when they are asked for.

    `before` is the table of the chart before an edit: what the edit does not reach is taken from it.
    `results` is where patterns of earlier processes are; without it they are found anew.
    """

    def __init__(
        self, program: Program, *, before: PatternTable | None = None, results: Results | None = None
    ) -> None:
        self._program = program
        self._results = results
        self._units: dict[str, UnitPatterns | None] = {}
        self._fitting: dict[Pieces, tuple[str, ...] | None] = {}
        self._loaded: set[str] = set()
        self._memos: dict[str, _Memo] = {}
        self._old: dict[str, _Memo] = {} if before is None else before.known(program)

    def unit(self, name: str) -> UnitPatterns | None:
        """Give the patterns of a template; None if there is none of this name."""
        if name not in self._units:
            self._units[name] = self._find(name)
        return self._units[name]

    def targets(self, call: Call) -> tuple[str, ...] | None:
        """Give the templates that a call may run, those that do not exist too; None if only a run knows."""
        return self._names_of(call.target) if call.word != "tpl" else None

    def expansion(self, name: str) -> Expansion:
        """Give what a template expands to; nothing at all, and incomplete, if there is none of this name."""
        memo = self._memo(name)
        if memo is None:
            self._expand(name)
            memo = self._memos[name]
        return memo.expansion

    def known(self, program: Program) -> dict[str, _Memo]:
        """Give the expansions that may hold for another program, too."""
        known = self._old | self._memos
        if self._program.units.keys() == program.units.keys():
            return known
        return {name: memo for name, memo in known.items() if not memo.needs_all_names}

    def save(self) -> None:
        """Hand what was found to the disk, chart by chart."""
        if self._results is not None:
            for group in self._loaded:
                PATTERN_CACHE.save(self._results, self._texts(group))

    # --- units ---------------------------------------------------------------------------------------------

    def _find(self, name: str) -> UnitPatterns | None:
        unit = self._program.units.get(name)
        if unit is None:
            return None
        self._load(unit.source)
        start = unit.index.start + max(unit.index.node_start, 0)
        own, *others = PATTERN_CACHE.of(unit.source).units
        if not unit.is_define:
            return own
        return next((one for one in others if one.start == start and one.name == unit.index.name), None)

    def _load(self, source: Source) -> None:
        """Look once whether the disk has the patterns of the chart that a file belongs to."""
        group = _group(source.file)
        if self._results is not None and group not in self._loaded:
            self._loaded.add(group)
            if not PATTERN_CACHE.is_known(source.text):
                PATTERN_CACHE.load(self._results, self._texts(group))

    def _texts(self, group: str) -> list[str]:
        sources = [source for source in self._program.sources if _group(source.file) == group]
        return [source.text for source in sorted(sources, key=lambda source: source.file)]

    def _names_of(self, target: Given) -> tuple[str, ...] | None:
        match target:
            case Constant(value=str() as name):
                return (name,)
            case Pieces():
                if target not in self._fitting:
                    fitting = tuple(filter(target.fits, self._program.units))
                    self._fitting[target] = fitting if len(fitting) <= _MOST_FITTING else None
                return self._fitting[target]
            case AnyOf():
                found = [self._names_of(option) for option in target.options]
                if None in found:
                    return None
                return tuple(dict.fromkeys(name for names in found if names is not None for name in names))
            case _:
                return None

    # --- expansions ----------------------------------------------------------------------------------------

    def _memo(self, name: str) -> _Memo | None:
        """Give what is known of a template, if it still holds."""
        memo = self._memos.get(name)
        if memo is not None:
            return memo
        old = self._old.pop(name, None)
        if old is None or any(self.unit(one) is not unit for one, unit in old.units.items()):
            return None
        self._memos[name] = old
        return old

    def _expand(self, name: str) -> None:
        """Expand a template and all that it reaches and that is not known yet, callees first."""
        for circle in _circles(name, self._unknown_callees):
            self._expand_circle(sorted(circle))

    def _unknown_callees(self, name: str) -> Iterator[str]:
        unit = self.unit(name)
        for call in () if unit is None else unit.calls:
            for target in self.targets(call) or ():
                if self._memo(target) is None:
                    yield target

    def _expand_circle(self, names: list[str]) -> None:
        """Expand templates that call each other, or one alone: all grow until none does any more."""
        growing = {name: _Growing(self.unit(name)) for name in names}
        has_grown = True
        while has_grown:
            has_grown = False
            for name, one in growing.items():
                before = one.state()
                for call in () if one.unit is None else one.unit.calls:
                    self._grow(one, call, growing)
                if len(names) > 1 or name in one.defines:
                    has_grown |= one.state() != before
        for name, one in growing.items():
            expansion = Expansion(frozenset(one.defines), frozenset(one.reads), one.is_complete)
            units = {other: self.unit(other) for other in (name, *one.defines)}
            self._memos[name] = _Memo(expansion, units, one.needs_all_names)

    def _grow(self, one: _Growing, call: Call, growing: dict[str, _Growing]) -> None:
        """Add to a template what one of its calls comes to."""
        targets = self.targets(call)
        one.is_complete &= targets is not None
        one.needs_all_names |= isinstance(call.target, (Pieces, AnyOf))
        for target in targets or ():
            one.defines.add(target)
            callee = growing.get(target)
            if callee is None:
                memo = self._memos[target]
                known = memo.expansion
                one.defines |= known.defines
                one.is_complete &= known.is_complete
                one.needs_all_names |= memo.needs_all_names
                one.read_through(call, known.reads)
            else:
                one.defines |= callee.defines
                one.is_complete &= callee.is_complete
                one.needs_all_names |= callee.needs_all_names
                one.read_through(call, callee.reads)


def _circles(start: str, callees: Callable[[str], Iterator[str]]) -> Iterator[list[str]]:
    """Give the templates that one reaches, those that call each other together, callees first.

    Source: Tarjan, Depth-first search and linear graph algorithms (1972), without recursion.
    """
    indices = {start: 0}
    lowest = {start: 0}
    stack, is_on_stack = [start], {start}
    pending = [(start, callees(start))]
    while pending:
        current, others = pending[-1]
        for other in others:
            if other not in indices:
                indices[other] = lowest[other] = len(indices)
                stack.append(other)
                is_on_stack.add(other)
                pending.append((other, callees(other)))
                break
            if other in is_on_stack:
                lowest[current] = min(lowest[current], indices[other])
        else:
            pending.pop()
            if pending:
                caller = pending[-1][0]
                lowest[caller] = min(lowest[caller], lowest[current])
            if lowest[current] == indices[current]:
                at = stack.index(current)
                circle, stack[at:] = stack[at:], []
                is_on_stack.difference_update(circle)
                yield circle


def _read(given: Given) -> Iterator[Names | None]:
    """Give the paths that are read with a value; None for one that only a run knows."""
    match given:
        case Path():
            yield given.names
        case Fields():
            for entry in given.entries:
                yield from _read(entry.value)
            if given.has_others:
                yield None
        case Items(items=options) | AnyOf(options=options):
            for option in options:
                yield from _read(option)
        case Computed():
            yield None
        case _:
            pass


def _group(file: str) -> str:
    """Give the (sub-)chart that a file belongs to."""
    return file.rpartition("/templates/")[0]
