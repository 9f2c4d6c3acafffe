"""Where a part of a literal text was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.diagnostics.model import Place

if TYPE_CHECKING:
    from quarterdeck.render.source_map import Origin


def place_in_text(text: str, origin: Origin, start: int, end: int) -> Place:
    """Give the place in a template or file of a part of a rendered file that lies in a literal origin.

    `text` is the rendered file, `start` and `end` are offsets in it; an empty part gets the width of one
    character.
    """
    line, column = _advance(origin.place.line, origin.place.column, text[origin.start : start])
    end_line, end_column = _advance(line, column, text[start : max(end, start + 1)])
    return Place(origin.place.path, line, column, end_line, end_column)


def _advance(line: int, column: int, text: str) -> tuple[int, int]:
    """Give the line and column behind `text`, which begins at `line` and `column`."""
    breaks = text.count("\n")
    if not breaks:
        return line, column + len(text)
    return line + breaks, len(text) - text.rfind("\n")
