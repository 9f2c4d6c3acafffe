"""A chart that is opened again by another process: shown at once, never wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.db import stored
from quarterdeck.db.finding_queries import KEY
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, Scenario
from quarterdeck.store.results import Results, shared_results
from quarterdeck.workspace.analysis import Analysis, ChartState, Tier
from quarterdeck.workspace.check import check_chart

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": "port: 80\n",
    "values-prod.yaml": "port: 81\n",
    "templates/a.yaml": '{{ nonsense }}\n{{ include "nobody" . }}\n',
    "templates/b.yaml": "{{ .Values.missing.deep }}\n",
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "shop"


@pytest.fixture
def results() -> Results:
    found = shared_results()
    assert found is not None
    return found


def _state(
    chart: Path, overlay: Mapping[str, str] | None = None, scenario: Scenario = DEFAULT_SCENARIO
) -> ChartState:
    texts = {f"{chart.as_posix()}/{path}": text for path, text in (overlay or {}).items()}
    return ChartState(chart.as_posix(), texts, 1, scenario)


def _leave(chart: Path, results: Results, overlay: Mapping[str, str] | None = None) -> None:
    """Analyse a chart and end, as a process would."""
    analysis = Analysis()
    analysis.find(_state(chart, overlay))
    analysis.save()
    results.flush()


def _rendered(analysis: Analysis) -> bool:
    return "rendering" in analysis.db.log.names()


def test_what_an_earlier_process_found_is_shown_without_rendering(chart: Path, results: Results) -> None:
    _leave(chart, results)
    analysis = Analysis()
    stages = list(analysis.stages(_state(chart)))
    assert [stage.tier for stage in stages] == [Tier.SYNTAX, Tier.NAMES, Tier.RENDER]
    assert all(stage.findings for stage in stages)
    assert analysis.find(_state(chart)).everything() == check_chart(chart)
    assert not _rendered(analysis)


def test_open_files_without_changes_are_those_on_the_disk(chart: Path, results: Results) -> None:
    _leave(chart, results)
    analysis = Analysis()
    analysis.find(_state(chart, FILES))
    assert not _rendered(analysis)


def test_an_edit_after_it_is_analysed_as_ever(chart: Path, results: Results) -> None:
    _leave(chart, results)
    analysis = Analysis()
    analysis.find(_state(chart))
    edited = {"templates/b.yaml": "{{ .Values.other.deep }}\n"}
    assert analysis.find(_state(chart, edited)).everything() == check_chart(chart, overlay=edited)
    assert _rendered(analysis)


def test_a_warmed_chart_renders_only_what_an_edit_touches(chart: Path, results: Results) -> None:
    (chart / "templates/a.yaml").write_text("# calm\n")
    _leave(chart, results)
    analysis = Analysis()
    analysis.find(_state(chart))
    analysis.warm(_state(chart))
    assert _rendered(analysis)
    analysis.db.log.clear()
    analysis.find(_state(chart, {"templates/b.yaml": "# calm, too\n"}))
    ran = [key[2] for name, key in analysis.db.log.ran if name == "rendered file"]
    assert ran == ["shop/templates/b.yaml"]


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_changed_meanwhile_counts(chart: Path, results: Results, path: str) -> None:
    _leave(chart, results)
    (chart / path).write_text(FILES[path] + "# more\n")
    analysis = Analysis()
    assert analysis.find(_state(chart)).everything() == check_chart(chart)
    assert _rendered(analysis)


def test_each_scenario_has_findings_of_its_own(chart: Path, results: Results) -> None:
    _leave(chart, results)
    analysis = Analysis()
    prod = Scenario(name="prod", source="file", layers=((chart / "values-prod.yaml").as_posix(),))
    analysis.find(_state(chart, scenario=prod))
    assert _rendered(analysis)


def test_unsaved_texts_are_never_stored(chart: Path, results: Results) -> None:
    _leave(chart, results, {"templates/b.yaml": "# unsaved\n"})
    (chart / "templates/b.yaml").write_text("# unsaved\n")
    analysis = Analysis()
    analysis.find(_state(chart))
    assert _rendered(analysis), "nobody has seen this state on the disk"


def test_what_is_stored_and_makes_no_sense_is_not_there(chart: Path, results: Results) -> None:
    analysis = Analysis()
    analysis.bring_up_to_date(_state(chart))
    key = analysis.db.get(KEY, chart.as_posix(), DEFAULT_SCENARIO)
    assert key is not None
    results.put(stored.STORED_KIND, key, b"\xc1nonsense", 1.0)
    results.flush()
    assert analysis.find(_state(chart)).everything() == check_chart(chart)


def test_with_caches_off_nothing_is_looked_up(chart: Path, results: Results) -> None:
    _leave(chart, results)
    analysis = Analysis(keeps=False)
    assert analysis.find(_state(chart)).everything() == check_chart(chart)
    assert _rendered(analysis)
