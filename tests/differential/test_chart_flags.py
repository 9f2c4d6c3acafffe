"""`-f`, `--set` and its siblings, Kubernetes versions and refusals, compared with the Helm program itself."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helm_program import run_helm
from quarterdeck.chart.capabilities import make_capabilities, parse_kube_version
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.overrides import SetFlag, ValuesFile, ValuesInput
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.errors import OptionError
from quarterdeck.runtime.jsontext import encode_json
from unit.chart.chart_folders import write_chart

if TYPE_CHECKING:
    from pathlib import Path

TYPES = "{{ range $k, $v := .Values }}{{ $k }}={{ kindOf $v }} {{ end }}"
KINDS = ("set", "set-string", "set-json", "set-literal")
ODD_LINES = [
    "a=1",
    "a=01",
    "a=0",
    "a=-5,b=+7,c=9223372036854775807,d=9223372036854775808",
    "a=true,b=False,c=NULL,d=nullx",
    "a=",
    "a=,b=1",
    "a",
    "a,b=1",
    "a=1,",
    ",a=1",
    "=1",
    ".a=1",
    "a.=1",
    "a..b=1",
    "a.b",
    "a.b.c=1,a.b.d=2",
    "a\\.b=1",
    "a=b\\,c",
    "a=b\\",
    "a={1,x,true}",
    "a={}",
    "a={1,2",
    "a={1},b=2",
    "a={1}x",
    "a[0]=1",
    "a[2]=1",
    "a[0].b=1,a[0].c=2",
    "a[0][1]=x",
    "a[0]",
    "a[0",
    "a[x]=1",
    "a[-1]=1",
    "a[0]x=1",
    "a[65537]=1",
    "a[1].b=",
    "known=1",
    "known.deep.more=1",
    "known.word.more=1",
    "known.list[0]=x,known.list[3]=y",
    "known.list.x=1",
    "known[0]=1",
    "known.deep=null",
    "a=1e5,b=1.5",
    'a={"x": [1, null]},b=2',
    '{"a": {"b": 1}}',
    '{"a": 1',
    'a= "text" ,b=null,c=',
    "a=[1,2] b=1",
    "a[0]={},a[1]=[]",
    ".".join("abcdefghijklmnopqrstuvwxyzabcdefg") + "=1",
]


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chart that prints its values and the kinds of those at the top."""
    folder = tmp_path_factory.mktemp("probe")
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: probe\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("known: {deep: {x: 1}, word: text, list: [1, 2]}\n")
    (folder / "templates/probe.yaml").write_text(
        f'{{{{ define "kinds" }}}}{TYPES}{{{{ end }}}}'
        'values: {{ toJson .Values | quote }}\nkinds: {{ include "kinds" . | quote }}\n'
    )
    return folder


def ask_helm(probe: Path, *arguments: str) -> Any:
    """Give the values and kinds that Helm's template saw, or the text of its refusal."""
    output = run_helm("template", "x", str(probe), *arguments)
    if output.code:
        return output.error
    lines = output.stdout.splitlines()
    values = next(line for line in lines if line.startswith("values: ")).removeprefix("values: ")
    kinds = next(line for line in lines if line.startswith("kinds: ")).removeprefix("kinds: ")
    return json.loads(json.loads(values)), json.loads(kinds).removesuffix(" ")


def ask_us(probe: Path, user: ValuesInput) -> Any:
    """Give the same from our preparation."""
    inputs = prepare(read_chart(probe), user, Release(name="x"), make_capabilities())
    stops = [problem.helm_message for problem in inputs.problems if problem.helm_message]
    if stops:
        return stops[0].strip()
    kinds = " ".join(f"{key}={kind_of(inputs.values[key])}" for key in sorted(inputs.values))
    return json.loads(encode_json(inputs.values)), kinds


