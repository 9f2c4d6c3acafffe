"""Checks one chart for `quarterdeck check`, in this process or in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.cli.mistakes import describe_mistake, wants_traceback
from quarterdeck.errors import QuarterdeckError
from quarterdeck.reports.model import ChartReport
from quarterdeck.text.line_index import LineIndex
from quarterdeck.workspace.check import Options, run_check
from quarterdeck.db.shared_engine import shared_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.model import Chart
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding

_MOST_LINES = 4


class CheckTask:
    """Checks charts by path with the same options; see `workers.pool.Task`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._program: Program | None = None

    def __call__(self, path: str) -> ChartReport:
        """Check a chart; that it cannot be read, or that we fail on it, is in the report: others follow."""
        try:
            checked = run_check(path, self._options)
        except QuarterdeckError as error:
            return ChartReport(path=path, error=str(error))
        except Exception as error:
            if wants_traceback():
                raise
            return ChartReport(path=path, error=f"{path}: {describe_mistake(error)}")
        self._program = checked.program
        lines = source_lines(checked.chart, checked.findings, self._options)
        return ChartReport(path=path, findings=tuple(checked.findings), lines=lines)

    def finish(self) -> None:
        """Save the code that was made, for the next run."""
        if self._program is not None:
            shared_engine().save(self._program)
            self._program = None

    def __getstate__(self) -> Options:
        return self._options

    def __setstate__(self, options: Options) -> None:
        self._options = options
        self._program = None


def source_lines(chart: Chart, findings: list[Finding], options: Options) -> dict[str, dict[int, str]]:
    """Give the lines that findings are about: path, then 1-based number, then text."""
    wanted = {finding.path for finding in findings}
    texts = dict(_texts(chart, wanted))
    texts.update((file.path, file.text) for file in options.values.files if file.path in wanted)
    indexes = {path: LineIndex(text) for path, text in texts.items()}
    lines: dict[str, dict[int, str]] = {}
    for finding in findings:
        place = finding.place
        index = indexes.get(place.path)
        if index is None:
            continue
        last = min(max(place.end_line, place.line), place.line + _MOST_LINES - 1, index.line_count)
        known = lines.setdefault(place.path, {})
        for number in range(place.line, last + 1):
            known[number] = index.line_text(number).rstrip("\r")
    return lines


def _texts(chart: Chart, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Give path and text of the wanted files of a chart and its sub-charts."""
    own = (chart.metadata_file, chart.requirements_file, chart.values_file, chart.schema_file)
    for file in (*own, *chart.templates, *chart.files, *chart.crds):
        if file is not None and file.display_path in wanted:
            yield file.display_path, file.text
    for sub in chart.dependencies:
        yield from _texts(sub, wanted)
