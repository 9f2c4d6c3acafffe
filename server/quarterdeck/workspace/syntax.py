"""What can be said of a chart before it renders: how it loads, and the syntax of its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.load import read_chart
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.errors import Cancelled, QuarterdeckError
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.problems import helm_parse_error
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quarterdeck.chart.model import Chart


def check_syntax(
    chart_path: str, overlay: Mapping[str, str], *, is_cancelled: Callable[[], bool] | None = None
) -> list[Finding]:
    """Give what is wrong with the chart's files themselves, open texts (`overlay`) before those on disk.

    Raises:
        Cancelled: `is_cancelled` says so.
    """
    try:
        chart = read_chart(chart_path, overlay=overlay)
    except QuarterdeckError:  # it vanished; there is nothing to say of it
        return []
    findings = list(chart.problems)
    known = function_table()
    for path, text in _templates(chart):
        if is_cancelled is not None and is_cancelled():
            raise Cancelled
        problems = parse_template(text, known).problems
        if not problems:
            continue
        lines = LineIndex(text)
        for problem in problems:
            start, end = lines.position(problem.start), lines.position(problem.end)
            findings.append(
                Finding(
                    code=problem.code,
                    severity=Severity.CRITICAL,
                    place=Place(path, *start, *end),
                    message=problem.message,
                    proposal=problem.proposal,
                    helm_message=helm_parse_error(problem, path),
                )
            )
    return findings


def _templates(chart: Chart) -> Iterator[tuple[str, str]]:
    """Give path and text of all templates of a chart and its sub-charts."""
    for _, text, path, _ in chart.renderable:
        yield path, text
    for sub_chart in chart.dependencies:
        yield from _templates(sub_chart)
