"""Values print as Helm prints them: alone, by printf, print and println, and by the escaping functions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differential.value_operands import OPERANDS, TEXTS, Operand, ask, from_values, ours, template_string
from quarterdeck.runtime import printing
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.kinds import go_kind, go_type

FLAGS = st.text("+-# 0", max_size=3)
NUMBERS = st.sampled_from(["", "", "", "1", "7", "*", "[1]*", "[2]*"])
PRECISIONS = st.sampled_from(["", "", "", ".", ".0", ".3", ".12", ".*", ".[1]*", ".-1"])
INDEXES = st.sampled_from(["", "", "", "", "[1]", "[2]", "[3]", "[x]", "[", "[]", "[0]"])
VERBS = st.sampled_from([*"vvvsdqtTxXobOcUeEfFgGw%z!é", ""])
DIRECTIVES = st.tuples(FLAGS, INDEXES, NUMBERS, PRECISIONS, INDEXES, VERBS).map(
    lambda parts: "%" + "".join(parts)
)
SIMPLE = st.sampled_from(["%v", "%s", "%d", "%q", "%+v", "%#v", "%5d", "%-5s|", "%05.1f", "%x", "%t", "%T"])
LAYOUTS = st.lists(st.one_of(SIMPLE, DIRECTIVES, st.text("ab %", max_size=2)), max_size=4).map("".join)


def call(name: str, *arguments: Any) -> Any:
    return function_table()[name].call(*arguments)


@given(operand=OPERANDS)
def test_a_value_alone_prints_as_in_helm(operand: Operand) -> None:
    assert ours("", lambda value: value, operand.value) == ask("@0", [operand])


@given(layout=LAYOUTS, operands=st.lists(OPERANDS, max_size=3))
def test_printf_prints_as_in_helm(layout: str, operands: list[Operand]) -> None:
    values = [operand.value for operand in operands]
    expression = f"printf {template_string(layout)} " + " ".join(f"@{n}" for n in range(len(operands)))
    assert ours("printf", lambda: printing.sprintf(layout, values)) == ask(expression, operands)


@pytest.mark.parametrize("name", ["print", "println", "html", "js", "urlquery"])
@given(operands=st.lists(OPERANDS, max_size=3))
def test_printing_functions_print_as_in_helm(name: str, operands: list[Operand]) -> None:
    expression = " ".join([name, *(f"@{n}" for n in range(len(operands)))])
    values = [operand.value for operand in operands]
    assert ours(name, call, name, *values) == ask(expression, operands)


@pytest.mark.parametrize("name", ["html", "js", "urlquery"])
@given(operand=from_values(TEXTS))
def test_escaping_functions_escape_text_as_in_helm(name: str, operand: Operand) -> None:
    assert ours(name, call, name, operand.value) == ask(f"{name} @0", [operand])


@given(operand=OPERANDS)
def test_types_and_kinds_have_go_s_names(operand: Operand) -> None:
    assert ours("", go_type, operand.value) == ask("typeOf @0", [operand])
    assert ours("", go_kind, operand.value) == ask("kindOf @0", [operand])


@given(layout=st.sampled_from(["%q", "%+q", "%#q", "%x", "% X", "%#U"]), operand=from_values(TEXTS))
def test_strings_are_quoted_as_in_helm(layout: str, operand: Operand) -> None:
    assert ours("", lambda: printing.sprintf(layout, [operand.value])) == ask(
        f'printf "{layout}" @0', [operand]
    )


@pytest.mark.parametrize("first", range(0x80, 0x110000, 0x8000))
def test_every_character_is_quoted_as_in_helm(first: int) -> None:
    text = "".join(
        chr(code) for code in range(first, first + 0x8000) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000
    )
    operand = Operand("", text, is_from_values=True)
    assert ours("", lambda: printing.sprintf("%q", [text])) == ask('printf "%q" @0', [operand])