def kind_of(value: Any) -> str:
    if value is None:
        return "invalid"
    names = {dict: "map", list: "slice", str: "string", bool: "bool", float: "float64"}
    return names.get(type(value), "int64")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", ODD_LINES)
def test_odd_lines_mean_what_they_mean_to_helm(probe: Path, kind: str, line: str) -> None:
    user = ValuesInput(flags=(SetFlag(kind, line),))  # pyright: ignore[reportArgumentType]
    assert ask_us(probe, user) == ask_helm(probe, f"--{kind}={line}")


@given(
    flags=st.lists(
        st.tuples(st.sampled_from(KINDS), st.text(st.sampled_from('ab01.,=[]{}\\ "n'), max_size=12)),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flags_mean_what_they_mean_to_helm(probe: Path, flags: list[tuple[Any, str]]) -> None:
    user = ValuesInput(flags=tuple(SetFlag(kind, line) for kind, line in flags))
    assert ask_us(probe, user) == ask_helm(probe, *(f"--{kind}={line}" for kind, line in flags))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", [b"a=\xff", b"a\xe9=\xc3(", b'a="\\ud800x"', b'{"a": "\xff", "\\udc80": 1}'])
def test_octets_that_are_not_utf_8_become_what_they_become_in_helm(
    probe: Path, kind: Any, line: bytes
) -> None:
    text = os.fsdecode(line)
    user = ValuesInput(flags=(SetFlag(kind, text),))
    assert ask_us(probe, user) == ask_helm(probe, f"--{kind}={text}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "line",
    [
        "n=8443",
        "n=70000",
        "n=-1",
        "n=1.5",
        "n=text",
        "n=null",
        "n=true",
        "big=9223372036854775807",
        "big=-0.000012345",
        "big=1234567.891",
        "big=1e300",
        "big=-1",
        "one=2,many=2",
        "list={1,x}",
        "list[0]=1,list[1]=1",
        "deep.more=1",
        's="a"',
        'n=1,s="abcd"',
        '{"n": 1e3, "s": ""}',
    ],
)
def test_flags_meet_a_schema_as_in_helm(tmp_path: Path, kind: Any, line: str) -> None:
    schema = {
        "properties": {
            "n": {"type": "integer", "minimum": 0, "maximum": 10_000},
            "s": {"type": "string", "minLength": 2},
            "list": {"items": {"type": "integer"}, "uniqueItems": True},
            "big": {"type": "number", "multipleOf": 2e-7},
            "one": {"$ref": "#/$defs/one"},
            "many": {"enum": [1, 1.5, 1e21, 70000, 0.0000001, "x"]},
            "deep": {"additionalProperties": False},
        },
        "$defs": {"one": {"const": 1e6}},
    }
    chart = write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    (chart / "values.schema.json").write_text(json.dumps(schema))
    output = run_helm("template", "x", str(chart), f"--{kind}={line}")
    user = ValuesInput(flags=(SetFlag(kind, line),))
    inputs = prepare(read_chart(chart), user, Release(name="x"), make_capabilities())
    stops = [problem.helm_message for problem in inputs.problems if problem.helm_message]
    # Go looks at the keys of a map in an order of chance.
    assert sorted("".join(stops[:1]).strip().split("\n")) == sorted(output.error.split("\n"))


def test_files_and_flags_win_in_helms_order(probe: Path, tmp_path: Path) -> None:
    texts = {"one.yaml": "a: 1\nb: {x: 1, y: 1}\nc: 1\n", "two.yaml": "b: {y: null}\nc: 2\n---\nd: 3\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "content.txt").write_text("from a file\n")
    content = str(tmp_path / "content.txt")
    flags = (
        SetFlag("set-literal", "c=a,b=c"),
        SetFlag("set-file", f"e={content}"),
        SetFlag("set-string", "b.x=7"),
        SetFlag("set", "b.x=8,d=9"),
        SetFlag("set-json", "d=[1]"),
    )
    files = tuple(ValuesFile(str(tmp_path / name), text) for name, text in texts.items())
    arguments = [f"--{flag.kind}={flag.text}" for flag in flags]
    for file in files:
        arguments += ["-f", file.path]
    assert ask_us(probe, ValuesInput(files=files, flags=flags)) == ask_helm(probe, *arguments)


@pytest.mark.parametrize("text", ["a: [", "- a\n", "a: 1\n---x\nb: 2\n", "text\n", "a: &x 1\nb: *y\n"])
def test_damaged_values_files_are_refused_in_helms_words(probe: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    user = ValuesInput(files=(ValuesFile(str(path), text),))
    assert ask_us(probe, user) == ask_helm(probe, "-f", str(path))


@pytest.mark.parametrize(
    "version",
    ["1.29", "v1.30.2", "1", "1.x", "v1.33.4-gke.1245000", "01.2", "1.2.3.4", "1.99999999999999999999"],
)
def test_kubernetes_versions_are_read_as_by_helm(probe: Path, tmp_path: Path, version: str) -> None:
    fields = "{{ .KubeVersion.Version }} {{ .KubeVersion }} m{{ .KubeVersion.Minor }}"
    template = f"{{{{ with .Capabilities }}}}v: {fields}{{{{ end }}}}"
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text((probe / "Chart.yaml").read_text())
    (chart / "templates/v.yaml").write_text(template)
    output = run_helm("template", "x", str(chart), f"--kube-version={version}")
    assert describe_kube_version(version) == (output.error or output.stdout.splitlines()[-1])


def describe_kube_version(text: str) -> str:
    """Give what the template prints, or the refusal."""
    try:
        version = parse_kube_version(text)
    except OptionError as error:
        return str(error)
    return f"v: {version.version} {version.normalized} m{version.minor}"


@pytest.mark.parametrize(
    "files",
    [
        {"Chart.yaml": "apiVersion: v2\nname: c\nversion: x\n"},
        {"Chart.yaml": "apiVersion: v2\nname: c\n"},
        {"Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n"},
        {"Chart.yaml": "apiVersion: v9\nname: c\nversion: 1.0.0\n"},
        {"Chart.yaml": "apiVersion: v2\nname: a/b\nversion: 1.0.0\n"},
        {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ntype: other\n"},
        {"Chart.yaml": "name: [\n"},
        {"values.yaml": "a: b: c\n"},
        {"values.yaml": "[1]\n"},
        {"charts/sub/values.yaml": "a: 1\n"},
        {"charts/README.md": "text\n"},
        {"charts/sub.tgz": "text\n"},
        {"charts/sub/Chart.yaml": "name: sub\n"},
        {".helmignore": "a**b\n"},
        {".helmignore": "[a-\n"},
        {
            "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"
            "dependencies: [{name: a, version: 1, repository: ''}, {name: b}]\n"
        },
        {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: a, alias: 'x y'}]\n"},
        {
            "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: '>=99'\n",
        },
        {
            "values.yaml": "sub: text\n",
            "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        },
        {"Chart.lock": "[1]\n"},
    ],
    ids=lambda files: " ".join(f"{path}: {text!r}" for path, text in files.items())[-70:],
)
def test_charts_are_refused_in_helms_words(tmp_path: Path, files: dict[str, str]) -> None:
    folder = tmp_path / "chart"
    plain = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "templates/a.yaml": "a: 1\n"}
    for path, text in {**plain, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    output = run_helm("template", "x", str(folder))
    inputs = prepare(read_chart(folder), {}, Release(name="x"), make_capabilities())
    stops = [problem.helm_message for problem in inputs.problems if problem.helm_message]
    if not output.code:
        assert stops == []
        return
    # The Helm program is a later version than the engine that our words come from: it names Kubernetes 1.37.
    error = output.error.removesuffix("\n\nUse --debug flag to render out invalid YAML")
    assert stops[0].replace("v1.36.0", "v1.37.0") == error
