"""JSON is written as encoding/json writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.jsondecode import MAX_NESTING, decode_json, decode_json_list, decode_json_map
from quarterdeck.runtime.jsontext import MAX_NESTING as MOST_WRITTEN
from quarterdeck.runtime.jsontext import encode_json, encode_json_indented
from quarterdeck.runtime.values import GoList, GoStruct, Int64, NilList, NilMap, Values

if TYPE_CHECKING:
    from collections.abc import Callable

TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)


class Moment(GoStruct):
    go_type = "time.Time"

    def marshal(self) -> Any:
        return "2024-01-01T00:00:00Z"


class Pair(GoStruct):
    go_type = "x.Pair"

    def fields(self) -> tuple[tuple[str, Any], ...]:
        return (("Z", 1), ("A", [Moment()]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (8080.0, "8080"),
        (-0.0, "-0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"),
        (Int64(5), "5"),
        ("<a href='x'>&\u2028é\0\x7f", "\"\\u003ca href='x'\\u003e\\u0026\\u2028é\\u0000\x7f\""),
        ('\b\f\n\r\t"\\', '"\\b\\f\\n\\r\\t\\"\\\\"'),
        ("\udcff", '"\\ufffd"'),
        ({"b": 1.0, "10": 2, "9": [], "B": {}}, '{"10":2,"9":[],"B":{},"b":1}'),
        (Values(x=GoList(["a"])), '{"x":["a"]}'),
        ([NilMap(), NilList(), b"hi"], '[null,null,"aGk="]'),
        (Pair(), '{"Z":1,"A":["2024-01-01T00:00:00Z"]}'),
    ],
)
def test_values_are_written_as_go_writes_them(value: Any, text: str) -> None:
    assert encode_json(value) == text


def test_html_stays_when_asked() -> None:
    assert encode_json("<&>\u2029", escape_html=False) == '"<&>\\u2029"'


def test_indented_json_keeps_empty_containers_on_their_line() -> None:
    assert encode_json_indented({"b": [1.0, {}], "a": [], "c": {"d": "<"}}) == (
        '{\n  "a": [],\n  "b": [\n    1,\n    {}\n  ],\n  "c": {\n    "d": "\\u003c"\n  }\n}'
    )
    assert encode_json_indented([Pair()], "\t") == (
        '[\n\t{\n\t\t"Z": 1,\n\t\t"A": [\n\t\t\t"2024-01-01T00:00:00Z"\n\t\t]\n\t}\n]'
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(float("nan"), "NaN"), (float("inf"), "+Inf"), (float("-inf"), "-Inf")]
)
def test_numbers_that_json_lacks_are_refused(value: float, shown: str) -> None:
    with pytest.raises(GoError) as caught:
        encode_json({"a": [value]})
    assert str(caught.value) == f"json: unsupported value: {shown}"


@pytest.mark.parametrize("encode", [encode_json, encode_json_indented])
def test_a_value_that_holds_itself_is_refused_where_go_sees_it(
    encode: Callable[[Any], str], deep_stack: None
) -> None:
    loop: dict[str, Any] = {}
    loop["a"] = [loop]
    for value, seen_at in ((loop, "map[string]interface {}"), ([loop], "[]interface {}")):
        with pytest.raises(GoError) as caught:
            encode(value)
        assert str(caught.value) == f"json: unsupported value: encountered a cycle via {seen_at}"


def test_what_is_no_cycle_is_written_ten_thousand_deep(deep_stack: None) -> None:
    shared = ["x"]
    value: Any = {"k": [shared, shared]}
    for _ in range(MOST_WRITTEN - 3):
        value = [value]
    assert encode_json(value) == f'{"[" * 9_997}{{"k":[["x"],["x"]]}}{"]" * 9_997}'
    with pytest.raises(BudgetError, match="nested too deeply"):
        encode_json([[[value]]])
    with pytest.raises(BudgetError, match="exceeds the limit"):
        encode_json_indented(value)


def test_a_type_without_a_form_in_json_is_refused() -> None:
    with pytest.raises(GoError, match="json: unsupported type: complex128"):
        encode_json(1j)


@given(tree=TREES)
def test_what_is_written_reads_back(tree: Any) -> None:
    for text in (encode_json(tree), encode_json(tree, escape_html=False), encode_json_indented(tree)):
        assert decode_json(text) == (tree, "")


@given(tree=TREES)
def test_what_python_writes_is_read(tree: Any) -> None:
    assert decode_json(json.dumps(tree)) == (tree, "")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "unexpected end of JSON input"),
        (" [1, ", "unexpected end of JSON input"),
        ('{"a"', "unexpected end of JSON input"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ("1 2", "invalid character '2' after top-level value"),
        ("01", "invalid character '1' after top-level value"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("nul1", "invalid character '1' in literal null (expecting 'l')"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("-", "invalid character ' ' in numeric literal"),
        ("-a", "invalid character 'a' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1e+", "invalid character ' ' in exponent of numeric literal"),
        ('"a\nb"', "invalid character '\\n' in string literal"),
        ('"\\q"', "invalid character 'q' in string escape code"),
        ('"\\u12g"', "invalid character 'g' in \\u hexadecimal character escape"),
        ("é", "invalid character 'Ã' looking for beginning of value"),
        ("\ufeff1", "invalid character 'ï' looking for beginning of value"),
    ],
)
def test_a_broken_text_is_refused_in_go_s_words(text: str, error: str) -> None:
    assert decode_json(text) == (None, error)


def test_lone_surrogates_and_broken_bytes_become_replacement_characters() -> None:
    assert decode_json('{"\\ud800a": ["\\ude00", "\\ud83d\\ude00", "\udcff"]}') == (
        {"\ufffda": ["\ufffd", "\U0001f600", "\ufffd"]},
        "",
    )


def test_a_number_beyond_float64_is_nil_and_an_error() -> None:
    error = "json: cannot unmarshal number 1e999 into Go value of type float64"
    assert decode_json_map('{"a": 1e999, "b": 1e5, "c": -1e400}') == ({"a": None, "b": 1e5, "c": None}, error)
    assert decode_json_list('{"a": 1e999}')[1] == (
        "json: cannot unmarshal object into Go value of type []interface {}"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [("[]", "array"), ('"a"', "string"), ("1", "number"), ("true", "bool"), ("1e999", "number")],
)
def test_a_map_takes_objects_alone(text: str, name: str) -> None:
    error = f"json: cannot unmarshal {name} into Go value of type map[string]interface {{}}"
    assert decode_json_map(text) == ({}, error)


def test_null_is_a_nil_map_or_slice() -> None:
    assert decode_json_map("null")[0].__class__ is NilMap
    assert decode_json_list("null")[0].__class__ is NilList


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_has_a_limit_far_below_the_end_of_the_stack(opening: str, closing: str) -> None:
    allowed = MAX_NESTING // 2
    assert decode_json(opening * allowed + "1" + closing * allowed)[1] == ""
    assert decode_json(opening * 200_000) == (None, "exceeded max depth")


def test_brackets_in_strings_do_not_nest() -> None:
    assert decode_json('["' + "[" * 5_000 + '\\"[\n"]'.replace("\n", ""))[1] == ""
