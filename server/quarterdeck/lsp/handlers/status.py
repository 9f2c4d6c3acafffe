"""`quarterdeck/status` and `quarterdeck/caches`: what the server is at, answered from memory."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from quarterdeck.measure import counters
from quarterdeck.measure.counters import CacheCounters, add_up
from quarterdeck.measure.trace import TIMINGS, StageTiming
from quarterdeck.workers.modesty import resident_bytes

if TYPE_CHECKING:
    from quarterdeck.lsp.background import Background
    from quarterdeck.lsp.charts import Charts
    from quarterdeck.lsp.lanes import LaneThread
    from quarterdeck.lsp.session import Session

_log = logging.getLogger(__name__)


class RunningItem(msgspec.Struct, frozen=True):
    """What is being computed, in which lane, and for how many seconds."""

    name: str
    lane: str
    seconds: float


class WorkersItem(msgspec.Struct, frozen=True, rename="camel"):
    """Worker processes: jobs that wait and run, processes that live, were started, and died."""

    waiting: int
    running: int
    pids: tuple[int, ...]
    started: int
    deaths: int


class MemoryItem(msgspec.Struct, frozen=True):
    """Resident bytes of the server and of its workers; 0 where the system does not tell."""

    server: int
    workers: int


class ChartItem(msgspec.Struct, frozen=True, rename="camel"):
    """One chart in use: the highest tier that is known of its newest text, -1 for none."""

    path: str
    revision: int
    tier: int
    is_waiting: bool
    is_complete: bool
    focused: str
    scenarios: int


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the server is at. `queue` counts what waits in each lane."""

    is_idle: bool
    queue: dict[str, int]
    running: RunningItem | None
    workers: WorkersItem
    timings: tuple[StageTiming, ...]
    caches: tuple[CacheCounters, ...]
    memory: MemoryItem
    charts: tuple[ChartItem, ...]
    focused_scenario: str | None


class Server(Protocol):
    """What these handlers need of the server."""

    session: Session
    charts: Charts
    lanes: LaneThread
    background: Background

    @property
    def is_idle(self) -> bool:
        """Whether everything is analysed."""
        ...


def status(server: Server, _params: Any) -> Status:
    """Tell what the server is at; waits for nothing."""
    running = server.lanes.running()
    pool = server.background.status()
    workers = WorkersItem(0, 0, (), 0, 0) if pool is None else WorkersItem(*pool[:5])
    return Status(
        is_idle=server.is_idle,
        queue={lane.name.lower(): count for lane, count in server.lanes.queue().items()},
        running=None
        if running is None
        else RunningItem(running.name, running.lane.name.lower(), round(running.seconds, 3)),
        workers=workers,
        timings=TIMINGS.summary(),
        caches=caches(server, None),
        memory=MemoryItem(resident(os.getpid()), sum(map(resident, workers.pids))),
        charts=tuple(
            ChartItem(
                path=record.path,
                revision=record.revision,
                tier=record.known,
                is_waiting=record.is_asked,
                is_complete=record.is_complete,
                focused=record.context.focus.name,
                scenarios=len(record.context.found.scenarios),
            )
            for record in server.charts
        ),
        focused_scenario=server.charts.chosen.get(""),
    )


def caches(server: Server, _params: Any) -> tuple[CacheCounters, ...]:
    """Give the counters of the four caches, of the server and its workers together."""
    return add_up([counters.ALL, server.background.caches()])


def log_caches(background: Background) -> None:
    """Write into the log what the caches of the server and its workers saved, at the end of a session."""
    for one in add_up([counters.ALL, background.caches()]):
        _log.info(
            "cache %s: %s entries, %s bytes, %s hits, %s misses, %s evictions, %.2f s saved",
            *(one.name, one.entries, one.bytes, one.hits, one.misses, one.evictions, one.seconds_saved),
        )


def resident(pid: int) -> int:
    """Give the resident bytes of a process, or the most that this one ever had; 0 where nobody can tell."""
    known = resident_bytes(pid)
    if known is None and sys.platform != "win32" and pid == os.getpid():
        import resource  # noqa: PLC0415 - not on every system

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        known = peak if sys.platform == "darwin" else peak * 1024
    return known or 0
