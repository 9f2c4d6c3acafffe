"""Everything that is wrong with a chart: the findings that the command line and the editor show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.overrides import ValuesInput
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.db.shared_engine import CHECK_SEED, shared_engine
from quarterdeck.errors import Cancelled
from quarterdeck.findings.collect import (
    FindingsMemory,
    collect_findings,
    collect_unrendered,
    is_renderable,
    unrendered,
)
from quarterdeck.measure.trace import span
from quarterdeck.runtime.context import Budget, Context
from quarterdeck.scenarios.model import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding


class Options(NamedTuple):
    """What a chart is checked with: values over its defaults, the release, the cluster."""

    values: ValuesInput = ValuesInput()
    name: str = "release-name"
    namespace: str = "default"
    kube_version: str | None = None
    api_versions: tuple[str, ...] = ()


class Checked(NamedTuple):
    """A checked chart: findings in order of place, and what was found on the way."""

    chart: Chart
    findings: list[Finding]
    program: Program


def check_chart(
    path: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    overlay: Mapping[str, str] | None = None,
    name: str = "release-name",
    namespace: str = "default",
    kube_version: str | None = None,
    api_versions: Sequence[str] = (),
    is_cancelled: Callable[[], bool] | None = None,
) -> list[Finding]:
    """Give all that is wrong with the chart in a folder or archive, in order of place.

    `values` are laid over the chart's own; `overlay` has texts that stand for files on the disk, by their
    path inside the chart. Random numbers and the clock are the same in every check. Never raises for what a
    chart contains.

    Raises:
        ChartNotFoundError: there is no chart at the path.
        ReadError: it cannot be read.
        OptionError: `kube_version` is no version, or `values` hold what JSON cannot.
        Cancelled: `is_cancelled` said so.
    """
    user = ValuesInput.from_mapping(values or {})
    options = Options(user, name, namespace, kube_version, tuple(api_versions))
    return run_check(path, options, overlay=overlay, is_cancelled=is_cancelled).findings


def run_check(
    path: str | Path,
    options: Options,
    *,
    overlay: Mapping[str, str] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Checked:
    """Check a chart; what `check_chart` does, for callers that need more than the findings.

    Raises:
        ChartNotFoundError: there is no chart at the path.
        ReadError: it cannot be read.
        OptionError: an option makes no sense.
        Cancelled: `is_cancelled` said so.
    """
    with span("read", "check"):
        chart = read_chart(path, overlay=overlay)
    stop_if(is_cancelled)
    release = Release(name=options.name, namespace=options.namespace)
    capabilities = make_capabilities(options.kube_version, options.api_versions)
    with span("prepare", "check"):
        inputs = prepare(chart, options.values, release, capabilities)
    stop_if(is_cancelled)
    findings, program = find_in(inputs, FindingsMemory(), is_cancelled=is_cancelled)
    return Checked(chart, findings, program)


def find_in(
    inputs: RenderInputs,
    memory: FindingsMemory,
    *,
    scenario: str = DEFAULT,
    is_cancelled: Callable[[], bool] | None = None,
) -> tuple[list[Finding], Program]:
    """Render, where that says anything, and give all that is wrong, with the table of templates.

    `memory` takes part and is brought up to date; `scenario` names the inputs in traces.

    Raises:
        Cancelled: `is_cancelled` said so.
    """
    engine = shared_engine()
    if not is_renderable(inputs):
        program = engine.program(inputs)
        return collect_unrendered(unrendered(inputs, program)), program
    budget = Budget(is_cancelled=is_cancelled)
    with span("render", "check", scenario=scenario):
        rendering = engine.render(inputs, lambda: Context(seed=CHECK_SEED, budget=budget))
    stop_if(is_cancelled)
    with span("findings", "check", scenario=scenario):
        return collect_findings(rendering, memory), rendering.program


def stop_if(is_cancelled: Callable[[], bool] | None) -> None:
    """Stop where nobody waits for the answer any more.

    Raises:
        Cancelled: `is_cancelled` said so.
    """
    if is_cancelled is not None and is_cancelled():
        raise Cancelled
