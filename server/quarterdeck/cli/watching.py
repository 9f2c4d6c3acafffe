"""`quarterdeck check --watch`: again and again, whenever files change."""

from __future__ import annotations

import os
from threading import Event
from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.errors import QuarterdeckError
from quarterdeck.workspace.discovery import path_in_chart
from quarterdeck.workspace.find_charts import find_charts, is_archive
from quarterdeck.workspace.watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def follow(paths: Sequence[str], check: Callable[[Sequence[str]], int]) -> int:
    """Check, and check the charts that files belong to when these change; give the last exit status.

    A change outside of all charts may be one of settings or values: then all are checked. It ends when there
    is nothing to watch.

    Raises:
        QuarterdeckError: the first check was not possible, or nothing can be watched.
        KeyboardInterrupt: the user has seen enough.
    """
    status = check(paths)
    terminal.write_error("quarterdeck: waiting for changes; Control-C ends\n")
    for changed in watch([_absolute(path) for path in paths], Event()):
        try:
            status = check(_touched(paths, changed))
        except QuarterdeckError as error:
            status = error.exit_code
            terminal.write_error(f"quarterdeck: {error}\n")
    return status


def _touched(paths: Sequence[str], changed: set[str]) -> Sequence[str]:
    """Give the charts that changed files lie in; all paths where one lies in none.

    Raises:
        QuarterdeckError: there are no charts any more.
    """
    charts = {_absolute(chart): chart for chart in find_charts(paths)}
    touched: dict[str, None] = {}
    for path in changed:
        around = [
            chart
            for folder, chart in charts.items()
            if path_in_chart(path, folder) is not None or (is_archive(folder) and path == folder)
        ]
        if not around:
            return paths
        touched.update(dict.fromkeys(around))
    return [chart for chart in charts.values() if chart in touched]


def _absolute(path: str) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - `resolve` would follow links
