"""Each chart of the open corpus renders as the official engine renders it, or fails where and as it fails."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import pytest

import corpus_charts
import quarterdeck
from quarterdeck.diagnostics.model import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.diagnostics.model import Finding

# `chart/templates/x.yaml:12:3` as Helm's messages hold it; paths with blanks do not occur in the corpus.
HELM_PLACE = re.compile(r"([^\s(:]+):(\d+):\d+")
SHOWN_LINES = 12

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.mark.parametrize("name", corpus_charts.shared_names())
def test_a_chart_renders_as_helm_renders_it(name: str, unpacked: Path) -> None:
    folder = corpus_charts.unpack(name, unpacked)
    differences = [
        f"{scenario.name}: {difference}"
        for scenario in corpus_charts.scenarios(name)
        for difference in compare(folder, scenario)
    ]
    assert not differences, "\n".join(differences)


def compare(folder: Path, scenario: corpus_charts.Scenario) -> list[str]:
    chart = quarterdeck.load_chart(folder)
    rendering = quarterdeck.render_chart(chart, scenario.values, name="rel", namespace="ns")
    stopping = [problem for problem in rendering.problems if problem.severity is Severity.CRITICAL]
    if scenario.error:
        strict = quarterdeck.render_chart(
            chart, scenario.values, name="rel", namespace="ns", strict=True
        ).problems
        return compare_refusal(strict, scenario.error)
    return [
        *(f"Helm does not stop at {problem}" for problem in stopping),
        *compare_paths(set(rendering.templates), set(scenario.templates)),
        *compare_texts(rendering.templates, scenario),
    ]


def compare_paths(ours: set[str], helms: set[str]) -> list[str]:
    return [
        *(f"{path}: Helm renders it, we do not" for path in sorted(helms - ours)),
        *(f"{path}: we render it, Helm does not" for path in sorted(ours - helms)),
    ]


def compare_texts(templates: dict[str, str], scenario: corpus_charts.Scenario) -> list[str]:
    differences: list[str] = []
    for path in sorted(templates.keys() & scenario.templates.keys()):
        volatile = scenario.volatile.get(path, [])
        expected = corpus_charts.stable_lines(scenario.templates[path], volatile)
        actual = corpus_charts.stable_lines(templates[path], volatile)
        if volatile != "all" and actual != expected:
            shown = [*difflib.unified_diff(expected, actual, "Helm", "Quarterdeck", n=1, lineterm="")]
            differences.append("\n".join([path, *shown[:SHOWN_LINES]]))
    return differences


def compare_refusal(problems: tuple[Finding, ...] | list[Finding], expected: str) -> list[str]:
    """Compare the first problem at which strict rendering stops with Helm's message."""
    stopping = [problem for problem in problems if problem.severity is Severity.CRITICAL]
    if not stopping:
        return [f"Helm refuses and we do not: {expected}"]
    first = stopping[0]
    differences: list[str] = []
    if "".join(first.helm_message.split()) != "".join(expected.split()):
        differences.append(f"other words than Helm's:\n  {first.helm_message}\n  {expected}")
    helms_path, helms_line = HELM_PLACE.findall(expected)[-1]
    inside_chart = helms_path.partition("/")[2]
    places = [first.place, *(related.place for related in first.related)]
    if not any(place.path.endswith(inside_chart) and place.line == int(helms_line) for place in places):
        differences.append(f"Helm stops at {helms_path}:{helms_line}, we at {first}")
    return differences
