"""The charts that are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import corpus_charts

if TYPE_CHECKING:
    from pathlib import Path

KUBE_PROMETHEUS_STACK = "prometheus-community__kube-prometheus-stack"
SMOKE_STRIDE = 16
"""A quick run takes one chart in so many."""


class Subject(NamedTuple):
    """One chart of the open corpus, unpacked, with the values of one scenario that renders."""

    name: str
    folder: Path
    values: dict[str, Any]


def subjects(folder: Path, *, is_smoke: bool) -> list[Subject]:
    """Unpack the charts below `folder` and choose a scenario for each: `default`, or else the first that
    renders.

    Charts that Helm refuses in every scenario are left out: a refusal is no time to compare.
    """
    names = corpus_charts.chart_names()
    chosen = names[::SMOKE_STRIDE] if is_smoke else names
    found: list[Subject] = []
    for name in chosen:
        rendering = [scenario for scenario in corpus_charts.scenarios(name) if not scenario.error]
        if rendering:
            found.append(Subject(name, corpus_charts.unpack(name, folder), rendering[0].values))
    return found
