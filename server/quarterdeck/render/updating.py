"""Brings a rendering up to date: runs again what a change can reach, and takes the rest as it was.

The result is what running everything gives. Between the groups of a chart there is nothing but the templates
that they call, which are known, and writes into values that several groups see. Those *flow* from the group
that writes to the groups that look later. Where all that writes runs before all that looks, what was written
is put into the values for the latter; where both run by turns, both groups run together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.render.groups import ROOT
from quarterdeck.render.memory import GroupRun, find_changed
from quarterdeck.render.passes import Pass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from quarterdeck.render.machine import Machine
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.runtime.context import Context

MOST_ROUNDS = 6
"""Where groups that begin to write reach ever more groups, all are run together after so many rounds."""

Flows = dict[str, dict[str, bool]]
"""Group that sees -> group that wrote -> whether they run by turns."""


def find_flows(rendering: Rendering, runs: Mapping[str, GroupRun]) -> Flows:
    """Give whose writes each group sees, by what is known of these runs."""
    flows: Flows = {}
    writers = {group: run for group, run in runs.items() if run.writes}
    groups = rendering.groups
    at = groups.position
    for group, run in writers.items():
        for holder, file in run.writes.values():
            for other in groups.find_seers(holder):
                if other == group or at[groups.last[other]] < at[file]:
                    continue
                by_turns = at[groups.last[group]] > at[groups.first[other]]
                sources = flows.setdefault(other, {})
                sources[group] = sources.get(group, False) or by_turns
    return flows


def note_sources(rendering: Rendering) -> None:
    """Note whose writes each group saw, where all ran together."""
    runs = rendering.runs
    _note_sources(runs, find_flows(rendering, runs), runs, runs)
    for run in runs.values():
        run.weigh()


def _note_sources(
    runs: Mapping[str, GroupRun], flows: Flows, ran: Iterable[str], seen: Collection[str]
) -> None:
    """Note whose writes the groups saw that just ran; those of `seen` could be seen."""
    for group in ran:
        runs[group].sources = {source: runs[source] for source in flows.get(group, ()) if source in seen}


class Update:
    """One rendering on its way from `old` to what `rendering` has to be."""

    def __init__(self, old: Rendering, rendering: Rendering) -> None:
        self._old = old
        self._new = rendering
        self._changed = find_changed(old.program, rendering.program)
        self._whole: set[str] = set()
        """Groups to run from the start."""
        self._partly: dict[str, list[str]] = {}
        """Files to run of groups without writes."""

    def run(self, machine: Machine, new_context: Callable[[], Context]) -> None:
        """Bring the rendering up to date."""
        self._plan()
        rounds = 0
        while self._whole or self._partly:
            self._run_round(machine, new_context)
            self._whole, self._partly = self._find_wrong(self._partly), {}
            if self._whole and machine.context.budget.is_used_up:
                self._give_up()
                break
            rounds += 1
            if self._whole and rounds >= MOST_ROUNDS:
                self._whole = set(self._new.groups.files)
        self._new.put_in_order()

    def _plan(self) -> None:
        """Decide what to run at first, and take the rest as it is."""
        old, new = self._old, self._new
        # Charts see which file of a chart below them ran last.
        moved = {group for group, files in new.groups.files.items() if files != old.groups.files.get(group)}
        moved |= old.groups.files.keys() - new.groups.files.keys()
        if moved:
            moved.add(ROOT)
        for group, files in new.groups.files.items():
            run = old.runs.get(group)
            is_same = run is not None and run.is_whole and new.groups.has_dots_of(old.groups, group)
            if run is None or not is_same or group in moved:
                self._whole.add(group)
                continue
            stale = run.find_stale(self._changed)
            # Files that ran out of budget are kept: they would take what the others need.
            waiting = [name for name in files if name in stale or name not in old.frames]
            if not waiting:
                new.runs[group] = run
                new.keep(old, files)
            elif run.writes or not run.is_calm or run.has_many_records:
                self._whole.add(group)
            else:
                self._partly[group] = waiting
                ran = set(waiting)
                new.keep(old, (name for name in files if name not in ran))
        for group in [group for group in self._partly if self._whole & old.runs[group].sources.keys()]:
            self._whole.add(group)
            del self._partly[group]

    def _run_round(self, machine: Machine, new_context: Callable[[], Context]) -> None:
        new, runs = self._new, self._new.runs
        self._add_by_turns()
        ran: dict[str, GroupRun] = {group: GroupRun() for group in self._whole}
        todo = {group: new.groups.files[group] for group in self._whole}
        for group, names in self._partly.items():
            ran[group] = self._old.runs[group].carried_on(self._changed)
            todo[group] = names
        for group in ran:
            runs.pop(group, None)
            new.drop(todo[group])
        flows = find_flows(new, runs)
        sources = {source for group in ran for source in flows.get(group, ())}
        kept = {source: runs[source] for source in sources if source in runs}
        one = Pass(new, todo, ran, kept)
        runs |= ran
        for _name in one.run(machine, new_context):
            pass
        _note_sources(runs, find_flows(new, runs), self._whole, one.groups)
        for group in ran:
            runs[group].weigh()

    def _add_by_turns(self) -> None:
        """Add the groups that run by turns with others that are to run, as far as that is known."""
        flows = find_flows(self._new, self._new.runs)
        waiting = [*self._whole, *self._partly]
        while waiting:
            group = waiting.pop()
            joined = {source for source, by_turns in flows.get(group, {}).items() if by_turns}
            joined |= {other for other, sources in flows.items() if sources.get(group)}
            for other in joined - self._whole:
                self._whole.add(other)
                self._partly.pop(other, None)
                waiting.append(other)

    def _find_wrong(self, partly: Iterable[str]) -> set[str]:
        """Give the groups that saw other writes than they should have, or that began to write."""
        runs = self._new.runs
        flows = find_flows(self._new, runs)
        wrong = {group for group in partly if runs[group].writes or not runs[group].is_calm}
        for group, run in runs.items():
            sources = flows.get(group, {})
            is_right = run.sources.keys() == sources.keys() and all(
                run.sources[source] is runs[source]
                and (not by_turns or run.run_with is runs[source].run_with)
                for source, by_turns in sources.items()
            )
            if not is_right:
                wrong.add(group)
        return wrong

    def _give_up(self) -> None:
        """Leave out what there was no time left to run once more."""
        for group in self._whole:
            self._new.drop(self._new.groups.files[group])
            del self._new.runs[group]
