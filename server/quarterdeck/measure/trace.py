"""Spans of time: a trace for people who want to see where time goes, and sums that are always kept.

The trace is off by default, and then a span costs one look at a variable. For `--trace FILE` a command calls
`start(path)` before it works and `stop()` when it is done; a worker process joins its parent's file with
`start(path, joins=True)`. Whatever is worth a bar in the picture is wrapped::

    with span("parse", "T0", chart=path):
        …

A stage whose times `quarterdeck/status` shows is wrapped in `timed("render")` instead: it is a span, too, and
enters `TIMINGS` whether a trace is written or not.

Source: Chromium, Trace Event Format: the JSON array format, whose last bracket may be missing; complete
events ("X"), counters ("C") and metadata ("M"), times in microseconds.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from types import TracebackType

_MOST_WAITING: Final = 256
"""Events that are kept in memory before they are written."""
_LONGEST_WAIT: Final = 1_000_000_000
"""Nanoseconds after which the next event takes all that wait with it to the file."""
_KEPT_TIMES: Final = 256


class Spanning(Protocol):
    """What `span` and `timed` give: a context manager that lets every exception pass."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


# --- the trace ----------------------------------------------------------------------------------------------


class _Trace:
    """A file that is being written; events wait in memory, a bounded number of them.

    Each write appends whole lines at once, so several processes may write to one file, and what a killed
    process leaves is a trace of all but its last moments.
    """

    def __init__(self, path: str, handle: int, *, joins: bool) -> None:
        self.path = path
        self._handle = handle
        self._joins = joins
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._waiting: list[dict[str, object]] = []
        self._threads: set[int] = set()
        self._written = time.perf_counter_ns()
        name = "quarterdeck worker" if joins else "quarterdeck"
        event: dict[str, object] = {"ph": "M", "name": "process_name", "pid": self._pid}
        first = _encode(event | {"args": {"name": name}})
        self._write((b",\n" if joins else b"[\n") + first)

    def add(self, event: dict[str, object], now: int) -> None:
        """Take an event; those that wait are written when they are many or have waited long."""
        thread = threading.get_native_id()
        if thread not in self._threads:
            self._threads.add(thread)
            named: dict[str, object] = {"name": threading.current_thread().name}
            self._waiting.append(
                {"ph": "M", "name": "thread_name", "pid": self._pid, "tid": thread, "args": named}
            )
        event["pid"] = self._pid
        event["tid"] = thread
        self._waiting.append(event)
        if len(self._waiting) >= _MOST_WAITING or now - self._written > _LONGEST_WAIT:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        with self._lock:
            events, self._waiting = self._waiting, []
            self._written = time.perf_counter_ns()
            if events:
                self._write(b"".join(b",\n" + _encode(event) for event in events))

    def close(self) -> None:
        """Write what waits and end the file, if it is this process's own."""
        self.flush()
        with self._lock:
            if not self._joins:
                self._write(b"\n]\n")
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1

    def _write(self, data: bytes) -> None:
        """Append to the file; where that is not possible (a full disk), the trace ends here."""
        if self._handle < 0:
            return
        try:
            while data:
                data = data[os.write(self._handle, data) :]
        except OSError:
            os.close(self._handle)
            self._handle = -1


def _encode(event: dict[str, object]) -> bytes:
    try:
        return msgspec.json.encode(event, enc_hook=str)
    except UnicodeEncodeError:  # a path that is no UTF-8; it is written with escapes
        from json import dumps  # noqa: PLC0415 - seldom needed

        return dumps(event, default=str).encode()


_trace: _Trace | None = None


def start(path: str, *, joins: bool = False) -> None:
    """Begin to write a trace to a file, which is replaced unless the process joins another's trace.

    Raises:
        OptionError: the file cannot be written.
    """
    global _trace  # noqa: PLW0603 - there is one trace in a process, and spans must find it fast
    stop()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags if joins else flags | os.O_TRUNC, 0o644)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OptionError(f"the trace {path} cannot be written: {reason}") from error
    _trace = _Trace(os.path.abspath(path), handle, joins=joins)  # noqa: PTH100 - as the caller means it
    atexit.register(stop)


def stop() -> None:
    """Write what is left of the trace, if there is one, and end it."""
    global _trace
    current, _trace = _trace, None
    if current is not None:
        atexit.unregister(stop)
        current.close()


