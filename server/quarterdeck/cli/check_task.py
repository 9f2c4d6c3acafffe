"""Checks one chart for `quarterdeck check`, in this process or in a worker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.cli.mistakes import describe_mistake, wants_traceback
from quarterdeck.db.shared_engine import shared_engine
from quarterdeck.errors import QuarterdeckError
from quarterdeck.measure import trace
from quarterdeck.reports.model import ChartReport
from quarterdeck.scenarios.model import DEFAULT
from quarterdeck.text.line_index import LineIndex
from quarterdeck.workspace.chart_scenarios import find_root, is_below, may_have_scenarios
from quarterdeck.workspace.check import Options, run_check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quarterdeck.chart.model import Chart
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.manifests import Manifests

_MOST_LINES = 4


class CheckOrder(NamedTuple):
    """What charts are checked with.

    `options` are those of the command line; `namespace` is the one that somebody gave. `scenarios` are the
    names of the scenarios to check: all without any, and the options' values alone where it is None. `folder`
    is where the command runs, `named` what it names: absolute paths, with `/`. `manifests` tell what other
    tools deploy. `trace` is the file in which it is written where time goes.
    """

    options: Options
    namespace: str | None
    scenarios: tuple[str, ...] | None
    folder: str
    named: tuple[str, ...]
    manifests: Manifests | None
    trace: str | None = None


class CheckTask:
    """Checks charts by path with the same options; see `workers.pool.Task`."""

    def __init__(self, order: CheckOrder) -> None:
        self._order = order
        self._programs: tuple[Program, ...] = ()

    def __call__(self, path: str) -> ChartReport:
        """Check a chart; that it cannot be read, or that we fail on it, is in the report: others follow."""
        if self._order.trace is not None and not trace.is_on():
            trace.start(self._order.trace, joins=True)  # in a worker process
        try:
            with trace.span("check", "check", chart=path):
                return self._check(path)
        except QuarterdeckError as error:
            return ChartReport(path=path, error=str(error))
        except Exception as error:
            if wants_traceback():
                raise
            return ChartReport(path=path, error=f"{path}: {describe_mistake(error)}")

    def finish(self) -> None:
        """Save the code that was made, for the next run."""
        for program in self._programs:
            shared_engine().save(program)
        self._programs = ()

    def __getstate__(self) -> CheckOrder:
        return self._order

    def __setstate__(self, order: CheckOrder) -> None:
        self.__init__(order)

    def _check(self, path: str) -> ChartReport:
        """Check one chart.

        Raises:
            QuarterdeckError: it cannot be read, or an option makes no sense.
        """
        order = self._order
        chart = absolute_path(path, order.folder)
        root = find_root(chart, named_above(chart, order.named), order.folder)
        if order.manifests is not None or may_have_scenarios(chart, root):
            from quarterdeck.cli.check_scenarios import check_with_scenarios  # noqa: PLC0415 - seldom needed

            report, self._programs = check_with_scenarios(path, chart, root, order)
            return report
        if order.scenarios and DEFAULT not in order.scenarios:
            return ChartReport(path=path)
        checked = run_check(path, order.options)
        self._programs = (checked.program,)
        lines = source_lines(checked.chart, checked.findings, _given_texts(order.options))
        return ChartReport(path=path, findings=tuple(checked.findings), lines=lines, scenarios=(DEFAULT,))


def absolute_path(path: str, folder: str) -> str:
    """Give the absolute path, with `/`, of a path that starts from `folder`; links are not followed."""
    return Path(os.path.normpath(Path(folder, path))).as_posix()


def named_above(chart: str, named: tuple[str, ...]) -> str:
    """Give the path on the command line by which a chart was found."""
    return next((one for one in named if is_below(chart, one)), chart)


def _given_texts(options: Options) -> Callable[[str], str | None]:
    """Give what knows the texts of the files that `-f` named."""
    return {file.path: file.text for file in options.values.files}.get


def source_lines(
    chart: Chart, findings: list[Finding], read_text: Callable[[str], object]
) -> dict[str, dict[int, str]]:
    """Give the lines that findings are about: path, then 1-based number, then text.

    `read_text` gives the texts of files that are not the chart's; anything but a text where it has none.
    """
    wanted = {finding.path for finding in findings}
    texts = {path: text for path in sorted(wanted) if isinstance(text := read_text(path), str)}
    texts.update(_texts(chart, wanted))
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
