"""The one thread that analyses charts, so that the event loop never computes.

The newest request comes first: whoever types waits for nothing but their own chart. A request replaces the
one waiting for the same chart, and cancels what is running; what ran for another chart is taken up again
later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quarterdeck.errors import Cancelled
from quarterdeck.lsp.dispatch import run_safely

if TYPE_CHECKING:
    from quarterdeck.workspace.buffers import Buffer

IsCancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One chart to analyse, with all open texts of that moment.

    `chart` is the chart's folder, `revision` counts the chart's changes, `disk_revision` the times at which
    files on the disk may have changed; `buffers` holds the open texts by their paths inside the chart.
    """

    chart: str
    revision: int
    disk_revision: int
    buffers: Mapping[str, Buffer]


@dataclass(slots=True)
class _Run:
    """A running analysis; `is_wanted` says whether it is taken up again once it had to make room."""

    request: Request
    is_cancelled: bool = False
    is_wanted: bool = True


class Analyst:
    """Runs `analyse(request, is_cancelled)` on a thread of its own.

    `analyse` asks `is_cancelled` now and then and raises `Cancelled` where it says so.
    """

    def __init__(self, analyse: Callable[[Request, IsCancelled], None]) -> None:
        self._analyse = analyse
        self._waiting: dict[str, Request] = {}
        self._running: _Run | None = None
        self._is_stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def request(self, request: Request) -> None:
        """Ask for an analysis; it begins as soon as the running one has noticed that it has to make room."""
        with self._changed:
            if self._is_stopped:
                return
            self._waiting.pop(request.chart, None)
            self._waiting[request.chart] = request
            self._cancel_running(request.chart)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="analyst", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, chart: str) -> None:
        """Drop what is asked for a chart."""
        with self._changed:
            self._waiting.pop(chart, None)
            if self._running is not None and self._running.request.chart == chart:
                self._cancel_running(chart)

    def stop(self) -> None:
        """End the thread once the running analysis has noticed; does not wait for it."""
        with self._changed:
            self._is_stopped = True
            self._waiting.clear()
            self._cancel_running()
            self._changed.notify()

    def _cancel_running(self, unwanted_chart: str = "") -> None:
        if self._running is not None:
            self._running.is_cancelled = True
            if self._running.request.chart == unwanted_chart:
                self._running.is_wanted = False

    def _work(self) -> None:
        while (run := self._take()) is not None:
            run_safely(f"the analysis of {run.request.chart}", self._analyse_or_put_back, run)

    def _take(self) -> _Run | None:
        with self._changed:
            self._running = None
            while not self._waiting and not self._is_stopped:
                self._changed.wait()
            if self._is_stopped:
                return None
            _, request = self._waiting.popitem()
            self._running = _Run(request)
            return self._running

    def _analyse_or_put_back(self, run: _Run) -> None:
        try:
            self._analyse(run.request, lambda: run.is_cancelled)
        except Cancelled:
            with self._changed:
                if run.is_wanted and not self._is_stopped:
                    self._waiting = {run.request.chart: run.request, **self._waiting}
            raise