def is_on() -> bool:
    """Tell whether a trace is being written."""
    return _trace is not None


def path() -> str:
    """Give the file that the trace is written to, for processes that join; empty without one."""
    return "" if _trace is None else _trace.path


def counter(name: str, **values: float) -> None:
    """Note values that are drawn as a line over time: bytes in memory, jobs in the queue."""
    current = _trace
    if current is not None:
        now = time.perf_counter_ns()
        current.add({"ph": "C", "name": name, "ts": now / 1000, "args": values}, now)


class _Nothing:
    """A span while no trace is written."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        pass


_NOTHING: Final = _Nothing()


class _Span:
    __slots__ = ("_arguments", "_category", "_name", "_start", "_to")

    def __init__(self, to: _Trace, name: str, category: str, arguments: dict[str, Any]) -> None:
        self._to = to
        self._name = name
        self._category = category
        self._arguments = arguments
        self._start = 0

    def __enter__(self) -> None:
        self._start = time.perf_counter_ns()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        _add_complete(
            self._to, self._name, self._category, self._arguments, self._start, time.perf_counter_ns(), kind
        )


def _add_complete(
    to: _Trace,
    name: str,
    category: str,
    arguments: dict[str, Any],
    begun: int,
    ended: int,
    kind: type[BaseException] | None,
) -> None:
    if kind is not None:
        arguments["raised"] = kind.__name__
    event: dict[str, object] = {"ph": "X", "name": name, "ts": begun / 1000, "dur": (ended - begun) / 1000}
    if category:
        event["cat"] = category
    if arguments:
        event["args"] = arguments
    to.add(event, ended)


def span(name: str, category: str = "", **arguments: Any) -> Spanning:
    """Give a context manager whose time is a bar in the trace, if one is written.

    `arguments` are shown beside it; they must be cheap to compute.
    """
    current = _trace
    return _NOTHING if current is None else _Span(current, name, category, arguments)


# --- sums that are always kept ------------------------------------------------------------------------------


class StageTiming(msgspec.Struct, frozen=True):
    """How long one stage took: seconds, over the whole run and (`p95`) the last 256 times."""

    stage: str
    count: int
    total: float
    max: float
    p95: float


class _Sum:
    __slots__ = ("count", "last", "max", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.max = 0.0
        self.last: deque[float] = deque(maxlen=_KEPT_TIMES)


class Timings:
    """How long each stage takes, by its name.

    Recording is not locked: a time may be lost where threads race, which no decision depends on.
    """

    def __init__(self) -> None:
        self._sums: dict[str, _Sum] = {}

    def record(self, stage: str, seconds: float) -> None:
        """Enter one run of a stage."""
        known = self._sums.get(stage)
        if known is None:
            known = self._sums.setdefault(stage, _Sum())
        known.count += 1
        known.total += seconds
        known.max = max(known.max, seconds)
        known.last.append(seconds)

    def summary(self) -> tuple[StageTiming, ...]:
        """Give all stages that ran, in the order in which they first did."""
        return tuple(
            StageTiming(stage, one.count, one.total, one.max, _percentile(sorted(one.last.copy()), 95))
            for stage, one in list(self._sums.items())
            if one.count
        )

    def clear(self) -> None:
        """Begin anew."""
        self._sums.clear()


TIMINGS = Timings()
"""The stages of this process."""


def _percentile(ordered: list[float], percent: int) -> float:
    """Give the smallest of the times below or at which so many of them lie."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else 0.0


class _Timed:
    __slots__ = ("_arguments", "_category", "_stage", "_start")

    def __init__(self, stage: str, category: str, arguments: dict[str, Any]) -> None:
        self._stage = stage
        self._category = category
        self._arguments = arguments
        self._start = 0

    def __enter__(self) -> None:
        self._start = time.perf_counter_ns()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        ended = time.perf_counter_ns()
        TIMINGS.record(self._stage, (ended - self._start) / 1e9)
        to = _trace
        if to is not None:
            _add_complete(to, self._stage, self._category, self._arguments, self._start, ended, kind)


def timed(stage: str, category: str = "stage", **arguments: Any) -> Spanning:
    """Give a context manager whose time enters `TIMINGS`, and the trace if one is written."""
    return _Timed(stage, category, arguments)
