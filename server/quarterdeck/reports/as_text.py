"""Findings for people: a line that says what and where, the source with a mark below it, what to do.

::

    shop/templates/pod.yaml:7:14  critical  there is no template "shop.lables"
        7 │   labels: {{ include "shop.lables" . }}
          │                      ^^^^^^^^^^^^^
          ╰ Did you mean `shop.labels`?
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final

from quarterdeck.diagnostics.model import Severity
from quarterdeck.reports.colour import Painter
from quarterdeck.reports.model import scenario_note
from quarterdeck.reports.visible import make_visible

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding, Place
    from quarterdeck.reports.model import ChartReport, Tally

_MOST_LINES: Final = 4
"""Of a longer range the first lines are shown."""
_TAB: Final = "    "
_COLOURS: Final = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "blue",
}


class TextReport:
    """Prints findings with source frames; `width` is the terminal's, in columns."""

    def __init__(self, *, is_coloured: bool, width: int) -> None:
        self._paint = Painter(is_coloured=is_coloured)
        self._width = max(width, 40)

    def begin(self) -> str:
        """Give nothing: the first finding comes first."""
        return ""

    def chart(self, report: ChartReport) -> str:
        """Give the findings of one chart, each with its source."""
        return "".join(self._finding(finding, report.lines) + "\n" for finding in report.findings)

    def end(self, tally: Tally) -> str:
        """Give the counts."""
        charts = _count(tally.charts - tally.errors, "chart")
        if tally.scenarios > tally.charts - tally.errors:
            charts += f", {_count(tally.scenarios, 'scenario')}"
        if not tally.findings:
            return self._paint(f"No findings in {charts}.", "green") + "\n"
        parts = [
            self._paint(f"{tally.by_severity[severity]} {severity.value}", _COLOURS[severity])
            for severity in Severity
            if tally.by_severity[severity]
        ]
        return f"{self._paint(_count(tally.findings, 'finding'), 'bold')} in {charts}: {', '.join(parts)}\n"

    def _finding(self, finding: Finding, lines: dict[str, dict[int, str]]) -> str:
        place = finding.place
        colour = _COLOURS[finding.severity]
        where = f"{place.path}:{place.line}:{place.column}"
        frame = self._frame(place, lines.get(place.path, {}), colour)
        gutter = len(frame[0].partition("│")[0]) if frame else 6
        head = [
            self._paint(where, "bold"),
            self._paint(finding.severity.value, colour, "bold"),
            self._paint(finding.code, "dim"),
        ]
        plain = f"{where}  {finding.severity.value}  {finding.code}  "
        printed = ["  ".join(head)]
        message = make_visible(finding.message)
        if len(plain) + _width(message) <= self._width and "\n" not in message:
            printed[0] += f"  {message}"
        else:
            printed += [f"  {line}" for line in self._wrap(message, 2)]
        printed += [self._dim_gutter(line) for line in frame]
        notes = [f"{note.place.path}:{note.place.line}: {note.message}" for note in finding.related]
        if finding.scenarios:
            notes.insert(0, scenario_note(finding))
        if finding.proposal:
            notes.append(finding.proposal)
        for index, note in enumerate(notes):
            corner = "╰" if index == len(notes) - 1 else "├"
            for number, line in enumerate(self._wrap(make_visible(note), gutter + 2)):
                mark = corner if number == 0 else ("│" if corner == "├" else " ")
                printed.append(f"{' ' * gutter}{self._paint(mark, 'dim')} {line}")
        return "\n".join(printed) + "\n"

    def _frame(self, place: Place, lines: dict[int, str], colour: str) -> list[str]:
        """Give the source lines of a place, each with its mark below; none where the text is not known."""
        last = max(place.end_line, place.line)
        if last > place.line and place.end_column <= 1:
            last -= 1
        shown = [number for number in range(place.line, last + 1)[:_MOST_LINES] if number in lines]
        if not shown:
            return []
        digits = max(len(str(shown[-1])), 3)
        room = self._width - digits - 5
        frame: list[str] = []
        for number in shown:
            text = lines[number]
            indent = len(text) - len(text.lstrip())
            start = max(place.column - 1, indent) if number == place.line else indent
            end = place.end_column - 1 if number == place.end_line else len(text.rstrip())
            end = max(end, start + 1)
            before, marked = _columns(text, start), _columns(text, end) - _columns(text, start)
            source = make_visible(text.expandtabs(len(_TAB)))
            source, before = _shorten(source, before, room)
            marked = max(min(marked, room - before), 1)
            frame.append(f"  {number:>{digits}} │ {source}".rstrip())
            frame.append(f"  {'':>{digits}} │ {' ' * before}{self._paint('^' * marked, colour, 'bold')}")
        if last > shown[-1]:
            frame.append(f"  {'':>{digits}} │ {self._paint('…', 'dim')}")
        return frame

    def _dim_gutter(self, line: str) -> str:
        head, bar, rest = line.partition("│")
        return self._paint(head + bar, "dim") + rest

    def _wrap(self, text: str, indent: int) -> list[str]:
        wrapped: list[str] = []
        for line in text.split("\n"):
            wrapped += textwrap.wrap(
                line, max(self._width - indent, 30), break_long_words=False, break_on_hyphens=False
            ) or [""]
        return wrapped


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _width(text: str) -> int:
    """Give the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_width_of(char) for char in text)


def _width_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _columns(text: str, offset: int) -> int:
    """Give the terminal columns before a character of a line, tabs being four wide at most."""
    return _width(text[:offset].expandtabs(len(_TAB)))


def _shorten(source: str, before: int, room: int) -> tuple[str, int]:
    """Cut a line that is too long for the terminal, so that column `before` stays in sight."""
    if _width(source) <= room:
        return source, before
    if before < room * 2 // 3:
        return source[: room - 1] + "…", before
    start = before - room // 3
    piece = source[start : start + room - 2]
    tail = "…" if start + room - 2 < len(source) else ""
    return f"…{piece}{tail}", before - start + 1
