"""Texts as bytes, runes and letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.funcs.bytewise import (
    byte_length,
    byte_slice,
    from_bytes,
    has_broken_bytes,
    latin1,
    runes,
    to_bytes,
)
from quarterdeck.runtime.funcs.letters import rune_lower, rune_title, rune_upper, to_upper


@given(st.binary())
def test_any_bytes_survive_as_text(data: bytes) -> None:
    text = from_bytes(data)
    assert to_bytes(text) == data
    assert byte_length(text) == len(data)
    assert [ord(char) for char in latin1(text)] == list(data)


@given(st.binary(), st.integers(0, 20), st.integers(0, 20))
def test_slices_count_bytes(data: bytes, start: int, length: int) -> None:
    part = byte_slice(from_bytes(data), start, start + length)
    assert to_bytes(part) == data[start : start + length]


@given(st.binary())
def test_runes_replace_broken_bytes_one_by_one(data: bytes) -> None:
    text = from_bytes(data)
    assert has_broken_bytes(text) == (runes(text) != text)
    assert not has_broken_bytes(runes(text))
    assert len(runes(text)) == len(text)


@given(st.characters())
def test_case_mapping_gives_one_rune_for_one(char: str) -> None:
    assert len(rune_upper(char)) == len(rune_lower(char)) == len(rune_title(char)) == 1


@pytest.mark.parametrize(
    ("char", "upper", "title"),
    [("ß", "ß", "ß"), ("ǆ", "Ǆ", "ǅ"), ("ﬁ", "ﬁ", "ﬁ"), ("ŉ", "ŉ", "ŉ"), ("ᾳ", "ᾼ", "ᾼ")],
)
def test_letters_without_a_single_capital_stay(char: str, upper: str, title: str) -> None:
    assert (rune_upper(char), rune_title(char)) == (upper, title)


@given(st.text())
def test_upper_case_differs_from_python_only_where_letters_grow(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if all(len(char.upper()) == 1 for char in composed):
        assert to_upper(composed) == composed.upper()
