"""What is known of each chart: the findings of each tier and scenario, moved with the edits since.

Each tier replaces only its own findings; those of the others stay where the edited text carries them, until
their tier is found anew. The event loop posts what happened and never waits here; whoever computes brings
results, and takes away diagnostics that are ready to be told.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from quarterdeck.diagnostics.catalog import INCOMPLETE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.findings.apply_settings import apply_settings
from quarterdeck.findings.scenarios import merge_scenarios
from quarterdeck.lsp.convert import Abilities, Converter, Diagnostics
from quarterdeck.scenarios.model import DEFAULT
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.text.uri import uri_from_path
from quarterdeck.workspace.discovery import CHART_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quarterdeck.text.moves import Move
    from quarterdeck.workspace.buffers import Buffer

SYNTAX, NAMES, RENDER, RULES, SCENARIOS = range(5)
_TIER_NAMES = ("reading", "looking at names", "rendering", "applying rules", "the analysis")


class Snapshot(NamedTuple):
    """A chart at one moment: `revision` counts its changes, `buffers` has all open texts by path."""

    chart: str
    revision: int
    buffers: Mapping[str, Buffer]


class Batch(NamedTuple):
    """A chart's diagnostics, all of them, as they are to be told for a snapshot."""

    snapshot: Snapshot
    diagnostics: Diagnostics


class Gap(NamedTuple):
    """Something that is not known, and why, as the end of a sentence."""

    tier: int
    scenario: str
    reason: str


@dataclass(slots=True)
class _Chart:
    """What is known of one chart.

    `tiers` has the findings of the focused scenario by tier, `others` all findings of the other scenarios;
    `whole` those that concern the chart as a whole, such as mistakes in settings.
    """

    revision: int = -1
    focus: str = DEFAULT
    settings: Settings = DEFAULTS
    whole: tuple[Finding, ...] = ()
    tiers: dict[int, tuple[Finding, ...]] = field(default_factory=dict[int, tuple[Finding, ...]])
    others: dict[str, tuple[Finding, ...]] = field(default_factory=dict[str, tuple[Finding, ...]])
    order: dict[str, int] = field(default_factory=dict[str, int])
    """The names of all scenarios, in their order, as far as that is known."""
    refused: dict[str, tuple[Finding, ...]] = field(default_factory=dict[str, tuple[Finding, ...]])
    """Why scenarios were not rendered, by their names."""
    gaps: dict[tuple[int, str], Gap] = field(default_factory=dict[tuple[int, str], Gap])
    converter: Converter | None = None


