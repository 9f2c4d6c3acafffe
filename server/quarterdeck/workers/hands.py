"""One worker process, as the pool sees it: what it does, and what is still to be sent to it."""

from __future__ import annotations

import enum
import itertools
from typing import TYPE_CHECKING

from quarterdeck.workers.wire import (
    Cancel,
    FrameReader,
    FromWorker,
    Run,
    Stop,
    ToWorker,
    read_from_worker,
    to_frame,
)

if TYPE_CHECKING:
    from quarterdeck.workers.jobs import Job
    from quarterdeck.workers.starting import Process

_PIECE = 1 << 18
"""Bytes that are read at once."""

_numbers = itertools.count(1)


class Stage(enum.Enum):
    """What a worker does."""

    STARTING = enum.auto()
    IDLE = enum.auto()
    BUSY = enum.auto()
    STOPPING = enum.auto()
    """It was told that its job is not wanted, and has not stopped yet."""
    ENDING = enum.auto()


class Hand:
    """A worker process. Every method but `receive` is called with the pool's lock held.

    `job` is what it works on, `is_leaving` says that it ends after that; `number` tells this run of a job
    from all others; `since` is when it began to be idle; at `deadline`, if it has one, it is killed unless it
    has said what is awaited.
    """

    __slots__ = ("_out", "_reader", "deadline", "is_leaving", "job", "number", "process", "since", "stage")

    def __init__(self, process: Process, deadline: float) -> None:
        process.connection.setblocking(False)  # noqa: FBT003 - its signature
        self.process = process
        self.stage = Stage.STARTING
        self.job: Job | None = None
        self.is_leaving = False
        self.number = 0
        self.since = 0.0
        self.deadline: float | None = deadline
        self._reader = FrameReader()
        self._out = bytearray()

    def run(self, job: Job) -> None:
        """Let it do a job."""
        self.stage = Stage.BUSY
        self.job = job
        self.number = next(_numbers)
        self.send(Run(self.number, job.type_name, job.data))

    def stop(self, deadline: float) -> None:
        """Let it leave its job."""
        self.stage = Stage.STOPPING
        self.job = None
        self.deadline = deadline
        self.send(Cancel(self.number))

    def end(self, deadline: float) -> None:
        """Let it end."""
        self.stage = Stage.ENDING
        self.job = None
        self.deadline = deadline
        self.send(Stop())

    def rest(self, now: float) -> None:
        """Take note that it has nothing to do."""
        self.stage = Stage.IDLE
        self.job = None
        self.since = now
        self.deadline = None

    def send(self, message: ToWorker) -> None:
        """Send at once what the connection takes, the rest when it takes more; never waits."""
        self._out += to_frame(message)
        self.flush()

    @property
    def has_more(self) -> bool:
        """Whether there is something left to be sent."""
        return bool(self._out)

    def flush(self) -> None:
        """Send what the connection takes."""
        try:
            while self._out:
                sent = self.process.connection.send(self._out[:_PIECE])
                del self._out[:sent]
        except BlockingIOError:
            pass
        except OSError:
            # It died; that shows where its messages are read.
            self._out.clear()

    def receive(self) -> list[FromWorker] | None:
        """Give what it has said; None if it is dead."""
        try:
            data = self.process.connection.recv(_PIECE)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return [read_from_worker(frame) for frame in self._reader.feed(data)] if data else None
