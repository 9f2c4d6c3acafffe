"""Comparison, elements, lengths and truth are Helm's, with its errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differential.value_operands import OPERANDS, SCALARS, Operand, ask, from_values, ours
from quarterdeck.runtime import access
from quarterdeck.runtime.funcs.table import function_table

NUMBERS = st.one_of(
    st.integers(-3, 3).map(lambda number: Operand(str(number), number)),
    st.sampled_from([0.0, 1.0, 2.5]).map(lambda number: Operand("", number, is_from_values=True)),
)
PAIRS = st.one_of(
    st.tuples(OPERANDS, OPERANDS),
    st.tuples(from_values(SCALARS), from_values(SCALARS)),
    OPERANDS.map(lambda operand: (operand, operand)),
    st.tuples(NUMBERS, NUMBERS),
)
KEYS = st.one_of(
    st.sampled_from([Operand('"a"', "a"), Operand('"b"', "b"), Operand("nil", None), Operand("1.5", 1.5)]),
    st.integers(-1, 3).map(lambda number: Operand(str(number), number)),
    OPERANDS,
)
CONTAINERS = st.one_of(
    OPERANDS,
    from_values(
        st.recursive(
            SCALARS,
            lambda inner: st.one_of(
                st.lists(inner, min_size=1, max_size=3),
                st.dictionaries(st.sampled_from("ab"), inner, min_size=1, max_size=2),
            ),
            max_leaves=6,
        )
    ),
)


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
@given(pair=PAIRS)
def test_comparing_gives_helm_s_answer_or_error(name: str, pair: tuple[Operand, Operand]) -> None:
    call = function_table()[name].call
    assert ours(name, call, pair[0].value, pair[1].value) == ask(f"{name} @0 @1", list(pair))


@given(operands=st.lists(OPERANDS, min_size=1, max_size=4))
def test_eq_compares_with_each_of_several(operands: list[Operand]) -> None:
    call = function_table()["eq"].call
    expression = " ".join(["eq", *(f"@{place}" for place in range(len(operands)))])
    assert ours("eq", call, *(operand.value for operand in operands)) == ask(expression, operands)


@given(item=CONTAINERS, keys=st.lists(KEYS, max_size=3))
def test_index_gives_helm_s_element_or_error(item: Operand, keys: list[Operand]) -> None:
    expression = " ".join(["index", *(f"@{place}" for place in range(len(keys) + 1))])
    expected = ask(expression, [item, *keys])
    assert ours("index", access.index, item.value, *(key.value for key in keys)) == expected


@given(item=CONTAINERS)
def test_len_gives_helm_s_number_or_error(item: Operand) -> None:
    assert ours("len", access.length, item.value) == ask("len @0", [item])


def test_len_of_a_nil_field_is_called_a_nil_pointer() -> None:
    expected = ask("len .Values.missing", [])
    assert ours("len", lambda: access.length(None, is_interface_nil=True)) == expected


@pytest.mark.parametrize("name", ["and", "or"])
@given(operands=st.lists(OPERANDS, min_size=1, max_size=4))
def test_and_and_or_give_the_argument_that_helm_gives(name: str, operands: list[Operand]) -> None:
    call = function_table()[name].call
    expression = " ".join([name, *(f"@{place}" for place in range(len(operands)))])
    assert ours(name, call, *(operand.value for operand in operands)) == ask(expression, operands)


@given(operand=OPERANDS)
def test_not_sees_truth_as_helm_does(operand: Operand) -> None:
    assert ours("not", function_table()["not"].call, operand.value) == ask("not @0", [operand])
