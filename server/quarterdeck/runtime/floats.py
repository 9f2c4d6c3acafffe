"""Go's texts of floating-point numbers.

Source: strconv ftoa.go, FormatFloat.
"""

from __future__ import annotations

import math
import struct

SHORTEST = -1
"""The precision that asks for the fewest digits that read back as the same number."""


def format_general(value: float) -> str:
    """Give the shortest text, as `%v` and `{{ value }}` print it: `8080`, `999999.5`, `1e+06`, `1e-05`.

    The exponent form begins below 1e-4 and at 1e6, whatever the number of digits: when the shortest digits
    are wanted, `%g` decides as if six had been asked for. Source: strconv ftoa.go, formatDigits.
    """
    if -1e6 < value < 1e6:
        whole = int(value)
        if whole == value:
            return str(whole) if whole or math.copysign(1.0, value) > 0 else "-0"
        return repr(value)
    if -1e15 < value < 1e15 and value.is_integer():
        digits = "%d" % abs(value)  # noqa: UP031  the fastest way there is
        rest = digits[1:].rstrip("0")
        point = "." if rest else ""
        return f"{'-' if value < 0 else ''}{digits[0]}{point}{rest}e+{len(digits) - 1:02}"
    return _format_special(value) or _exponent_form(value)


def format_float(value: float, verb: str, precision: int = SHORTEST) -> str:
    """Give FormatFloat(value, verb, precision, 64); `verb` is one of `b e E f g G x X`."""
    special = _format_special(value)
    if special:
        return special
    lower = verb.lower()
    if lower == "b":
        text = _binary_form(value)
    elif lower == "x":
        text = _hexadecimal_form(value, precision)
    elif precision >= 0:
        text = f"{value:.{precision}{lower}}"
    elif lower == "e":
        text = _exponent_form(value)
    elif lower == "f":
        text = format_plain(value)
    else:
        text = format_general(value)
    return text.upper() if verb in "EGX" else text


def shortest_digits(value: float) -> tuple[str, int]:
    """Give the fewest digits of a finite number's size, and where the decimal point stands among them.

    `1250.0` gives `("125", 4)`, `0.05` gives `("5", -1)`, zero gives `("0", 1)`.
    """
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    return (stripped, point) if stripped else ("0", 1)


def format_plain(value: float) -> str:
    """Give the shortest text without an exponent of a finite number."""
    digits, point = shortest_digits(value)
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if len(digits) <= point:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _format_special(value: float) -> str:
    """Give the text of an infinity or NaN, and an empty text for a number."""
    if value - value == 0.0:
        return ""
    if value != value:  # noqa: PLR0124  NaN alone differs from itself
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


def _exponent_form(value: float) -> str:
    digits, point = shortest_digits(value)
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    exponent = point - 1 if value else 0
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _binary_form(value: float) -> str:
    bits = struct.unpack("<Q", struct.pack("<d", value))[0]
    exponent = bits >> 52 & 0x7FF
    mantissa = bits & (1 << 52) - 1
    if exponent:
        mantissa |= 1 << 52
    else:
        exponent = 1
    return f"{'-' if bits >> 63 else ''}{mantissa}p{exponent - 1023 - 52:+d}"


def _hexadecimal_form(value: float, precision: int) -> str:
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    fraction, exponent = math.frexp(abs(value))
    mantissa = int(fraction * (1 << 53))
    exponent = exponent - 1 if mantissa else 0
    digits = 13
    if 0 <= precision < digits:
        shift = (digits - precision) * 4
        half = 1 << shift - 1
        rest = mantissa & (1 << shift) - 1
        mantissa >>= shift
        if rest > half or (rest == half and mantissa & 1):
            mantissa += 1
        digits = precision
        if mantissa >> digits * 4 > 1:
            mantissa >>= 1
            exponent += 1
    lead = mantissa >> digits * 4
    tail = f"{mantissa & (1 << digits * 4) - 1:0{digits}x}" if digits else ""
    tail = tail.rstrip("0") if precision < 0 else tail.ljust(precision, "0")
    point = "." if tail else ""
    return f"{sign}0x{lead}{point}{tail}p{'-' if exponent < 0 else '+'}{abs(exponent):02}"
