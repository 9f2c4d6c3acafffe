"""Findings as workflow commands of GitHub Actions, which show them beside the changed lines.

Source: GitHub Actions, Workflow commands, Setting an error message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.diagnostics.catalog import title_of
from quarterdeck.diagnostics.model import Severity
from quarterdeck.reports.model import scenario_note

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.reports.model import ChartReport, Tally

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


class GithubReport:
    """Prints one command a finding."""

    def begin(self) -> str:
        """Give nothing: commands stand alone."""
        return ""

    def chart(self, report: ChartReport) -> str:
        """Give the commands of one chart."""
        return "".join(_command(finding) for finding in report.findings)

    def end(self, _tally: Tally) -> str:
        """Give nothing: commands stand alone."""
        return ""


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {"file": place.path, "line": str(place.line), "col": str(place.column)}
    if place.end_line:
        properties["endLine"] = str(place.end_line)
        # GitHub ignores columns of ranges over several lines; its end is included.
        if place.end_line == place.line:
            properties["endColumn"] = str(max(place.end_column - 1, place.column))
    properties["title"] = f"{title_of(finding.code)} ({finding.code})"
    fields = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    lines = [finding.message, scenario_note(finding), finding.proposal]
    lines += [f"{note.place.path}:{note.place.line}: {note.message}" for note in finding.related]
    message = "\n".join(filter(None, lines))
    return f"::{_COMMANDS[finding.severity]} {fields}::{_escape(message)}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
