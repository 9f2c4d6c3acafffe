"""One chart analysed in worker processes: what is asked, what is answered, and how.

Findings of a chart do not depend on which process found them: a worker runs the same queries as the editor's
own process, over the same texts.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from quarterdeck.diagnostics.model import Finding  # noqa: TC001 - msgspec reads the types of fields
from quarterdeck.errors import ChartNotFoundError, QuarterdeckError
from quarterdeck.measure import counters, trace
from quarterdeck.measure.counters import CacheCounters  # noqa: TC001 - as above
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, LeftOut, Scenario
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.workspace.analysis import Analysis, ChartState

if TYPE_CHECKING:
    from collections.abc import Callable

WORKER_BYTES = 64 * 1024 * 1024
"""What a worker keeps of charts that it may be asked about again."""


class ScenarioJob(msgspec.Struct, frozen=True, kw_only=True):
    """A chart to analyse in some scenarios, in their order; without any, in all that it has.

    `overlay` has the open texts by absolute path; `disk_revision` says how often files on the disk may have
    changed since the server started. `roots` are the workspace's folders, `editor` the editor's settings.
    Scenarios named in `leave_out` are not analysed where all are looked for.
    """

    chart: str
    overlay: dict[str, str]
    disk_revision: int
    scenarios: tuple[Scenario, ...] | None = None
    leave_out: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    editor: Settings = DEFAULTS
    trace: str = ""
    """The file in which the server writes where time goes; empty if it does not."""


class ScenariosFound(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    """All scenarios of a chart, where they were looked for, what is left out, and what is wrong with them.

    `settings` are those that count for the chart.
    """

    chart: str
    scenarios: tuple[Scenario, ...]
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Finding, ...] = ()
    settings: Settings = DEFAULTS


class ScenarioResult(msgspec.Struct, frozen=True, kw_only=True, tag="result"):
    """What is wrong with a chart in one scenario, all tiers, in order of place.

    `refusals` are what is wrong with the scenario itself, which then was not rendered. `unreadable` is one
    sentence where the chart cannot be read; a chart that is not there has no findings.
    """

    chart: str
    scenario: str
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Finding, ...] = ()
    is_complete: bool = True
    unreadable: str = ""
    seconds: float = 0.0


class ScenariosDone(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The end of a job: the caches of the worker, the process `pid`, as they are now."""

    chart: str
    caches: tuple[CacheCounters, ...] = ()
    pid: int = 0


Message = ScenariosFound | ScenarioResult | ScenariosDone


def run(job: ScenarioJob, emit: Callable[[Message], None], is_cancelled: Callable[[], bool]) -> ScenariosDone:
    """Analyse a chart scenario by scenario; each result is emitted as soon as it is there.

    Raises:
        Cancelled: `is_cancelled` said so.
    """
    if job.trace and not trace.is_on():
        trace.start(job.trace, joins=True)
    analysis = _analysis()
    analysis.set_roots(job.roots)
    analysis.set_editor_settings(job.editor)
    for scenario in _find(analysis, job, emit, is_cancelled) if job.scenarios is None else job.scenarios:
        started = time.perf_counter()
        state = ChartState(job.chart, job.overlay, job.disk_revision, scenario)
        try:
            found = analysis.find(state, is_cancelled)
        except ChartNotFoundError:
            emit(ScenarioResult(chart=job.chart, scenario=scenario.name))
            continue
        except QuarterdeckError as error:
            emit(ScenarioResult(chart=job.chart, scenario=scenario.name, unreadable=str(error)))
            continue
        emit(
            ScenarioResult(
                chart=job.chart,
                scenario=scenario.name,
                findings=tuple(found.everything()),
                refusals=found.refusals,
                is_complete=found.is_complete,
                seconds=time.perf_counter() - started,
            )
        )
        analysis.save_findings()
    analysis.save()
    return ScenariosDone(chart=job.chart, caches=counters.ALL, pid=os.getpid())


def _find(
    analysis: Analysis, job: ScenarioJob, emit: Callable[[Message], None], is_cancelled: Callable[[], bool]
) -> tuple[Scenario, ...]:
    """Look for the scenarios of a chart, and give those that are to be analysed."""
    analysis.bring_up_to_date(ChartState(job.chart, job.overlay, job.disk_revision, DEFAULT_SCENARIO))
    found = analysis.scenarios(job.chart, everywhere=True, is_cancelled=is_cancelled)
    emit(
        ScenariosFound(
            chart=job.chart,
            scenarios=found.scenarios,
            left_out=found.left_out,
            findings=found.findings,
            settings=found.settings,
        )
    )
    return tuple(one for one in found.scenarios if one.name not in job.leave_out)


@cache
def _analysis() -> Analysis:
    """Give what this process knows of charts."""
    return Analysis(max_bytes=WORKER_BYTES)
