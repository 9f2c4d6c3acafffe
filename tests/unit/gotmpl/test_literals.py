"""Go's literals."""

from __future__ import annotations

import pytest

from quarterdeck.gotmpl.literals import (
    LiteralError,
    NumberValue,
    parse_complex,
    parse_number,
    quote,
    unicode_name,
    unquote,
    unquote_char,
)


@pytest.mark.parametrize(
    ("text", "integer", "number"),
    [
        ("0", 0, 0.0),
        ("-0", 0, 0.0),
        ("017", 15, 15.0),
        ("0o17", 15, 15.0),
        ("0b101", 5, 5.0),
        ("0x1F", 31, 31.0),
        ("1_000", 1000, 1000.0),
        ("0x_1F", 31, 31.0),
        ("1e3", 1000, 1000.0),
        ("1.5", None, 1.5),
        (".5e1", 5, 5.0),
        ("0x1p4", 16, 16.0),
        ("0x1.8p0", None, 1.5),
        ("18446744073709551615", 2**64 - 1, float(2**64 - 1)),
        ("-9223372036854775808", -(2**63), -(2.0**63)),
        ("1e100", None, 1e100),
    ],
)
def test_numbers_have_every_value_that_go_gives_them(text: str, integer: int | None, number: float) -> None:
    assert parse_number(text) == NumberValue(integer, number)


@pytest.mark.parametrize("text", ["08", "1__0", "_1", "0x", "1e", "1e400", "0b12", ".", "0x1.8", "+-1", "1_"])
def test_wrong_numbers_are_refused(text: str) -> None:
    with pytest.raises(LiteralError, match=r"illegal number syntax|integer overflow"):
        parse_number(text)


def test_imaginary_numbers_are_complex() -> None:
    assert parse_number("2i") == NumberValue(None, None, is_complex=True)
    assert parse_complex("1+0i") == NumberValue(1, 1.0, is_complex=True)
    assert parse_complex("1-2i").is_complex


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('"a"', "a"),
        ('"\\n\\t\\""', '\n\t"'),
        ('"\\u00e9\\U0001F600"', "é😀"),
        ('"\\xc3\\xa9"', "é"),
        ('"\\xff"', "\udcff"),
        ('"\\101"', "A"),
        ("`a\r\nb\\n`", "a\nb\\n"),
    ],
)
def test_strings_are_unquoted(raw: str, value: str) -> None:
    assert unquote(raw) == value


@pytest.mark.parametrize("raw", ['"\\d"', '"\\u12"', '"\\ud800"', '"\\\'"', '"\\400"', '"\\x1"'])
def test_wrong_escapes_are_refused(raw: str) -> None:
    with pytest.raises(LiteralError, match="invalid syntax"):
        unquote(raw)


def test_characters() -> None:
    assert unquote_char("'a'") == 97
    assert unquote_char("'\\''") == 39
    with pytest.raises(LiteralError, match="malformed character constant: 'ab'"):
        unquote_char("'ab'")


def test_text_is_quoted_as_go_quotes_it() -> None:
    assert quote('a"\\\n\x00é\u200b\udcff') == '"a\\"\\\\\\n\\x00é\\u200b\\xff"'
    assert unicode_name("@") == "U+0040 '@'"
    assert unicode_name("\u200b") == "U+200B"
