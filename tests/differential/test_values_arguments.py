"""Arguments of functions are checked and converted as Helm does, with its errors."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differential.value_operands import Outcome, ask, ours
from quarterdeck.gotmpl.nodes import Bool, Nil, Number, String
from quarterdeck.runtime.calls import check_count, checked, constant_argument, parameter_type, validate
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import GoList, Int64, Uint8

VALUES: dict[str, Any] = {
    "text": "a",
    "number": 2.0,
    "flag": True,
    "map": {"k": "v"},
    "list": ["x"],
    "nothing": None,
}

CALLS = (
    "upper", "until", "hasKey", "keys", "trunc", "ternary", "join", "pick", "printf", "not", "eq", "toJson",
    "substr", "int64", "kindOf", "repeat", "replace", "list", "get", "values", "untilStep", "first",
)  # fmt: skip


class Argument(NamedTuple):
    """An argument as written in a template, and how our runtime takes it for a parameter of a Go type."""

    text: str
    value: Any = None
    node: Bool | Nil | Number | String | None = None
    is_field: bool = False

    def given_to(self, type_name: str) -> Any:
        if self.node is not None:
            return constant_argument(self.node, type_name)
        return validate(self.value, type_name, is_interface_nil=self.is_field and self.value is None)


CONSTANTS = (
    Argument("nil", node=Nil(0, 0)),
    Argument("true", node=Bool(0, 0, value=True)),
    Argument('"a"', node=String(0, 0, raw='"a"', value="a")),
    Argument("`k`", node=String(0, 0, raw="`k`", value="k")),
    Argument("1", node=Number(0, 0, text="1", int_value=1, float_value=1.0)),
    Argument("-2", node=Number(0, 0, text="-2", int_value=-2, float_value=-2.0)),
    Argument("1.0", node=Number(0, 0, text="1.0", int_value=1, float_value=1.0)),
    Argument("1.5", node=Number(0, 0, text="1.5", int_value=None, float_value=1.5)),
    Argument("0x10", node=Number(0, 0, text="0x10", int_value=16, float_value=16.0)),
    Argument("0xe", node=Number(0, 0, text="0xe", int_value=14, float_value=14.0)),
    Argument("1e3", node=Number(0, 0, text="1e3", int_value=1000, float_value=1000.0)),
    Argument("'x'", node=Number(0, 0, text="'x'", int_value=120, float_value=120.0, is_char=True)),
    Argument("'e'", node=Number(0, 0, text="'e'", int_value=101, float_value=101.0, is_char=True)),
    Argument("1i", node=Number(0, 0, text="1i", int_value=None, float_value=None, is_complex=True)),
    Argument(
        "9223372036854775808",
        node=Number(
            0, 0, text="9223372036854775808", int_value=9223372036854775808, float_value=9223372036854775808.0
        ),
    ),
)
FIELDS = tuple(Argument(f".Values.{name}", value, is_field=True) for name, value in VALUES.items())
WRAPPED = tuple(Argument(f"(.Values.{name})", value) for name, value in VALUES.items())
MADE = (
    Argument("(int64 3)", Int64(3)),
    Argument('(index "a" 0)', Uint8(97)),
    Argument('(splitList "," "p,q")', GoList(["p", "q"])),
    Argument("(int 3)", 3),
    Argument("(.Values.missing)"),
)
MISSING = Argument(".Values.missing", is_field=True)
ARGUMENTS = st.sampled_from([*CONSTANTS, *FIELDS, *WRAPPED, *MADE, MISSING])


@given(name=st.sampled_from(CALLS), arguments=st.lists(ARGUMENTS, max_size=4))
def test_arguments_are_taken_and_refused_as_in_helm(name: str, arguments: list[Argument]) -> None:
    expected = ask(" ".join([name, *(argument.text for argument in arguments)]), [], VALUES)
    function = function_table()[name]
    refusal = ""
    taken: list[Any] = []
    try:
        check_count(function, len(arguments))
        for place, argument in enumerate(arguments):
            taken.append(argument.given_to(parameter_type(function, place)))
    except GoError as error:
        refusal = str(error)
    if refusal:
        assert expected == Outcome("", refusal)
    else:
        call = partial(function.call, Context(seed=1)) if function.takes_context else function.call
        assert ours(name, call, *taken) == expected


@given(name=st.sampled_from(CALLS), arguments=st.lists(st.sampled_from([*WRAPPED, *MADE]), max_size=4))
def test_checked_functions_take_what_helm_takes_and_refuse_the_rest(
    name: str, arguments: list[Argument]
) -> None:
    function = function_table()[name]
    expected = ask(" ".join([name, *(argument.text for argument in arguments)]), [], VALUES)
    call = checked(function, partial(function.call, Context(seed=1)) if function.takes_context else None)
    if "wrong number of args" in expected.error:
        if not function.is_variadic:
            with pytest.raises(TypeError):
                call(*(argument.value for argument in arguments))
        return
    mine = ours(name, call, *(argument.value for argument in arguments))
    assert (mine.text, bool(mine.error)) == (expected.text, bool(expected.error))
