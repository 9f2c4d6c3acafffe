"""Charts in worker processes: other scenarios, and the rest of the workspace."""

from __future__ import annotations

import importlib
import logging
import time
from typing import TYPE_CHECKING

from quarterdeck.lsp.analyst import OUT_OF_TIME, unreadable
from quarterdeck.lsp.results import SCENARIOS
from quarterdeck.measure import trace
from quarterdeck.measure.counters import add_up
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.workers.jobs import Dropped, Failed, Failure, Finished, Partial
from quarterdeck.workspace.chart_scenarios import ChartScenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.lsp.analyst import Analyst, Question
    from quarterdeck.lsp.lanes import Lane
    from quarterdeck.lsp.results import Results, Snapshot
    from quarterdeck.measure.counters import CacheCounters
    from quarterdeck.workers.background import BackgroundPool, PoolStatus, Ticket
    from quarterdeck.workers.jobs import Message
    from quarterdeck.workspace.scenario_job import ScenarioResult, ScenariosFound

_MODULES = ("quarterdeck.workers.background", "quarterdeck.workspace.scenario_job")
TELL_SECONDS = 1.0
"""How often results of a chart are told before the last one is there."""

_log = logging.getLogger(__name__)


class Background:
    """Gives charts to worker processes. Belongs to the event loop, but for what the pool's thread calls."""

    def __init__(
        self,
        analyst: Analyst,
        results: Results,
        make_pool: Callable[[], BackgroundPool],
        failed: Callable[[Snapshot, Lane], None],
    ) -> None:
        self._analyst = analyst
        self._results = results
        self._make_pool = make_pool
        self._failed = failed
        self._pool: BackgroundPool | None = None
        self._tickets: dict[str, Ticket] = {}
        self._caches: dict[int, tuple[CacheCounters, ...]] = {}
        self._is_usable = True
        self._is_stopped = False
        self.disk_revision = 1
        self.roots: tuple[str, ...] = ()
        self.settings: Settings = DEFAULTS

    def load(self) -> None:
        """Load what is needed to ask worker processes, away from the loop, and after the handshake."""
        for name in _MODULES:
            importlib.import_module(name)

    @property
    def is_useful(self) -> bool:
        """Whether there can be worker processes."""
        return self._is_usable and not self._is_stopped

    @property
    def is_idle(self) -> bool:
        """Whether no chart is with a worker."""
        return not any(not ticket.is_ended for ticket in self._tickets.values())

    def ask(self, question: Question, leave_out: tuple[str, ...], lane: Lane) -> None:
        """Have a chart analysed in all its scenarios but those that are to be left out."""
        if self._is_stopped:
            return
        from quarterdeck.workspace.scenario_job import ScenarioJob  # noqa: PLC0415 - see `load`

        if self._pool is None:
            self._pool = self._make_pool()
        chart = question.snapshot.chart
        job = ScenarioJob(
            chart=chart,
            overlay=question.overlay,
            disk_revision=self.disk_revision,
            leave_out=leave_out,
            roots=self.roots,
            editor=self.settings,
            trace=trace.path(),
        )
        course = _Course(self, self._analyst, self._results, question, lane)
        self._tickets[chart] = self._pool.submit(job, priority=int(lane), key=chart, on_message=course.take)

    def drop(self, chart: str) -> None:
        """Want nothing more of a chart."""
        ticket = self._tickets.pop(chart, None)
        if ticket is not None:
            ticket.cancel()

    def stop(self) -> None:
        """End all worker processes."""
        self._is_stopped = True
        self._tickets.clear()
        if self._pool is not None:
            self._pool.close()

    def take_caches(self, pid: int, caches: tuple[CacheCounters, ...]) -> None:
        """Take what a worker says of its caches."""
        self._caches[pid] = caches

    def give_up(self, question: Question, lane: Lane) -> None:
        """Take note that there can be no worker processes; called on the pool's thread."""
        self._is_usable = False
        self._failed(question.snapshot, lane)

    def status(self) -> PoolStatus | None:
        """Tell what the worker processes do; None where there never was one."""
        return None if self._pool is None else self._pool.status()

    def caches(self) -> tuple[CacheCounters, ...]:
        """Give the counters of the workers' caches, as they last told them."""
        return add_up(list(self._caches.values()))


class _Course:
    """What a worker says about one chart; called on the pool's thread."""

    def __init__(
        self, background: Background, analyst: Analyst, results: Results, question: Question, lane: Lane
    ) -> None:
        self._background = background
        self._analyst = analyst
        self._results = results
        self._question = question
        self._lane = lane
        self._findings = 0
        self._is_complete = True
        self._told = time.monotonic()

    def take(self, message: Message) -> None:
        """Take a message of the pool."""
        match message:
            case Partial(answer):
                self._take_answer(answer)
            case Finished(answer):
                self._background.take_caches(answer.pid, answer.caches)
                self._analyst.finish(self._question.snapshot, self._findings, is_complete=self._is_complete)
            case Failed(sentence, kind):
                _log.error(
                    "%s was not analysed in the background: %s", self._question.snapshot.chart, sentence
                )
                if kind is Failure.START:
                    self._background.give_up(self._question, self._lane)
                else:
                    self._analyst.tell_gap(self._question.snapshot, SCENARIOS, "", f"failed: {sentence}")
            case Dropped():
                pass

    def _take_answer(self, answer: ScenarioResult | ScenariosFound) -> None:
        from quarterdeck.workspace.scenario_job import ScenariosFound  # noqa: PLC0415 - see `load`

        if isinstance(answer, ScenariosFound):
            # A job that is begun anew tells everything anew.
            self._findings, self._is_complete = 0, True
            found = ChartScenarios(answer.settings, answer.scenarios, answer.left_out, answer.findings)
            self._analyst.take_context(self._question, found)
            return
        findings = answer.findings
        if answer.unreadable:
            findings = (unreadable(answer.chart, answer.unreadable),)
        self._findings += len(findings) + len(answer.refusals)
        self._is_complete &= answer.is_complete
        gap = "" if answer.is_complete else OUT_OF_TIME
        self._results.take_scenario(
            self._question.snapshot, answer.scenario, findings, gap, refusals=answer.refusals
        )
        if time.monotonic() - self._told > TELL_SECONDS:
            self._analyst.finish(
                self._question.snapshot, self._findings, is_complete=self._is_complete, is_last=False
            )
            self._told = time.monotonic()
