"""Renders a chart for `quarterdeck render`: refuses what Helm refuses, with Helm's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.chart.problems import MISSING_DEPENDENCY
from quarterdeck.cli import terminal
from quarterdeck.cli.fetch import fetch_missing
from quarterdeck.db.shared_engine import shared_engine
from quarterdeck.diagnostics.model import Severity
from quarterdeck.errors import ReadError, RenderStoppedError
from quarterdeck.measure.trace import span
from quarterdeck.render.rendering import Rendering
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.diagnostics.model import Finding

_NAME: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
_LONGEST_NAME: Final = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One rendering that a user asks for."""

    chart: str
    values: ValuesInput
    name: str
    namespace: str
    kube_version: str | None
    api_versions: tuple[str, ...]
    seed: int | None = None
    is_upgrade: bool = False
    is_traced: bool = True


def render_strictly(order: Order) -> Rendering:
    """Render all files, or stop where Helm stops.

    Raises:
        RenderStoppedError: Helm refuses the chart; the text is Helm's.
        ChartNotFoundError: there is no chart.
        ReadError: it cannot be read.
        OptionError: an option makes no sense.
    """
    return render_files(order, lambda _rendering: None, lambda _name, _text: None)


def render_files(
    order: Order, begin: Callable[[Rendering], None], take: Callable[[str, str], None]
) -> Rendering:
    """Render strictly, and hand over each file's name and text as soon as it is done.

    `begin` gets the rendering while it is still empty.

    Raises:
        RenderStoppedError: Helm refuses the chart; files before may have been handed over.
        ChartNotFoundError: there is no chart.
        ReadError: it cannot be read.
        OptionError: an option makes no sense.
    """
    with span("prepare", "render"):
        inputs = _prepare(order)
    rendering = Rendering(inputs)
    begin(rendering)
    names = shared_engine().stream(
        inputs, lambda: Context(seed=order.seed), rendering, is_strict=True, is_traced=order.is_traced
    )
    with span("render", "render"):
        for name in names:
            take(name, rendering.templates[name])
    _stop_at(rendering.problems)
    return rendering


def render_leniently(order: Order) -> Rendering:
    """Render all that can be rendered: a failed action leaves a hole.

    Raises:
        ChartNotFoundError: there is no chart.
        ReadError: it cannot be read.
        OptionError: an option makes no sense.
    """
    capabilities = make_capabilities(order.kube_version, order.api_versions)
    release = Release(name=order.name, namespace=order.namespace, is_upgrade=order.is_upgrade)
    with span("prepare", "render"):
        inputs = prepare(read_chart(order.chart), order.values, release, capabilities)
    with span("render", "render"):
        return shared_engine().render(inputs, lambda: Context(seed=order.seed))


def _prepare(order: Order) -> RenderInputs:
    capabilities = make_capabilities(order.kube_version, order.api_versions)
    chart = read_chart(order.chart)
    # Helm looks at flags, chart and name in this order, before it merges any values.
    missing = [problem for problem in chart.problems if problem.code == MISSING_DEPENDENCY]
    _stop_at((*order.values.problems, *(problem for problem in chart.problems if problem not in missing)))
    if chart.install_refusal:
        raise RenderStoppedError(chart.install_refusal)
    _stop_at(missing)
    _check_name(order.name)
    release = Release(name=order.name, namespace=order.namespace, is_upgrade=order.is_upgrade)
    inputs = prepare(chart, order.values, release, capabilities)
    _stop_at(inputs.problems)
    return inputs


def _stop_at(problems: Iterable[Finding]) -> None:
    for problem in problems:
        if problem.severity is Severity.CRITICAL:
            raise RenderStoppedError(problem.helm_message or str(problem))


def _check_name(name: str) -> None:
    """Refuse what Helm does not take as the name of a release.

    Source: Helm pkg/chart/v2/util/validate_name.go, ValidateReleaseName.
    """
    if not name:
        reason = "no name provided"
    elif len(name) > _LONGEST_NAME or re.fullmatch(_NAME[1:-1], name) is None:
        reason = (
            f"invalid release name, must match regex {_NAME} "
            f"and the length must not be longer than {_LONGEST_NAME}"
        )
    else:
        return
    raise RenderStoppedError(f"release name check failed: release name {quote(name)}: {reason}")


def fetch_first(chart: str) -> None:
    """Fetch the dependencies that are declared and not in `charts/`, before the chart is rendered.

    Raises:
        ReadError: one cannot be had, or the chart cannot be read or written.
        OptionError: the chart is an archive.
    """
    if not fetch_missing(chart, terminal.write_error):
        raise ReadError(f"{chart} is not rendered, for it lacks dependencies")
