"""Fields, elements and lengths are found as text/template finds them."""

from __future__ import annotations

from typing import Any

import pytest

from quarterdeck.runtime import access
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import TEMPLATE_READS, GoMap, GoStruct, RootContext, Uint8, Values


class Files(GoStruct):
    """A map type with methods, as `.Files`."""

    go_type = "engine.files"
    kind = "map"

    def __init__(self, names: dict[str, bytes]) -> None:
        self.names = names

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, name: str) -> Any:
        return self.names[name]

    def get(self, name: str) -> Any:
        return self.names.get(name)


def error_of(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(GoError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def test_a_field_is_a_key_and_a_missing_one_is_nil() -> None:
    assert access.field({"a": 1.0}, "a") == 1.0
    assert access.field({"a": 1.0}, "b") is None
    assert access.field(GoMap({"a": "x"}), "b") == ""
    assert access.field(Values(a=1.0), "a") == 1.0


def test_fields_of_nil_and_of_scalars_are_errors() -> None:
    assert error_of(access.field, None, "x") == "nil pointer evaluating interface {}.x"
    assert error_of(access.field, "s", "x") == "can't evaluate field x in type string"
    assert error_of(access.field, [1.0], "x") == "can't evaluate field x in type []interface {}"
    assert (
        error_of(access.field_with_arguments, {"x": 1.0}, "x", ("a",))
        == "x is not a method but has arguments"
    )


def test_values_have_methods() -> None:
    inner = {"c": 1.0, "t": {}}
    values = Values(a={"b": inner}, n=None, AsMap="hidden")
    assert access.field(values, "AsMap") is values
    assert access.field_with_arguments(values, "Table", ("a.b",)) is inner
    assert access.field_with_arguments(values, "PathValue", ("a.b.c",)) == 1.0
    assert access.field_with_arguments(values, "PathValue", ("n",)) is None
    call = access.field_with_arguments
    assert error_of(access.field, values, "Table") == "wrong number of args for Table: want 1 got 0"
    assert error_of(call, values, "Table", (1.0,)) == "wrong type for value; expected string; got float64"
    assert error_of(call, values, "Table", ("a.x",)) == 'error calling Table: "x" is not a table'
    assert error_of(call, values, "PathValue", ("a.b.t",)) == 'error calling PathValue: "t" is not a value'
    assert error_of(call, values, "PathValue", (".n",)) == 'error calling PathValue: "n" is not a value'
    assert error_of(call, values, "PathValue", ("",)) == "error calling PathValue: YAML path cannot be empty"


def test_reading_template_of_the_root_is_counted() -> None:
    root = RootContext({"Template": Values(Name="a"), "Chart": {}})
    before = TEMPLATE_READS[0]
    access.field(root, "Chart")
    assert TEMPLATE_READS[0] == before
    access.field(root, "Template")
    access.index(root, "Template")
    assert TEMPLATE_READS[0] == before + 2


def test_index_goes_down_through_maps_lists_and_strings() -> None:
    tree = {"a": [{"b": "xé"}]}
    assert access.index(tree) is tree
    assert access.index(tree, "a", 0, "b", 1) == Uint8(0xC3)
    assert access.index(tree, "missing") is None
    assert access.index(GoMap({}, "map[string]string"), "missing") == ""
    assert access.index(Files({"f": b"x"}), "f") == b"x"
    assert access.index(b"ab", 1) == Uint8(98)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "index of untyped nil"),
        ((None, "a"), "index of untyped nil"),
        (({}, "a", "b"), "index of nil pointer"),
        (({}, 1), "value has type int; should be string"),
        (({}, None), "value is nil; should be of type string"),
        (([1.0], "a"), "cannot index slice/array with type string"),
        (([1.0], 0.0), "cannot index slice/array with type float64"),
        (([1.0], None), "cannot index slice/array with nil"),
        (([1.0], -1), "index out of range: -1"),
        (([1.0], 2), "index out of range: 2"),
        (([1.0], 1), "reflect: slice index out of range"),
        (("a", 1), "reflect: string index out of range"),
        ((1.0, 0), "can't index item of type float64"),
    ],
)
def test_index_says_what_is_wrong_as_go_does(arguments: tuple[Any, ...], message: str) -> None:
    assert error_of(access.index, *arguments) == message


def test_length_counts_bytes_elements_and_files() -> None:
    assert access.length("é€") == 5
    assert access.length({"a": 1}) == 1
    assert access.length([1, 2]) == 2
    assert access.length(b"abc") == 3
    assert access.length(Files({"f": b""})) == 1


def test_length_of_nil_depends_on_where_the_nil_came_from() -> None:
    assert error_of(access.length, None) == "reflect: call of reflect.Value.Type on zero Value"
    assert error_of(access.length, None, is_interface_nil=True) == "len of nil pointer"
    assert error_of(access.length, 1.0) == "len of type float64"
