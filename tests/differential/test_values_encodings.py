"""JSON and TOML read and write as in Helm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from differential.value_operands import OPERANDS, TEXTS, TREES, Operand, Outcome, ask, from_values, ours
from hypothesis import example, given
from hypothesis import strategies as st

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.jsondecode import decode_json, decode_json_list, decode_json_map
from quarterdeck.runtime.jsontext import encode_json, encode_json_indented
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
    if isinstance(operand.value, complex):
        return
    assert ours("", encode_json, operand.value) == ask("toJson @0", [operand])


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
    if isinstance(operand.value, complex):
        return
    assert ours("toToml", _to_toml, operand.value) == ask("toToml @0", [operand])


def _to_toml(value: Any) -> str:
    """Helm's toToml: an error of the encoder is its result, but a panic is the template's error."""
    try:
        return encode_toml(value)
    except GoError as error:
        if str(error).startswith("toml:"):
            return str(error)
        raise
