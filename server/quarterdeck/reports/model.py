"""What a report is made of: the findings of one chart, and the source lines that explain them."""

from __future__ import annotations

from collections import Counter

import msgspec

from quarterdeck.diagnostics.model import Finding, Severity


class ChartReport(msgspec.Struct, frozen=True, kw_only=True):
    """One checked chart.

    `lines` has the source lines around its findings: path, then 1-based number, then text. `scenarios` are
    the names of those in which it was to be rendered. `error` is set where the chart could not be read at
    all.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    lines: dict[str, dict[int, str]] = {}
    scenarios: tuple[str, ...] = ()
    error: str = ""


def scenario_note(finding: Finding) -> str:
    """Say in which scenarios a finding occurs; nothing where it occurs in all."""
    if not finding.scenarios:
        return ""
    word = "scenario" if len(finding.scenarios) == 1 else "scenarios"
    return f"in the {word} {', '.join(finding.scenarios)}"


class Tally:
    """Counts what a run of `check` has found so far."""

    def __init__(self) -> None:
        self.charts = 0
        self.errors = 0
        self.scenarios = 0
        self.by_severity: Counter[Severity] = Counter()

    def add(self, report: ChartReport) -> None:
        """Count one chart."""
        self.charts += 1
        self.errors += bool(report.error)
        self.scenarios += len(report.scenarios)
        self.by_severity.update(finding.severity for finding in report.findings)

    @property
    def findings(self) -> int:
        """The number of findings."""
        return self.by_severity.total()

    def has_at_least(self, severity: Severity) -> bool:
        """Tell whether there is a finding of this severity or worse."""
        order = list(Severity)
        return any(order.index(one) <= order.index(severity) for one in self.by_severity)
