"""What a scalar's text means: go-yaml v2's rules, which are neither YAML 1.1 nor 1.2.

`y`, `on` and `off` are booleans, `0777`, `0o17` and `0x1f` numbers, `1:30` and dates strings. Numbers become
Go's float64 at once, since Helm's values have been JSON. Source: go.yaml.in/yaml/v2 resolve.go, resolve.
"""

from __future__ import annotations

import calendar
import re
from typing import Literal

Scalar = str | float | bool | None
Kind = Literal["!!str", "!!bool", "!!null", "!!int", "!!float", "!!timestamp"]

MAX_UINT64 = (1 << 64) - 1
MAX_INT64 = (1 << 63) - 1

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
"""The words that stand for a boolean or for null."""

HINTS = frozenset("yYnNtTfFoO~+-.0123456789")
"""The first characters of all that may be something else than a string; so may the empty text."""

NUMBER_HINTS = frozenset("+-.0123456789")
"""The first characters of all that may be a number or a time."""

ODD_KEYS = frozenset({*WORDS, "<<"})
"""The untagged plain keys that are no strings, but for the numbers."""

_DIGIT_HINTS = frozenset("+-0123456789")
_NOT_NUMBERS = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOTTED_FLOAT = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]+)|(0|[1-9][0-9]*))",
)
_BASE_OF_GROUP = (0, 0, 16, 2, 8, 8, 10)
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?P<sep>[Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?",
)


def own_string(character: str) -> str:
    """Give a text of one character as an object of its own, where CPython would share one."""
    return "".join((character, ""))  # noqa: FLY002 - an f-string would give the shared object


def parse_integer(text: str) -> int | None:
    """Give the integer that Go's ParseInt or ParseUint with base 0 reads in `text`, or None."""
    # A number of more digits than this overflows in every base that Go knows, and `int` would refuse it.
    if len(text) > 70 and len(text.lstrip("+-").lstrip("0bBoOxX")) > 70:
        return None
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    group = match.lastindex or 0
    number = int(match[group], _BASE_OF_GROUP[group])
    sign = match[1]
    if sign == "-":
        return -number if number <= MAX_INT64 + 1 else None
    return number if number <= (MAX_INT64 if sign else MAX_UINT64) else None


def parse_number(text: str) -> float | int | None:
    """Give the number that `text`, which begins with a sign or digit, stands for; `int` if Go has an int."""
    plain = text.replace("_", "") if "_" in text else text
    integer = parse_integer(plain)
    if integer is not None:
        return integer
    if _FLOAT.fullmatch(plain) is None:
        return None
    number = float(plain)
    return number if abs(number) != float("inf") else None


def is_timestamp(text: str) -> bool:
    """Tell whether go-yaml reads a time in `text`. Source: resolve.go, parseTimestamp."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if not 1 <= month <= 12 or not 1 <= day <= _days_in_month(year, month):
        return False
    separator, zone = match["sep"], match["zone"]
    if separator is None:
        return True
    if int(match[5]) > 23 or int(match[6]) > 59 or int(match[7]) > 59:
        return False
    if separator == " ":
        return zone is None
    if zone is None or zone == "Z":
        return zone is not None
    return int(zone[1:3]) <= 24 and int(zone[4:6]) < 60


def _days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if calendar.isleap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def resolve_typed(text: str, *, allow_timestamp: bool = True) -> tuple[Kind, Scalar | int]:
    """Give the tag and value of an untagged plain scalar; integers are `int` here, timestamps their text."""
    if text in WORDS:
        word = WORDS[text]
        return ("!!null", None) if word is None else ("!!bool", word)
    first = text[0]
    if first not in HINTS:
        return "!!str", text
    if text in _NOT_NUMBERS:
        return "!!float", _NOT_NUMBERS[text]
    if first == ".":
        if _DOTTED_FLOAT.fullmatch(text) and abs(number := float(text)) != float("inf"):
            return "!!float", number
    elif first in _DIGIT_HINTS:
        if allow_timestamp and is_timestamp(text):
            return "!!timestamp", text
        number = parse_number(text)
        if number is not None:
            return ("!!int" if number.__class__ is int else "!!float"), number
    return "!!str", text


def resolve_plain(text: str) -> Scalar:
    """Give the value of an untagged plain scalar after JSON: every number a float, a new object each time.

    `text` itself comes back for a string. NaN and infinities come back as floats; JSON refuses them later.
    """
    if text in WORDS:
        return WORDS[text]
    first = text[0]
    if first in _DIGIT_HINTS:
        if text.isdecimal() and text.isascii() and first != "0" and len(text) < 18:
            return float(text)
        if text in _NOT_NUMBERS:
            return _NOT_NUMBERS[text]
        number = parse_number(text)
        return text if number is None else float(number)
    if first == ".":
        return resolve_typed(text)[1]
    return text
