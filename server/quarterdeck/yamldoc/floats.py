"""How Go writes a float: `strconv.FormatFloat(number, 'g', -1, 64)`, the form of YAML output and of keys."""

from __future__ import annotations

import math
import struct


def format_float(number: float) -> str:
    """Give the shortest text that reads back as `number`, with an exponent below 1e-4 and from 1e6 on.

    Infinities and NaN are written as YAML has them. Source: strconv ftoa.go, formatDigits; yaml.v2 encode.go,
    floatv.
    """
    return _go_form(repr(number), number)


def format_float32(number: float) -> str:
    """Give the same for `number` rounded to 32 bits, which is how float keys become strings.

    Source: sigs.k8s.io/yaml yaml.go, convertToJSONableObject.
    """
    try:
        packed = struct.pack("f", number)
    except OverflowError:
        return ".inf" if number > 0 else "-.inf"
    rounded: float = struct.unpack("f", packed)[0]
    if not math.isfinite(rounded):
        return _go_form(repr(rounded), rounded)
    for precision in range(9):
        text = f"{rounded:.{precision}e}"
        if struct.pack("f", float(text)) == packed:
            break
    else:
        text = repr(rounded)
    return _go_form(text, rounded)


def find_refusal(number: float) -> str | None:
    """Give JSON's error for a number that it cannot write. Source: encoding/json encode.go, floatEncoder."""
    if math.isfinite(number):
        return None
    name = "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    return f"json: unsupported value: {name}"


def _go_form(text: str, number: float) -> str:
    """Bring Python's digits into Go's form: at least two digits of exponent, no trailing zeros."""
    if math.isnan(number):
        return ".nan"
    if math.isinf(number):
        return "-.inf" if number < 0 else ".inf"
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent_text = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    point = len(whole) + (int(exponent_text) if exponent_text else 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if not digits:
        return sign + "0"
    exponent = point - 1
    if exponent < -4 or exponent >= 6:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"
