"""Arguments are checked and converted as text/template does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.gotmpl.nodes import Bool, Nil, Number, String
from quarterdeck.runtime import calls
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import Effect, Function
from quarterdeck.runtime.values import GoList, Int64, NilList, NilMap, Uint8, Values

TYPES = [
    "string",
    "int",
    "int64",
    "float64",
    "bool",
    "map[string]any",
    "[]any",
    "[]string",
    "any",
    "reflect.Value",
]
VALUES = st.sampled_from(
    [
        None,
        "a",
        1,
        Int64(1),
        Uint8(1),
        1.0,
        True,
        {},
        {"a": 1.0},
        Values(),
        [],
        ["a"],
        GoList(["a"]),
        NilMap(),
        NilList(),
    ]
)


def make(signature: str, effect: Effect = "pure") -> Function:
    """Give a function that returns its arguments."""
    return Function("f", signature, lambda *arguments: list(arguments), effect)


def outcome(call: Any, *arguments: Any, **named: Any) -> Any:
    try:
        result = call(*arguments, **named)
    except GoError as error:
        return str(error)
    return result, [type(item) for item in result] if isinstance(result, list) else type(result)


@pytest.mark.parametrize(
    ("value", "type_name", "message"),
    [
        (2.0, "int", "wrong type for value; expected int; got float64"),
        (None, "string", "invalid value; expected string"),
        (Int64(1), "int", "wrong type for value; expected int; got int64"),
        (GoList(["a"]), "[]any", "wrong type for value; expected []interface {}; got []string"),
        ("a", "map[string]any", "wrong type for value; expected map[string]interface {}; got string"),
    ],
)
def test_a_value_of_another_type_is_refused(value: Any, type_name: str, message: str) -> None:
    assert outcome(calls.validate, value, type_name) == message


def test_an_invalid_value_becomes_the_nil_of_the_type_and_a_nil_interface_does_not() -> None:
    assert calls.validate(None, "map[string]any").__class__ is NilMap
    assert calls.validate(None, "[]string").go_type == "[]string"
    assert calls.validate(None, "any") is None
    assert outcome(calls.validate, None, "map[string]any", is_interface_nil=True) == (
        "wrong type for value; expected map[string]interface {}; got interface {}"
    )
    assert calls.takes_interface_nil("any")
    assert not calls.takes_interface_nil("map[string]any")


def test_values_are_maps_of_anything() -> None:
    values = Values(a=1.0)
    assert calls.validate(values, "map[string]any") is values


@given(
    types=st.lists(st.sampled_from(TYPES), max_size=4),
    is_variadic=st.booleans(),
    takes_context=st.booleans(),
    data=st.data(),
)
def test_a_checked_function_does_what_validating_each_argument_does(
    types: list[str], is_variadic: bool, takes_context: bool, data: st.DataObject
) -> None:
    params = [*types[:-1], f"...{types[-1]}"] if is_variadic and types else types
    function = make(f"func({', '.join(params)}) any", "context" if takes_context else "pure")
    count = len(types) + (data.draw(st.integers(-1, 2)) if is_variadic and types else 0)
    arguments = data.draw(st.lists(VALUES, min_size=count, max_size=count))
    context = ["context"] if takes_context else []

    def validated(*given_arguments: Any) -> list[Any]:
        return [
            *context,
            *(
                calls.validate(argument, calls.parameter_type(function, place))
                for place, argument in enumerate(given_arguments)
            ),
        ]

    assert outcome(calls.checked(function), *context, *arguments) == outcome(validated, *arguments)


def test_a_checked_function_calls_what_is_bound() -> None:
    function = make("func(string) any", "context")
    assert calls.checked(function, lambda text: [text, "bound"])("a") == ["a", "bound"]


def test_a_function_of_anything_is_not_wrapped() -> None:
    function = make("func(any, ...any) any")
    assert calls.checked(function) is function.call


@pytest.mark.parametrize(
    ("signature", "count", "is_piped", "message"),
    [
        ("func(int) any", 2, False, "wrong number of args for f: want 1 got 2"),
        ("func(int, string) any", 1, True, "wrong number of args for f: want 2 got 1"),
        ("func(int, ...string) any", 0, False, "wrong number of args for f: want at least 1 got 0"),
        ("func(int, int, ...string) any", 1, True, "wrong number of args for f: want at least 2 got 0"),
    ],
)
def test_a_wrong_number_of_arguments_is_refused(
    signature: str, count: int, is_piped: bool, message: str
) -> None:
    with pytest.raises(GoError) as caught:
        calls.check_count(make(signature), count, is_piped=is_piped)
    assert str(caught.value) == message


def test_a_right_number_of_arguments_is_taken() -> None:
    calls.check_count(make("func(int, ...string) any"), 1)
    calls.check_count(make("func(int, ...string) any"), 9)
    calls.check_count(make("func() any"), 0)


ONE = Number(0, 0, text="1", int_value=1, float_value=1.0)
BIG = Number(0, 0, text="0xffffffffffffffff", int_value=2**64 - 1, float_value=1.8446744073709552e19)


@pytest.mark.parametrize(
    ("node", "type_name", "value"),
    [
        (ONE, "int", 1),
        (ONE, "float64", 1.0),
        (ONE, "int64", Int64(1)),
        (ONE, "any", 1),
        (String(0, 0, raw='"a"', value="a"), "string", "a"),
        (String(0, 0, raw='"a"', value="a"), "any", "a"),
        (Bool(0, 0, value=True), "bool", True),
        (Nil(0, 0), "any", None),
        (Number(0, 0, text="1e3", int_value=1000, float_value=1000.0), "any", 1000.0),
        (Number(0, 0, text="0x1e", int_value=30, float_value=30.0), "any", 30),
        (Number(0, 0, text="0x1p4", int_value=16, float_value=16.0), "any", 16.0),
        (Number(0, 0, text="'e'", int_value=101, float_value=101.0, is_char=True), "any", 101),
        (Number(0, 0, text="2i", int_value=None, float_value=None, is_complex=True), "any", 2j),
    ],
)
def test_a_constant_takes_the_type_that_is_wanted(node: Any, type_name: str, value: Any) -> None:
    taken = calls.constant_argument(node, type_name)
    assert (taken, type(taken)) == (value, type(value))


@pytest.mark.parametrize(
    ("node", "type_name", "message"),
    [
        (ONE, "string", "expected string; found 1"),
        (ONE, "bool", "expected bool; found 1"),
        (BIG, "int", "expected integer; found 0xffffffffffffffff"),
        (BIG, "any", "0xffffffffffffffff overflows int"),
        (String(0, 0, raw="`a`", value="a"), "int", "expected integer; found `a`"),
        (String(0, 0, raw='"a"', value="a"), "float64", 'expected float; found "a"'),
        (Bool(0, 0, value=False), "uint64", "expected unsigned integer; found false"),
        (ONE, "[]string", "can't handle 1 for arg of type []string"),
        (Nil(0, 0), "int", "cannot assign nil to int"),
    ],
)
def test_a_constant_that_does_not_fit_is_refused(node: Any, type_name: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        calls.constant_argument(node, type_name)
    assert str(caught.value) == message


def test_nil_becomes_the_nil_of_a_map() -> None:
    assert calls.constant_argument(Nil(0, 0), "map[string]any").__class__ is NilMap
