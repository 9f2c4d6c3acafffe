"""What is known about the charts of an editor, tier by tier: what is fast comes first.

The findings of all tiers together are those of a fresh check, whatever was kept from before.
"""

from __future__ import annotations

import time
from enum import IntEnum
from posixpath import dirname
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.db.finding_queries import FINDINGS, NAMED, PARSED, RENDERING, STORED, Findings, store
from quarterdeck.db.inputs import (
    BUFFER,
    BUFFERS_IN,
    DISK_CHART,
    DISK_EXISTS,
    DISK_LISTING,
    DISK_REAL,
    DISK_TEXT,
    EDITOR_SETTINGS,
    ROOTS,
    Db,
    Unreadable,
)
from quarterdeck.db.scenario_queries import DISK_SOURCE, NEAR_SCENARIOS, SCENARIOS, SETTINGS
from quarterdeck.db.shared_engine import shared_engine
from quarterdeck.errors import Cancelled, ChartNotFoundError, ReadError
from quarterdeck.findings.apply_settings import apply_settings
from quarterdeck.measure.counters import caches_are_on
from quarterdeck.workspace.chart_scenarios import ChartScenarios
from quarterdeck.workspace.discovery import path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.model import Scenario
    from quarterdeck.settings.model import Settings

_DISK_PATHS = (DISK_TEXT, DISK_LISTING, DISK_EXISTS, DISK_REAL, DISK_SOURCE)
_DISK = (DISK_CHART, *_DISK_PATHS)

MAX_BYTES = 192 * 1024 * 1024
"""What charts and renderings may keep in memory, by their own estimates, before those not used lately go."""


class Tier(IntEnum):
    """What a finding took to be found."""

    SYNTAX = 0
    """The templates' texts alone."""
    NAMES = 1
    """All texts of the chart."""
    RENDER = 2
    """Rendering in the focused scenario, and the rendered documents."""
    RULES = 3
    """Schemas and rules."""
    SCENARIOS = 4
    """All other scenarios."""


class Stage(NamedTuple):
    """All findings of one tier for one chart, in order of place; they replace what the tier gave before.

    `is_complete` is false where a budget ran out: other findings may be missing.
    """

    tier: Tier
    scenario: str
    findings: tuple[Finding, ...]
    is_complete: bool = True


class ChartState(NamedTuple):
    """One chart as it is to be analysed.

    `overlay` has the open texts by absolute path (with `/`), also of files outside of the chart, where values
    files of scenarios may lie. As long as `disk_revision` is the same, files on the disk are, too, but for
    those that `Analysis.disk_changed` was told of.
    """

    chart: str
    overlay: Mapping[str, str]
    disk_revision: int
    scenario: Scenario


