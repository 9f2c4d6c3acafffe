"""What a report is made of: the findings of one chart, and the source lines that explain them."""

from __future__ import annotations

from collections import Counter

import msgspec

from quarterdeck.diagnostics.model import Finding, Severity


class ChartReport(msgspec.Struct, frozen=True, kw_only=True):
    """One checked chart.

    `lines` has the source lines around its findings: path, then 1-based number, then text. `error` is set
    where the chart could not be read at all.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    lines: dict[str, dict[int, str]] = {}
    error: str = ""


class Tally:
    """Counts what a run of `check` has found so far."""

    def __init__(self) -> None:
        self.charts = 0
        self.errors = 0
        self.by_severity: Counter[Severity] = Counter()

    def add(self, report: ChartReport) -> None:
        """Count one chart."""
        self.charts += 1
        self.errors += bool(report.error)
        self.by_severity.update(finding.severity for finding in report.findings)

    @property
    def findings(self) -> int:
        """The number of findings."""
        return self.by_severity.total()

    def has_at_least(self, severity: Severity) -> bool:
        """Tell whether there is a finding of this severity or worse."""
        order = list(Severity)
        return any(order.index(one) <= order.index(severity) for one in self.by_severity)
