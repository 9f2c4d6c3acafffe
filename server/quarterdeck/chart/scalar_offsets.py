"""Which character of a YAML file each character of a scalar's text is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}


def find_source_offsets(source: str, style: str | None, text: str) -> list[int] | None:
    """Give for each character of `text` the offset in `source` of what stands for it.

    `source` is the scalar as written, quotes or block header included, `style` None or the character that
    begins it. None where the two do not fit together, as for a value that an alias gave.
    """
    if style is None:
        characters = _plain(source, 0, len(source))
    elif style == "'":
        characters = _single_quoted(source)
    elif style == '"':
        characters = _double_quoted(source)
    else:
        characters = _block(source)
    offsets: list[int] = []
    position = 0
    for character, offset in characters:
        if position == len(text):
            break
        wanted = text[position]
        if character == wanted or (character == "\n" and wanted == " "):
            offsets.append(offset)
            position += 1
        elif not character.isspace():
            return None
    return offsets if position == len(text) else None


def _plain(source: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    for offset in range(start, end):
        yield source[offset], offset


def _single_quoted(source: str) -> Iterator[tuple[str, int]]:
    offset = 1
    while offset < len(source) - 1:
        yield source[offset], offset
        offset += 2 if source.startswith("''", offset) else 1


def _double_quoted(source: str) -> Iterator[tuple[str, int]]:
    offset = 1
    while offset < len(source) - 1:
        character = source[offset]
        if character != "\\":
            yield character, offset
            offset += 1
            continue
        escape = source[offset + 1]
        length = _HEX_LENGTHS.get(escape)
        if length is not None:
            digits = source[offset + 2 : offset + 2 + length]
            code = int(digits, 16) if digits.isalnum() and digits.isascii() else 0xFFFD
            yield chr(min(code, 0x10FFFF)), offset
            offset += 2 + length
            continue
        if escape != "\n":
            yield _ESCAPES.get(escape, escape), offset
        offset += 2


def _block(source: str) -> Iterator[tuple[str, int]]:
    header, _, _ = source.partition("\n")
    start = len(header) + 1
    indent = _block_indent(source[start:])
    while start < len(source):
        end = source.find("\n", start)
        end = len(source) if end < 0 else end
        for offset in range(min(start + indent, end), end):
            yield source[offset], offset
        yield "\n", end
        start = end + 1


def _block_indent(body: str) -> int:
    """Give the indentation of a block's lines: that of the first line that is not blank."""
    for line in body.split("\n"):
        stripped = line.lstrip(" ")
        if stripped:
            return len(line) - len(stripped)
    return 0
