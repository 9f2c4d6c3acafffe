"""Our findings as the protocol's diagnostics, with positions in the unit agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.diagnostics.catalog import TAGS, link_of
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.diagnostics.model import Related as Note
from quarterdeck.lsp.messages import CodeDescription, Diagnostic, FixData, Location, Position, Range, Related
from quarterdeck.text.edits import EditorLines, Unit
from quarterdeck.text.line_index import LineIndex
from quarterdeck.workspace.discovery import CHART_FILE, path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SOURCE = "quarterdeck"

_ERROR, _WARNING, _INFORMATION, _HINT = 1, 2, 3, 4
_SEVERITIES = {
    Severity.CRITICAL: _ERROR,
    Severity.HIGH: _ERROR,
    Severity.MEDIUM: _WARNING,
    Severity.LOW: _INFORMATION,
    Severity.INFO: _HINT,
}
_TAGS = {"unnecessary": 1, "deprecated": 2}
_MOST_SCENARIOS = 5
"""Scenarios that a message names."""
Diagnostics = dict[str, tuple[Diagnostic, ...]]
"""Diagnostics by the path of their file, in the order of their places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What the client said it understands."""

    unit: Unit = Unit.UTF16
    related_information: bool = False
    code_description: bool = False
    tags: frozenset[int] = frozenset()
    data: bool = False


class _File(NamedTuple):
    """A text that diagnostics stand in, cut into lines as we and as the client count them."""

    text: str
    ours: LineIndex
    theirs: EditorLines


class Converter:
    """Turns findings into diagnostics.

    `read_text` gives the text of a file as the analysis saw it, or None; `uri_of` its URI as the client
    writes it. What was cut into lines, and what was converted, is used again as long as the texts are the
    same objects.
    """

    def __init__(
        self, abilities: Abilities, read_text: Callable[[str], str | None], uri_of: Callable[[str], str]
    ) -> None:
        self._abilities = abilities
        self._read_text = read_text
        self._uri_of = uri_of
        self._files: dict[str, _File | None] = {}
        self._made: dict[Finding, tuple[str | None, Diagnostic]] = {}

    def renewed(self, read_text: Callable[[str], str | None], uri_of: Callable[[str], str]) -> Converter:
        """Give a converter for other texts that keeps what is the same in them."""
        after = Converter(self._abilities, read_text, uri_of)
        for path, file in self._files.items():
            if file is not None and read_text(path) is file.text:
                after._files[path] = file
        for finding, (text, diagnostic) in self._made.items():
            file = after._files.get(finding.path)
            if file is not None and file.text is text and not finding.related:
                after._made[finding] = (text, diagnostic)
        return after

    def diagnostics(self, findings: Iterable[Finding], chart: str) -> Diagnostics:
        """Give the diagnostics of a chart's findings by file, without doubles.

        A place that no editor can open (in an archive, or a folder as a whole) is told at the chart's
        `Chart.yaml`.
        """
        by_path: dict[str, dict[Diagnostic, None]] = {}
        before, self._made = self._made, {}
        for finding in sorted(findings, key=lambda each: each.place):
            path = finding.path
            file = self._file(path)
            if file is None:
                where = "" if path == chart else _where(finding.place, chart)
                by_path.setdefault(f"{chart}/{CHART_FILE}", {})[self._diagnostic(finding, where)] = None
                continue
            made = before.get(finding) or (file.text, self._diagnostic(finding, ""))
            self._made[finding] = made
            by_path.setdefault(path, {})[made[1]] = None
        return {path: tuple(inside) for path, inside in by_path.items()}

    def _diagnostic(self, finding: Finding, where: str) -> Diagnostic:
        abilities = self._abilities
        links: list[Related] = []
        notes: list[Note] = []
        for note in finding.related:
            if abilities.related_information and self._file(note.place.path) is not None:
                links.append(Related(self._location(note.place), note.message))
            else:
                notes.append(note)
        tag = _TAGS.get(TAGS.get(finding.code, ""), 0)
        return Diagnostic(
            range=self.range(finding.place),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source=SOURCE,
            message=where + _message(finding, notes),
            code_description=CodeDescription(link_of(finding.code)) if abilities.code_description else None,
            tags=(tag,) if tag in abilities.tags else (),
            related_information=tuple(links) or None,
            data=FixData(finding.scenarios) if abilities.data and finding.scenarios else None,
        )

    def _location(self, place: Place) -> Location:
        return Location(self._uri_of(place.path), self.range(place))

    def range(self, place: Place) -> Range:
        """Give the range of a place; one without an end reaches to the last visible character of its line."""
        known = self._file(place.path)
        if known is None:
            return Range(Position(0, 0), Position(0, 0))
        ours, theirs = known.ours, known.theirs
        start = ours.offset(place.line, place.column)
        if place.end_line:
            end = ours.offset(place.end_line, place.end_column)
        else:
            line = min(max(place.line, 1), ours.line_count)
            end = ours.line_start(line) + len(ours.line_text(line).rstrip())
        return Range(Position(*theirs.position(start)), Position(*theirs.position(max(start, end))))

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            text = self._read_text(path)
            self._files[path] = (
                None
                if text is None
                else _File(text, LineIndex(text), EditorLines(text, self._abilities.unit))
            )
        return self._files[path]


def _where(place: Place, chart: str) -> str:
    """Name a place inside the chart, in front of a message that is shown elsewhere."""
    return f"{path_in_chart(place.path, chart) or place.path}:{place.line}:{place.column}: "


def _message(finding: Finding, notes: Iterable[Note]) -> str:
    """Write all that is to be said: what, what to do, what Helm says, notes that are no links, scenarios."""
    parts = [finding.message]
    if finding.proposal:
        parts.append(finding.proposal)
    if not _says_the_same(finding.message, finding.helm_message):
        parts.append(f"Helm says: {finding.helm_message}")
    parts.extend(f"{note.place.path}:{note.place.line}: {note.message}" for note in notes)
    if finding.scenarios:
        parts.append(_in_scenarios(finding.scenarios))
    return "\n".join(parts)


def _in_scenarios(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_SCENARIOS])
    more = len(names) - _MOST_SCENARIOS
    return (
        f"in scenario {shown}"
        if len(names) == 1
        else f"in scenarios {shown}" + f" and {more} more" * (more > 0)
    )


def _says_the_same(message: str, helm_message: str) -> bool:
    """Tell whether Helm's words add nothing: there are none, or one text is part of the other."""
    return helm_message in message or message in helm_message
