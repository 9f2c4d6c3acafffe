"""What is told when: tier by tier, scenario by scenario, and what a budget leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from protocol.raw import RawEditor
from wire.editor import NAMES, RENDER, SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
INVALID_PARAMS = -32602
ENDLESS = "{{ range until 2000000 }}{{ range until 2000000 }}{{ end }}{{ end }}"


def test_each_tier_is_told_after_what_it_found_and_in_order(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": GOOD, "values.yaml": "{}\n"})
    with RawEditor() as editor:
        editor.start(chart)
        change = editor.open(chart / "templates/a.yaml")
        editor.when(change, SCENARIOS)
        stages = {each["stage"]: each["count"] for each in editor.ask("quarterdeck/status")["timings"]}
        assert {"syntax", "names", "render"} <= stages.keys(), "what each took can be asked for"
        tiers = [stage.tier for stage in editor.stages if change.uri in stage.versions]
        assert tiers == sorted(tiers)
        assert set(tiers) == {0, 1, 2, 4}
        first = next(
            number
            for number, (method, params) in enumerate(editor.told)
            if method == "quarterdeck/analysis" and change.uri in params["versions"]
        )
        published = [
            params["uri"]
            for method, params in editor.told[:first]
            if method == "textDocument/publishDiagnostics"
        ]
        assert change.uri in published, "what a tier found is told before the tier itself"


def test_tiers_are_told_only_to_those_who_want_to_know(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": "{{ undefinedFunction }}"})
    for options, more, is_told in (
        ({}, {}, False),
        ({"reportAnalysis": "yes"}, {}, False),
        ({}, {"experimental": {"quarterdeckAnalysis": True}}, True),
    ):
        with RawEditor(options=options, more=more) as editor:
            editor.start(chart)
            editor.open(chart / "templates/a.yaml")
            editor.until_idle()
            assert editor.is_shown(chart / "templates/a.yaml", "undefinedFunction")
            assert ("quarterdeck/analysis" in [method for method, _ in editor.told]) is is_told


def test_findings_that_are_not_known_anew_move_with_the_text(make_chart: MakeChart) -> None:
    chart = make_chart(
        **{"templates/a.yaml": CONFIG + "  x: {{ fail .Values.text }}\n", "values.yaml": "text: no\n"}
    )
    with RawEditor() as editor:
        editor.start(chart)
        file = chart / "templates/a.yaml"
        editor.when(editor.open(file), RENDER)
        (failed,) = editor.shown[file.as_uri()]
        line = failed["range"]["start"]["line"]
        with editor.client.news:
            begin = len(editor.told)
        change = editor.edit(file.as_uri(), 0, 0, "# one\n# two\n")
        editor.when(change, RENDER)
        seen = [
            [each["range"]["start"]["line"] for each in params["diagnostics"]]
            for method, params in editor.told[begin:]
            if method == "textDocument/publishDiagnostics" and params["uri"] == file.as_uri()
        ]
        assert seen, "told at its new version"
        assert all(lines == [line + 2] for lines in seen), "never gone, never at its old place"


def test_a_finding_says_in_which_scenarios_it_occurs(make_chart: MakeChart) -> None:
    chart = make_chart(
        **{
            "templates/a.yaml": CONFIG + '  port: {{ required "a port" .Values.port }}\n',
            "values.yaml": "port: 80\nname: a\n",
            "values-prod.yaml": "port: null\n",
            "values-test.yaml": "name: b\n",
        }
    )
    file = chart / "templates/a.yaml"
    with RawEditor() as editor:
        editor.start(chart)
        editor.when(editor.open(file), SCENARIOS)
        (message,) = editor.messages_of(file)
        assert message.endswith("in scenario prod")
        values = editor.open(chart / "values-prod.yaml")
        change = editor.rewrite(values.uri, "port: 443\n")
        editor.when(change, SCENARIOS)
        assert editor.messages_of(file) == [], "the open text of a scenario's file counts"
        change = editor.rewrite((chart / "values-prod.yaml").as_uri(), "port: null\n")
        editor.when(change, SCENARIOS)
        assert editor.is_shown(file, "in scenario prod")


def test_the_focused_scenario_is_chosen_and_the_choice_taken_back(make_chart: MakeChart) -> None:
    chart = make_chart(
        **{
            "templates/a.yaml": CONFIG + '  port: {{ required "a port" .Values.port }}\n',
            "values.yaml": "port: 80\n",
            "values-prod.yaml": "port: null\n",
        }
    )
    file = chart / "templates/a.yaml"
    with RawEditor() as editor:
        editor.start(chart)
        editor.when(editor.open(file), SCENARIOS)
        (known,) = editor.ask("quarterdeck/scenarios", {"uri": file.as_uri()})
        assert (known["focused"], known["chosen"]) == ("default", None)
        assert [(each["name"], each["source"]) for each in known["scenarios"]] == [
            ("default", "default"),
            ("prod", "file"),
        ]
        assert known["scenarios"][1]["files"] == [(chart / "values-prod.yaml").as_uri()]
        editor.forget_stages()
        editor.ask("quarterdeck/selectScenario", {"uri": file.as_uri(), "scenario": "prod"})
        editor.until(
            lambda: any(stage.scenario == "prod" and stage.tier == RENDER for stage in editor.stages),
            "the chosen scenario is rendered",
        )
        (known,) = editor.ask("quarterdeck/scenarios", {"uri": chart.as_uri()})
        assert (known["focused"], known["chosen"]) == ("prod", "prod")
        command = {
            "command": "quarterdeck.selectScenario",
            "arguments": [{"scenario": None, "uri": file.as_uri()}],
        }
        editor.forget_stages()
        editor.ask("workspace/executeCommand", command)
        editor.until(
            lambda: any(stage.scenario == "default" and stage.tier == RENDER for stage in editor.stages),
            "the choice is taken back",
        )


@pytest.mark.parametrize(
    "params",
    [
        {"uri": "file:///nowhere/at/all.yaml", "scenario": "prod"},
        {"uri": "untitled:x", "scenario": "prod"},
        {"chart": "{chart}", "scenario": "no such scenario"},
        {"chart": "{chart}", "scenario": 5},
        {"chart": ["{chart}"]},
        "prod",
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(make_chart: MakeChart, params: object) -> None:
    chart = make_chart(**{"templates/a.yaml": GOOD})
    if isinstance(params, dict) and params.get("chart") == "{chart}":
        params = {**params, "chart": chart.as_posix()}
    with RawEditor() as editor:
        editor.start(chart)
        editor.when(editor.open(chart / "templates/a.yaml"), SCENARIOS)
        assert editor.refused("quarterdeck/selectScenario", params)["code"] == INVALID_PARAMS
        editor.when(editor.edit((chart / "templates/a.yaml").as_uri(), 0, 0, "#\n"), RENDER)


def test_what_a_budget_leaves_open_is_said_and_never_told_as_clean(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": ENDLESS, "values.yaml": "{}\n"})
    with RawEditor() as editor:
        editor.start(chart)
        change = editor.open(chart / "templates/a.yaml")
        editor.when(change, RENDER)
        (stage,) = [one for one in editor.stages if one.tier == RENDER and change.uri in one.versions]
        assert not stage.is_complete
        assert [each["code"] for each in editor.shown[(chart / "Chart.yaml").as_uri()]] == ["QD902"]
        (known,) = editor.ask("quarterdeck/status")["charts"]
        assert known["isComplete"] is False
        editor.when(editor.rewrite(change.uri, GOOD), RENDER)
        assert editor.messages_of(chart / "Chart.yaml") == []
        (known,) = editor.ask("quarterdeck/status")["charts"]
        assert known["isComplete"] is True


def test_what_runs_is_superseded_by_the_next_keystroke_and_looked_at_meanwhile(make_chart: MakeChart) -> None:
    heavy = "{{ range until 700000 }}{{ end }}" * 4
    chart = make_chart(**{"templates/a.yaml": heavy, "values.yaml": "{}\n"})
    with RawEditor() as editor:
        editor.start(chart)
        change = editor.open(chart / "templates/a.yaml")
        editor.when(change, NAMES)
        status = editor.ask("quarterdeck/status")
        assert not status["isIdle"]
        assert status["charts"][0]["tier"] < RENDER, "asked and answered while it was rendered"
        assert status["running"]["lane"] in {"open", "focused"}, "it becomes less urgent after the names"
        newest = editor.rewrite(change.uri, GOOD)
        editor.when(newest, RENDER)
        versions = [one.versions[change.uri] for one in editor.stages if one.tier == RENDER]
        assert versions == [newest.version], "what was superseded is never told"
