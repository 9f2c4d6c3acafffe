"""Findings as one JSON document, for programs.

`version` is the version of this form: it rises when a field changes its meaning or goes.
docs/commands.md shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quarterdeck.diagnostics.model import Severity

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding, Place
    from quarterdeck.reports.model import ChartReport, Tally

VERSION = 1


class JsonReport:
    """Prints one document, chart by chart."""

    def __init__(self) -> None:
        self._is_first = True

    def begin(self) -> str:
        """Open the document."""
        return f'{{"version": {VERSION}, "charts": ['

    def chart(self, report: ChartReport) -> str:
        """Give one chart."""
        separator = "\n" if self._is_first else ",\n"
        self._is_first = False
        content: dict[str, Any] = {"path": report.path}
        if report.error:
            content["error"] = report.error
        content["scenarios"] = list(report.scenarios)
        content["findings"] = [finding_to_json(finding) for finding in report.findings]
        return separator + encode(content)

    def end(self, tally: Tally) -> str:
        """Close the document with the counts."""
        summary: dict[str, int] = {"charts": tally.charts, "errors": tally.errors, "findings": tally.findings}
        summary |= {severity.value: tally.by_severity[severity] for severity in Severity}
        return f'\n], "summary": {encode(summary)}}}\n'


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Give a finding as plain data; no `scenarios` where it occurs in all of its chart."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        **place_to_json(finding.place),
        "message": finding.message,
        "proposal": finding.proposal,
        "helm_message": finding.helm_message,
        "scenarios": list(finding.scenarios),
        "related": [{**place_to_json(note.place), "message": note.message} for note in finding.related],
    }


def place_to_json(place: Place) -> dict[str, Any]:
    """Give a place as plain data; `end_line` and `end_column` are null where no end is known."""
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line or None,
        "end_column": place.end_column or None,
    }


def encode(content: Any) -> str:
    """Give compact JSON; what is no character (bytes of files that are not UTF-8) becomes a question mark."""
    return msgspec.json.encode(scrubbed(content)).decode()


def scrubbed(content: Any) -> Any:
    """Give the same data without lone surrogates, which no JSON text can hold."""
    match content:
        case str():
            return content if content.isascii() else content.encode("utf-8", "replace").decode()
        case dict():
            return {scrubbed(key): scrubbed(value) for key, value in content.items()}  # pyright: ignore[reportUnknownVariableType] - JSON
        case list() | tuple():
            return [scrubbed(item) for item in content]  # pyright: ignore[reportUnknownVariableType] - JSON
        case _:
            return content