class Results:
    """What is known of all charts. What posts never waits, for the event loop; the rest is for others."""

    def __init__(self) -> None:
        self.abilities = Abilities()
        self._charts: dict[str, _Chart] = {}
        self._news: deque[Callable[[], None]] = deque()
        self._on_disk: dict[str, str | None] = {}
        self._lock = threading.Lock()

    # --- from the event loop -------------------------------------------------------------------------------

    def post_revision(self, chart: str, revision: int) -> None:
        """Say that a chart is another now: results of older revisions are of no use."""
        self._news.append(lambda: self._set_revision(chart, revision))

    def post_moves(self, path: str, moves: Sequence[Move]) -> None:
        """Say that an open text was edited: places in it move."""
        self._news.append(lambda: self._move(path, moves))

    def post_forgotten(self, chart: str) -> None:
        """Say that nobody asks about a chart any more."""
        self._news.append(lambda: self._forget(chart))

    def post_disk_changed(self) -> None:
        """Say that files on the disk may be others now."""
        self._news.append(self._on_disk.clear)

    # --- from whoever computes -----------------------------------------------------------------------------

    def set_context(
        self,
        snapshot: Snapshot,
        *,
        focus: str,
        scenarios: Iterable[str] | None,
        settings: Settings,
        whole: tuple[Finding, ...],
    ) -> None:
        """Take what decides how findings are shown: the focused scenario, settings.

        `scenarios` names all that there are, so that those that are gone take their findings with them; None
        where that is not known.
        """
        with self._lock:
            known = self._current(snapshot)
            if known is None:
                return
            if known.focus != focus:
                if known.tiers:
                    known.others[known.focus] = tuple(_own(known))
                known.tiers.clear()
                known.focus = focus
            if scenarios is not None:
                known.order = {name: position for position, name in enumerate(scenarios)}
                names = {"", *known.order}
                known.others = {name: found for name, found in known.others.items() if name in names}
                known.refused = {name: found for name, found in known.refused.items() if name in names}
                known.gaps = {key: gap for key, gap in known.gaps.items() if gap.scenario in names}
            known.settings = settings
            known.whole = whole

    def take_tier(
        self, snapshot: Snapshot, tier: int, scenario: str, findings: tuple[Finding, ...], gap: str = ""
    ) -> Batch | None:
        """Take the findings of one tier of the focused scenario; give what is to be told.

        `gap` says why some may be missing. None where the snapshot is out of date.
        """
        with self._lock:
            known = self._current(snapshot)
            if known is None:
                return None
            known.focus = scenario
            known.others.pop(scenario, None)
            known.refused.pop(scenario, None)
            known.tiers[tier] = findings
            _note_gap(known, Gap(tier, scenario, gap))
            return self._batch(snapshot, known)

    def take_gap(self, snapshot: Snapshot, tier: int, scenario: str, gap: str) -> Batch | None:
        """Take note that a tier is not known, and keep what was known of it; give what is to be told."""
        with self._lock:
            known = self._current(snapshot)
            if known is None:
                return None
            _note_gap(known, Gap(tier, scenario, gap))
            return self._batch(snapshot, known)

    def take_scenario(
        self,
        snapshot: Snapshot,
        scenario: str,
        findings: tuple[Finding, ...],
        gap: str = "",
        *,
        refusals: tuple[Finding, ...] = (),
    ) -> None:
        """Take all findings of a scenario that is not focused, or of a chart that nobody has open.

        `refusals` say why it was not rendered, so that nothing else is known of it.
        """
        with self._lock:
            known = self._current(snapshot)
            if known is None:
                return
            if scenario == known.focus:
                known.tiers.clear()
            if refusals:
                known.others.pop(scenario, None)
                known.refused[scenario] = refusals
            else:
                known.others[scenario] = findings
                known.refused.pop(scenario, None)
            _note_gap(known, Gap(SCENARIOS, scenario, gap))

    def batch(self, snapshot: Snapshot) -> Batch | None:
        """Give what is to be told of a chart; None where the snapshot is out of date."""
        with self._lock:
            known = self._current(snapshot)
            return None if known is None else self._batch(snapshot, known)

    def is_complete(self, chart: str) -> bool:
        """Tell whether nothing is missing in what was found."""
        known = self._charts.get(chart)
        return known is None or not known.gaps

    # --- with the lock held --------------------------------------------------------------------------------

    def _current(self, snapshot: Snapshot) -> _Chart | None:
        """Bring everything up to date; give the chart, if the snapshot is its newest."""
        while self._news:
            self._news.popleft()()
        known = self._charts.get(snapshot.chart)
        return known if known is not None and known.revision == snapshot.revision else None

    def _set_revision(self, chart: str, revision: int) -> None:
        self._charts.setdefault(chart, _Chart()).revision = revision

    def _forget(self, chart: str) -> None:
        self._charts.pop(chart, None)

    def _move(self, path: str, moves: Sequence[Move]) -> None:
        for known in self._charts.values():
            known.whole = _moved(known.whole, path, moves)
            for tier, findings in known.tiers.items():
                known.tiers[tier] = _moved(findings, path, moves)
            for by_scenario in (known.others, known.refused):
                for name, findings in by_scenario.items():
                    by_scenario[name] = _moved(findings, path, moves)

    def _batch(self, snapshot: Snapshot, known: _Chart) -> Batch:
        by_scenario: dict[str, Sequence[Finding]] = {}
        if known.tiers:
            by_scenario[known.focus] = _own(known)
        by_scenario.update(known.others)
        # Which one was known first is chance.
        order = known.order
        by_scenario = dict(
            sorted(by_scenario.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
        )
        findings = merge_scenarios(by_scenario, known.refused)
        findings += known.whole
        findings = apply_settings(findings, known.settings)
        findings += _gap_findings(snapshot.chart, known.gaps.values())
        buffers = snapshot.buffers

        def read_text(path: str) -> str | None:
            buffer = buffers.get(path)
            if buffer is not None:
                return buffer.text
            if path not in self._on_disk:
                self._on_disk[path] = _read(path)
            return self._on_disk[path]

        def uri_of(path: str) -> str:
            buffer = buffers.get(path)
            return uri_from_path(path) if buffer is None else buffer.uri

        if known.converter is None:
            known.converter = Converter(self.abilities, read_text, uri_of)
        else:
            known.converter = known.converter.renewed(read_text, uri_of)
        return Batch(snapshot, known.converter.diagnostics(findings, snapshot.chart))


def _own(known: _Chart) -> list[Finding]:
    """Give what is known of the focused scenario, each finding once."""
    return list(dict.fromkeys(finding for tier in sorted(known.tiers) for finding in known.tiers[tier]))


def _note_gap(known: _Chart, gap: Gap) -> None:
    key = (gap.tier, gap.scenario)
    if gap.reason:
        known.gaps[key] = gap
    else:
        known.gaps.pop(key, None)


def _gap_findings(chart: str, gaps: Iterable[Gap]) -> list[Finding]:
    """Say at the chart's own file what is not known."""
    found: list[Finding] = []
    for gap in gaps:
        where = "" if gap.scenario == DEFAULT else f" in scenario {gap.scenario}"
        found.append(
            Finding(
                code=INCOMPLETE,
                severity=Severity.LOW,
                place=Place(f"{chart}/{CHART_FILE}"),
                message=f"{_TIER_NAMES[gap.tier]} of this chart{where} {gap.reason}",
                proposal="Findings may be missing or out of date.",
            )
        )
    return found


def _moved(findings: tuple[Finding, ...], path: str, moves: Sequence[Move]) -> tuple[Finding, ...]:
    """Give findings with those places moved that lie in an edited file; the same tuple where none does."""
    if not any(
        finding.place.path == path or any(note.place.path == path for note in finding.related)
        for finding in findings
    ):
        return findings
    return tuple(_moved_finding(finding, path, moves) for finding in findings)


def _moved_finding(finding: Finding, path: str, moves: Sequence[Move]) -> Finding:
    place = _moved_place(finding.place, path, moves)
    related = finding.related
    if any(note.place.path == path for note in related):
        related = tuple(
            msgspec.structs.replace(note, place=_moved_place(note.place, path, moves)) for note in related
        )
    if place is finding.place and related is finding.related:
        return finding
    return msgspec.structs.replace(finding, place=place, related=related)


def _moved_place(place: Place, path: str, moves: Sequence[Move]) -> Place:
    if place.path != path:
        return place
    line, column, end_line, end_column = place.line, place.column, place.end_line, place.end_column
    for move in moves:
        line, column = move.start_of(line, column)
        if end_line:
            end_line, end_column = max((line, column), move.end_of(end_line, end_column))
    if (line, column, end_line, end_column) == (place.line, place.column, place.end_line, place.end_column):
        return place
    return Place(path, line, column, end_line, end_column)


def _read(path: str) -> str | None:
    """Read a file as an editor would show it, without a byte order mark; None where it cannot be read."""
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    except (OSError, ValueError):
        return None
