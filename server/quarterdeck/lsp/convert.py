"""Our findings as the protocol's diagnostics, with positions in the unit agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from quarterdeck.diagnostics.model import Finding, Place, Related, Severity
from quarterdeck.text.edits import EditorLines, Replacement, Unit
from quarterdeck.text.edits import Position as TextPosition
from quarterdeck.text.line_index import LineIndex
from quarterdeck.workspace.discovery import CHART_FILE, path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SOURCE = "quarterdeck"

_SEVERITIES = {
    Severity.CRITICAL: lsp.DiagnosticSeverity.Error,
    Severity.HIGH: lsp.DiagnosticSeverity.Error,
    Severity.MEDIUM: lsp.DiagnosticSeverity.Warning,
    Severity.LOW: lsp.DiagnosticSeverity.Information,
    Severity.INFO: lsp.DiagnosticSeverity.Hint,
}
Diagnostics = dict[str, list[lsp.Diagnostic]]
"""Diagnostics by the path of their file, in the order of their places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What the client said it understands."""

    unit: Unit = Unit.UTF16
    related_information: bool = False


class Converter:
    """Turns the findings of one analysis into diagnostics.

    `read_text` gives the text of a file as the analysis saw it, or None; `uri_of` its URI as the client
    writes it. Each file is read and cut into lines once.
    """

    def __init__(
        self, abilities: Abilities, read_text: Callable[[str], str | None], uri_of: Callable[[str], str]
    ) -> None:
        self._abilities = abilities
        self._read_text = read_text
        self._uri_of = uri_of
        self._lines: dict[str, tuple[LineIndex, EditorLines] | None] = {}

    def diagnostics(self, findings: Iterable[Finding], chart: str) -> Diagnostics:
        """Give the diagnostics of a chart's findings by file, without doubles.

        A place that no editor can open (in an archive, or a folder as a whole) is told at the chart's
        `Chart.yaml`.
        """
        by_path: Diagnostics = {}
        for finding in sorted(findings, key=lambda each: each.place):
            path = finding.path
            is_text = self._lines_of(path) is not None
            where = "" if is_text or path == chart else _where(finding.place, chart)
            diagnostic = self._diagnostic(finding, where)
            inside = by_path.setdefault(path if is_text else f"{chart}/{CHART_FILE}", [])
            if diagnostic not in inside:
                inside.append(diagnostic)
        return by_path

    def _diagnostic(self, finding: Finding, where: str) -> lsp.Diagnostic:
        links: list[lsp.DiagnosticRelatedInformation] = []
        notes: list[Related] = []
        for note in finding.related:
            if self._abilities.related_information and self._lines_of(note.place.path) is not None:
                links.append(
                    lsp.DiagnosticRelatedInformation(
                        location=self._location(note.place), message=note.message
                    )
                )
            else:
                notes.append(note)
        return lsp.Diagnostic(
            range=self.range(finding.place),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source=SOURCE,
            message=where + _message(finding, notes),
            related_information=links or None,
        )

    def _location(self, place: Place) -> lsp.Location:
        return lsp.Location(uri=self._uri_of(place.path), range=self.range(place))

    def range(self, place: Place) -> lsp.Range:
        """Give the range of a place; one without an end reaches to the last visible character of its line."""
        known = self._lines_of(place.path)
        if known is None:
            return lsp.Range(start=lsp.Position(0, 0), end=lsp.Position(0, 0))
        ours, theirs = known
        start = ours.offset(place.line, place.column)
        if place.end_line:
            end = ours.offset(place.end_line, place.end_column)
        else:
            line = min(max(place.line, 1), ours.line_count)
            end = ours.line_start(line) + len(ours.line_text(line).rstrip())
        return lsp.Range(
            start=_position(theirs.position(start)), end=_position(theirs.position(max(start, end)))
        )

    def _lines_of(self, path: str) -> tuple[LineIndex, EditorLines] | None:
        if path not in self._lines:
            text = self._read_text(path)
            self._lines[path] = (
                None if text is None else (LineIndex(text), EditorLines(text, self._abilities.unit))
            )
        return self._lines[path]


def replacement_from_lsp(change: lsp.TextDocumentContentChangeEvent) -> Replacement | str:
    """Give one change of `textDocument/didChange` as an edit of ours, or the whole new text."""
    if isinstance(change, lsp.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return Replacement(
            TextPosition(start.line, start.character), TextPosition(end.line, end.character), change.text
        )
    return change.text


def _position(position: TextPosition) -> lsp.Position:
    return lsp.Position(position.line, position.character)


def _where(place: Place, chart: str) -> str:
    """Name a place inside the chart, in front of a message that is shown elsewhere."""
    return f"{path_in_chart(place.path, chart) or place.path}:{place.line}:{place.column}: "


def _message(finding: Finding, notes: Iterable[Related]) -> str:
    """Write all that is to be said: what, what to do, what Helm says, and notes that are no links."""
    parts = [finding.message]
    if finding.proposal:
        parts.append(finding.proposal)
    if not _says_the_same(finding.message, finding.helm_message):
        parts.append(f"Helm says: {finding.helm_message}")
    parts.extend(f"{note.place.path}:{note.place.line}: {note.message}" for note in notes)
    return "\n".join(parts)


def _says_the_same(message: str, helm_message: str) -> bool:
    """Tell whether Helm's words add nothing: there are none, or one text is part of the other."""
    return helm_message in message or message in helm_message
