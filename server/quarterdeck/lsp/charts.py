"""The charts in use, and when each is analysed: what is typed at once, the rest when nobody waits.

Belongs to the event loop. Whatever changes a chart gives it a new revision, and takes back what was asked for
older ones; outcomes for older revisions are dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from quarterdeck.lsp.analyst import CANCELLED, NO_CONTEXT, Analyst, Context, Outcome, Question
from quarterdeck.lsp.lanes import Lane, LaneThread, Task
from quarterdeck.lsp.results import RENDER, SCENARIOS, Snapshot
from quarterdeck.workspace.discovery import is_chart, path_in_chart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quarterdeck.lsp.background import Background
    from quarterdeck.lsp.lanes import Turn
    from quarterdeck.lsp.results import Results
    from quarterdeck.workspace.buffers import Buffer

PAUSE_SECONDS = 0.3
"""How long nobody may have typed before other scenarios are analysed."""
TASK_SECONDS = 60.0
"""What one task on the interactive thread may take."""
WORTH_A_WORKER = 0.5
"""Seconds of work from which on a worker process pays: starting one takes that long, and 50 MB."""
FEW_CHARTS = 2
"""So many charts in use are analysed without worker processes, if they are quick to render."""

_log = logging.getLogger(__name__)


class Timer(Protocol):
    """Something that happens later, unless it is cancelled."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


CallLater = Callable[[float, Callable[[], None]], Timer]


@dataclass(slots=True)
class ChartRecord:
    """One chart in use.

    `known` is the highest tier that is told for the newest revision, `context` what was found of scenarios
    and settings. `seconds` is what the
    focused scenario took when it was last rendered.
    """

    path: str
    revision: int = 0
    snapshot: Snapshot | None = None
    known: int = -1
    is_asked: bool = False
    context: Context = NO_CONTEXT
    seconds: float = 0.0
    is_complete: bool = True
    findings: int = 0
    timer: Timer | None = None
    waiting: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])


