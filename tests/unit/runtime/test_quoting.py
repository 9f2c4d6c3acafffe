"""Strings are quoted as strconv.Quote quotes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.printable import is_printable
from quarterdeck.runtime.quoting import can_backquote, quote, quote_ascii, quote_rune


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", '""'),
        ("plain text", '"plain text"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\0\x7f", '"\\x00\\x7f"'),
        ("é€", '"é€"'),
        ("\u200b\ufeff\u2028", '"\\u200b\\ufeff\\u2028"'),
        ("\U0001f600\U000e0001", '"\U0001f600\\U000e0001"'),
        ("\udcff", '"\\xff"'),
    ],
)
def test_what_cannot_be_printed_is_escaped(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(text=st.text())
def test_quoted_ascii_reads_back(text: str) -> None:
    quoted = quote_ascii(text)
    assert quoted.isascii()
    assert quoted[1:-1].encode().decode("unicode_escape") == text


def test_a_character_is_quoted_once() -> None:
    assert quote_rune(ord("x")) == "'x'"
    assert quote_rune(ord("'")) == "'\\''"
    assert quote_rune(ord('"')) == "'\"'"
    assert quote_rune(0xE9, is_ascii_only=True) == "'\\u00e9'"
    assert quote_rune(0x110000) == "'\ufffd'"


@pytest.mark.parametrize(
    ("text", "fits"), [("a\tb", True), ("a`b", False), ("a\nb", False), ("é", True), ("\ufeff", False)]
)
def test_backquotes_hold_one_line_without_backquotes(text: str, fits: bool) -> None:
    assert can_backquote(text) is fits


def test_characters_that_unicode_got_after_version_15_are_not_printable() -> None:
    assert is_printable(0x1FAE8)
    assert not is_printable(0x2FFC)
    assert not is_printable(0x1C89)
    assert not is_printable(0xA0)
    assert is_printable(0xFFFD)
