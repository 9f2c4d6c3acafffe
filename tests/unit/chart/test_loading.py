"""Charts as they are read: which file is what, and what is said of damaged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.diagnostics.model import Severity
from quarterdeck.errors import ChartNotFoundError
from unit.chart.chart_folders import CHART_YAML, find_problem, pack, read_files, write_chart

if TYPE_CHECKING:
    from pathlib import Path


def test_each_file_goes_where_helm_puts_it(tmp_path: Path) -> None:
    chart = read_files(
        tmp_path,
        """
        -- templates/a.yaml --
        a: 1
        -- templates/_helpers.tpl --
        -- values.yaml --
        x: {z: 1}
        -- values.schema.json --
        {}
        -- crds/one.yaml --
        kind: CustomResourceDefinition
        -- crds/README.md --
        text
        -- README.md --
        text
        -- charts/sub/Chart.yaml --
        {apiVersion: v2, name: sub, version: 1.0.0}
        -- charts/sub/templates/b.yaml --
        b: 1
        -- charts/_ignored/Chart.yaml --
        {}
        """,
    )
    assert chart.problems == ()
    assert [file.path for file in chart.templates] == ["templates/_helpers.tpl", "templates/a.yaml"]
    assert [file.path for file in chart.files] == ["README.md", "crds/README.md", "crds/one.yaml"]
    assert [file.path for file in chart.crds] == ["crds/one.yaml"]
    assert chart.values == {"x": {"z": 1.0}}
    assert chart.schema == b"{}\n"
    (sub,) = chart.dependencies
    assert sub.name == "sub"
    assert sub.templates[0].display_path == f"{tmp_path.as_posix()}/charts/sub/templates/b.yaml"


def test_an_archive_gives_the_same_chart_as_its_folder(tmp_path: Path) -> None:
    write_chart(tmp_path / "demo", "-- templates/a.yaml --\na: 1\n-- values.yaml --\nx: 1\n")
    entries = {
        f"demo/{path.relative_to(tmp_path / 'demo').as_posix()}": path.read_bytes()
        for path in (tmp_path / "demo").rglob("*")
        if path.is_file()
    }
    (tmp_path / "demo.tgz").write_bytes(pack(entries))
    packed, folder = read_chart(tmp_path / "demo.tgz"), read_chart(tmp_path / "demo")
    assert (packed.name, packed.values) == (folder.name, folder.values)
    assert [file.data for file in packed.templates] == [file.data for file in folder.templates]
    assert packed.templates[0].display_path.endswith("/demo.tgz/templates/a.yaml")


def test_an_unsaved_text_stands_for_the_file_and_may_be_a_new_one(tmp_path: Path) -> None:
    write_chart(tmp_path, "-- values.yaml --\nx: 1\n-- templates/a.yaml --\nold\n-- .helmignore --\nskip/\n")
    overlay = {
        "values.yaml": "x: 2\n",
        "templates/b.yaml": "new",
        "skip/c.yaml": "ignored",
        "charts/sub/Chart.yaml": "{apiVersion: v2, name: sub, version: 1.0.0}",
    }
    chart = read_chart(tmp_path, overlay=overlay)
    assert chart.values == {"x": 2.0}
    assert [(file.path, file.text) for file in chart.templates] == [
        ("templates/a.yaml", "old\n"),
        ("templates/b.yaml", "new"),
    ]
    assert [file.path for file in chart.files] == [".helmignore"]
    assert [sub.name for sub in chart.dependencies] == ["sub"]


def test_what_helmignore_names_is_left_out(tmp_path: Path) -> None:
    chart = read_files(
        tmp_path,
        """
        -- .helmignore --
        # comment
        *.bak
        /top.txt
        docs/
        a/?.md
        -- top.txt --
        -- inner/top.txt --
        -- x.bak --
        -- docs/page.md --
        -- a/b.md --
        -- a/bc.md --
        -- templates/.hidden.yaml --
        -- templates/deep/.hidden.yaml --
        """,
    )
    assert [file.path for file in chart.files] == [".helmignore", "a/bc.md", "inner/top.txt"]
    assert [file.path for file in chart.templates] == ["templates/deep/.hidden.yaml"]


def test_a_malformed_ignore_rule_is_reported_at_its_line(tmp_path: Path) -> None:
    chart = read_files(tmp_path, "-- .helmignore --\nok\na**b\n-- templates/a.yaml --\na: 1\n")
    problem = find_problem(chart.problems, "QD208")
    assert (problem.line, problem.helm_message) == (2, "double-star (**) syntax is not supported")
    assert [file.path for file in chart.templates] == ["templates/a.yaml"]


def test_values_of_several_documents_are_merged(tmp_path: Path) -> None:
    chart = read_files(tmp_path, "-- values.yaml --\na: {x: 1, z: 1}\n---\na: {z: 2}\nb: 1\n")
    assert chart.values == {"a": {"x": 1.0, "z": 2.0}, "b": 1.0}


def test_damaged_values_are_reported_at_their_place_and_the_rest_loads(tmp_path: Path) -> None:
    chart = read_files(tmp_path, "-- values.yaml --\na: 1\n---\nb: [1\nc: 2\n-- templates/a.yaml --\na: 1\n")
    problem = find_problem(chart.problems, "QD240")
    assert problem.path.endswith("/values.yaml")
    assert problem.line in {3, 4}
    assert problem.severity is Severity.CRITICAL
    assert problem.helm_message.startswith("cannot load values.yaml: cannot unmarshal yaml document: ")
    assert chart.values == {"a": 1.0}
    assert len(chart.templates) == 1


def test_values_nested_too_deeply_are_a_finding(tmp_path: Path) -> None:
    chart = read_files(tmp_path, f"-- values.yaml --\na: {'{b: ' * 5000}1{'}' * 5000}\n")
    assert "nested" in find_problem(chart.problems, "QD240").message
    assert chart.values == {}


def test_a_chart_yaml_that_helmignore_leaves_out_is_told(tmp_path: Path) -> None:
    chart = read_files(tmp_path, "-- .helmignore --\n!keep\n-- templates/a.yaml --\na: 1\n")
    (problem,) = chart.problems
    assert (problem.code, problem.helm_message) == ("QD220", "Chart.yaml file is missing")
    assert "left out by a rule of .helmignore" in problem.message


def test_a_chart_without_chart_yaml_is_named_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "thing"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates/a.yaml").write_text("a: 1")
    chart = read_chart(folder)
    problem = find_problem(chart.problems, "QD220")
    assert chart.name == "thing"
    assert problem.path == f"{folder.as_posix()}/Chart.yaml"
    assert problem.helm_message.startswith("unable to detect chart at ")
    inputs = prepare(chart, {}, Release(), make_capabilities())
    assert [file.name for file in inputs.templates] == ["thing/templates/a.yaml"]


@pytest.mark.parametrize(
    ("yaml", "line", "words"),
    [
        ("name: demo\nversion: 1.0\nkeywords: x\n", 3, "json: cannot unmarshal string into Go struct field"),
        ("apiVersion: v2\nname: demo\n", 1, "validation: chart.metadata.version is required"),
        ("apiVersion: v2\nname: demo\nversion: one\n", 3, 'chart.metadata.version "one" is invalid'),
        ("apiVersion: v2\nname: a/b\nversion: 1.0.0\n", 2, 'chart.metadata.name "a/b" is invalid'),
        ("apiVersion: v2\nname: demo\nversion: 1.0.0\ntype: x\n", 4, "chart.metadata.type must be"),
        ("apiVersion: v9\nname: demo\nversion: 1.0.0\n", 1, "unsupported chart version"),
        (
            "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- name: a\n- name: a\n",
            6,
            'more than one dependency with name or alias "a"',
        ),
        (
            "apiVersion: v2\nname: demo\nversion: 1.0.0\nmaintainers:\n-\n",
            5,
            "maintainers must not contain empty",
        ),
    ],
)
def test_metadata_is_refused_at_its_place_in_helms_words(
    tmp_path: Path, yaml: str, line: int, words: str
) -> None:
    (tmp_path / "Chart.yaml").write_text(yaml)
    problem = next(one for one in read_chart(tmp_path).problems if one.code in {"QD221", "QD222"})
    assert problem.path.endswith("/Chart.yaml")
    assert problem.line == line
    assert words in problem.helm_message
    assert problem.severity is Severity.CRITICAL


def test_numbers_in_metadata_become_texts_as_helm_spells_them(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(
        "apiVersion: v2\nNAME: demo\nversion: 1\nappVersion: 12345678\n"
        "keywords: [1.50, 1000000, 1e6, 0x10, true, null]\n"
    )
    manifest = read_chart(tmp_path).manifest
    assert (manifest.name, manifest.version, manifest.app_version) == ("demo", "1", "12345678")
    assert manifest.keywords == ("1.5", "1000000", "1e+06", "16", "true", "")


def test_a_dependency_that_is_not_vendored_is_reported_at_its_line(tmp_path: Path) -> None:
    declared = "dependencies:\n- name: here\n  version: 1.0.0\n- name: gone\n  version: 1.x\n"
    chart = read_files(
        tmp_path,
        f"-- Chart.yaml --\n{CHART_YAML}{declared}"
        "-- charts/here/Chart.yaml --\n{apiVersion: v2, name: here, version: 1.0.0}\n"
        "-- templates/a.yaml --\na: 1\n",
    )
    problem = find_problem(chart.problems, "QD250")
    assert (problem.line, problem.column) == (7, 9)
    assert problem.helm_message.endswith("missing in charts/ directory: gone")
    assert chart.missing_dependencies == ("gone",)
    inputs = prepare(chart, {}, Release(), make_capabilities())
    assert [file.name for file in inputs.templates] == ["demo/templates/a.yaml"]
    assert inputs.missing_dependencies == ("gone",)


def test_a_vendored_version_outside_the_range_is_reported(tmp_path: Path) -> None:
    chart = read_files(
        tmp_path,
        f"-- Chart.yaml --\n{CHART_YAML}dependencies:\n- name: sub\n  version: ^2\n"
        "-- charts/sub/Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.0}\n",
    )
    problem = find_problem(chart.problems, "QD252")
    assert (problem.line, problem.severity) == (6, Severity.HIGH)


def test_problems_of_a_sub_chart_carry_helms_words_for_the_whole(tmp_path: Path) -> None:
    chart = read_files(
        tmp_path, "-- charts/sub/Chart.yaml --\nname: sub\n-- charts/sub/values.yaml --\na: 1\n"
    )
    problem = find_problem(chart.problems, "QD222")
    assert problem.path.endswith("/charts/sub/Chart.yaml")
    wrapped = "error unpacking subchart sub in demo: validation: chart.metadata.version is required"
    assert problem.helm_message == wrapped


def test_nothing_at_all_is_no_chart(tmp_path: Path) -> None:
    with pytest.raises(ChartNotFoundError):
        read_chart(tmp_path / "missing")
    with pytest.raises(ChartNotFoundError):
        read_chart(tmp_path)


def test_reading_again_keeps_the_values_of_files_that_stayed_the_same(tmp_path: Path) -> None:
    write_chart(
        tmp_path,
        """
        -- values.yaml --
        a: {x: 1}
        -- charts/sub/Chart.yaml --
        {apiVersion: v2, name: sub, version: 1.0.0}
        -- charts/sub/values.yaml --
        b: [1
        """,
    )
    first = read_chart(tmp_path)
    again = read_chart(tmp_path, overlay={"templates/new.yaml": "a: 1"}, previous=first)
    assert again.values is first.values
    assert again.problems == first.problems
    assert [file.path for file in again.templates] == ["templates/new.yaml"]
    changed = read_chart(tmp_path, overlay={"values.yaml": "a: {x: 2}"}, previous=again)
    assert changed.values == {"a": {"x": 2.0}}
    assert first.values == {"a": {"x": 1.0}}
