"""Values compare as eq, lt and their kin compare them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime import compare
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import GoStruct, Int64, NilList, NilMap, Uint8


class Pointer(GoStruct):
    go_type = "*x.Y"
    kind = "ptr"


POINTER = Pointer()


@pytest.mark.parametrize(
    ("first", "second", "is_equal"),
    [
        ("a", "a", True),
        (1.0, 1.0, True),
        (float("nan"), float("nan"), False),
        (1, Int64(1), True),
        (Uint8(200), 200, True),
        (-1, Uint8(255), False),
        (True, True, True),
        (None, None, True),
        (None, "x", False),
        ({}, None, False),
        (NilMap(), None, True),
        (NilList(), None, True),
        (NilList(), [], False),
        (POINTER, POINTER, True),
        (POINTER, Pointer(), False),
        (1j, 1j, True),
    ],
)
def test_values_of_one_kind_are_equal_or_not(first: Any, second: Any, is_equal: bool) -> None:
    assert compare.equal(first, second) is is_equal
    assert compare.not_equal(first, second) is not is_equal


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (8080.0, 8080, "incompatible types for comparison: float64 and int"),
        (1, True, "incompatible types for comparison: int and bool"),
        ("a", {}, "incompatible types for comparison: string and map[string]interface {}"),
        ({"a": 1.0}, {}, "non-comparable type map[]: map[string]interface {}"),
        ([], {}, "non-comparable types []: []interface {}, map[string]interface {}: map[]"),
    ],
)
def test_equality_of_what_cannot_be_compared_is_an_error(first: Any, second: Any, message: str) -> None:
    with pytest.raises(GoError) as caught:
        compare.equal(first, second)
    assert str(caught.value) == message


def test_eq_stops_at_the_first_match() -> None:
    assert compare.equal(1, 2, 1, "not comparable with 1")
    with pytest.raises(GoError, match="missing argument for comparison"):
        compare.equal(1)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (None, 1, "invalid type for comparison"),
        (1, None, "invalid type for comparison"),
        (True, False, "invalid type for comparison"),
        (80.0, 80, "incompatible types for comparison: float64 and int"),
        (True, 1, "incompatible types for comparison: bool and int"),
        ([], [], "invalid type for comparison"),
    ],
)
def test_order_of_what_has_none_is_an_error(first: Any, second: Any, message: str) -> None:
    for operation in (compare.less, compare.less_or_equal, compare.greater, compare.greater_or_equal):
        with pytest.raises(GoError) as caught:
            operation(first, second)
        assert str(caught.value) == message


@given(first=st.text(), second=st.text())
def test_strings_are_ordered_by_their_bytes(first: str, second: str) -> None:
    assert compare.less(first, second) is (first.encode() < second.encode())


@given(first=st.integers(-(2**63), 2**63 - 1), second=st.integers(0, 255))
def test_signed_and_unsigned_integers_compare_by_value(first: int, second: int) -> None:
    assert compare.less(first, Uint8(second)) is (first < second)
    assert compare.greater_or_equal(Int64(first), second) is (first >= second)


def test_nan_is_greater_than_all_because_it_is_not_less_or_equal() -> None:
    nan = float("nan")
    assert compare.greater(nan, 1.0)
    assert compare.greater_or_equal(1.0, nan)
    assert not compare.less_or_equal(nan, nan)
