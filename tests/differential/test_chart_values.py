"""Values of generated charts as the official engine merges them, with all that dependencies can declare."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, RenderInputs, prepare
from quarterdeck.runtime.jsontext import encode_json

PROBE = (
    '{{- define "probe" -}}{"values":{{ toJson .Values }},"chart":{{ toJson .Chart }},"subcharts":{ '
    '{{- range $name, $chart := .Subcharts }}{{ toJson $name }}:{{ include "probe" $chart }},{{ end }}"":0}}'
    '{{- end -}}{{ include "probe" . }}'
)
NAMES = ("alpha", "beta", "gamma")
KEYS = ("global", "tags", "exports", "enabled", "x", "y", "data", *NAMES)

Tree = dict[str, Any]


def trees(keys: tuple[str, ...] = KEYS, depth: int = 3) -> st.SearchStrategy[Tree]:
    """Small values with the names that mean something to Helm, nulls included."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(["", "text", 0.0, 1.0, 2.5]),
        st.lists(st.sampled_from(["a", 1.0, None]), max_size=2),
    )
    if depth == 0:
        return st.dictionaries(st.sampled_from(keys), leaves, max_size=3)
    inner = trees(keys, depth - 1)
    return st.dictionaries(st.sampled_from(keys), st.one_of(leaves, inner, inner), max_size=4)


def dependencies(names: tuple[str, ...]) -> st.SearchStrategy[list[Tree]]:
    """Entries of `dependencies` for vendored sub-charts, with everything that changes what they give."""
    conditions = st.sampled_from(
        ["", "alpha.enabled", "beta.enabled,x", "global.x", "one.enabled", "y", "data.x", "tags.x"]
    )
    imports = st.lists(
        st.one_of(
            st.sampled_from(["data", "x"]),
            st.fixed_dictionaries(
                {
                    "child": st.sampled_from(["data", "exports.data", "exports", "alpha"]),
                    "parent": st.sampled_from(["data", ".", "x.y", "beta", "x"]),
                }
            ),
        ),
        max_size=3,
    )
    entry = st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "version": st.sampled_from(["1.0.0", ">=0.1.0", "~2", "*"]),
            "repository": st.just("https://example.com"),
            "condition": conditions,
            "tags": st.lists(st.sampled_from(["x", "y", "enabled"]), max_size=2),
            "alias": st.sampled_from(["", "", "one", "two", "three"]),
            "import-values": imports,
        }
    )
    return st.lists(entry, max_size=3, unique_by=lambda one: one["alias"] or one["name"])


@st.composite
def charts(draw: st.DrawFn, name: str = "root", depth: int = 2) -> dict[str, str]:
    """The files of a chart with vendored sub-charts."""
    below = draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)) if depth else []
    metadata: Tree = {"apiVersion": "v2", "name": name, "version": "1.0.0"}
    if below:
        metadata["dependencies"] = draw(dependencies(tuple(below)))
    files = {"Chart.yaml": json.dumps(metadata), "values.yaml": json.dumps(draw(trees()))}
    for sub in below:
        for path, text in draw(charts(name=sub, depth=depth - 1)).items():
            files[f"charts/{sub}/{path}"] = text
    return files


def write(files: dict[str, str], folder: Path) -> Path:
    for path, text in {**files, "templates/probe.yaml": PROBE}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def ask_helm(folder: Path, overrides: Tree) -> Any:
    """Give what the engine's templates see, or the text of its refusal."""
    try:
        with helm.Chart.load(folder) as chart:
            rendered = chart.render(overrides, name="rel", namespace="ns")
    except helm.HelmError as error:
        return str(error)
    return json.loads(rendered["root/templates/probe.yaml"])


def ours(inputs: RenderInputs) -> Any:
    """Give the same from our preparation; the engine says less of where it stops than `helm template`."""
    stops = [problem.helm_message for problem in inputs.problems if problem.helm_message]
    if stops:
        return stops[0].removeprefix("chart dependencies processing failed: ")
    return json.loads(encode_json(describe(inputs.context)))


def describe(context: Any) -> Tree:
    subcharts = {name: describe(inner) for name, inner in context.get("Subcharts").items()}
    return {
        "values": context.get("Values"),
        "chart": context.get("Chart"),
        "subcharts": {**subcharts, "": 0},
    }


@given(files=charts(), overrides=trees())
def test_generated_charts_have_the_engines_values(files: dict[str, str], overrides: Tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(files, Path(folder))
        inputs = prepare(
            read_chart(path), overrides, Release(name="rel", namespace="ns"), make_capabilities()
        )
        answer = ours(inputs)
        # Helm takes sub-charts in an order of chance, so that of two mistakes it tells either.
        tries = 10 if isinstance(answer, str) else 1
        expected = (ask_helm(path, overrides) for _ in range(tries))
        assert any(answer == one for one in expected)


@given(files=charts(), first=trees(), second=trees())
def test_a_second_preparation_is_not_disturbed_by_the_first(
    files: dict[str, str], first: Tree, second: Tree
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(files, Path(folder))
        release = Release(name="rel", namespace="ns")
        used = read_chart(path)
        prepare(used, first, release, make_capabilities())
        again = prepare(used, second, release, make_capabilities())
        fresh = prepare(read_chart(path), second, release, make_capabilities())
        assert ours(again) == ours(fresh)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_requirements_yaml_declares_dependencies_in_both_format_versions(
    tmp_path: Path, version: str
) -> None:
    files = {
        "Chart.yaml": f"apiVersion: {version}\nname: root\nversion: 1.0.0\n",
        "requirements.yaml": "dependencies: [{name: alpha, version: 1.0.0, alias: one}]\n",
        "charts/alpha/Chart.yaml": "apiVersion: v1\nname: alpha\nversion: 1.0.0\n",
        "charts/alpha/values.yaml": "x: 1\n",
    }
    path = write(files, tmp_path)
    inputs = prepare(read_chart(path), {}, Release(name="rel", namespace="ns"), make_capabilities())
    assert ours(inputs) == ask_helm(path, {})


@pytest.mark.parametrize("overrides", [{}, {"imported": {"b": None}}, {"alpha": {"part": {"a": 7.0}}}])
def test_an_import_shows_in_the_table_that_was_imported_before_it(tmp_path: Path, overrides: Tree) -> None:
    imports = [
        {"child": "part", "parent": "imported"},
        {"child": "more", "parent": "."},
        {"child": "part", "parent": "again"},
    ]
    declared = [{"name": "alpha", "version": "1.0.0", "repository": "", "import-values": imports}]
    files = {
        "Chart.yaml": json.dumps(
            {"apiVersion": "v2", "name": "root", "version": "1.0.0", "dependencies": declared}
        ),
        "values.yaml": "imported: {a: own}\n",
        "charts/alpha/Chart.yaml": "apiVersion: v2\nname: alpha\nversion: 1.0.0\n",
        "charts/alpha/values.yaml": "part: {a: 1, b: 2, n: null}\nmore: {k: v, imported: {z: 1, b: 3}}\n",
    }
    path = write(files, tmp_path)
    inputs = prepare(read_chart(path), overrides, Release(name="rel", namespace="ns"), make_capabilities())
    assert ours(inputs) == ask_helm(path, overrides)
