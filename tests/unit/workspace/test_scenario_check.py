"""A chart checked in several scenarios at once: what each alone would find, joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.load import read_chart
from quarterdeck.diagnostics.model import Place
from quarterdeck.findings.scenarios import merge_scenarios
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, Scenario, SetFlag
from quarterdeck.scenarios.values import values_input
from quarterdeck.workspace.scenario_check import ScenarioRun, check_scenarios

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = {
    "a.yaml": "kind: A\napiVersion: v1\nx: {{ .Values.x }}\n{{ with .Values.fails }}{{ fail . }}{{ end }}\n",
    "b.yaml": "{{ if .Values.kind }}kind: B\n{{ end }}apiVersion: v1\ny: {{ .Values.y.z }}\n",
    "c.yaml": '{{ $_ := set .Values "x" "a: b" }}kind: C\napiVersion: v1\n',
    "d.yaml": "kind: D\napiVersion: v1\nx: {{ .Values.x }}\n",
}
FLAGS = ("", "x=1", "x=a: b", "kind=B", "y.z=1", "fails=no", "kind=B,y.z=1", "x=[")


def chart_in(folder: Path) -> Path:
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (folder / "values.yaml").write_text("x: 0\n")
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    return folder


def run_of(number: int, flag: str) -> ScenarioRun:
    flags = (SetFlag("set", flag),) if flag else ()
    scenario = Scenario(name=f"s{number}", source="declared", flags=flags)
    return ScenarioRun(scenario, values_input(scenario, lambda _: None))


def test_what_is_kept_from_one_scenario_to_the_next_changes_no_finding(tmp_path: Path) -> None:
    folder = chart_in(tmp_path)
    runs = [run_of(number, flag) for number, flag in enumerate(FLAGS)]
    for order in (runs, runs[::-1]):
        together = check_scenarios(read_chart(folder), order).findings
        apart = {one.scenario.name: check_scenarios(read_chart(folder), [one]).findings for one in order}
        assert together == merge_scenarios(apart)
        assert len({one.scenarios for one in together}) > 3


def test_a_scenario_with_a_file_that_is_not_there_is_not_rendered(tmp_path: Path) -> None:
    place = Place("/w/.quarterdeck.yaml", 3, 9)
    gone = Scenario(name="gone", source="declared", layers=("/w/a.yaml",), layer_places=(place,))
    runs = [
        ScenarioRun(DEFAULT_SCENARIO, values_input(DEFAULT_SCENARIO, lambda _: None)),
        ScenarioRun(gone, values_input(gone, lambda _: None)),
    ]
    findings = check_scenarios(read_chart(chart_in(tmp_path)), runs).findings
    assert [(one.code, one.place) for one in findings if one.scenarios] == [("QD805", place)]
    assert len(findings) > 1


def test_a_version_that_is_none_is_told_for_its_scenario(tmp_path: Path) -> None:
    odd = Scenario(name="odd", source="argo", kube_version="x", place=Place("/w/app.yaml", 4))
    findings = check_scenarios(
        read_chart(chart_in(tmp_path)), [ScenarioRun(odd, values_input(odd, lambda _: None))]
    ).findings
    assert [(one.code, one.place, one.scenarios) for one in findings] == [
        ("QD803", Place("/w/app.yaml", 4), ("odd",))
    ]
