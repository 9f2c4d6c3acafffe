"""`quarterdeck check`: what is wrong with charts, each mistake at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.cli.arguments import add_choice, add_color, positive
from quarterdeck.cli.values_options import (
    add_cluster_options,
    add_values_options,
    read_values_input,
    split_lists,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from quarterdeck.reports.format import Report
    from quarterdeck.reports.model import Tally
    from quarterdeck.workspace.check import Options

USAGE = "[OPTION]… PATH…"
DESCRIPTION = """Find what is wrong with charts, without rendering them by hand.

Every chart at and below the paths is rendered with its default values, and with those given here. Exit
status: 0 without findings that are bad enough (see --fail-on), 1 with some, 2 where something could not be
read."""

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
    add_values_options(parser)
    add_cluster_options(parser)


def run(options: Namespace) -> int:
    """Check charts and print what is wrong; give the exit status.

    Raises:
        QuarterdeckError: a path leads to no chart, or an option makes no sense.
    """
    from quarterdeck.reports.format import make_report  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.workspace.check import Options  # noqa: PLC0415 - as above

    checked_with = Options(
        values=read_values_input(options),
        namespace=options.namespace,
        kube_version=options.kube_version,
        api_versions=tuple(split_lists(options.api_versions)),
    )
    is_coloured = terminal.wants_color(options.color)
    report = make_report(options.format, is_coloured=is_coloured, width=terminal.width())
    return _exit_code(_check(options.paths, checked_with, report, options.jobs), options.fail_on)


def _check(paths: Sequence[str], options: Options, report: Report, jobs: int | None) -> Tally:
    """Check and print chart by chart.

    Raises:
        QuarterdeckError: a path leads to no chart, or an option makes no sense.
    """
    from quarterdeck.chart.capabilities import make_capabilities  # noqa: PLC0415 - as above
    from quarterdeck.cli.check_task import CheckTask  # noqa: PLC0415 - as above
    from quarterdeck.reports.model import Tally  # noqa: PLC0415 - as above
    from quarterdeck.workers.pool import run_in_order  # noqa: PLC0415 - as above
    from quarterdeck.workspace.find_charts import find_charts  # noqa: PLC0415 - as above

    make_capabilities(options.kube_version, options.api_versions)
    charts = find_charts(paths)
    tally = Tally()
    progress = terminal.Progress(len(charts))
    terminal.write(report.begin())
    checked = run_in_order(CheckTask(options), charts, workers=jobs, preload=["quarterdeck.cli.check_task"])
    try:
        for one in checked:
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
    return tally


def _exit_code(tally: Tally, fail_on: str) -> int:
    from quarterdeck.diagnostics.model import Severity  # noqa: PLC0415 - as above

    if tally.errors:
        return 2
    if fail_on == _NEVER:
        return 0
    return int(tally.has_at_least(Severity(fail_on)))
