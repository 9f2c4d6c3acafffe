"""Fields of maps, methods of `.Values` and what is no field are Helm's, with its errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differential.value_operands import ask, ours
from quarterdeck.runtime import access
from quarterdeck.runtime.values import Values

TREE: dict[str, Any] = {"m": {"n": {"x": 1.0}, "list": ["a"]}, "text": "t", "flag": False, "gone": None}
NAMES = st.sampled_from(["m", "n", "x", "list", "text", "flag", "missing"])
PATHS = st.lists(st.sampled_from(["m", "n", "x", "list", "text", "flag", "missing", ""]), max_size=3).map(
    ".".join
)


def follow(names: list[str]) -> Any:
    """Give the field of a field …, each in parentheses: fields of the nil that these give are nil."""
    value: Any = Values(TREE)
    for name in names:
        value = None if value is None else access.field(value, name)
    return value


@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_fields_give_helm_s_value_or_error(names: list[str]) -> None:
    expression = ".Values"
    for name in names:
        expression = f"({expression}).{name}"
    expected = ask(expression, [], TREE)
    mine = ours("", follow, names)
    assert (mine.text, mine.error.removeprefix("error calling : ")) == expected


@given(path=PATHS, method=st.sampled_from(["Table", "PathValue"]))
def test_methods_of_values_give_helm_s_result_or_error(path: str, method: str) -> None:
    mine = ours("", access.field_with_arguments, Values(TREE), method, (path,))
    expected = ask(f'.Values.{method} "{path}"', [], TREE)
    assert (mine.text, mine.error.removeprefix("error calling : ")) == expected


@pytest.mark.parametrize(
    "call",
    [
        (".Values.Table", "Table", ()),
        ('.Values.Table "a" "b"', "Table", ("a", "b")),
        (".Values.Table (float64 1.5)", "Table", (1.5,)),
        ('.Values.YAML "a"', "YAML", ("a",)),
        (".Values.PathValue", "PathValue", ()),
        ('.Values.AsMap "a"', "AsMap", ("a",)),
        ('.Values.text "a"', "text", ("a",)),
        ('.Values.m.n "a"', "n", ("a",)),
    ],
)
def test_wrong_arguments_of_fields_and_methods_fail_as_in_helm(
    call: tuple[str, str, tuple[Any, ...]],
) -> None:
    written, name, arguments = call
    receiver = Values(TREE) if not written.startswith(".Values.m.") else TREE["m"]
    mine = ours("", access.field_with_arguments, receiver, name, arguments)
    assert mine.error.removeprefix("error calling : ") == ask(written, [], TREE).error


def test_yaml_of_values_is_what_helm_writes() -> None:
    tree = {"b": [1.0, "x"], "a": {"c": True}}
    assert ours("", access.field, Values({**tree, "l": []}), "YAML") == ask(".Values.YAML", [], tree)
