"""Types and kinds have the names that Go's reflection gives them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime import kinds
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import (
    GoList,
    GoMap,
    GoStruct,
    Int64,
    NilList,
    NilMap,
    RootContext,
    Uint64,
    Values,
)


class Pointer(GoStruct):
    go_type = "*x.Y"
    kind = "ptr"


@pytest.mark.parametrize(
    ("value", "go_type", "go_kind"),
    [
        (None, "<nil>", "invalid"),
        (True, "bool", "bool"),
        ("a", "string", "string"),
        (1.0, "float64", "float64"),
        (1, "int", "int"),
        (Int64(1), "int64", "int64"),
        (Uint64(1), "uint64", "uint64"),
        (1j, "complex128", "complex128"),
        ({}, "map[string]interface {}", "map"),
        ([], "[]interface {}", "slice"),
        (b"", "[]uint8", "slice"),
        (GoList(), "[]string", "slice"),
        (GoMap(), "map[string]string", "map"),
        (NilMap(), "map[string]interface {}", "map"),
        (NilList("[]int"), "[]int", "slice"),
        (Values(), "common.Values", "map"),
        (RootContext(), "common.Values", "map"),
        (Pointer(), "*x.Y", "ptr"),
    ],
)
def test_every_value_has_its_type_and_kind(value: Any, go_type: str, go_kind: str) -> None:
    assert kinds.go_type(value) == go_type
    assert kinds.go_kind(value) == go_kind
    if value is not None and go_type not in {"*x.Y", "common.Values"}:
        assert kinds.kind_of_type(go_type) == go_kind


@pytest.mark.parametrize(
    "value", [None, False, 0, 0.0, -0.0, 0j, "", b"", {}, [], Int64(0), NilMap(), NilList(), Values()]
)
def test_zero_and_empty_values_are_false(value: Any) -> None:
    assert kinds.is_true(value) is False


@pytest.mark.parametrize("value", [True, 1, float("nan"), "0", "false", {"a": None}, [None], Pointer(), 1j])
def test_everything_else_is_true(value: Any) -> None:
    assert kinds.is_true(value) is True


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("any", "interface {}"),
        ("interface{}", "interface {}"),
        ("interface {}", "interface {}"),
        ("map[string]any", "map[string]interface {}"),
        ("[]byte", "[]uint8"),
        ("company", "company"),
    ],
)
def test_types_have_one_spelling(written: str, canonical: str) -> None:
    assert kinds.canonical_type(written) == canonical


def test_a_nil_map_refuses_to_be_written() -> None:
    nothing = NilMap()
    with pytest.raises(GoError, match="assignment to entry in nil map"):
        nothing["a"] = 1
    with pytest.raises(GoError, match="assignment to entry in nil map"):
        nothing.setdefault("a", 1)


def test_zero_values_have_their_type() -> None:
    assert kinds.zero_value("interface {}") is None
    assert kinds.zero_value("map[string]any").go_type == "map[string]interface {}"
    assert kinds.zero_value("[]string").go_type == "[]string"


@given(mapping=st.dictionaries(st.text(), st.none()))
def test_keys_are_sorted_by_their_bytes(mapping: dict[str, None]) -> None:
    assert kinds.sorted_keys(mapping) == sorted(mapping, key=lambda key: key.encode())
