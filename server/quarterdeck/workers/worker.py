"""What runs in a worker process: one job after the other, on the main thread.

A second thread reads what the server says, so that a job learns within a moment that nobody wants it any
more: asking is a look at an attribute. When the server is gone, however it ended, that thread ends the
process at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from quarterdeck.errors import Cancelled
from quarterdeck.workers.modesty import give_way, limit_memory, resident_bytes
from quarterdeck.workers.wire import (
    Abandoned,
    Answer,
    Begin,
    Cancel,
    FrameReader,
    FromWorker,
    Leaving,
    Mistake,
    Ready,
    Run,
    ToWorker,
    Useless,
    find_named,
    pack,
    read_for_worker,
    to_frame,
    unpack,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    Entry = Callable[[Any, Callable[[Any], None], Callable[[], bool]], Any]

NO_MEMORY = 77
"""The exit status of a worker that needed more memory than it may have."""
_SWITCH_SECONDS = 0.0005
"""How long a job computes on, at most, while the thread that listens wants to tell it something."""
_PIECE = 1 << 18
"""Bytes that are read at once."""


def die_with(lifeline: int) -> None:
    """Have the system end this process when the other end of a pipe is closed, whatever it does then.

    Only Linux does; elsewhere the thread that listens has to notice. Source: fcntl(2), O_ASYNC; SIGIO ends a
    process that does not handle it, see signal(7).
    """
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


class _Running:
    """A job, with the flag that its function looks at."""

    __slots__ = ("is_set", "message")

    def __init__(self, message: Run) -> None:
        self.message = message
        self.is_set = False

    def is_cancelled(self) -> bool:
        return self.is_set


class _Server:
    """The server, as a worker sees it; read by one thread, written to by the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = FrameReader()
        self._jobs: SimpleQueue[_Running | None] = SimpleQueue()
        self._newest: _Running | None = None

    def receive(self) -> list[ToWorker]:
        """Wait for the next messages; without a server the process ends."""
        while True:
            try:
                data = self._connection.recv(_PIECE)
            except OSError:
                data = b""
            if not data:
                os._exit(0)
            if frames := self._reader.feed(data):
                return [read_for_worker(frame) for frame in frames]

    def send(self, message: FromWorker) -> None:
        """Tell the server something; waits until it takes it."""
        try:
            self._connection.sendall(to_frame(message))
        except OSError:
            os._exit(0)

    def next_job(self) -> _Running | None:
        """Wait for a job; None when there will be none any more."""
        return self._jobs.get()

    def listen(self, waiting: list[ToWorker]) -> None:
        """Sort what arrives, for ever; `waiting` arrived before."""
        while True:
            for message in waiting:
                if isinstance(message, Run):
                    self._newest = _Running(message)
                    self._jobs.put(self._newest)
                elif isinstance(message, Cancel):
                    if self._newest is not None and self._newest.message.number == message.number:
                        self._newest.is_set = True
                else:
                    if self._newest is not None:
                        self._newest.is_set = True
                    self._jobs.put(None)
            waiting = self.receive()


def work(connection: socket.socket) -> None:
    """Do jobs until the server wants no more; the connection is to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Runs after all that is registered later: taking large structures apart would take long, for nothing.
    atexit.register(os._exit, 0)
    server = _Server(connection)
    begin, *others = server.receive()
    assert isinstance(begin, Begin)  # noqa: S101 - our own server says so
    give_way(begin.niceness)
    limit_memory(begin.max_bytes)
    try:
        run: Entry = find_named(begin.entry)
    except (ImportError, AttributeError) as error:
        server.send(Useless(f"{begin.entry} cannot be loaded: {error}"))
        return
    # What is there now stays: the collector need not look at it, and so does not write to memory that this
    # process shares with others.
    gc.freeze()
    sys.setswitchinterval(_SWITCH_SECONDS)
    threading.Thread(target=server.listen, args=(others,), name="listener", daemon=True).start()
    server.send(Ready())
    while (running := server.next_job()) is not None:
        last = _do(run, running, server)
        if begin.keep_bytes is not None and (resident_bytes() or 0) > begin.keep_bytes:
            server.send(Leaving())
        server.send(last)


def _do(run: Entry, running: _Running, server: _Server) -> FromWorker:
    """Do one job; give the last that is said about it."""
    number = running.message.number

    def emit(answer: Any) -> None:
        if running.is_set:
            raise Cancelled
        type_name, data = pack(answer)
        server.send(Answer(number, False, type_name, data))  # noqa: FBT003 - a field

    try:
        job = unpack(running.message.type_name, running.message.job)
        type_name, data = pack(run(job, emit, running.is_cancelled))
    except Cancelled:
        return Abandoned(number)
    except MemoryError:
        # Little works in a process without memory; a new one is sound.
        os._exit(NO_MEMORY)
    except Exception as error:  # noqa: BLE001 - the edge of the process: the server goes on and tells
        return _mistake(number, error)
    return Answer(number, True, type_name, data)  # noqa: FBT003 - a field


def _mistake(number: int, error: Exception) -> Mistake:
    import traceback  # noqa: PLC0415 - is not loaded as long as all goes well

    words = " ".join(str(error).split())
    kind = type(error).__name__
    return Mistake(number, f"{kind}: {words}" if words else kind, "".join(traceback.format_exception(error)))
