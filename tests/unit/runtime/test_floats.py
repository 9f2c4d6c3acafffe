"""Floats print as strconv.FormatFloat prints them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.floats import format_float, format_general, format_plain, shortest_digits

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8080.0, "8080"),
        (999999.0, "999999"),
        (999999.5, "999999.5"),
        (1e6, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (-1234567.5, "-1.2345675e+06"),
        (1e-4, "0.0001"),
        (1e-5, "1e-05"),
        (0.0, "0"),
        (-0.0, "-0"),
        (1e100, "1e+100"),
        (5e-324, "5e-324"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_float_prints_with_an_exponent_from_a_million_on_and_below_a_ten_thousandth(
    value: float, text: str
) -> None:
    assert format_general(value) == text


@pytest.mark.parametrize(
    ("value", "verb", "precision", "text"),
    [
        (1.5, "e", 2, "1.50e+00"),
        (1.5, "E", -1, "1.5E+00"),
        (1e21, "f", -1, "1000000000000000000000"),
        (0.00015, "f", -1, "0.00015"),
        (2.5, "f", 0, "2"),
        (123456.0, "g", 3, "1.23e+05"),
        (1.0, "x", -1, "0x1p+00"),
        (-1.0, "x", 3, "-0x1.000p+00"),
        (1.999, "x", 1, "0x1.0p+01"),
        (0.1, "X", -1, "0X1.999999999999AP-04"),
        (0.0, "x", -1, "0x0p+00"),
        (1.0, "b", -1, "4503599627370496p-52"),
        (5e-324, "b", -1, "1p-1074"),
        (math.inf, "x", -1, "+Inf"),
    ],
)
def test_verbs_and_precisions_give_go_s_text(value: float, verb: str, precision: int, text: str) -> None:
    assert format_float(value, verb, precision) == text


@given(value=FINITE, verb=st.sampled_from("efg"))
def test_the_shortest_text_reads_back_as_the_same_number(value: float, verb: str) -> None:
    text = format_float(value, verb)
    assert float(text) == value
    assert math.copysign(1, float(text)) == math.copysign(1, value)


@given(value=FINITE)
def test_the_shortest_hexadecimal_text_reads_back_as_the_same_number(value: float) -> None:
    assert float.fromhex(format_float(value, "x")) == value


@given(value=st.integers(-(10**16), 10**16).map(float))
def test_whole_numbers_print_alike_on_the_short_and_the_long_way(value: float) -> None:
    digits, point = shortest_digits(value)
    assert format_general(value).lstrip("-").partition("e")[0].replace(".", "").rstrip("0") == digits.rstrip(
        "0"
    )
    assert ("e" in format_general(value)) is (point > 6)


@given(value=FINITE)
def test_digits_and_point_make_the_number(value: float) -> None:
    digits, point = shortest_digits(value)
    assert float(f"0.{digits}e{point}") == abs(value)
    assert re.fullmatch(r"0|[1-9]([0-9]*[1-9])?", digits)


@given(value=FINITE)
def test_plain_text_has_no_exponent(value: float) -> None:
    assert "e" not in format_plain(value)
