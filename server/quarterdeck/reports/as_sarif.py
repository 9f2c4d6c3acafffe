"""Findings as SARIF 2.1.0, for code scanning of GitHub, GitLab and others.

Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from quarterdeck.diagnostics.catalog import KINDS
from quarterdeck.diagnostics.model import Severity
from quarterdeck.reports.as_json import encode
from quarterdeck.reports.model import scenario_note
from quarterdeck.store.version import version_number

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding, Place
    from quarterdeck.reports.model import ChartReport, Tally

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_FINGERPRINT = "quarterdeck/v1"
_DRIVE = re.compile(r"[A-Za-z]:/")


class SarifReport:
    """Prints one log with one run, chart by chart."""

    def __init__(self) -> None:
        self._is_first = True
        self._seen: Counter[str] = Counter()
        self._rules = {code: index for index, code in enumerate(KINDS)}
        self._errors: list[str] = []

    def begin(self) -> str:
        """Open the log and describe the program."""
        driver = {
            "name": "quarterdeck",
            "version": version_number(),
            "rules": [
                {
                    "id": kind.code,
                    "name": kind.title,
                    "shortDescription": {"text": kind.title},
                    "fullDescription": {"text": kind.explanation},
                }
                for kind in KINDS.values()
            ],
        }
        head = f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{'
        return (
            f'{head}"tool": {{"driver": {encode(driver)}}}, "columnKind": "unicodeCodePoints", "results": ['
        )

    def chart(self, report: ChartReport) -> str:
        """Give the results of one chart."""
        if report.error:
            self._errors.append(report.error)
        pieces: list[str] = []
        for finding in report.findings:
            pieces.append("\n" if self._is_first else ",\n")
            self._is_first = False
            pieces.append(encode(self._result(finding, report)))
        return "".join(pieces)

    def end(self, _tally: Tally) -> str:
        """Close the log; charts that could not be read are notifications of the run."""
        notes = [{"level": "error", "message": {"text": error}} for error in self._errors]
        invocation = {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
        return f'\n], "invocations": [{encode(invocation)}]}}]}}\n'

    def _result(self, finding: Finding, report: ChartReport) -> dict[str, Any]:
        text = finding.message if not finding.proposal else f"{finding.message}. {finding.proposal}"
        if finding.scenarios:
            text = f"{text} ({scenario_note(finding)})"
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "level": _LEVELS[finding.severity],
            "message": {"text": text},
            "locations": [{"physicalLocation": _physical(finding.place)}],
            "partialFingerprints": {_FINGERPRINT: self._fingerprint(finding, report)},
            "properties": {
                "severity": finding.severity.value,
                "helmMessage": finding.helm_message,
                "scenarios": list(finding.scenarios),
            },
        }
        if finding.code in self._rules:
            result["ruleIndex"] = self._rules[finding.code]
        if finding.related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": _physical(note.place),
                    "message": {"text": note.message},
                }
                for number, note in enumerate(finding.related)
            ]
        return result

    def _fingerprint(self, finding: Finding, report: ChartReport) -> str:
        """Give what stays the same when lines are added above: kind, file, text of the line, and number."""
        place = finding.place
        line = report.lines.get(place.path, {}).get(place.line, "").strip()
        name = f"{finding.code}\n{place.path}\n{line}\n{finding.message}"
        self._seen[name] += 1
        data = f"{name}\n{self._seen[name]}".encode("utf-8", "surrogateescape")
        return blake2b(data, digest_size=16).hexdigest()


def _physical(place: Place) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": place.line, "startColumn": place.column}
    if place.end_line:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return {"artifactLocation": {"uri": _uri(place.path)}, "region": region}


def _uri(path: str) -> str:
    """Give a path as a URI: relative paths stay relative, to the folder that the program was started in."""
    data = path.encode("utf-8", "surrogateescape")
    if path.startswith("/"):
        return "file://" + quote(data)
    if _DRIVE.match(path):
        return f"file:///{quote(data, safe='/:')}"
    return quote(data)
