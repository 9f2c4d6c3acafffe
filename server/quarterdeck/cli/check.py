"""`quarterdeck check`: what is wrong with charts, each mistake at its place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck.cli import terminal
from quarterdeck.cli.values_options import (
    ApiVersionsOption,
    KubeVersionOption,
    NamespaceOption,
    SetFileOption,
    SetJsonOption,
    SetLiteralOption,
    SetOption,
    SetStringOption,
    ValuesOption,
    read_values_input,
    split_lists,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.reports.format import Report
    from quarterdeck.reports.model import Tally
    from quarterdeck.workspace.check import Options


class _Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Color(StrEnum):
    """Whether to use colours; `auto` does on a terminal."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class _FailOn(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"


def check_command(  # noqa: PLR0913 - the options of the command line
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH…", help="Charts, archives, or folders with charts below.")
    ],
    *,
    form: Annotated[_Form, typer.Option("--format", help="How findings are printed.")] = _Form.TEXT,
    fail_on: Annotated[
        _FailOn, typer.Option("--fail-on", help="Exit with 1 for findings that are this bad or worse.")
    ] = _FailOn.HIGH,
    color: Annotated[Color, typer.Option("--color", help="Colour in the text form.")] = Color.AUTO,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Processes that check charts; chosen by itself without."),
    ] = None,
    values: ValuesOption = None,
    sets: SetOption = None,
    set_strings: SetStringOption = None,
    set_jsons: SetJsonOption = None,
    set_files: SetFileOption = None,
    set_literals: SetLiteralOption = None,
    namespace: NamespaceOption = "default",
    kube_version: KubeVersionOption = None,
    api_versions: ApiVersionsOption = None,
) -> None:
    """Find what is wrong with charts, without rendering them by hand.

    Every chart at and below the paths is rendered with its default values, and with those given here. Exit
    status: 0 without findings that are bad enough (see --fail-on), 1 with some, 2 where something could not
    be read.
    """
    from quarterdeck.workspace.check import Options  # noqa: PLC0415 - `--help` needs no engine

    options = Options(
        values=read_values_input(
            files=values,
            sets=sets,
            strings=set_strings,
            jsons=set_jsons,
            contents=set_files,
            literals=set_literals,
        ),
        namespace=namespace,
        kube_version=kube_version,
        api_versions=tuple(split_lists(api_versions)),
    )
    from quarterdeck.reports.format import make_report  # noqa: PLC0415 - as above

    report = make_report(form.value, is_coloured=terminal.wants_color(color.value), width=terminal.width())
    tally = _run(paths, options, report, jobs)
    raise typer.Exit(_exit_code(tally, fail_on))


def _run(paths: Sequence[str], options: Options, report: Report, jobs: int | None) -> Tally:
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


def _exit_code(tally: Tally, fail_on: _FailOn) -> int:
    from quarterdeck.diagnostics.model import Severity  # noqa: PLC0415 - as above

    if tally.errors:
        return 2
    if fail_on is _FailOn.NEVER:
        return 0
    return int(tally.has_at_least(Severity(fail_on.value)))
