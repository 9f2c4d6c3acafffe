"""Merged values: what Helm makes of them, and that nothing which was loaded ever changes."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.overrides import SetFlag, ValuesInput
from quarterdeck.chart.prepare import Release, list_crds, prepare
from quarterdeck.chart.values import drop_nulls, merge_tables
from quarterdeck.diagnostics.model import Severity
from quarterdeck.errors import OptionError
from quarterdeck.runtime.values import Int64, Values
from unit.chart.chart_folders import CHART_YAML, find_problem, prepare_files, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.chart.strvals import SetKind

SUB = "-- charts/sub/Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.0}\n"

TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.sampled_from(["a", 1.0]), st.lists(st.none(), max_size=1)),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
MAPS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


def merge_as_go(upper: dict[str, Any], lower: dict[str, Any], *, keeps_nulls: bool) -> dict[str, Any]:
    """Say the same as coalesceTablesFullKey, which changes its arguments, step by step."""
    not_null = {key for key, value in lower.items() if value is not None}
    lower |= {key: None for key, value in upper.items() if value is None}
    for key, value in list(lower.items()):
        if key in upper and not keeps_nulls and upper[key] is None and key in not_null:
            del upper[key]
        elif key not in upper:
            upper[key] = value
        elif isinstance(value, dict) and isinstance(upper[key], dict):
            merge_as_go(upper[key], value, keeps_nulls=keeps_nulls)
    return upper


@given(upper=MAPS, lower=MAPS, keeps_nulls=st.booleans())
def test_merging_gives_what_gos_gives_and_changes_nothing(
    upper: dict[str, Any], lower: dict[str, Any], keeps_nulls: bool
) -> None:
    before = copy.deepcopy((upper, lower))
    merged = merge_tables(upper, lower, keeps_nulls=keeps_nulls)
    assert (upper, lower) == before
    assert merged == merge_as_go(*copy.deepcopy(before), keeps_nulls=keeps_nulls)


@given(tree=MAPS)
def test_a_tree_without_nulls_stays_the_same_object(tree: dict[str, Any]) -> None:
    dropped = drop_nulls(tree)
    assert drop_nulls(dropped) is dropped


def test_what_no_override_touches_is_shared_with_the_chart(tmp_path: Path) -> None:
    text = "-- values.yaml --\nbig: {deep: {x: 1}}\nimage: {tag: a, name: b}\n"
    inputs = prepare_files(tmp_path, text, {"image": {"tag": "c"}})
    assert inputs.values["big"] is inputs.chart.values["big"]
    assert inputs.values["image"] == {"tag": "c", "name": "b"}
    assert inputs.chart.values["image"]["tag"] == "a"


def test_equal_overrides_give_the_same_trees_again(tmp_path: Path) -> None:
    chart = read_files(tmp_path, "-- values.yaml --\na: 1\n-- templates/a.yaml --\n")
    release, capabilities = Release(), make_capabilities()
    first = prepare(chart, {"b": {"c": True}}, release, capabilities)
    assert prepare(chart, {"b": {"c": True}}, release, capabilities) is first
    assert prepare(chart, {"b": {"c": 1}}, release, capabilities).values == {"a": 1.0, "b": {"c": 1.0}}
    assert prepare(chart, {"b": {"c": 1}}, release, capabilities).values["b"]["c"] is not True
    assert prepare(chart, {"b": {"c": True}}, Release(name="other"), capabilities).values is first.values


def test_a_chart_used_under_two_names_has_two_sets_of_values(tmp_path: Path) -> None:
    declared = (
        "dependencies:\n- {name: sub, version: '*', alias: one}\n- {name: sub, version: '*', alias: two}\n"
    )
    inputs = prepare_files(
        tmp_path,
        f"-- Chart.yaml --\n{CHART_YAML}{declared}{SUB}-- charts/sub/values.yaml --\nm: {{x: text}}\n",
    )
    one, two = inputs.values["one"]["m"], inputs.values["two"]["m"]
    assert one == two
    assert one is not two
    assert one["x"] is not two["x"]


def test_a_section_is_one_object_for_parent_and_sub_chart(tmp_path: Path) -> None:
    inputs = prepare_files(tmp_path, f"{SUB}-- charts/sub/values.yaml --\na: 1\n")
    context = inputs.context.get("Subcharts")["sub"]
    assert context.get("Values") is inputs.values["sub"]
    assert isinstance(inputs.values["sub"], Values)


def test_globals_that_are_maps_of_maps_are_one_object_for_all_charts(tmp_path: Path) -> None:
    inputs = prepare_files(
        tmp_path,
        f"-- values.yaml --\nglobal: {{a: {{b: {{x: 1}}}}}}\n{SUB}"
        "-- charts/sub/values.yaml --\nglobal: {a: {b: {z: 2}}}\n",
    )
    assert inputs.values["global"] == {"a": {"b": {"x": 1.0, "z": 2.0}}}
    assert inputs.values["sub"]["global"]["a"]["b"] is inputs.values["global"]["a"]["b"]
    assert inputs.chart.values == {"global": {"a": {"b": {"x": 1.0}}}}


def test_a_section_that_is_no_map_is_reported_at_its_place(tmp_path: Path) -> None:
    inputs = prepare_files(tmp_path, f"-- values.yaml --\na: 1\nsub: text\n{SUB}-- templates/a.yaml --\n")
    problem = find_problem(inputs.problems, "QD242")
    assert (problem.line, problem.column) == (2, 6)
    assert problem.helm_message == "type mismatch on sub: %!t(string=text)"
    assert len(inputs.templates) == 1


def test_disabled_charts_have_no_templates_and_no_crds(tmp_path: Path) -> None:
    declared = "dependencies:\n- {name: sub, version: '*', condition: sub.enabled}\n"
    text = (
        f"-- Chart.yaml --\n{CHART_YAML}{declared}-- templates/a.yaml --\n"
        "-- values.yaml --\nsub: {enabled: false}\n"
        f"{SUB}-- charts/sub/templates/b.yaml --\n-- charts/sub/crds/c.yaml --\nkind: x\n"
    )
    off = prepare_files(tmp_path, text)
    on = prepare_files(tmp_path, text, {"sub": {"enabled": True}})
    assert [file.name for file in off.templates] == ["demo/templates/a.yaml"]
    assert [file.name for file in on.templates] == [
        "demo/templates/a.yaml",
        "demo/charts/sub/templates/b.yaml",
    ]
    assert list_crds(off.instance) == []
    assert [crd.name for crd in list_crds(on.instance)] == ["demo/charts/sub/crds/c.yaml"]


def test_a_library_chart_gives_its_partials_alone(tmp_path: Path) -> None:
    inputs = prepare_files(
        tmp_path,
        "-- charts/lib/Chart.yaml --\n{apiVersion: v2, name: lib, version: 1.0.0, type: Library}\n"
        "-- charts/lib/templates/_x.tpl --\n-- charts/lib/templates/y.yaml --\n",
    )
    # Helm checks the type letter by letter, but takes it for a library whatever the case.
    assert [file.name for file in inputs.templates] == ["demo/charts/lib/templates/_x.tpl"]
    assert inputs.templates[0].is_partial


def test_the_kubernetes_version_is_compared_with_the_charts_range(tmp_path: Path) -> None:
    chart = read_files(tmp_path, f"-- Chart.yaml --\n{CHART_YAML}kubeVersion: '>=1.30.0'\n")
    old = prepare(chart, {}, Release(), make_capabilities("1.29"))
    problem = find_problem(old.problems, "QD270")
    assert (problem.line, problem.column) == (4, 14)
    wanted = "chart requires kubeVersion: >=1.30.0 which is incompatible with Kubernetes v1.29"
    assert problem.helm_message == wanted
    assert prepare(chart, {}, Release(), make_capabilities()).problems == ()


def test_integers_of_flags_are_int64(tmp_path: Path) -> None:
    user = ValuesInput(flags=(SetFlag("set", "a=5,b=05"),))
    values = prepare_files(tmp_path, "-- values.yaml --\na: 1\n", user).values
    assert isinstance(values["a"], Int64)
    assert values == {"a": 5, "b": "05"}


def test_a_flag_that_makes_no_sense_is_a_finding(tmp_path: Path) -> None:
    user = ValuesInput(flags=(SetFlag("set", "a[x]=1"), SetFlag("set", "b=1")))
    inputs = prepare_files(tmp_path, "-- values.yaml --\na: 1\n", user)
    assert re.match("failed parsing --set data: error parsing index", inputs.problems[0].helm_message)
    assert inputs.values["b"] == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("set-json", "a=" + "[" * 300 + "]" * 300),
        ("set-json", '{"a":' * 300 + "1" + "}" * 300),
        ("set", "a" + "[0]" * 300 + "=1"),
        ("set", "a" + "[0]" * 5_000 + "=1"),
        ("set-json", "a=" + "[" * 5_000 + "]" * 5_000),
    ],
    ids=range(5),
)
def test_flags_that_nest_without_end_are_findings(tmp_path: Path, kind: SetKind, text: str) -> None:
    user = ValuesInput(flags=(SetFlag("set", "b=1"), SetFlag(kind, text)))
    inputs = prepare_files(tmp_path, "-- values.yaml --\nb: 0\n", user)
    assert find_problem(inputs.problems, "QD241").severity is Severity.CRITICAL
    assert inputs.values["b"] == 1


def test_values_of_a_program_that_nest_without_end_are_refused() -> None:
    values: Any = 1
    for _ in range(100_000):
        values = [values]
    with pytest.raises(OptionError, match="nested more than 200 deep"):
        ValuesInput.from_mapping({"a": values})


def test_a_value_that_only_helms_first_look_takes_for_a_section_is_reported(tmp_path: Path) -> None:
    # Helm first merges with nested sub-charts under their own names, and gives them their aliases later.
    nested = "dependencies: [{name: deep, version: '*', alias: other}]\n"
    inputs = prepare_files(
        tmp_path,
        f"-- Chart.yaml --\n{CHART_YAML}dependencies: []\n"
        f"-- charts/sub/Chart.yaml --\napiVersion: v2\nname: sub\nversion: 1.0.0\n{nested}"
        "-- charts/sub/values.yaml --\ndeep: false\n"
        "-- charts/sub/charts/deep/Chart.yaml --\n{apiVersion: v2, name: deep, version: 1.0.0}\n",
    )
    problem = find_problem(inputs.problems, "QD242")
    assert problem.helm_message == "chart dependencies processing failed: type mismatch on deep: false"
    assert problem.path.endswith("/charts/sub/values.yaml")


def test_values_of_a_program_are_taken_as_json_would_carry_them() -> None:
    given_values = {"a": 1, "b": (True, None, "x"), "c": {"d": 2.5}}
    values = ValuesInput.from_mapping(given_values).values
    assert values == {"a": 1.0, "b": [True, None, "x"], "c": {"d": 2.5}}
    assert type(values["a"]) is float
    endless: dict[str, Any] = {}
    endless["self"] = endless
    for wrong in ({"a": object()}, {1: "a"}, {"a": float("nan")}, {"a": 10**400}, endless):
        with pytest.raises(OptionError):
            ValuesInput.from_mapping(wrong)
