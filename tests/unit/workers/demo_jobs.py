"""Jobs that tests give to worker processes, and the pool as tests use it."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from quarterdeck.errors import Cancelled
from quarterdeck.workers.background import BackgroundPool
from quarterdeck.workers.jobs import Message, Partial

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = "unit.workers.demo_jobs:run"
PATIENCE = 60.0
"""Seconds after which a test that waits fails; nothing is measured by it."""


class Count(msgspec.Struct, frozen=True):
    """Emits the numbers up to `end`, then gives the process's id."""

    end: int = 0


class Hold(msgspec.Struct, frozen=True):
    """Emits the process's id, then waits for a file, or for nobody wanting the answer."""

    until: str


class Die(msgspec.Struct, frozen=True):
    """Emits the process's id, then kills its process, unless the file is there."""

    unless: str = ""


class Raise(msgspec.Struct, frozen=True):
    """Raises an exception."""

    words: str


class Stick(msgspec.Struct, frozen=True):
    """Emits the process's id, then computes for ever and lets no other thread run."""


class Fill(msgspec.Struct, frozen=True):
    """Takes memory."""

    bytes: int


class Keep(msgspec.Struct, frozen=True):
    """Takes memory and keeps it."""

    bytes: int


class Strange(msgspec.Struct, frozen=True):
    """Emits and gives what nobody else knows."""


class Print(msgspec.Struct, frozen=True):
    """Prints words, reads standard input, and gives what it read."""

    words: str


class Look(msgspec.Struct, frozen=True):
    """Gives what the process has loaded, and its niceness."""


class Echo(msgspec.Struct, frozen=True):
    """Gives the text back."""

    text: str


kept: list[bytes] = []


class Process(msgspec.Struct, frozen=True):
    """The id of a process."""

    pid: int


class Number(msgspec.Struct, frozen=True):
    """A number."""

    value: int


class Seen(msgspec.Struct, frozen=True):
    """What a process is like."""

    modules: list[str]
    niceness: int


Job = Count | Hold | Die | Raise | Stick | Fill | Keep | Strange | Print | Look | Echo


def run(job: Job, emit: Callable[[Any], None], is_cancelled: Callable[[], bool]) -> Any:
    """Do a job in a worker process."""
    here = Process(os.getpid())
    match job:
        case Count(end):
            for value in range(end):
                emit(Number(value))
        case Hold(until):
            emit(here)
            while not Path(until).exists():
                if is_cancelled():
                    raise Cancelled
                time.sleep(0.001)
        case Die(unless):
            emit(here)
            if not (unless and Path(unless).exists()):
                os.kill(os.getpid(), signal.SIGKILL)
        case Raise(words):
            raise ValueError(words)
        case Stick():
            emit(here)
            sum(itertools.repeat(0, sys.maxsize))
        case Fill(size):
            bytearray(size)
        case Keep(size):
            kept.append(b"x" * size)
        case Strange():

            class Unknown(msgspec.Struct):
                pass

            emit(Unknown())
            return Unknown()
        case Print(words):
            sys.stdout.write(words)
            sys.stdout.flush()
            return Echo(sys.stdin.read())
        case Look():
            return Seen(sorted(sys.modules), os.nice(0))
        case Echo():
            return job
    return here


class Client:
    """A pool with a list of what it said; closed at the end of the test."""

    def __init__(self, **options: Any) -> None:
        self.pool = BackgroundPool(options.pop("entry", ENTRY), **{"count": 1, **options})
        self.heard: queue.SimpleQueue[tuple[Any, Message]] = queue.SimpleQueue()

    def submit(self, job: Any, *, key: Any, priority: int = 0) -> Any:
        """Give the pool a job."""
        return self.pool.submit(
            job, priority=priority, key=key, on_message=lambda message: self.heard.put((key, message))
        )

    def next(self) -> tuple[Any, Message]:
        """Wait for the next message of any job."""
        return self.heard.get(timeout=PATIENCE)

    def begun(self) -> tuple[Any, int]:
        """Wait until a job says in which process it runs."""
        key, message = self.next()
        assert isinstance(message, Partial), message
        return key, message.answer.pid

    def ends(self, count: int) -> list[tuple[Any, Message]]:
        """Wait for so many last messages."""
        found: list[tuple[Any, Message]] = []
        while len(found) < count:
            key, message = self.next()
            if not isinstance(message, Partial):
                found.append((key, message))
        return found

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that no message tells."""
        wait_until(is_so)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has taken note of the end of does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc").exists()
