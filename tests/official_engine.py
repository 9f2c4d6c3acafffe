"""The official Helm engine, as tests and benchmarks ask it (helm-python-sdk, a development dependency)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import helm_python

if TYPE_CHECKING:
    from pathlib import Path


class Answer(NamedTuple):
    """What Helm makes of a chart: rendered `templates` (path -> text), or its message when it refuses."""

    templates: dict[str, str]
    error: str
    seconds: float
    """Wall time of coalescing values and rendering; loading the chart is not in it."""


def ask_helm(
    chart: Path, values: dict[str, Any] | None = None, *, name: str = "rel", namespace: str = "ns"
) -> Answer:
    """Render `chart` (folder or archive) with `values` on top of its own.

    The chart is loaded anew each time: rendering prunes disabled dependencies from Helm's chart for good.
    """
    with helm_python.Chart.load(chart) as loaded:
        started = time.perf_counter()
        try:
            templates = loaded.render(values or {}, name=name, namespace=namespace)
        except helm_python.HelmError as error:
            return Answer({}, str(error), time.perf_counter() - started)
        return Answer(templates, "", time.perf_counter() - started)
