"""JSON and TOML read and write as in Helm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from differential.value_operands import OPERANDS, TEXTS, TREES, Operand, Outcome, ask, from_values, ours
from quarterdeck.runtime.funcs.on_demand.time_parsing import parse_time
from quarterdeck.runtime.funcs.time_zones import COMPUTER_ZONE, Zone
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.jsondecode import decode_json, decode_json_list, decode_json_map
from quarterdeck.runtime.jsontext import encode_json, encode_json_indented
from quarterdeck.runtime.tomldecode import decode_toml
from quarterdeck.runtime.tomltext import encode_toml

JSON_PIECES = st.sampled_from(
    [
        *'{}[],:"\\ \n',
        *[
            "1",
            "-",
            "0",
            "01",
            "1.",
            "1.5",
            "1e",
            "1e5",
            "1E+",
            "-0",
            "1e999",
            "true",
            "tru",
            "null",
            "nul",
            "false",
        ],
        *[
            '"a"',
            '"a":',
            '"b":1',
            '"\\u00e9"',
            '"\\ud83d\\ude00"',
            '"\\ud83d"',
            '"\\x"',
            '"\\u12"',
            "é",
            "'",
            "\x01",
        ],
        *["NaN", "Infinity", "\ufeff", "[1,2]", '{"a":1}'],
    ]
)
JSON_TEXTS = st.one_of(
    st.lists(JSON_PIECES, max_size=6).map("".join),
    TREES.map(json.dumps),
    st.tuples(TREES.map(json.dumps), st.integers(0, 30), JSON_PIECES).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
    ),
)


@given(operand=OPERANDS)
def test_to_json_writes_what_helm_writes(operand: Operand) -> None:
    assert ours("mustToJson", encode_json, operand.value) == ask("mustToJson @0", [operand])


@given(operand=from_values(TREES))
def test_pretty_and_raw_json_are_written_as_helm_writes_them(operand: Operand) -> None:
    assert ours("", encode_json_indented, operand.value) == ask("toPrettyJson @0", [operand])
    raw = ours("", lambda value: encode_json(value, escape_html=False), operand.value)
    assert raw == ask("toRawJson @0", [operand])


@given(text=JSON_TEXTS)
@example(text='{"a":1e999,"b":[1]}')
@example(text="[" * 3)
def test_json_reads_as_in_helm_errors_included(text: str) -> None:
    operand = Operand("", text, is_from_values=True)
    assert ours("", lambda: _with_error(decode_json_map(text))) == ask("fromJson @0 | toJson", [operand])
    assert ours("", lambda: _with_error(decode_json_list(text))) == ask(
        "fromJsonArray @0 | toJson", [operand]
    )
    value, error = decode_json(text)
    mine = Outcome("", f"error calling mustFromJson: {error}") if error else ours("", encode_json, value)
    assert mine == ask("mustFromJson @0 | toJson", [operand])


def _with_error(result: tuple[Any, str]) -> str:
    """Give the JSON of what Helm's fromJson and fromJsonArray make of a result and an error."""
    value, error = result
    if error:
        value = {**value, "Error": error} if isinstance(value, dict) else [error]
    return encode_json(value)


@pytest.mark.parametrize(
    "number", ["1e308", "1e21", "123456789012345680000", "1e-7", "0.000001", "1e15", "-1e14"]
)
def test_numbers_are_written_to_json_with_helm_s_thresholds(number: str) -> None:
    operand = Operand("", float(number), is_from_values=True)
    assert ours("", encode_json, float(number)) == ask("toJson @0", [operand])


TABLES = st.dictionaries(
    st.one_of(TEXTS, st.sampled_from(["a", "b", "c-d", "e.f"])),
    st.one_of(TREES, st.lists(st.dictionaries(st.sampled_from("xyz"), TREES, max_size=3), max_size=3)),
    max_size=4,
)


@given(operand=st.one_of(from_values(TABLES), OPERANDS))
def test_to_toml_writes_what_helm_writes(operand: Operand) -> None:
    assert ours("toToml", _to_toml, operand.value) == ask("toToml @0", [operand])


def _to_toml(value: Any) -> str:
    """Helm's toToml: an error of the encoder is its result, but a panic is the template's error."""
    try:
        return encode_toml(value)
    except GoError as error:
        if str(error).startswith("reflect:"):
            raise
        return str(error)