class Analysis:
    """All that is known of the charts of one editor. Belongs to one thread.

    With `keeps` false nothing is kept from one question to the next; without word, the environment decides
    (`QUARTERDECK_CACHES=off`).
    """

    def __init__(self, *, max_bytes: int | None = MAX_BYTES, keeps: bool | None = None) -> None:
        keeps = caches_are_on() if keeps is None else keeps
        self.db = Db(max_bytes=max_bytes, keeps=keeps)
        self._keeps = keeps
        self._unsaved: dict[tuple[str, Scenario], float] = {}
        self._open: dict[str, str] = {}
        self._disk_revision = 0
        self._charts: set[str] = set()

    # --- findings ----------------------------------------------------------------------------------------

    def stages(self, state: ChartState, is_cancelled: Callable[[], bool] | None = None) -> Iterator[Stage]:
        """Give the tiers SYNTAX, NAMES and RENDER of a chart, each as soon as it is known.

        Where rendering tells more of names than the texts did, NAMES is given a second time before RENDER.
        A scenario that cannot be rendered has the refusals among its names, and nothing of RENDER. What an
        earlier process found out is given without rendering: see `warm`. Findings are as they are
        found; `judge` makes of them what the settings want.

        Raises:
            ChartNotFoundError: there is no chart at the path.
            ReadError: it cannot be read.
            Cancelled: `is_cancelled` said so; what was known stays.
        """
        chart, scenario = state.chart, state.scenario
        self.bring_up_to_date(state)
        db = self.db
        stored = self._stored(state, is_cancelled)
        if stored is not None:
            yield Stage(Tier.SYNTAX, scenario.name, stored.syntax)
            yield Stage(Tier.NAMES, scenario.name, stored.names)
            yield Stage(Tier.RENDER, scenario.name, stored.render)
            return
        with db.asking(is_cancelled):
            parsed = db.get(PARSED, chart, scenario)
        if isinstance(parsed, Unreadable):
            raise _error(parsed)
        yield Stage(Tier.SYNTAX, scenario.name, parsed.syntax)
        with db.asking(is_cancelled):
            names = db.get(NAMED, chart, scenario).findings
        yield Stage(Tier.NAMES, scenario.name, names)
        found = self._render(state, is_cancelled)
        if found.names != names and not found.refusals:
            yield Stage(Tier.NAMES, scenario.name, found.names)
        yield Stage(Tier.RENDER, scenario.name, found.render, found.is_complete)

    def find(self, state: ChartState, is_cancelled: Callable[[], bool] | None = None) -> Findings:
        """Give all that is wrong with a chart in a scenario, at once; as `stages` does tier by tier.

        Raises:
            ChartNotFoundError: there is no chart at the path.
            ReadError: it cannot be read.
            Cancelled: `is_cancelled` said so; what was known stays.
        """
        self.bring_up_to_date(state)
        return self._stored(state, is_cancelled) or self._render(state, is_cancelled)

    def warm(self, state: ChartState, is_cancelled: Callable[[], bool] | None = None) -> None:
        """Render a chart whose findings came from an earlier process, so that the next edit is fast.

        Raises:
            ChartNotFoundError: there is no chart at the path.
            ReadError: it cannot be read.
            Cancelled: `is_cancelled` said so; what was known stays.
        """
        self.bring_up_to_date(state)
        self._render(state, is_cancelled)

    def judge(self, chart: str, findings: Iterable[Finding]) -> list[Finding]:
        """Give findings as the settings of a chart want them: with its levels, without what it ignores."""
        return apply_settings(findings, self.db.get(SETTINGS, chart).settings)

    def save(self, is_cancelled: Callable[[], bool] | None = None) -> None:
        """Write to the disk what may be of use to a later process; for moments in which nobody waits.

        Raises:
            Cancelled: `is_cancelled` said so; the rest is left for the next time.
        """

        def check() -> None:
            if is_cancelled is not None and is_cancelled():
                raise Cancelled

        self.save_findings()
        shared_engine().save_all(check)

    def save_findings(self) -> None:
        """Write findings to the disk, which takes milliseconds; `save` writes compiled templates, too."""
        while self._unsaved:
            (chart, scenario), seconds = self._unsaved.popitem()
            store(self.db, chart, scenario, seconds)

    def _render(self, state: ChartState, is_cancelled: Callable[[], bool] | None) -> Findings:
        started = time.perf_counter()
        is_first = not self.db.is_known(RENDERING, state.chart, state.scenario)
        with self.db.asking(is_cancelled):
            found = self.db.get(FINDINGS, state.chart, state.scenario)
        if found.unreadable is not None:
            raise _error(found.unreadable)
        if is_first and self._keeps:
            self._unsaved[state.chart, state.scenario] = time.perf_counter() - started
        return found

    def _stored(self, state: ChartState, is_cancelled: Callable[[], bool] | None) -> Findings | None:
        if not self._keeps or self.db.is_known(RENDERING, state.chart, state.scenario):
            return None
        with self.db.asking(is_cancelled):
            return self.db.get(STORED, state.chart, state.scenario)

    # --- settings and scenarios --------------------------------------------------------------------------

    def set_roots(self, roots: Iterable[str]) -> None:
        """Say which folders the workspace has (absolute, with `/`)."""
        self.db.set(ROOTS, value=tuple(roots))

    def set_editor_settings(self, settings: Settings) -> None:
        """Say what the editor's configuration wants; it is stronger than files."""
        self.db.set(EDITOR_SETTINGS, value=settings)

    def scenarios(
        self, chart: str, *, everywhere: bool, is_cancelled: Callable[[], bool] | None = None
    ) -> ChartScenarios:
        """Give the scenarios of a chart, the defaults first, and what is wrong with its settings.

        `everywhere`: manifests of the whole workspace are looked through, which takes its time when it is
        asked for first; without, only the chart's own folder and its settings.

        Raises:
            Cancelled: `is_cancelled` said so.
        """
        with self.db.asking(is_cancelled):
            found = self.db.get(SCENARIOS if everywhere else NEAR_SCENARIOS, chart)
            settings = self.db.get(SETTINGS, chart)
        return ChartScenarios(
            settings.settings, found.scenarios, found.left_out, (*settings.findings, *found.findings)
        )

    # --- what changes ------------------------------------------------------------------------------------

    def bring_up_to_date(self, state: ChartState) -> None:
        """Take the open texts of a state, and note that the disk may be another."""
        if state.disk_revision != self._disk_revision:
            self._disk_revision = state.disk_revision
            self.disk_changed(None)
        self._charts.add(state.chart)
        if state.overlay == self._open:
            inside = self._inside(state.chart)
            self.db.set(BUFFERS_IN, state.chart, value=inside)
            return
        db = self.db
        for path in self._open.keys() - state.overlay.keys():
            db.set(BUFFER, path, value=None)
        for path, text in state.overlay.items():
            if self._open.get(path) != text:
                db.set(BUFFER, path, value=text.removeprefix("\ufeff"))
        self._open = dict(state.overlay)
        for chart in self._charts:
            db.set(BUFFERS_IN, chart, value=self._inside(chart))

    def disk_changed(self, paths: Iterable[str] | None) -> None:
        """Say that files on the disk may be others now: these (absolute, with `/`), or any of them."""
        db = self.db
        if paths is None:
            for source in _DISK:
                db.reload_all(source)
            return
        for path in paths:
            for source in _DISK_PATHS:
                db.reload(source, path)
            db.reload(DISK_LISTING, dirname(path))
            for chart in self._charts:
                if path == chart or path_in_chart(path, chart) is not None:
                    db.reload(DISK_CHART, chart)

    def _inside(self, chart: str) -> tuple[str, ...]:
        found = (path_in_chart(path, chart) for path in self._open)
        return tuple(sorted(path for path in found if path is not None))


def _error(unreadable: Unreadable) -> ChartNotFoundError | ReadError:
    error = ChartNotFoundError if unreadable.is_missing else ReadError
    return error(unreadable.message)
