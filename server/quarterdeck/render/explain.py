"""Why a rendered line says what it says, and what a template line becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.render.written import place_in_text
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.origins import ValueOrigin
    from quarterdeck.diagnostics.model import Place
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Origin
    from quarterdeck.render.value_index import Path


class RankedValue(NamedTuple):
    """A value that took part: its path from the dot, and all places that give it, the winner first."""

    path: Path
    layers: tuple[ValueOrigin, ...]


class Segment(NamedTuple):
    """A part of a rendered line with one origin: where it stands (1-based column), and what it is made of.

    `place` is where it was written, which may be a part of the origin's. `values` are the values that the
    action and those that led there read; the one whose characters these are comes first.
    """

    line: int
    column: int
    text: str
    place: Place
    origin: Origin
    values: tuple[RankedValue, ...]


class RenderedPlace(NamedTuple):
    """A part of a rendered line that a template line took part in; `line` and `column` are 1-based.

    `is_direct` tells that the template line wrote it, and did not only call what wrote it.
    """

    file: str
    line: int
    column: int
    text: str
    line_text: str
    is_direct: bool


def explain_rendered(rendering: Rendering, file: str, line: int, column: int | None = None) -> list[Segment]:
    """Explain one line of a rendered file, or the part at one column of it; empty beyond the file's end."""
    text = rendering.templates[file]
    lines = LineIndex(text)
    if not 1 <= line <= lines.line_count:
        return []
    start, end = lines.line_start(line), lines.line_end(line)
    offset = start if column is None else min(start + column - 1, max(end - 1, start))
    segments: list[Segment] = []
    while offset < end or (offset == start == end and not segments):
        origin = rendering.source_map.at(file, offset)
        if origin is None:
            break
        first, last = max(origin.start, start), min(origin.end, end)
        values = tuple(_values(rendering, file, offset, origin))
        place = _place(text, origin, first, last)
        segments.append(Segment(line, first - start + 1, text[first:last], place, origin, values))
        if column is not None:
            break
        offset = max(last, offset + 1)
    return segments


def _place(text: str, origin: Origin, start: int, end: int) -> Place:
    return place_in_text(text, origin, start, end) if origin.is_literal else origin.place


def _values(rendering: Rendering, file: str, offset: int, origin: Origin) -> Iterator[RankedValue]:
    seen: set[Path] = set()
    own = () if origin.value is None else (origin.value,)
    for read in (*own, *rendering.source_map.reads(file, offset)):
        if read.path in seen:
            continue
        seen.add(read.path)
        if read.path[0] == "Values" and len(read.path) > 1:
            yield RankedValue(read.path, rendering.inputs.origins.rank(read.path[1:]))
        else:
            yield RankedValue(read.path, ())


def find_rendered(
    rendering: Rendering, path: str, line: int, column: int | None = None
) -> Iterator[RenderedPlace]:
    """Give the rendered places that a line of a template (path as shown in places) took part in, in order."""
    for file, text in rendering.templates.items():
        lines: LineIndex | None = None
        for origin in rendering.source_map.origins(file):
            is_direct = _covers(origin.place, path, line, column)
            if not is_direct and not any(_covers(call.place, path, line, column) for call in origin.stack):
                continue
            lines = lines or LineIndex(text)
            start, end = origin.start, origin.end
            if is_direct and origin.is_literal and origin.place.end_line > origin.place.line:
                start, end = _line_of_text(text, origin, line)
            yield from _places(file, text, lines, start, end, is_direct=is_direct)


def _covers(place: Place, path: str, line: int, column: int | None) -> bool:
    if place.path != path or not place.line <= line <= max(place.end_line, place.line):
        return False
    if column is None:
        # A text that ends at the very start of the line has nothing on it.
        return line != place.end_line or place.end_column > 1 or place.line == place.end_line
    return (place.line, place.column) <= (line, column) < (place.end_line, place.end_column)


def _line_of_text(text: str, origin: Origin, line: int) -> tuple[int, int]:
    """Give the part of a literal text that stands on one of its template lines."""
    start = origin.start
    for _ in range(line - origin.place.line):
        following = text.find("\n", start, origin.end)
        if following < 0:
            return origin.end, origin.end
        start = following + 1
    end = text.find("\n", start, origin.end)
    return start, origin.end if end < 0 else end


def _places(
    file: str, text: str, lines: LineIndex, start: int, end: int, *, is_direct: bool
) -> Iterator[RenderedPlace]:
    """Give a range of rendered text line by line, without lines of space."""
    while start < end:
        line, column = lines.position(start)
        stop = min(end, lines.line_end(line))
        piece = text[start:stop]
        if piece.strip():
            yield RenderedPlace(file, line, column, piece, lines.line_text(line), is_direct)
        start = stop + 1
