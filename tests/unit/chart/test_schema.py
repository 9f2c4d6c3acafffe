"""Values against values.schema.json: Helm's words, our places, and no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.chart.overrides import SetFlag, ValuesInput
from quarterdeck.diagnostics.model import Severity
from quarterdeck.runtime.values import Int64
from unit.chart.chart_folders import find_problem, prepare_files

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.chart.strvals import SetKind

PREFIX = "values don't meet the specifications of the schema(s) in the following chart(s):\n"


def with_schema(schema: Any, values: str) -> str:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return f"-- values.schema.json --\n{text}\n-- values.yaml --\n{values}"


def test_each_violation_is_at_the_value_and_all_share_helms_message(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "port": {"type": "integer", "maximum": 10_000},
            "image": {"type": "object", "additionalProperties": False, "properties": {"tag": {}}},
        },
        "required": ["name"],
    }
    inputs = prepare_files(tmp_path, with_schema(schema, "port: 70000\nimage:\n  tag: a\n  tga: b\n"))
    found = [(one.line, one.column, one.message) for one in inputs.problems]
    assert sorted(found) == [
        (1, 1, "the values against values.schema.json: missing property 'name'"),
        (1, 7, "`port` against values.schema.json: maximum: got 70,000, want 10,000"),
        (4, 3, "`image` against values.schema.json: additional properties 'tga' not allowed"),
    ]
    (helm,) = {one.helm_message for one in inputs.problems}
    assert helm.startswith(f"{PREFIX}demo:\n")
    assert "\n- at '/port': maximum: got 70,000, want 10,000\n" in helm
    assert "\n- at '': missing property 'name'\n" in helm


def test_a_flag_that_violates_the_schema_is_named(tmp_path: Path) -> None:
    user = ValuesInput(flags=(SetFlag("set", "a=text"),))
    text = with_schema({"properties": {"a": {"type": "number"}}}, "a: 1\n")
    problem = find_problem(prepare_files(tmp_path, text, user).problems, "QD260")
    assert problem.path == "command line"
    assert problem.message == "`a` against values.schema.json: got string, want number"


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("set", "a=8443", ""),
        ("set", "a=70000", "maximum: got 70,000, want 10,000"),
        ("set", "list[0].a=1,list[1]=-3", ""),
        ("set", "a=yes", "got string, want integer"),
        ("set-string", "a=1", "got string, want integer"),
        ("set-json", "a=1.5", "got number, want integer"),
        ("set-json", '{"a": 3}', ""),
        ("set-literal", "a=1", "got string, want integer"),
        ("set-file", "word=some.txt", "maxLength: got 3, want 2"),
        ("set-string", "word=\udcff", ""),
        ("set-json", 'word="\\ud800"', ""),
    ],
)
def test_flags_of_every_kind_meet_the_schema(tmp_path: Path, kind: SetKind, text: str, message: str) -> None:
    schema = {"properties": {"a": {"type": "integer", "maximum": 10_000}, "word": {"maxLength": 2}}}
    user = ValuesInput(flags=(SetFlag(kind, text),), read_file=lambda _path: "a\udcfeb")
    problems = prepare_files(tmp_path, with_schema(schema, "a: 1\n"), user).problems
    found = [one.message.rpartition("schema.json: ")[2] for one in problems]
    assert found == [message] * bool(message)


def test_integers_of_a_program_meet_the_schema(tmp_path: Path) -> None:
    text = with_schema({"properties": {"a": {"type": "integer"}}}, "a: 1\n")
    assert prepare_files(tmp_path, text, {"a": 2, "b": Int64(3), "c": "\ud800"}).problems == ()


def test_integers_of_values_files_are_integers_in_every_draft(tmp_path: Path) -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"a": {"type": "integer"}, "l": {"items": {"type": "integer"}}},
    }
    inputs = prepare_files(tmp_path, with_schema(schema, "a: 5\nl: [1, 2.0, 1.5]\n"))
    (problem,) = inputs.problems
    assert (problem.line, problem.column) == (2, 13)


def test_schemas_of_sub_charts_are_checked_too(tmp_path: Path) -> None:
    schema = json.dumps({"properties": {"a": {"type": "string"}}})
    inputs = prepare_files(
        tmp_path,
        "-- values.yaml --\nsub:\n  a: 1\n"
        "-- charts/sub/Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.0}\n"
        f"-- charts/sub/values.schema.json --\n{schema}\n",
    )
    problem = find_problem(inputs.problems, "QD260")
    assert (problem.path, problem.line) == (f"{tmp_path.as_posix()}/values.yaml", 2)
    assert problem.helm_message == f"{PREFIX}sub:\n- at '/a': got number, want string\n"


def test_secrets_do_not_show_in_messages(tmp_path: Path) -> None:
    schema = {"properties": {"dbPassword": {"pattern": "^x$"}, "user": {"pattern": "^x$"}}}
    inputs = prepare_files(tmp_path, with_schema(schema, "dbPassword: hunter2\nuser: admin\n"))
    texts = " ".join(f"{one.message} {one.helm_message}" for one in inputs.problems)
    assert "hunter2" not in texts
    assert "'admin' does not match pattern '^x$'" in texts


def test_a_reference_into_the_network_is_a_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "a": {"$ref": "https://example.invalid/schema.json"},
            "b": {"type": "string"},
        }
    }
    inputs = prepare_files(tmp_path, with_schema(schema, "a: 1\nb: 2\n"))
    unreachable = find_problem(inputs.problems, "QD262")
    assert unreachable.severity is Severity.MEDIUM
    assert "https://example.invalid/schema.json" in unreachable.message
    assert unreachable.path.endswith("/values.schema.json")
    assert find_problem(inputs.problems, "QD260").line == 2


def test_a_reference_to_a_file_is_refused_as_by_helm(tmp_path: Path) -> None:
    inputs = prepare_files(tmp_path, with_schema({"$ref": "other.json"}, "a: 1\n"))
    problem = find_problem(inputs.problems, "QD262")
    words = 'failing loading "file:///other.json": open /other.json: no such file or directory'
    assert problem.helm_message == f"{PREFIX}demo:\n{words}"


def test_a_schema_that_is_no_json_is_a_finding(tmp_path: Path) -> None:
    problem = find_problem(prepare_files(tmp_path, with_schema('{"type"', "a: 1\n")).problems, "QD261")
    assert problem.path.endswith("/values.schema.json")
    assert problem.helm_message == f"{PREFIX}demo:\nunexpected EOF"


def test_each_mistake_in_a_schema_is_at_its_place(tmp_path: Path) -> None:
    schema = '{"properties": {\n  "a": {"type": "strin"},\n  "b": {"minimum": "x"}}}'
    problems = prepare_files(tmp_path, with_schema(schema, "a: 1\n")).problems
    assert [(one.code, one.line, one.column) for one in problems] == [("QD261", 2, 17), ("QD261", 3, 20)]
    assert "value must be one of 'array'" in problems[0].message
    assert problems[1].message.endswith("got string, want number")


@pytest.mark.parametrize("draft", ["http://example.invalid/x", 5, None, "", "#"])
def test_a_damaged_schema_of_an_unknown_draft_is_a_finding(tmp_path: Path, draft: object) -> None:
    inputs = prepare_files(tmp_path, with_schema({"$schema": draft, "type": "strin"}, "a: 1\n"))
    assert {one.code for one in inputs.problems} & {"QD261", "QD262"}


def test_a_schema_that_refers_to_itself_without_end_is_survived(tmp_path: Path) -> None:
    inputs = prepare_files(tmp_path, with_schema({"allOf": [{"$ref": "#"}]}, "a: 1\n"))
    assert {one.code for one in inputs.problems} <= {"QD260", "QD261"}


@pytest.mark.parametrize(
    "draft",
    [
        "http://json-schema.org/schema#",
        "https://json-schema.org/schema",
        "https://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2020-12/schema",
    ],
)
def test_a_version_of_the_schema_language_is_no_missing_schema(tmp_path: Path, draft: str) -> None:
    text = with_schema({"$schema": draft, "properties": {"a": {"type": "integer"}}}, "a: text\n")
    problems = prepare_files(tmp_path, text).problems
    assert [one.message for one in problems] == ["`a` against values.schema.json: got string, want integer"]


def test_a_schema_language_that_is_not_known_is_not_fetched_and_said(tmp_path: Path) -> None:
    text = with_schema({"$schema": "https://schemas.example/own"}, "a: text\n")
    assert find_problem(prepare_files(tmp_path, text).problems, "QD262").severity is Severity.MEDIUM