class Charts:
    """All charts of one client.

    `tell(outcome)` gets what is to be told, in order; `forgotten(chart)` is called when a chart is none any
    more, or is of no interest.
    """

    def __init__(
        self,
        *,
        analyst: Analyst,
        results: Results,
        lanes: LaneThread,
        background: Background,
        call_later: CallLater,
        tell: Callable[[Outcome], None],
        forgotten: Callable[[str], None],
    ) -> None:
        self._analyst = analyst
        self._results = results
        self._lanes = lanes
        self._background = background
        self._call_later = call_later
        self._tell = tell
        self._forgotten = forgotten
        self._records: dict[str, ChartRecord] = {}
        self._revision = 0
        self._is_stopped = False
        self.buffers: Mapping[str, Buffer] = {}
        """All open texts by path; a new mapping for each change."""
        self.chosen: dict[str, str] = {}
        """The scenario that somebody chose, by chart; by the empty name for all."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when what is to be done changed."""

    # --- what there is -------------------------------------------------------------------------------------

    def __contains__(self, chart: str) -> bool:
        return chart in self._records

    def __iter__(self) -> Iterator[ChartRecord]:
        return iter(list(self._records.values()))

    def get(self, chart: str) -> ChartRecord | None:
        """Give what is known of a chart in use."""
        return self._records.get(chart)

    @property
    def paths(self) -> list[str]:
        """The folders of all charts in use."""
        return list(self._records)

    def focus_of(self, chart: str) -> str | None:
        """Give the scenario that somebody chose for a chart."""
        return self.chosen.get(chart, self.chosen.get(""))

    @property
    def is_idle(self) -> bool:
        """Whether everything is analysed, in the background too."""
        return (
            self._lanes.is_idle
            and self._background.is_idle
            and all(record.known == SCENARIOS or not record.is_asked for record in self._records.values())
        )

    # --- what is asked -------------------------------------------------------------------------------------

    def analyse(self, chart: str, lane: Lane) -> None:
        """Analyse a chart anew, as it is now."""
        if self._is_stopped:
            return
        if not is_chart(chart):
            self.forget(chart)
            return
        record = self._begin(chart)
        if lane is Lane.WORKSPACE and not self._is_open(chart):
            self._ask_others(record, lane)
        else:
            self._ask(record, "tiers", lane, partial(self._analyst.tiers, self._question(record)))
        self.on_change()

    def forget(self, chart: str) -> None:
        """Want nothing more of a chart."""
        record = self._records.pop(chart, None)
        if record is None:
            return
        self._take_back(record)
        self._results.post_forgotten(chart)
        self._analyst.post_forgotten(chart)
        self._forgotten(chart)
        for waiting in record.waiting:
            waiting()
        self.on_change()

    def stop(self) -> None:
        """Analyse nothing any more."""
        self._is_stopped = True
        for record in self._records.values():
            self._take_back(record)
            record.revision = -1

    def cancel_background(self) -> None:
        """Leave what is not analysed in the background as it is, until something changes, and say so."""
        for record in list(self._records.values()):
            is_due = self._is_open(record.path) and record.known < RENDER
            if record.snapshot is not None and record.is_asked and not is_due:
                self._take_back(record)
                record.is_asked = False
                self._analyst.tell_gap(record.snapshot, SCENARIOS, "", CANCELLED)
        self.on_change()

    def when_known(self, chart: str, tier: int, call: Callable[[], None]) -> None:
        """Call a function once a tier of a chart is known, or never will be; at once if it is."""
        record = self._records.get(chart)
        if record is None or record.known >= tier or not record.is_asked:
            call()
        else:
            record.waiting.append(lambda: self.when_known(chart, tier, call))

    # --- what comes back -----------------------------------------------------------------------------------

    def take(self, outcome: Outcome) -> None:
        """Take what was found; what is of an older revision is dropped."""
        record = self._records.get(outcome.snapshot.chart)
        if record is None or record.revision != outcome.snapshot.revision:
            return
        if outcome.is_gone:
            self.forget(record.path)
            return
        if outcome.context is not None:
            record.context = outcome.context
        if outcome.tier == SCENARIOS and outcome.context is not None:
            self._context_found(record)
            return
        if outcome.tier >= 0:
            record.known = max(record.known, outcome.tier)
            record.is_complete = self._results.is_complete(record.path)
        if outcome.tier == RENDER:
            record.seconds = outcome.seconds
        self._tell(outcome)
        waiting, record.waiting = record.waiting, []
        for call in waiting:
            call()
        if outcome.tier == RENDER:
            work = partial(self._analyst.warm, self._question(record), record.context.focus)
            self._ask(record, "warm", Lane.FOCUSED, work)
            record.timer = self._call_later(PAUSE_SECONDS, partial(self._paused, record, record.revision))
        elif outcome.tier == SCENARIOS:
            record.is_asked = False
        self.on_change()

    # --- how -----------------------------------------------------------------------------------------------

    def _begin(self, chart: str) -> ChartRecord:
        """Give a chart a new revision, and take back what was asked for older ones."""
        record = self._records.get(chart)
        if record is None:
            record = self._records[chart] = ChartRecord(chart)
        self._take_back(record)
        self._revision += 1
        record.revision = self._revision
        record.snapshot = Snapshot(chart, self._revision, self.buffers)
        record.known = -1
        record.is_asked = True
        self._results.post_revision(chart, self._revision)
        return record

    def _take_back(self, record: ChartRecord) -> None:
        if record.timer is not None:
            record.timer.cancel()
            record.timer = None
        for kind in ("tiers", "warm", "context", "scenarios"):
            self._lanes.forget(f"{kind} {record.path}")
        self._background.drop(record.path)

    def _question(self, record: ChartRecord) -> Question:
        assert record.snapshot is not None  # noqa: S101 - `_begin` made one
        return Question(record.snapshot, self.focus_of(record.path))

    def _is_open(self, chart: str) -> bool:
        return any(buffer.chart == chart for buffer in self.buffers.values())

    def _paused(self, record: ChartRecord, revision: int) -> None:
        """Go on with other scenarios, as nobody has typed for a while."""
        record.timer = None
        if self._records.get(record.path) is record and record.revision == revision:
            self._ask_others(record, Lane.SCENARIOS)
            self.on_change()

    def _context_found(self, record: ChartRecord) -> None:
        """Analyse the scenarios that are not known yet, here."""
        question = self._question(record)
        context = record.context
        others = tuple(
            one
            for one in context.found.scenarios
            if not (record.known >= RENDER and one.name == context.focus.name)
        )
        if not others:
            self.take(Outcome(question.snapshot, SCENARIOS, "", self._results.batch(question.snapshot)))
            return
        lane = Lane.SCENARIOS if record.known >= RENDER else Lane.WORKSPACE
        self._ask(record, "scenarios", lane, partial(self._analyst.scenarios, question, others))

    def _ask_others(self, record: ChartRecord, lane: Lane) -> None:
        """Have all scenarios found and analysed that are not known yet, where that costs least."""
        count = max(1, len(record.context.found.scenarios) - 1)
        is_cheap = record.known >= RENDER and record.seconds * count < WORTH_A_WORKER
        is_small = len(self._records) <= FEW_CHARTS
        if self._background.is_useful and not (is_small and (is_cheap or lane is Lane.WORKSPACE)):
            leave_out = (record.context.focus.name,) if record.known >= RENDER else ()
            self._background.ask(self._question(record), leave_out, lane)
        else:
            self._ask(record, "context", lane, partial(self._analyst.find_context, self._question(record)))

    def fall_back(self, snapshot: Snapshot, lane: Lane) -> None:
        """Analyse a chart here that no worker could."""
        record = self._records.get(snapshot.chart)
        if record is not None and record.revision == snapshot.revision:
            self._ask_others(record, lane)

    def _ask(
        self, record: ChartRecord, kind: str, lane: Lane, work: Callable[[Turn], Iterator[Lane]]
    ) -> None:
        name = f"{kind} {record.path}"
        self._lanes.ask(Task(name, lane, name, work, seconds=TASK_SECONDS))

    def reads(self, chart: str, path: str) -> bool:
        """Tell whether a file outside of a chart takes part in what the chart renders to."""
        record = self._records.get(chart)
        return record is not None and any(
            path in scenario.files for scenario in record.context.found.scenarios
        )

    def around(self, path: str) -> list[str]:
        """Give the charts in use that a file lies in."""
        return [chart for chart in self._records if path_in_chart(path, chart) is not None]
