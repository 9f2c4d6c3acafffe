"""What a scenario lays over a chart's values: its files, values inside other files, flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.diagnostics.model import Place
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, InlineValues, Scenario, SetFlag
from quarterdeck.scenarios.values import OUTSIDE, Refusal, values_input

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.chart.overrides import ValuesInput

FILE = "/work/.quarterdeck.yaml"
HERE = Place(FILE, 3, 9)


def scenario(*layers: str | InlineValues, flags: tuple[SetFlag, ...] = (), **other: Any) -> Scenario:
    return Scenario(name="prod", source="declared", layers=layers, flags=flags, place=Place(FILE, 2), **other)


def read(one: Scenario, files: dict[str, str | Refusal] | None = None, **options: Any) -> ValuesInput:
    return values_input(one, (files or {}).get, **options)


def origin_of(tmp_path: Path, values: ValuesInput, *path: str) -> Place:
    """Give the place from which a chart with these values has the value at `path`."""
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (tmp_path / "values.yaml").write_text("a: {b: 0}\n")
    inputs = prepare(read_chart(tmp_path), values, Release(), make_capabilities(None, ()))
    origin = inputs.origins.find(path)
    assert origin is not None
    return origin.place


def test_the_defaults_lay_nothing_over_a_chart() -> None:
    values = read(DEFAULT_SCENARIO)
    assert (values.values, values.problems) == ({}, ())


def test_files_and_values_inside_files_come_in_their_order_and_flags_last() -> None:
    inline = InlineValues("b: inline\nc: inline\n", HERE)
    one = scenario("/work/a.yaml", inline, "/work/z.yaml", flags=(SetFlag("set", "d=flag"),))
    files = {"/work/a.yaml": "a: 1\nb: 1\nc: 1\nd: 1\n", "/work/z.yaml": "c: last\n"}
    values = read(one, files)
    assert values.values == {"a": 1.0, "b": "inline", "c": "last", "d": "flag"}
    assert values.problems == ()


def test_a_file_that_is_not_there_is_told_where_it_is_named() -> None:
    values = read(
        scenario("/work/a.yaml", "/work/b.yaml", layer_places=(Place(FILE, 8), HERE)), {"/work/a.yaml": ""}
    )
    (finding,) = values.problems
    assert (finding.code, finding.severity.value, finding.place) == ("QD805", "critical", HERE)
    assert finding.helm_message == "open /work/b.yaml: no such file or directory"
    assert values.refusals == values.problems


def test_without_the_place_of_a_file_that_of_the_scenario_counts() -> None:
    assert [one.place for one in read(scenario("/work/a.yaml")).problems] == [Place(FILE, 2)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [(OUTSIDE, "QD806"), (Refusal("unreadable", "cannot be read"), "QD805"), (None, "QD805")],
)
def test_why_a_file_is_not_read_is_told(answer: Refusal | None, code: str) -> None:
    (finding,) = values_input(scenario("/work/a.yaml"), lambda _: answer).problems
    assert (finding.code, finding.severity.value) == (code, "critical")


def test_a_path_that_leads_out_is_not_even_asked_for() -> None:
    asked: list[str] = []
    one = scenario("/etc/passwd", "/work/a.yaml", "/workshop/b.yaml", flags=(
        SetFlag("set-file", "x=../etc/passwd", HERE), SetFlag("set-file", "y=a.txt", HERE)
    ))  # fmt: skip
    values = values_input(one, lambda path: asked.append(path) or "", root="/work")
    assert asked == ["/work/a.yaml", "/work/a.txt"]
    assert [one.code for one in values.problems] == ["QD806", "QD806", "QD241"]


def test_files_of_flags_are_read_from_the_folder_of_the_declaration_and_at_once() -> None:
    files: dict[str, str | Refusal] = {"/work/run.sh": "echo"}
    values = read(scenario(flags=(SetFlag("set-file", "script=run.sh", HERE),)), files)
    files.clear()
    assert values.values == {"script": "echo"}
    assert values == read(
        scenario(flags=(SetFlag("set-file", "script=run.sh", HERE),)), {"/work/run.sh": "echo"}
    )


@pytest.mark.parametrize("text", ["script=none.sh", "a=none.sh,b=none.sh"])
def test_a_file_of_a_flag_that_is_not_there_is_told_at_the_flag(text: str) -> None:
    (finding,) = read(scenario(flags=(SetFlag("set-file", text, HERE),))).problems
    assert (finding.code, finding.place) == ("QD241", HERE)
    assert "open /work/none.sh: no such file or directory" in finding.message


def test_a_flag_that_makes_no_sense_is_told_where_it_is_written() -> None:
    (finding,) = read(scenario(flags=(SetFlag("set", "a[", HERE), SetFlag("set", "b", HERE)))).problems
    assert (finding.code, finding.place) == ("QD241", HERE)


# --- where values come from ---


def test_a_value_of_a_file_leads_to_the_file(tmp_path: Path) -> None:
    values = read(scenario("/work/a.yaml"), {"/work/a.yaml": "x: 1\na:\n  b: 5\n"})
    assert origin_of(tmp_path, values, "a", "b") == Place("/work/a.yaml", 3, 6, 3, 7)


def test_a_value_inside_another_file_leads_to_its_true_place(tmp_path: Path) -> None:
    inline = InlineValues("x: 1\na:\n  b: 5\n", Place("/work/app.yaml", 10, 7))
    assert origin_of(tmp_path, read(scenario(inline)), "a", "b") == Place("/work/app.yaml", 12, 12, 12, 13)


def test_two_sets_of_values_in_one_file_are_told_apart(tmp_path: Path) -> None:
    first = InlineValues("a: {b: 1}\n", Place("/work/app.yaml", 10, 7))
    second = InlineValues("c: 2\n", Place("/work/app.yaml", 20, 3))
    values = read(scenario(first, second))
    assert origin_of(tmp_path, values, "a", "b") == Place("/work/app.yaml", 10, 14, 10, 15)
    assert origin_of(tmp_path, values, "c") == Place("/work/app.yaml", 20, 6, 20, 7)


def test_a_value_of_a_flag_leads_to_the_flag(tmp_path: Path) -> None:
    values = read(scenario(flags=(SetFlag("set", "a.b=7", HERE),)))
    assert origin_of(tmp_path, values, "a", "b") == HERE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: c: d\n", Place("/work/app.yaml", 11, 11, 11, 11)),
        ("- a\n", Place("/work/app.yaml", 10, 7)),
        ("a: 1\n---\n- b\n", Place("/work/app.yaml", 12, 7)),
    ],
)
def test_damaged_values_inside_another_file_are_told_at_their_true_place(text: str, place: Place) -> None:
    (finding,) = read(scenario(InlineValues(text, Place("/work/app.yaml", 10, 7)))).problems
    assert (finding.code, finding.place) == ("QD240", place)
