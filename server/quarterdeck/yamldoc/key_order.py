"""The order of keys in YAML output: natural, digits as numbers, letters after everything else.

Source: go.yaml.in/yaml/v2 sorter.go, keyList.Less.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cmp_to_key
from typing import TYPE_CHECKING

from quarterdeck.text.letters import is_letter

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTERS_AND_MARKS = re.compile(r"[A-Za-z./ -]*")
"""Where this matches all keys, the order is that of code points: the marks come before the letters."""


def sort_keys(keys: Iterable[str], *, digits_matter: bool = False) -> list[str]:
    """Give `keys` in the order in which go-yaml v2 writes them, or with `digits_matter` go-yaml v3.

    In go-yaml v3 a letter comes before another character where a digit stood before both.
    """
    listed = list(keys)
    # The order of code points decides where the natural one is undecided, and makes the result repeatable.
    listed.sort()
    if not _LETTERS_AND_MARKS.fullmatch("".join(listed)):
        listed.sort(key=cmp_to_key(_compare_v3 if digits_matter else compare_keys))
    return listed


def compare_keys(left: str, right: str) -> int:
    """Give a number below, at or above 0, as `left` comes before, with or after `right` in go-yaml v2."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return _compare_at(left, right, index)
    return len(left) - len(right)


def _compare_v3(left: str, right: str) -> int:
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            compared = _compare_at(left, right, index)
            follows_digit = index > 0 and _is_digit(left[index - 1])
            return -compared if follows_digit and is_letter(a) != is_letter(b) else compared
    return len(left) - len(right)


def _compare_at(left: str, right: str, index: int) -> int:
    """Compare at the first place where the keys differ."""
    a, b = left[index], right[index]
    a_is_letter, b_is_letter = is_letter(a), is_letter(b)
    if a_is_letter and b_is_letter:
        return ord(a) - ord(b)
    if a_is_letter or b_is_letter:
        return -1 if b_is_letter else 1
    start = 1 if "0" in (a, b) and _follows_number(left, index) else 0
    a_number, a_end = _read_number(left, index, start)
    b_number, b_end = _read_number(right, index, start)
    if a_number != b_number:
        return -1 if a_number < b_number else 1
    if a_end != b_end:
        return a_end - b_end
    return ord(a) - ord(b)


def _follows_number(text: str, index: int) -> bool:
    """Tell whether the digits before `index` are more than zeros, so that a zero there counts."""
    index -= 1
    while index >= 0 and _is_digit(text[index]):
        if text[index] != "0":
            return True
        index -= 1
    return False


def _read_number(text: str, index: int, number: int) -> tuple[int, int]:
    """Read digits from `index` on, before them the digit `number`; the sum wraps around like Go's int64."""
    while index < len(text) and _is_digit(text[index]):
        number = number * 10 + ord(text[index]) - ord("0")
        index += 1
    return (number + (1 << 63)) % (1 << 64) - (1 << 63), index


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9" or (character > "\x7f" and unicodedata.category(character) == "Nd")
