"""What programs use: load, render and check charts. Re-exported by the package's root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.model import Chart
from quarterdeck.chart.overrides import ValuesInput
from quarterdeck.chart.prepare import Release, default_containers, prepare
from quarterdeck.chart.schema import make_schemas_ready
from quarterdeck.db.shared_engine import shared_engine
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.render.rendering import Rendering
from quarterdeck.render.source_map import SourceMap
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.table import load_libraries
from quarterdeck.workspace.check import check_chart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "Chart",
    "Finding",
    "Place",
    "Rendering",
    "Severity",
    "SourceMap",
    "check_chart",
    "load_chart",
    "render_chart",
    "shared_engine",
]


def load_chart(path: str | Path) -> Chart:
    """Read a chart folder or archive with its sub-charts, and make ready what rendering it will use.

    What is wrong with its content is in `Chart.problems`.

    Raises:
        ChartNotFoundError: there is no such folder or archive.
        ReadError: it cannot be read.
    """
    chart = read_chart(path)
    make_schemas_ready(chart)
    default_containers(chart)
    load_libraries(_template_texts(chart), compares_versions=bool(chart.manifest.kube_version))
    shared_engine()
    return chart


def _template_texts(chart: Chart) -> Iterator[str]:
    for file in chart.templates:
        hash(file.text)  # Python keeps it with the text, by which code is looked up
        yield file.text
    for sub in chart.dependencies:
        yield from _template_texts(sub)


def render_chart(  # noqa: PLR0913 - the public signature
    chart_or_path: Chart | str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    name: str = "release-name",
    namespace: str = "default",
    revision: int = 1,
    is_upgrade: bool = False,
    kube_version: str | None = None,
    api_versions: Sequence[str] = (),
    strict: bool = False,
    tracing: bool = True,
    seed: int | None = None,
) -> Rendering:
    """Render a chart as Helm does, with `values` over its defaults.

    `strict` stops at the first error, where Helm stops, and gives no files; otherwise a failed action leaves
    a hole and the rest is rendered. `tracing` keeps what `Rendering.source_map` needs. `seed` makes random
    numbers and the clock the same each time; None means real ones. Never raises for what a chart contains:
    see `Rendering.problems`.

    Raises:
        ChartNotFoundError: there is no chart at the path.
        ReadError: it cannot be read.
        OptionError: `kube_version` is no version.
    """
    chart = chart_or_path if isinstance(chart_or_path, Chart) else read_chart(chart_or_path)
    inputs = prepare(
        chart,
        ValuesInput.from_mapping(values or {}),
        Release(name=name, namespace=namespace, revision=revision, is_upgrade=is_upgrade),
        make_capabilities(kube_version, api_versions),
    )
    engine = shared_engine()
    rendering = engine.render(inputs, lambda: Context(seed=seed), is_strict=strict, is_traced=tracing)
    engine.save_later(rendering.program)
    return rendering
