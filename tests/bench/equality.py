"""The row that all others stand on: is the output the official engine's?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import corpus_charts
from bench.figures import Row
from corpus_comparison import compare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def equality_row(names: Sequence[str], folder: Path) -> Row:
    """Compare every scenario of the named charts with its golden."""
    scenarios = files = refusals = agreed_refusals = 0
    differing: list[str] = []
    for name in names:
        chart = corpus_charts.unpack(name, folder)
        for scenario in corpus_charts.scenarios(name):
            comparison = compare(chart, scenario)
            scenarios += 1
            files += comparison.files if not scenario.error else 0
            refusals += bool(scenario.error)
            agreed_refusals += bool(scenario.error) and not comparison.differences
            differing += [
                f"{name}, {scenario.name}: {difference.partition(chr(10))[0]}"
                for difference in comparison.differences
            ]
    return Row(
        what=f"open corpus, stable lines of all {scenarios} scenarios",
        reach="identical, and errors where Helm errors, at Helm's file:line, with Helm's words",
        measured=f"{len(differing)} differences in {files} files; refusals {agreed_refusals} of {refusals}",
        prototype="22,488 of 22,490 files over 651 scenarios, refusals 15 of 15",
        has_reached=not differing,
        details=tuple(differing),
    )
