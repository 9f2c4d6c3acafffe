"""`quarterdeck fetch`: the dependencies that charts declare and do not have."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.errors import QuarterdeckError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from quarterdeck.chart.dependencies import FetchProgress

_DRAW_EVERY = 0.1
_MIB = 1024 * 1024


USAGE = "CHART…"
DESCRIPTION = """Fetch the dependencies that charts declare and charts/ lacks.

They come from where Chart.yaml says: an HTTP repository, an OCI registry or a folder (file://). Versions in
Chart.lock are kept where they fit. Nothing is written but packages in charts/. Exit status: 0, or 2 where
something could not be had."""


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("charts", nargs="+", metavar="CHART", help="Folders of charts.")


def run(options: Namespace) -> int:
    """Fetch what charts lack; give the exit status."""
    is_complete = True
    for chart in options.charts:
        try:
            is_complete &= fetch_missing(chart, terminal.write)
        except QuarterdeckError as error:
            _complain(str(error))
            is_complete = False
    return 0 if is_complete else 2


def fetch_missing(chart: str, say: Callable[[str], None]) -> bool:
    """Fetch what one chart lacks and say what came of it; tell whether all could be had.

    What could not be had is told on standard error.

    Raises:
        ChartNotFoundError: there is no chart.
        ReadError: it cannot be read.
        OptionError: it is an archive.
    """
    from quarterdeck.chart.dependencies import fetch_dependencies  # noqa: PLC0415 - `--help` needs no engine

    line = ProgressLine()
    try:
        report = fetch_dependencies(chart, line.show)
    finally:
        line.clear()
    for one in report.fetched:
        say(f"fetched {one.name} {one.version} to {one.path.as_posix()}\n")
    for problem in report.problems:
        _complain(str(problem))
    if not report.fetched and not report.problems:
        say(f"{chart} lacks no dependency\n")
    return not report.problems


def _complain(message: str) -> None:
    """Print an error, without the control characters that a server may have put into it."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in message)
    terminal.write_error(f"quarterdeck: {shown}\n")


class ProgressLine:
    """A line on standard error that says what is being fetched; nothing where no terminal is."""

    def __init__(self) -> None:
        self._is_on = terminal.is_terminal(sys.stderr)
        self._is_shown = False
        self._next = 0.0

    def show(self, progress: FetchProgress) -> None:
        """Draw the line, but not more often than one can see."""
        now = time.monotonic()
        if not self._is_on or (progress.done and now < self._next):
            return
        self._next = now + _DRAW_EVERY
        line = f"fetching {progress.name} ({progress.number} of {progress.count})"
        if progress.done:
            line += f"  {progress.done / _MIB:.1f}"
            line += f" of {progress.total / _MIB:.1f} MiB" if progress.total else " MiB"
        terminal.write_error(f"\r\x1b[K{line[: terminal.width() - 1]}")
        sys.stderr.flush()
        self._is_shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            terminal.write_error("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown = False
