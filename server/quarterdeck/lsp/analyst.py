"""What runs on the thread that analyses, and what worker processes answer: findings become what is told.

Everything here is called on threads other than the event loop's; the outcome goes back to the loop as an
`Outcome`.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.problems import UNREADABLE_FILE
from quarterdeck.diagnostics.catalog import OUR_MISTAKE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.errors import Cancelled, ChartNotFoundError, QuarterdeckError
from quarterdeck.lsp.collector import Collector
from quarterdeck.lsp.lanes import Lane
from quarterdeck.lsp.results import NAMES, RENDER, SCENARIOS, SYNTAX
from quarterdeck.measure.trace import TIMINGS, span, timed
from quarterdeck.scenarios.model import DEFAULT, DEFAULT_SCENARIO, Scenario
from quarterdeck.settings.model import DEFAULTS
from quarterdeck.workspace.chart_scenarios import ChartScenarios
from quarterdeck.workspace.discovery import CHART_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quarterdeck.lsp.lanes import Turn
    from quarterdeck.lsp.results import Batch, Results, Snapshot
    from quarterdeck.settings.model import Settings
    from quarterdeck.workspace.analysis import Analysis, ChartState

OUT_OF_TIME = "took longer than it may"
FAILED = "failed by a mistake of ours; the server's log says where"
CANCELLED = "was cancelled"
_MOST_BUDGET_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Context(NamedTuple):
    """What a chart is analysed with: all its scenarios, the focused one among them, settings."""

    found: ChartScenarios
    focus: Scenario


NO_CONTEXT = Context(ChartScenarios(DEFAULTS, (DEFAULT_SCENARIO,), (), ()), DEFAULT_SCENARIO)


class Outcome(NamedTuple):
    """Something that is known now. `batch` is what is to be told; None where that is nothing new.

    `context` comes with the first outcome of a turn in which it changed. `is_gone` says that there is no
    chart any more. `seconds` is what the tier took.
    """

    snapshot: Snapshot
    tier: int
    scenario: str
    batch: Batch | None = None
    findings: int = 0
    is_complete: bool = True
    context: Context | None = None
    is_gone: bool = False
    seconds: float = 0.0


class Question(NamedTuple):
    """A chart to be analysed: the snapshot, all open texts by path, and the focus that somebody chose."""

    snapshot: Snapshot
    chosen: str | None

    @property
    def overlay(self) -> dict[str, str]:
        """All open texts."""
        return {path: buffer.text for path, buffer in self.snapshot.buffers.items()}


class Analyst:
    """Analyses charts, on one thread. `deliver` may be called on any."""

    def __init__(
        self, make: Callable[[], Analysis], results: Results, deliver: Callable[[Outcome], None]
    ) -> None:
        self._make = make
        self._results = results
        self._deliver = deliver
        self._made: Analysis | None = None
        self._news: deque[Callable[[Analysis], None]] = deque()
        self._collector = Collector()
        self._whole: dict[str, ChartScenarios] = {}
        """What was found of scenarios in the whole workspace, by chart."""

    # --- from the event loop -------------------------------------------------------------------------------

    def post_disk_changed(self, paths: Sequence[str] | None) -> None:
        """Say that these files on the disk may be others now, or any."""
        self._news.append(lambda analysis: analysis.disk_changed(paths))
        self._results.post_disk_changed()

    def post_configuration(self, roots: Sequence[str], settings: Settings) -> None:
        """Say what the workspace's folders and the editor's settings are."""

        def configure(analysis: Analysis) -> None:
            analysis.set_roots(roots)
            analysis.set_editor_settings(settings)

        self._news.append(configure)

    def post_forgotten(self, chart: str) -> None:
        """Say that nobody asks about a chart any more."""
        self._news.append(lambda _: self._whole.pop(chart, None) and None)

    # --- on the thread -------------------------------------------------------------------------------------

    def _analysis(self) -> Analysis:
        """Give what is known of charts, with all news taken."""
        if self._made is None:
            self._made = self._make()
        while self._news:
            self._news.popleft()(self._made)
        return self._made

    def warm_up(self, load: Callable[[], None], done: Callable[[], None], _turn: Turn) -> Iterator[Lane]:
        """Load what analysing takes, before anybody asks; `load` loads what others need."""
        try:
            self._collector.start()
            self._analysis()
            load()
        finally:
            done()
        yield Lane.FOCUSED

    def idle(self, is_cancelled: Callable[[], bool]) -> None:
        """Do what can wait until nobody does.

        Raises:
            Cancelled: `is_cancelled` said so.
        """
        with timed("collect", "lsp"):
            self._collector.idle()
        if self._made is not None:
            with timed("save", "lsp"):
                self._made.save(is_cancelled)
            with timed("collect", "lsp"):
                self._collector.idle()

    def tiers(self, question: Question, turn: Turn) -> Iterator[Lane]:
        """Analyse a chart in its focused scenario, tier by tier."""
        snapshot = question.snapshot
        tier = SYNTAX
        scenario = question.chosen or DEFAULT
        try:
            analysis = self._analysis()
            context = self._near_context(analysis, question, turn)
            scenario = context.focus.name
            state = self._state(question, context.focus)
            started = time.perf_counter()
            names_told = False
            with span("tiers", "lsp", chart=snapshot.chart):
                for stage in analysis.stages(state, turn.is_cancelled):
                    tier = int(stage.tier)
                    seconds, started = time.perf_counter() - started, time.perf_counter()
                    TIMINGS.record(stage.tier.name.lower(), seconds)
                    gap = "" if stage.is_complete else OUT_OF_TIME
                    if tier == NAMES and names_told:
                        # Rendering tells more in a moment.
                        self._results.take_tier(snapshot, tier, scenario, stage.findings, gap)
                        continue
                    batch = self._results.take_tier(snapshot, tier, scenario, stage.findings, gap)
                    self._deliver(
                        Outcome(
                            snapshot,
                            tier,
                            scenario,
                            batch,
                            len(stage.findings),
                            stage.is_complete,
                            context,
                            seconds=seconds,
                        )
                    )
                    names_told |= tier == NAMES
                    if tier == NAMES:
                        yield Lane.FOCUSED
                    tier = min(tier + 1, RENDER)
            self._collector.after_task()
        except Cancelled:
            if not turn.is_out_of_time:
                raise
            self.tell_gap(snapshot, tier, scenario, OUT_OF_TIME)
        except ChartNotFoundError:
            self._deliver(Outcome(snapshot, RENDER, scenario, is_gone=True))
        except QuarterdeckError as error:
            self._tell_instead(snapshot, scenario, unreadable(snapshot.chart, str(error)))
        except Exception:  # noqa: BLE001 - a bug of ours must not leave old findings standing as if they were new
            _log.exception("the analysis of %s failed", snapshot.chart)
            self._tell_instead(snapshot, scenario, _our_mistake(snapshot.chart))

    def warm(self, question: Question, scenario: Scenario, turn: Turn) -> Iterator[Lane]:
        """Leave findings for a later process; render a chart whose findings an earlier one left.

        So the first edit of it is as fast as others.
        """
        yield turn.lane
        analysis = self._analysis()
        try:
            analysis.warm(self._state(question, scenario), turn.is_cancelled)
        except QuarterdeckError:  # told where it was analysed
            return
        analysis.save_findings()

    def find_context(self, question: Question, turn: Turn) -> Iterator[Lane]:
        """Find all scenarios of a chart, also those that manifests elsewhere declare."""
        yield turn.lane
        snapshot = question.snapshot
        try:
            analysis = self._analysis()
            analysis.bring_up_to_date(self._state(question, DEFAULT_SCENARIO))
            with timed("search for scenarios", "lsp", chart=snapshot.chart):
                context = self._context(analysis, question, turn, is_near=False)
        except Cancelled:
            if not turn.is_out_of_time:
                raise
            self.tell_gap(snapshot, SCENARIOS, "", OUT_OF_TIME)
            return
        except QuarterdeckError as error:
            _log.warning("the scenarios of %s are not known: %s", snapshot.chart, error)
            context = NO_CONTEXT
        except Exception:  # noqa: BLE001 - see `tiers`
            _log.exception("the search for scenarios of %s failed", snapshot.chart)
            self.tell_gap(snapshot, SCENARIOS, "", FAILED)
            return
        self._deliver(Outcome(snapshot, SCENARIOS, "", context=context))

    def scenarios(self, question: Question, scenarios: tuple[Scenario, ...], turn: Turn) -> Iterator[Lane]:
        """Analyse a chart in other scenarios, one after the other."""
        snapshot = question.snapshot
        is_complete = True
        count = 0
        for scenario in scenarios:
            yield turn.lane
            refusals: tuple[Finding, ...] = ()
            try:
                analysis = self._analysis()
                with timed("scenario", "lsp", chart=snapshot.chart, scenario=scenario.name):
                    found = analysis.find(self._state(question, scenario), turn.is_cancelled)
                findings, complete = tuple(found.everything()), found.is_complete
                refusals = found.refusals
            except Cancelled:
                if not turn.is_out_of_time:
                    raise
                findings, complete = (), False
            except ChartNotFoundError:
                self._deliver(Outcome(snapshot, SCENARIOS, "", is_gone=True))
                return
            except QuarterdeckError as error:
                findings, complete = (unreadable(snapshot.chart, str(error)),), True
            except Exception:  # noqa: BLE001 - see `tiers`
                _log.exception("the analysis of %s in %s failed", snapshot.chart, scenario.name)
                self.tell_gap(snapshot, SCENARIOS, "", FAILED)
                return
            is_complete &= complete
            count += len(findings) + len(refusals)
            gap = "" if complete else OUT_OF_TIME
            self._results.take_scenario(snapshot, scenario.name, findings, gap, refusals=refusals)
            self._collector.after_task()
        self.finish(snapshot, count, is_complete=is_complete)

    # --- on any thread -------------------------------------------------------------------------------------

    def take_context(self, question: Question, found: ChartScenarios) -> None:
        """Take all scenarios of a chart, as a worker found them."""
        context = take_context(self._results, question, found, is_whole=True)
        self._news.append(lambda _: self._whole.update({question.snapshot.chart: found}))
        self._deliver(Outcome(question.snapshot, -1, "", context=context))

    def finish(self, snapshot: Snapshot, findings: int, *, is_complete: bool, is_last: bool = True) -> None:
        """Tell what was found in other scenarios."""
        batch = self._results.batch(snapshot)
        tier = SCENARIOS if is_last else -1
        self._deliver(Outcome(snapshot, tier, "", batch, findings, is_complete))

    def tell_gap(self, snapshot: Snapshot, tier: int, scenario: str, gap: str) -> None:
        """Tell that a tier is not known, and why."""
        batch = self._results.take_gap(snapshot, tier, scenario, gap)
        self._deliver(Outcome(snapshot, tier, scenario, batch, is_complete=False))

    def _tell_instead(self, snapshot: Snapshot, scenario: str, finding: Finding) -> None:
        """Tell one thing in the place of all that was found before."""
        results = self._results
        results.take_tier(snapshot, SYNTAX, scenario, ())
        results.take_tier(snapshot, NAMES, scenario, ())
        batch = results.take_tier(snapshot, RENDER, scenario, (finding,))
        self._deliver(Outcome(snapshot, RENDER, scenario, batch, 1))

    # --- scenarios and settings ----------------------------------------------------------------------------

    def _state(self, question: Question, scenario: Scenario) -> ChartState:
        from quarterdeck.workspace.analysis import ChartState  # noqa: PLC0415 - loaded after the handshake

        return ChartState(question.snapshot.chart, question.overlay, 1, scenario)

    def _near_context(self, analysis: Analysis, question: Question, turn: Turn) -> Context:
        """Give the context of a chart, as far as that is quick."""
        analysis.bring_up_to_date(self._state(question, DEFAULT_SCENARIO))
        return self._context(analysis, question, turn, is_near=True)

    def _context(self, analysis: Analysis, question: Question, turn: Turn, *, is_near: bool) -> Context:
        """Find scenarios and settings, near the chart or everywhere, and the focused scenario."""
        chart = question.snapshot.chart
        found = analysis.scenarios(chart, everywhere=not is_near, is_cancelled=turn.is_cancelled)
        if not is_near:
            self._whole[chart] = found
        elif chart in self._whole:
            found = _joined(found, self._whole[chart])
        return take_context(self._results, question, found, is_whole=not is_near)


def take_context(results: Results, question: Question, found: ChartScenarios, *, is_whole: bool) -> Context:
    """Take note of what was found of a chart's scenarios; give them with the focused one.

    `is_whole` if there are no others.
    """
    focus = found.settings.focus
    wanted = question.chosen or (None if focus is None else focus.text)
    context = Context(found, next((one for one in found.scenarios if one.name == wanted), found.scenarios[0]))
    results.set_context(
        question.snapshot,
        focus=context.focus.name,
        scenarios=[one.name for one in found.scenarios] if is_whole else None,
        settings=found.settings,
        whole=found.findings,
    )
    return context


def _joined(near: ChartScenarios, known: ChartScenarios) -> ChartScenarios:
    """Give the scenarios of a chart with those that were known from elsewhere."""
    names = {one.name for one in near.scenarios}
    more = [one for one in known.scenarios if one.name not in names and one.source in _FROM_ELSEWHERE]
    return near._replace(scenarios=(*near.scenarios, *more))


_FROM_ELSEWHERE = frozenset({"argo", "flux", "helmfile"})


def unreadable(chart: str, message: str) -> Finding:
    """Give the finding of a chart that cannot be read."""
    place = Place(f"{chart}/{CHART_FILE}")
    return Finding(code=UNREADABLE_FILE, severity=Severity.CRITICAL, place=place, message=message)


def _our_mistake(chart: str) -> Finding:
    return Finding(
        code=OUR_MISTAKE,
        severity=Severity.LOW,
        place=Place(f"{chart}/{CHART_FILE}"),
        message="Quarterdeck failed while it checked this chart: a mistake of ours",
        proposal="Please file an issue with the server's log.",
    )
