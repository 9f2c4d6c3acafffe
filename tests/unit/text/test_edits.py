"""Tests of positions in an editor's units, and of edits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.text.edits import EditorLines, Position, Replacement, Unit, apply_replacements

TEXTS = st.text(st.sampled_from("ab{} \n\r\x0c\x85\u2028äß€😀𝄞"), max_size=40)
UNITS = st.sampled_from(Unit)
SIZES = {Unit.UTF8: ("utf-8", 1), Unit.UTF16: ("utf-16-le", 2), Unit.UTF32: ("utf-32-le", 4)}


def length(text: str, unit: Unit) -> int:
    """Count units the slow and obvious way."""
    encoding, size = SIZES[unit]
    return len(text.encode(encoding)) // size


@given(TEXTS, UNITS, st.data())
def test_an_offset_comes_back_from_its_position(text: str, unit: Unit, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = EditorLines(text, unit)
    expected = offset - 1 if text[max(offset - 1, 0) : offset + 1] == "\r\n" else offset
    assert lines.offset(lines.position(offset)) == expected


@given(TEXTS, UNITS, st.data())
def test_positions_count_lines_and_units_before_them(text: str, unit: Unit, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = re.split(
        r"\r\n|\r(?!\n)|\n",
        text[:offset].removesuffix("\r") if text[offset : offset + 1] == "\n" else text[:offset],
    )
    assert EditorLines(text, unit).position(offset) == (len(before) - 1, length(before[-1], unit))


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        ((0, 99), 3),
        ((1, 99), 6),
        ((99, 0), 8),
        ((-1, 5), 0),
        ((1, -5), 5),
        ((2, 1), 7),
    ],
)
def test_positions_outside_are_moved_to_the_nearest_place(position: tuple[int, int], offset: int) -> None:
    assert EditorLines("abc\r\nd\n😀", Unit.UTF16).offset(Position(*position)) == offset


def test_a_position_inside_a_character_is_its_start() -> None:
    assert EditorLines("😀b", Unit.UTF16).offset(Position(0, 1)) == 0
    assert EditorLines("€b", Unit.UTF8).offset(Position(0, 2)) == 0
    assert EditorLines("€b", Unit.UTF8).offset(Position(0, 3)) == 1


@given(TEXTS, TEXTS, UNITS, st.data())
def test_an_edit_replaces_exactly_its_range(text: str, new: str, unit: Unit, data: st.DataObject) -> None:
    lines = EditorLines(text, unit)
    start = data.draw(st.integers(0, len(text)).map(lines.position))
    end = data.draw(st.integers(lines.offset(start), len(text)).map(lines.position))
    edited = apply_replacements(text, [Replacement(start, end, new)], unit)
    assert edited == text[: lines.offset(start)] + new + text[max(lines.offset(start), lines.offset(end)) :]


def test_edits_apply_one_after_the_other() -> None:
    edits = [
        Replacement(Position(0, 0), Position(0, 0), "one\n"),
        Replacement(Position(1, 0), Position(1, 3), "two"),
        Replacement(Position(1, 3), Position(1, 3), "!"),
    ]
    assert apply_replacements("abc", edits, Unit.UTF16) == "one\ntwo!"
    assert apply_replacements("abc", ["new", *edits[:1]], Unit.UTF16) == "one\nnew"


def test_a_range_whose_end_lies_before_its_start_inserts() -> None:
    assert apply_replacements("abc", [Replacement(Position(0, 2), Position(0, 1), "-")], Unit.UTF8) == "ab-c"


def test_only_the_protocols_line_ends_count() -> None:
    lines = EditorLines("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\rh", Unit.UTF16)
    assert lines.offset(Position(1, 0)) == 14
