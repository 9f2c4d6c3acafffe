"""The corpus itself is whole: a missing or empty file must not make the other tests pass."""

from __future__ import annotations

import pytest

import corpus_charts

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)


def test_every_chart_has_goldens() -> None:
    assert all(corpus_charts.scenarios(name) for name in corpus_charts.chart_names())


def test_the_corpus_holds_207_scenarios_of_109_charts() -> None:
    names = corpus_charts.chart_names()
    assert len(names) == 109
    assert sum(len(corpus_charts.scenarios(name)) for name in names) == 207


def test_every_scenario_has_either_templates_or_an_error() -> None:
    for name in corpus_charts.chart_names():
        for scenario in corpus_charts.scenarios(name):
            assert bool(scenario.templates) != bool(scenario.error), f"{name} {scenario.name}"
