"""How worker processes are started and ended: forked from a small process, or each by itself.

Never by a fork of this process, which may have threads. Not by `multiprocessing` either: its workers run the
program's main module once more, and bring a third process that watches things we do not use.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

from quarterdeck.errors import ToolError
from quarterdeck.workers import fork_server
from quarterdeck.workers.worker import NO_MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SECONDS = 60.0
"""How long a worker may take to start, on a machine that is busy; imports take a fraction of a second."""
_END_SECONDS = 1.0
"""How long the ends of processes that were killed are waited for."""


class Process(Protocol):
    """A worker process, as the server holds it."""

    pid: int
    connection: socket.socket

    def kill(self) -> None:
        """End it at once; from any thread."""
        ...

    def reap(self) -> str:
        """Make sure that it has ended; tell how, such as `killed by signal 9`."""
        ...


class Starter(Protocol):
    """What starts worker processes; belongs to one thread, but for `kill`."""

    @property
    def pid(self) -> int | None:
        """The process that helps with it, if one runs."""
        ...

    def start(self) -> Process:
        """Start a worker.

        Raises:
            ToolError: that is not possible.
        """
        ...

    def close(self) -> None:
        """End what helps with starting, and the workers that are left; `start` begins anew."""
        ...

    def kill(self) -> None:
        """End at once what helps with starting, for good; from any thread."""
        ...


def make_starter(preload: Sequence[str]) -> Starter:
    """Give the best way of this system; `preload` are modules that workers need."""
    return ForkStarter(preload) if can_fork() else SpawnStarter()


def can_fork() -> bool:
    """Tell whether a process can be forked, and be handed a connection."""
    return hasattr(os, "fork") and hasattr(socket, "recv_fds")


# --- forked ------------------------------------------------------------------------------------------------


class ForkStarter:
    """Has one process that imports what workers need, and forks them: milliseconds for each."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = tuple(preload)
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_killed = False

    @property
    def pid(self) -> int | None:
        """The process that forks, if it runs."""
        return None if self._server is None else self._server.pid

    def start(self) -> Process:
        """Fork a worker."""
        try:
            if self._server is not None and self._server.poll() is not None:
                self.close()
            ours, its = socket.socketpair()
            with its:
                try:
                    pid = self._ask(fork_server.FORK, 0, its)
                except BaseException:
                    ours.close()
                    raise
            return _Forked(pid, ours, self)
        except (OSError, ValueError) as error:
            self.close()
            raise ToolError(f"worker processes cannot be started: {error}") from error

    def reap(self, pid: int) -> int | None:
        """Give how a worker ended, see `waitpid`; None if nobody can tell."""
        if self._control is None:
            return None
        try:
            status = self._ask(fork_server.REAP, pid)
        except OSError:
            return None
        return None if status == fork_server.UNKNOWN else status

    def close(self) -> None:
        """End the process that forks; it ends the workers that are left."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._server is not None:
            try:
                self._server.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    def kill(self) -> None:
        """End the process that forks at once, for good."""
        self._is_killed = True
        if (server := self._server) is not None:
            server.kill()

    def _ask(self, kind: bytes, number: int, its: socket.socket | None = None) -> int:
        control = self._control or self._connect()
        request = fork_server.REQUEST.pack(kind, number)
        if its is None:
            control.sendall(request)
        else:
            socket.send_fds(control, [request], [its.fileno()])
        answer = b""
        while len(answer) < fork_server.ANSWER.size:
            more = control.recv(fork_server.ANSWER.size - len(answer))
            if not more:
                raise ConnectionError("the process that starts them died")
            answer += more
        return fork_server.ANSWER.unpack(answer)[0]

    def _connect(self) -> socket.socket:
        ours, its = socket.socketpair()
        with its:
            program = (
                f"from quarterdeck.workers.fork_server import main; main({its.fileno()}, {self._preload!r})"
            )
            try:
                self._server = _python(program, pass_fds=(its.fileno(),), stdin=subprocess.DEVNULL)
            except BaseException:
                ours.close()
                raise
        if self._is_killed:
            self._server.kill()
        ours.settimeout(START_SECONDS)
        self._control = ours
        return ours


class _Forked:
    """A worker that was forked; it is the other process's child, which keeps its id from being used again."""

    def __init__(self, pid: int, connection: socket.socket, starter: ForkStarter) -> None:
        self.pid = pid
        self.connection = connection
        self._starter = starter

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> str:
        """Make sure that it has ended; tell how."""
        self.kill()
        status = self._starter.reap(self.pid)
        return _describe(None if status is None else os.waitstatus_to_exitcode(status))


# --- each by itself ----------------------------------------------------------------------------------------


class SpawnStarter:
    """Starts each worker as a new interpreter: where there is no fork."""

    @property
    def pid(self) -> int | None:
        """None: nothing helps."""
        return None

    def start(self) -> Process:
        """Start an interpreter that works."""
        ours, its = socket.socketpair()
        try:
            with its:
                return _Spawned(_start_interpreter(its), ours)
        except OSError as error:
            ours.close()
            raise ToolError(f"worker processes cannot be started: {error}") from error

    def close(self) -> None:
        """Do nothing; workers end by themselves."""

    def kill(self) -> None:
        """Do nothing; nothing helps."""


def _start_interpreter(its: socket.socket) -> subprocess.Popen[bytes]:
    program = "from quarterdeck.workers.starting import spawned_main; spawned_main({})"
    if sys.platform != "win32":
        descriptor = its.fileno()
        return _python(program.format(descriptor), pass_fds=(descriptor,), stdin=subprocess.DEVNULL)
    started = _python(program.format("None"), stdin=subprocess.PIPE)
    assert started.stdin is not None  # noqa: S101 - a pipe was asked for
    with started.stdin as pipe:
        pipe.write(its.share(started.pid))
    return started


def spawned_main(descriptor: int | None) -> None:
    """Work in a new interpreter, at an inherited connection, or one that standard input describes."""
    if sys.platform == "win32":
        work_at = socket.fromshare(sys.stdin.buffer.read())
    else:
        work_at = socket.socket(fileno=descriptor)
    from quarterdeck.workers.worker import work  # noqa: PLC0415 - only workers run this

    work(work_at)


class _Spawned:
    """A worker that is a child of this process."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self.pid = process.pid
        self.connection = connection

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def reap(self) -> str:
        """Make sure that it has ended; tell how."""
        self.kill()
        return _describe(self._process.wait())


# --- both --------------------------------------------------------------------------------------------------


def _python(program: str, *, stdin: int, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Start this Python with the same search path and switches, and nothing of ours but standard error."""
    flags = sys.flags
    switches = [
        *(["-I"] if flags.isolated else []),
        *(["-E"] if flags.ignore_environment and not flags.isolated else []),
        *(["-s"] if flags.no_user_site and not flags.isolated else []),
        *(["-B"] if sys.dont_write_bytecode else []),
        *(["-" + "O" * flags.optimize] if flags.optimize else []),
        *(["-X", "utf8"] if flags.utf8_mode else []),
    ]
    whole = f"import sys; sys.path[:] = {sys.path!a}; {program}"
    # Output of ours is for the client; nobody else may write there or keep it open.
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, *switches, "-c", whole],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        pass_fds=pass_fds,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )


def _describe(exit_code: int | None) -> str:
    """Say how a process ended that should not have."""
    if exit_code is None:
        return "nobody knows how"
    if exit_code == NO_MEMORY:
        return "it needed more memory than it may have"
    if exit_code < 0:
        return f"killed by signal {-exit_code}"
    return f"exit status {exit_code}"
