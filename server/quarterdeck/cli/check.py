"""`quarterdeck check`: what is wrong with charts, each mistake at its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quarterdeck.cli import terminal
from quarterdeck.cli.arguments import add_choice, add_color, add_trace, positive, traced
from quarterdeck.cli.values_options import (
    add_cluster_options,
    add_values_options,
    read_values_input,
    split_lists,
)
from quarterdeck.errors import OptionError
from quarterdeck.settings.names import FILE_NAMES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from quarterdeck.cli.check_task import CheckOrder
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.reports.format import Report
    from quarterdeck.reports.model import ChartReport, Tally

USAGE = "[OPTION]… PATH…"
DESCRIPTION = """Find what is wrong with charts, without rendering them by hand.

Every chart at and below the paths is rendered in each of its scenarios: its default values, the values files
that lie in it, what .quarterdeck.yaml declares, and what Argo CD, Flux and helmfile deploy, as far as that is
said at or below the paths. With -f or --set, only the values given here count; with
--scenario they are laid over those of the scenarios named. Exit status: 0 without findings that are bad
enough (see --fail-on), 1 with some, 2 where something could not be read."""

_NEVER = "never"


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="Charts, archives, or folders with charts below."
    )
    add_choice(
        parser,
        "--format",
        ("text", "json", "sarif", "github"),
        default="text",
        text="How findings are printed.",
    )
    add_choice(
        parser,
        "--fail-on",
        ("critical", "high", "medium", "low", "info", _NEVER),
        default="high",
        text="Exit with 1 for findings that are this bad or worse.",
    )
    add_color(parser)
    parser.add_argument(
        "-j",
        "--jobs",
        type=positive,
        metavar="NUMBER",
        help="Processes that check charts; chosen by itself without.",
    )
    parser.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="Check in this scenario only; may be repeated.",
    )
    parser.add_argument(
        "--no-scenarios", action="store_true", help="Check with the default values and those given here only."
    )
    parser.add_argument(
        "--watch", action="store_true", help="Go on, and check charts again when their files change."
    )
    add_trace(parser)
    add_values_options(parser)
    add_cluster_options(parser)


def run(options: Namespace) -> int:
    """Check charts and print what is wrong; give the exit status.

    Raises:
        QuarterdeckError: a path leads to no chart, or an option makes no sense.
    """
    if not options.watch:
        with traced(options.trace):
            return _run(options, options.paths)
    if options.format != "text":
        raise OptionError("--watch prints text: leave out --format")
    from quarterdeck.cli.watching import follow  # noqa: PLC0415 - seldom needed

    with traced(options.trace):
        return follow(options.paths, lambda paths: _run(options, paths))


def _run(options: Namespace, paths: Sequence[str]) -> int:
    """Check the charts at and below some of the paths that the options name."""
    from quarterdeck.reports.format import make_report  # noqa: PLC0415 - `--help` needs no engine

    order = _make_order(options)
    is_coloured = terminal.wants_color(options.color)
    report = make_report(options.format, is_coloured=is_coloured, width=terminal.width())
    return _exit_code(_check(paths, order, report, options.jobs), options.fail_on)


def _make_order(options: Namespace) -> CheckOrder:
    """Give what the options ask for.

    Raises:
        QuarterdeckError: a file cannot be read, or options exclude each other.
    """
    from quarterdeck.cli.check_task import CheckOrder, absolute_path  # noqa: PLC0415 - as above
    from quarterdeck.workspace.chart_scenarios import read_manifests  # noqa: PLC0415 - as above
    from quarterdeck.workspace.check import Options  # noqa: PLC0415 - as above

    if options.scenario and options.no_scenarios:
        raise OptionError("--scenario and --no-scenarios exclude each other")
    values = read_values_input(options)
    scenarios: tuple[str, ...] | None = tuple(dict.fromkeys(options.scenario))
    if not scenarios and (options.no_scenarios or values.files or values.flags):
        scenarios = None
    folder = Path.cwd().as_posix()
    named = tuple(absolute_path(path, folder) for path in options.paths)
    return CheckOrder(
        options=Options(
            values=values,
            namespace=options.namespace or "default",
            kube_version=options.kube_version,
            api_versions=tuple(split_lists(options.api_versions)),
        ),
        namespace=options.namespace,
        scenarios=scenarios,
        folder=folder,
        named=named,
        manifests=None if scenarios is None else read_manifests(named),
        trace=options.trace,
    )


def _check(paths: Sequence[str], order: CheckOrder, report: Report, jobs: int | None) -> Tally:
    """Check and print chart by chart.

    Raises:
        QuarterdeckError: a path leads to no chart, or an option makes no sense.
    """
    from quarterdeck.chart.capabilities import make_capabilities  # noqa: PLC0415 - as above
    from quarterdeck.cli.check_task import CheckTask  # noqa: PLC0415 - as above
    from quarterdeck.reports.model import Tally  # noqa: PLC0415 - as above
    from quarterdeck.workers.pool import run_in_order  # noqa: PLC0415 - as above
    from quarterdeck.workspace.find_charts import find_charts  # noqa: PLC0415 - as above

    make_capabilities(order.options.kube_version, order.options.api_versions)
    charts = find_charts(paths)
    tally = Tally()
    seen = _Seen(order)
    progress = terminal.Progress(len(charts))
    terminal.write(report.begin())
    checked = run_in_order(CheckTask(order), charts, workers=jobs, preload=["quarterdeck.cli.check_task"])
    try:
        for found in checked:
            one = seen.note(found)
            tally.add(one)
            progress.clear()
            terminal.write(report.chart(one))
            terminal.flush()
            if one.error:
                terminal.write_error(f"quarterdeck: {one.error}\n")
            progress.advance(one.path)
    finally:
        progress.clear()
    terminal.write(report.end(tally))
    terminal.flush()
    seen.require_all()
    return tally


class _Seen:
    """What the charts of a run had: the scenarios asked for, and mistakes in settings that several share."""

    def __init__(self, order: CheckOrder) -> None:
        self._missing = dict.fromkeys(order.scenarios or ())
        self._of_settings: set[Finding] = set()

    def note(self, report: ChartReport) -> ChartReport:
        """Give a report without the mistakes in settings that were told with a chart before."""
        for name in report.scenarios:
            self._missing.pop(name, None)
        kept = [one for one in report.findings if one not in self._of_settings]
        self._of_settings.update(one for one in kept if one.path.endswith(FILE_NAMES))
        if len(kept) == len(report.findings):
            return report
        return replace(report, findings=tuple(kept))

    def require_all(self) -> None:
        """See that each scenario that was asked for is one of some chart.

        Raises:
            OptionError: one is not.
        """
        for name in self._missing:
            raise OptionError(f"no chart has a scenario {name}; `quarterdeck scenarios` lists them")


def _exit_code(tally: Tally, fail_on: str) -> int:
    from quarterdeck.diagnostics.model import Severity  # noqa: PLC0415 - as above

    if tally.errors:
        return 2
    if fail_on == _NEVER:
        return 0
    return int(tally.has_at_least(Severity(fail_on)))
