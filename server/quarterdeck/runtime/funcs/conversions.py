"""Conversions between numbers and texts: int, int64, float64, atoi, toDecimal.

The rules are those of the library spf13/cast v1.7: whatever cannot be converted gives 0.
"""

from __future__ import annotations

import math
import re
from typing import Any

from quarterdeck.runtime import printing
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import Int64

MAX_INT64 = (1 << 63) - 1
MIN_INT64 = -(1 << 63)

_INTEGER = (
    r"([+-]?)(?:0[xX](?P<hex>(?:_?[0-9a-fA-F])+)|0[bB](?P<bin>(?:_?[01])+)|0[oO](?P<oct>(?:_?[0-7])+)"
    r"|0(?P<old>(?:_?[0-7])+)|(?P<dec>0|[1-9](?:_?[0-9])*))"
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "old": 8, "dec": 10}
_DECIMAL = r"[+-]?[0-9]+"
_OCTAL = r"[+-]?[0-7]+"
_FLOAT = (
    r"[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_HEX_FLOAT = (
    r"([+-]?)0[xX]((?:_?[0-9a-fA-F])*)(?:\.((?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?))?[pP]([+-]?[0-9](?:_?[0-9])*)"
)
_INFINITY = r"[+-]?inf(?:inity)?"


def wrap_int64(number: int) -> int:
    """Give the number as 64 bits hold it, after Go's silent overflow."""
    if MIN_INT64 <= number <= MAX_INT64:
        return number
    return ((number - MIN_INT64) & ((1 << 64) - 1)) + MIN_INT64


def truncate_float(number: float) -> int:
    """Give `int64(number)`; what does not fit (NaN too) is the smallest int64, as on amd64."""
    if -9.223372036854775808e18 <= number < 9.223372036854775808e18:
        return int(number)
    return MIN_INT64


def parse_integer(text: str) -> int | None:
    """Read an integer as `strconv.ParseInt(text, 0, 64)` does; None where that gives an error."""
    match = re.fullmatch(_INTEGER, text)
    if match is None:
        return None
    kind = match.lastgroup or "dec"
    number = int(match[kind].replace("_", ""), _BASES[kind]) if len(match[kind]) < 100 else MAX_INT64 + 1
    if match[1] == "-":
        number = -number
    return number if MIN_INT64 <= number <= MAX_INT64 else None


def parse_float(text: str) -> float | None:
    """Read a number as `strconv.ParseFloat(text, 64)` does; None where that gives an error."""
    if re.fullmatch(_FLOAT, text):
        number = float(text)
        return None if math.isinf(number) else number
    if re.fullmatch(_INFINITY, text, re.IGNORECASE | re.ASCII) or text.lower() == "nan":
        return float(text)
    return _parse_hex_float(text)


def _parse_hex_float(text: str) -> float | None:
    match = re.fullmatch(_HEX_FLOAT, text)
    if match is None or not (match[2] or match[3]):
        return None
    try:
        return float.fromhex(text.replace("_", ""))
    except OverflowError:
        return None


def parse_decimal(text: str) -> int:
    """Read a decimal int64 as `strconv.ParseInt` does when its error is dropped: 0, or the nearest int64."""
    if re.fullmatch(_DECIMAL, text) is None:
        return 0
    if len(text) > 30 and len(text.lstrip("+-").lstrip("0")) > 30:
        return MIN_INT64 if text[0] == "-" else MAX_INT64
    return max(MIN_INT64, min(MAX_INT64, int(text)))


def cast_to_int(value: Any) -> int:
    """Give what `cast.ToInt` and `cast.ToInt64` make of a value: 0 for what is no number."""
    if value.__class__ is int:
        return value
    if isinstance(value, float):
        return truncate_float(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return parse_integer(_without_zero_decimals(value)) or 0
    return 0


def cast_to_float(value: Any) -> float:
    """Give what `cast.ToFloat64` makes of a value: 0 for what is no number."""
    if isinstance(value, float):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, str):
        return parse_float(value) or 0.0
    return 0.0


def _without_zero_decimals(text: str) -> str:
    """Drop `.0`, `.00`, … at the end. Source: spf13/cast caste.go, trimZeroDecimal."""
    whole, point, decimals = text.rpartition(".")
    return whole if point and decimals and not decimals.strip("0") else text


@function("int", "func(any) int")
def to_int(value: Any) -> int:
    """Convert to int. Source: sprig numeric.go, toInt."""
    return cast_to_int(value)


@function("int64", "func(any) int64")
def to_int64(value: Any) -> Int64:
    """Convert to int64. Source: sprig numeric.go, toInt64."""
    return Int64(cast_to_int(value))


@function("float64", "func(any) float64")
def to_float64(value: Any) -> float:
    """Convert to float64. Source: sprig numeric.go, toFloat64."""
    return cast_to_float(value)


@function("atoi", "func(string) int")
def atoi(text: str) -> int:
    """Read a decimal number: 0 if it is none, the nearest int if it is too large. Source: strconv.Atoi."""
    return parse_decimal(text)


@function("toDecimal", "func(any) int64")
def to_decimal(value: Any) -> Int64:
    """Read the value's printed form as an octal number. Source: sprig numeric.go, toDecimal."""
    text = printing.format_value(value)
    if re.fullmatch(_OCTAL, text) is None:
        return Int64(0)
    number = int(text, 8)
    return Int64(number if MIN_INT64 <= number <= MAX_INT64 else 0)
