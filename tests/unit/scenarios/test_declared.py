"""Scenarios that `.quarterdeck.yaml` declares: for which charts, and with what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.diagnostics.model import Place
from quarterdeck.scenarios.declared import (
    MAX_DECLARED,
    check_focus,
    declared_scenarios,
    with_cluster_defaults,
)
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, Scenario, SetFlag
from quarterdeck.scenarios.values import values_input
from quarterdeck.settings.read import read_settings

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.settings.model import Settings

FILE = "/work/.quarterdeck.yaml"
SHOP = "/work/charts/shop"


def settings_of(text: str) -> Settings:
    settings, findings = read_settings(text, FILE)
    assert findings == []
    return settings


def declared(text: str, chart: str = SHOP) -> list[Scenario]:
    scenarios, findings = declared_scenarios(settings_of(text), chart)
    assert findings == ()
    return list(scenarios)


def mistakes(text: str) -> list[Finding]:
    return list(declared_scenarios(settings_of(text), SHOP)[1])


def test_a_scenario_has_all_that_is_declared() -> None:
    (prod,) = declared(
        "scenarios:\n  prod:\n    values: [env/../env/a.yaml, ./b.yaml]\n    set: x=1\n    setFile: y=z.txt\n"
        "    releaseName: shop\n    namespace: here\n    kubeVersion: 1.30\n    apiVersions: a/v1\n"
    )
    assert prod == Scenario(
        name="prod",
        source="declared",
        layers=("/work/env/a.yaml", "/work/b.yaml"),
        layer_places=(Place(FILE, 3, 14, 3, 31), Place(FILE, 3, 33, 3, 41)),
        flags=(
            SetFlag("set", "x=1", Place(FILE, 4, 10, 4, 13)),
            SetFlag("set-file", "y=z.txt", Place(FILE, 5, 14, 5, 21)),
        ),
        release_name="shop",
        namespace="here",
        kube_version="1.30",
        api_versions=("a/v1",),
        place=Place(FILE, 2, 3, 2, 7),
    )


@pytest.mark.parametrize(
    ("pattern", "is_for_it"),
    [
        ("charts/shop", True),
        ("charts/*", True),
        ("shop", True),
        ("**", True),
        ("charts/{shop,cart}", True),
        ("charts/cart", False),
        ("sho", False),
    ],
)
def test_a_declaration_may_be_for_some_charts(pattern: str, *, is_for_it: bool) -> None:
    assert bool(declared(f"scenarios: {{prod: {{charts: '{pattern}'}}}}")) is is_for_it


def test_a_declaration_in_the_charts_own_folder_may_be_for_it() -> None:
    settings, _ = read_settings("scenarios: {prod: {charts: '*'}}", f"{SHOP}/.quarterdeck.yaml")
    assert [one.name for one in declared_scenarios(settings, SHOP)[0]] == ["prod"]


def test_a_version_that_cannot_be_read_is_told_and_not_used() -> None:
    text = "kubeVersion: x\nscenarios: {prod: {kubeVersion: y}}\n"
    assert [(one.code, one.line, one.column) for one in mistakes(text)] == [
        ("QD803", 2, 33),
        ("QD803", 1, 14),
    ]
    scenarios, _ = declared_scenarios(settings_of(text), SHOP)
    assert [one.kube_version for one in with_cluster_defaults(scenarios, settings_of(text))] == [None]


def test_more_scenarios_than_can_be_rendered_are_told() -> None:
    lines = "\n".join(f"  s{number}: {{}}" for number in range(MAX_DECLARED + 2))
    scenarios, findings = declared_scenarios(settings_of(f"scenarios:\n{lines}\n"), SHOP)
    assert len(scenarios) == MAX_DECLARED
    assert [(one.code, one.line) for one in findings] == [("QD803", MAX_DECLARED + 2)]


def test_what_a_file_says_of_the_cluster_counts_where_a_scenario_is_silent() -> None:
    settings = settings_of(
        "kubeVersion: 1.30\napiVersions: a/v1\nscenarios: {p: {kubeVersion: '1.31', apiVersions: b/v1}}\n"
    )
    scenarios, _ = declared_scenarios(settings, SHOP)
    completed = with_cluster_defaults((DEFAULT_SCENARIO, *scenarios), settings)
    assert [(one.kube_version, one.api_versions) for one in completed] == [
        ("1.30", ("a/v1",)),
        ("1.31", ("a/v1", "b/v1")),
    ]
    assert with_cluster_defaults(completed, settings) == completed


def test_a_focus_on_no_scenario_is_told() -> None:
    (finding,) = check_focus(settings_of("focus: prdo"), ["default", "prod"])
    assert (finding.code, finding.place, finding.proposal) == (
        "QD807",
        Place(FILE, 1, 8, 1, 12),
        "Did you mean `prod`?",
    )
    assert check_focus(settings_of("focus: prod"), ["default", "prod"]) == []


def test_a_focus_of_a_folder_above_may_be_for_other_charts() -> None:
    assert check_focus(settings_of("focus: prod"), ["default"], SHOP) == []
    assert len(check_focus(settings_of("focus: prod"), ["default"], "/work")) == 1


TEXTS = [
    "",
    "v.yaml",
    "../../x",
    "/etc/passwd",
    "\0",
    "https://x/y",
    "a=1",
    "a[99999999]=1",
    "a.b=1",
    "{",
    "a={",
    "x=v.yaml",
    "*",
    "[",
    "{a,b",
    "**",
    "\ud800",
    'x={"a":',
    "CON",
]
FIELDS = [
    "values",
    "set",
    "setString",
    "setJson",
    "setFile",
    "setLiteral",
    "releaseName",
    "kubeVersion",
    "apiVersions",
    "charts",
]
SCENARIO = st.dictionaries(
    st.sampled_from(FIELDS), st.sampled_from(TEXTS) | st.lists(st.sampled_from(TEXTS), max_size=3)
)


@given(
    st.dictionaries(st.sampled_from(["a", "default", "x y"]), SCENARIO, max_size=3), st.sampled_from(TEXTS)
)
def test_no_declaration_raises(declarations: dict[str, Any], version: str) -> None:
    data = {"scenarios": declarations, "kubeVersion": version}
    settings, _ = read_settings(json.dumps(data), FILE)
    scenarios, findings = declared_scenarios(settings, SHOP)
    assert {one.code for one in findings} <= {"QD803"}
    files = {"/work/v.yaml": "a: [\n", "/work": ""}
    for one in with_cluster_defaults(scenarios, settings):
        values = values_input(one, files.get, root="/work")
        assert isinstance(values.values, dict)
        assert {problem.code for problem in values.problems} <= {"QD240", "QD241", "QD805", "QD806"}
