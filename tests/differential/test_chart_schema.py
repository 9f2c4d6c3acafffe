"""Values against values.schema.json, compared with the Helm program: what is refused, and the words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helm_program import run_helm
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.overrides import SetFlag, ValuesInput
from quarterdeck.chart.prepare import Release, prepare
from unit.chart.chart_folders import write_chart

if TYPE_CHECKING:
    from pathlib import Path

RULES = {
    "type": "object",
    "required": ["x", "y"],
    "properties": {
        "x": {"type": "boolean"},
        "z": {"required": ["q"], "properties": {"p": {"type": "string"}}},
    },
}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
CASES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"$ref": "#/$defs/r", "$defs": {"r": RULES}}, ("x=1", "x=true", "z.p=1,x=true,y=1", "z.p=1")),
    (
        {"allOf": [{"$ref": "#/$defs/r"}, {"required": ["w"]}], "$defs": {"r": RULES}},
        ("x=1", "w=1,x=1", "w=1,x=true"),
    ),
    ({"properties": {"o": {"allOf": [{"required": ["a"]}, {"required": ["b"]}]}}}, ("o.c=1", "o.a=1")),
    ({"properties": {"o": RULES}}, ("o.x=1", "o.z.p=1")),
    ({"anyOf": [RULES, {"required": ["k"]}]}, ("x=1",)),
    (
        {"properties": {"o": {"$ref": "#/$defs/r"}}, "$defs": {"r": RULES}},
        ("o.x=1", "o.z.p=1", "o.x=true,o.y=1,o.z.p=1"),
    ),
    (
        {
            "$schema": DRAFT_4,
            "properties": {"a": {"type": "integer", "exclusiveMinimum": True, "minimum": 5}},
        },
        ("a=5", "a=6", "a=6.5", "a=x", "b=1"),
    ),
    ({"propertyNames": {"pattern": "^[a-z]+$"}}, ("AB=1", "global.x=1")),
    ({"additionalProperties": {"type": "object"}}, ("a=1", "a.b=1")),
    (
        {
            "$schema": DRAFT_7,
            "if": {"required": ["a"]},
            "then": {"required": ["b"], "properties": {"a": {"type": "string"}}},
            "else": {"required": ["c"]},
        },
        ("a=1", "d=1"),
    ),
    ({"unevaluatedProperties": False, "properties": {"a": {}}}, ("z=1", "a=1")),
    ({"properties": {"a": False, "b": True}}, ("a=1", "b=1")),
    ({"properties": {"a": {"multipleOf": 3, "exclusiveMaximum": 7, "maximum": 5}}}, ("a=8", "a=7")),
    ({"dependentSchemas": {"a": {"required": ["b"]}}, "dependencies": {"c": ["d"]}}, ("a=1", "c=1")),
    ({"properties": {"t": {"type": ["string", "null"], "minLength": 3, "pattern": "^x"}}}, ("t=ab", "t=1")),
    ({"properties": {"o": {"oneOf": [{"type": "number"}, {"type": "integer"}]}}}, ("o=1", "o=x")),
    ({"properties": {"l": {"uniqueItems": True, "items": {"type": "string"}}}}, ("l={a,a}", "l[0]=1")),
]


@pytest.mark.parametrize(
    ("schema", "flag"),
    [(schema, flag) for schema, flags in CASES for flag in flags],
    ids=[f"{number} {flag}" for number, (_, flags) in enumerate(CASES) for flag in flags],
)
def test_values_meet_a_schema_as_in_helm(tmp_path: Path, schema: dict[str, Any], flag: str) -> None:
    chart = write_chart(tmp_path, "-- values.yaml --\nb: 5\n")
    (chart / "values.schema.json").write_text(json.dumps(schema))
    user = ValuesInput(flags=(SetFlag("set", flag),))
    inputs = prepare(read_chart(chart), user, Release(name="x"), make_capabilities())
    stops = [problem.helm_message for problem in inputs.problems if problem.helm_message]
    expected = run_helm("template", "x", str(chart), f"--set={flag}").error
    # Go looks at the keys of a map in an order of chance.
    assert sorted("".join(stops[:1]).strip().split("\n")) == sorted(expected.split("\n"))


@pytest.mark.parametrize(
    "schema",
    [
        [],
        None,
        3,
        {"type": 5},
        {"type": "strin"},
        {"minimum": "x"},
        {"required": "a"},
        {"properties": []},
        {"properties": {"a": {"type": "x", "minimum": "y"}}},
        {"$schema": DRAFT_7, "required": "a"},
        {"$schema": DRAFT_7, "properties": {"a": {"items": 3}}},
        {"$schema": DRAFT_4, "minimum": "x"},
        {"$ref": "#/nowhere"},
    ],
    ids=json.dumps,
)
def test_damaged_schemas_are_refused_in_helms_words(tmp_path: Path, schema: Any) -> None:
    chart = write_chart(tmp_path, "-- values.yaml --\nb: 5\n")
    (chart / "values.schema.json").write_text(json.dumps(schema))
    inputs = prepare(read_chart(chart), {}, Release(name="x"), make_capabilities())
    expected = run_helm("template", "x", str(chart)).error
    assert sorted(inputs.problems[0].helm_message.strip().split("\n")) == sorted(expected.split("\n"))
