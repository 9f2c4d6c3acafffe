"""Numbers: reading them, wrapping them, and exact decimals."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.funcs.conversions import (
    MAX_INT64,
    MIN_INT64,
    cast_to_int,
    parse_decimal,
    parse_float,
    parse_integer,
    truncate_float,
    wrap_int64,
)
from quarterdeck.runtime.funcs.exact import DIVISION_PRECISION, Exact
from quarterdeck.runtime.goerror import GoError

INT64 = st.integers(MIN_INT64, MAX_INT64)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(INT64)
def test_every_int64_is_read_back_in_every_base(number: int) -> None:
    sign, size = ("-" if number < 0 else ""), abs(number)
    for form in (f"{size}", f"{size:#x}", f"{size:#b}", f"{size:#o}", f"0{size:o}"):
        assert parse_integer(sign + form) == number
    assert parse_decimal(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "+", "-", "0x", "1__0", "_1", "1_", "08", "1.5", "1e3", " 1", "٣", "0x_"]
)
def test_what_is_no_integer_is_refused(text: str) -> None:
    assert parse_integer(text) is None


@given(st.integers())
def test_wrapping_keeps_the_low_64_bits(number: int) -> None:
    wrapped = wrap_int64(number)
    assert MIN_INT64 <= wrapped <= MAX_INT64
    assert (wrapped - number) % 2**64 == 0


@given(FINITE)
def test_finite_floats_are_read_back(number: float) -> None:
    assert parse_float(repr(number)) == number
    assert parse_float(number.hex()) == number


@given(st.floats())
def test_floats_are_cut_towards_zero_or_to_the_smallest_int(number: float) -> None:
    fits = math.isfinite(number) and MIN_INT64 <= int(number) <= MAX_INT64
    assert truncate_float(number) == (int(number) if fits else MIN_INT64)


@given(st.text())
def test_any_text_is_some_number(text: str) -> None:
    assert MIN_INT64 <= cast_to_int(text) <= MAX_INT64


def as_fraction(number: float) -> Fraction:
    return Fraction(repr(number))


@given(FINITE, FINITE)
def test_sums_and_products_are_those_of_the_numbers_as_they_print(one: float, other: float) -> None:
    expected = {
        "plus": as_fraction(one) + as_fraction(other),
        "minus": as_fraction(one) - as_fraction(other),
        "times": as_fraction(one) * as_fraction(other),
    }
    for name, fraction in expected.items():
        result: Exact = getattr(Exact.of(one), name)(Exact.of(other))
        assert result.digits * Fraction(10) ** result.exponent == fraction


@given(st.floats(-1e9, 1e9), st.floats(0.001, 1e9))
def test_quotients_are_rounded_to_16_decimals(dividend: float, divisor: float) -> None:
    result = Exact.of(dividend).over(Exact.of(divisor))
    exact = as_fraction(dividend) / as_fraction(divisor)
    assert result.exponent == -DIVISION_PRECISION
    assert abs(result.digits * Fraction(10) ** result.exponent - exact) * 2 <= Fraction(10) ** result.exponent


def test_what_is_no_decimal_fails() -> None:
    for number, shown in ((math.nan, "NaN"), (math.inf, r"\+Inf"), (-math.inf, "-Inf")):
        with pytest.raises(GoError, match=f"Cannot create a Decimal from {shown}"):
            Exact.of(number)
    with pytest.raises(GoError, match="decimal division by 0"):
        Exact.of(1.0).over(Exact.of(0.0))


def test_too_large_results_are_infinite() -> None:
    assert Exact.of(1e308).times(Exact.of(-1e308)).to_float() == -math.inf