SIMPLE_TREES = st.one_of(
    st.booleans(), st.integers(0, 99), st.sampled_from(["a", "é"]), st.lists(st.booleans())
)
TOML_NAMES = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "a.b",
        "a.c",
        "a.b.c",
        '"x y"',
        "'q'.a",
        "é",
        "",
        ".a",
        "a.",
        "a . b",
        '"\\u00e9"',
        '""',
        'a.""',
    ]
)
TOML_VALUES = st.one_of(
    st.sampled_from(
        [
            *[
                "1",
                "-7",
                "+5",
                "0",
                "01",
                "1_000",
                "1__0",
                "_1",
                "1_",
                "0x1F",
                "0o17",
                "0b11",
                "0x",
                "0xg",
                "+0x1",
                "-0",
            ],
            *[
                "9223372036854775808",
                "-9223372036854775808",
                "1.5",
                "1.",
                ".5",
                "1e5",
                "1.5e-3",
                "1e",
                "1e999",
                "-inf",
            ],
            *[
                "nan",
                "+nan",
                "inf",
                "infx",
                "ian",
                "1.5.2",
                "01.5",
                "1_0.5",
                "1._5",
                "true",
                "false",
                "tru",
                "True",
                "+",
                "-a",
            ],
            *[
                '"a"',
                "'a\\b'",
                '"a\\tb"',
                '"\\u00e9\\U0001F600"',
                '"\\q"',
                '"\\x41\\e"',
                '"\\ud800"',
                '"a\\ b"',
                '"a',
                "'a",
                '"\\u12"',
            ],
            *[
                '"""a\nb"""',
                '"""\na\\\n   b"""',
                '"""a"""""',
                '"""a""""""',
                "'''\na'''",
                "'''a''",
                '"a\nb"',
                '"a\r\nb"',
                '"\\',
            ],
            *[
                "1979-05-27T07:32:00Z",
                "1979-05-27 07:32:00.5-07:00",
                "1979-05-27T07:32:00",
                "1979-05-27",
                "07:32:00.25",
            ],
            *[
                "1979-05-27t07:32z",
                "07:32",
                "7:32:00",
                "1979-13-01",
                "1979-05-27T",
                "1979-05-27T7:32:00Z",
                "24:00:00",
            ],
            *[
                "[]",
                "[1, 2,]",
                "[1,,2]",
                "[",
                "[1",
                "[1 2]",
                "[\n1, # c\n2\n]",
                "[[1],['a']]",
                "[{a=1},{a=2}]",
                "{}",
                "{a=1}",
            ],
            *[
                "{a=1,}",
                "{a=1,,}",
                "{a=1\n,b=2}",
                "{a.b=1, a.c=2}",
                "{a=1, a=2}",
                "{",
                "{a",
                "{a=",
                "{a=1 b",
                "{a={b={c=1}}}",
                "{a=1,a.b=2}",
            ],
            *["", "\x01", "#", "é", "\r", "1 # comment", "1 2", "[{a=1}, 2]", "{ # c\n a = 1 # d\n }"],
        ]
    ),
    st.dictionaries(st.sampled_from("xyz"), SIMPLE_TREES, max_size=3).map(json.dumps),
)
TOML_LINES = st.one_of(
    st.tuples(TOML_NAMES, TOML_VALUES).map(" = ".join),
    st.tuples(TOML_NAMES, TOML_VALUES).map("=".join),
    TOML_NAMES.map("[{}]".format),
    TOML_NAMES.map("[[{}]]".format),
    st.sampled_from(
        ["", "# c", "  ", "[a", "[[a]", "[a]]", "[a] b", "a", "=", "a = ", "\ufeff", "[ a . 'b' ] # c"]
    ),
)
TOML_TEXTS = st.one_of(
    st.tuples(TOML_NAMES, TOML_VALUES).map("=".join),
    st.tuples(st.lists(TOML_LINES, max_size=5), st.sampled_from(["\n", "\n", "\r\n"])).map(
        lambda parts: parts[1].join(parts[0])
    ),
)


@given(text=TOML_TEXTS)
def test_toml_reads_as_in_helm_errors_included(text: str) -> None:
    operand = Operand("", text, is_from_values=True)
    assert ours("", _from_toml, text) == ask("fromToml @0", [operand])
    assert ours("", lambda: encode_toml(_from_toml(text))) == ask("toToml (fromToml @0)", [operand])


def _from_toml(text: str) -> dict[str, Any]:
    tables, error = decode_toml(text, _read_time)
    return {"Error": error} if error else tables


def _read_time(layout: str, value: str, zone: str) -> Any:
    return parse_time(layout, value, Zone(zone, zone, 0) if zone else COMPUTER_ZONE)
