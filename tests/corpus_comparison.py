"""Our rendering of a corpus scenario against the official engine's: files, texts, refusals."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

import corpus_charts
import quarterdeck
from quarterdeck.diagnostics.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus_charts import Scenario
    from quarterdeck.diagnostics.model import Finding

# `chart/templates/x.yaml:12:3` as Helm's messages hold it; paths with blanks do not occur in the corpus.
HELM_PLACE = re.compile(r"([^\s(:]+):(\d+):\d+")
SHOWN_LINES = 12
DEPENDENCY_FILES = ("/Chart.yaml", "/requirements.yaml")


class Comparison(NamedTuple):
    """What came of one scenario: `files` compared, and one text for each difference."""

    files: int
    differences: list[str]


def compare(folder: Path, scenario: Scenario) -> Comparison:
    """Render one scenario of the chart at `folder` and compare; a refusal counts as one file."""
    chart = quarterdeck.load_chart(folder)
    if scenario.error:
        strict = quarterdeck.render_chart(chart, scenario.values, name="rel", namespace="ns", strict=True)
        return Comparison(1, compare_refusal(strict.problems, scenario.error))
    rendering = quarterdeck.render_chart(chart, scenario.values, name="rel", namespace="ns")
    differences = [
        *(f"Helm does not stop at {problem}" for problem in stopping(rendering.problems)),
        *compare_paths(set(rendering.templates), set(scenario.templates)),
        *compare_texts(rendering.templates, scenario),
    ]
    return Comparison(len(scenario.templates), differences)


def stopping(problems: Sequence[Finding]) -> list[Finding]:
    """Give the problems at which the engine would stop.

    `helm template` also refuses a chart whose dependencies are not vendored; the engine, which made the
    goldens, renders it.
    """
    return [
        problem
        for problem in problems
        if problem.severity is Severity.CRITICAL and not problem.path.endswith(DEPENDENCY_FILES)
    ]


def compare_paths(ours: set[str], helms: set[str]) -> list[str]:
    """Name files that only one side renders."""
    return [
        *(f"{path}: Helm renders it, we do not" for path in sorted(helms - ours)),
        *(f"{path}: we render it, Helm does not" for path in sorted(ours - helms)),
    ]


def compare_texts(templates: dict[str, str], scenario: Scenario) -> list[str]:
    """Compare the stable lines of the files that both render."""
    differences: list[str] = []
    for path in sorted(templates.keys() & scenario.templates.keys()):
        volatile = scenario.volatile.get(path, [])
        expected = corpus_charts.stable_lines(scenario.templates[path], volatile)
        actual = corpus_charts.stable_lines(templates[path], volatile)
        if volatile != "all" and actual != expected:
            shown = [*difflib.unified_diff(expected, actual, "Helm", "Quarterdeck", n=1, lineterm="")]
            differences.append("\n".join([path, *shown[:SHOWN_LINES]]))
    return differences


def compare_refusal(problems: Sequence[Finding], expected: str) -> list[str]:
    """Compare the first problem at which strict rendering stops with Helm's message, white space aside."""
    first = next(iter(stopping(problems)), None)
    if first is None:
        return [f"Helm refuses and we do not: {expected}"]
    differences: list[str] = []
    if "".join(first.helm_message.split()) != "".join(expected.split()):
        differences.append(f"other words than Helm's:\n  {first.helm_message}\n  {expected}")
    helms_path, helms_line = HELM_PLACE.findall(expected)[-1]
    inside_chart = helms_path.partition("/")[2]
    places = [first.place, *(related.place for related in first.related)]
    if not any(place.path.endswith(inside_chart) and place.line == int(helms_line) for place in places):
        differences.append(f"Helm stops at {helms_path}:{helms_line}, we at {first}")
    return differences
