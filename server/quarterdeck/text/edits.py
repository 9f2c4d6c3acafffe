r"""Texts as an editor counts them: positions in its unit, and edits applied to our copy.

The protocol ends a line at `\n`, `\r\n` and `\r` and nowhere else, counts lines and characters from 0,
and counts characters in the unit that client and server agree on. Everything else here counts code points.

Source: Language Server Protocol 3.17, Text Documents, Position.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.text.line_index import line_starts
from quarterdeck.text.moves import Move

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE_END = re.compile(r"\r\n?|\n")


class Unit(Enum):
    """What one character of a position is."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Position(NamedTuple):
    """A place between two characters: 0-based line, 0-based character in the unit agreed on."""

    line: int
    character: int


class Replacement(NamedTuple):
    """One edit: the text between `start` and `end` becomes `text`."""

    start: Position
    end: Position
    text: str


class EditorLines:
    """The lines of one text as the protocol sees them; asked in O(log lines + length of the line)."""

    __slots__ = ("_ends", "_starts", "_text", "_unit")

    def __init__(self, text: str, unit: Unit) -> None:
        self._text = text
        self._unit = unit
        starts = [0]
        ends: list[int] | None = None
        if "\r" not in text:
            starts = line_starts(text)
        else:
            ends = []
            for match in _LINE_END.finditer(text):
                ends.append(match.start())
                starts.append(match.end())
            ends.append(len(text))
        self._starts = starts
        self._ends = ends

    def offset(self, position: Position) -> int:
        """Give the offset of a position.

        A line behind the last one means the text's end, a character behind a line's last one the line's end,
        a position inside a character that character's start.
        """
        line, character = position
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start, end = self._starts[line], self._end_of(line)
        if character <= 0:
            return start
        content = self._text[start:end]
        if self._unit is Unit.UTF32 or content.isascii():
            return min(start + character, end)
        return start + _code_points(content, character, self._unit)

    def position(self, offset: int) -> Position:
        """Give the position of an offset; one behind the text's end counts as the end."""
        offset = max(0, min(offset, len(self._text)))
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : min(offset, self._end_of(line))]
        return Position(line, _length(before, self._unit))

    def _end_of(self, line: int) -> int:
        """Give where a line's text ends, before what ends the line."""
        if self._ends is not None:
            return self._ends[line]
        return self._starts[line + 1] - 1 if line + 1 < len(self._starts) else len(self._text)


def apply_replacements(text: str, replacements: Iterable[Replacement | str], unit: Unit) -> str:
    """Apply edits, each on the outcome of those before it; a plain string replaces everything."""
    return apply_edits(text, replacements, unit)[0]


def apply_edits(
    text: str, replacements: Iterable[Replacement | str], unit: Unit
) -> tuple[str, tuple[Move, ...]]:
    """Apply edits as `apply_replacements` does; give what they do to places, in their order, too.

    Of a text that replaces everything only what differs counts as changed.
    """
    moves: list[Move] = []
    for replacement in replacements:
        if isinstance(replacement, str):
            move = Move.between(text, replacement)
            text = replacement
        else:
            lines = EditorLines(text, unit)
            start = lines.offset(replacement.start)
            end = max(start, lines.offset(replacement.end))
            move = Move.of(text, start, end, replacement.text)
            text = text[:start] + replacement.text + text[end:]
        if move is not None:
            moves.append(move)
    return text, tuple(moves)


def _length(text: str, unit: Unit) -> int:
    if unit is Unit.UTF32 or text.isascii():
        return len(text)
    if unit is Unit.UTF16:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def _code_points(text: str, units: int, unit: Unit) -> int:
    """Count the characters that fit whole into the first `units` units of `text`."""
    left = units
    for index, char in enumerate(text):
        left -= _width(char, unit)
        if left < 0:
            return index
    return len(text)


def _width(char: str, unit: Unit) -> int:
    code = ord(char)
    if unit is Unit.UTF16:
        return 1 if code < 0x10000 else 2
    if code < 0x80:
        return 1
    if code < 0x800:
        return 2
    return 3 if code < 0x10000 else 4
