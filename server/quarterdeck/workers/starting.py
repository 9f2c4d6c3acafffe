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
FORKED_FROM = 2
"""Workers from which on they are forked."""
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


class Starter:
    """Starts worker processes, for which `preload` names modules; belongs to one thread, but for `kill`."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._forker = _Forker(preload) if can_fork() else None

    @property
    def pid(self) -> int | None:
        """The process that forks others, if it runs."""
        return None if self._forker is None else self._forker.pid

    def start(self, count: int) -> Process:
        """Start a worker, where there may be `count` of them.

        A single one is started by itself: the process that forks others would only take memory.

        Raises:
            ToolError: that is not possible.
        """
        try:
            if self._forker is None or count < FORKED_FROM:
                return _spawn()
            return self._forker.fork()
        except (OSError, ValueError) as error:
            raise ToolError(f"worker processes cannot be started: {error}") from error

    def close(self) -> None:
        """End the process that forks others, and those that are left of them; `start` begins anew."""
        if self._forker is not None:
            self._forker.close()

    def kill(self) -> None:
        """End the process that forks others at once, for good; from any thread."""
        if self._forker is not None:
            self._forker.kill()


def can_fork() -> bool:
    """Tell whether a process can be forked, and be handed a connection."""
    return hasattr(os, "fork") and hasattr(socket, "recv_fds")


# --- forked ------------------------------------------------------------------------------------------------


class _Forker:
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

    def fork(self) -> Process:
        """Fork a worker.

        Raises:
            OSError: that is not possible.
        """
        if self._server is not None and self._server.poll() is not None:
            self.close()
        ours, its = socket.socketpair()
        try:
            with its:
                return _Forked(self._ask(fork_server.FORK, 0, its), ours, self)
        except BaseException:
            ours.close()
            self.close()
            raise

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
                self._server = _python(program, pass_fds=(its.fileno(),))
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

    def __init__(self, pid: int, connection: socket.socket, forker: _Forker) -> None:
        self.pid = pid
        self.connection = connection
        self._forker = forker

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> str:
        """Make sure that it has ended; tell how."""
        self.kill()
        status = self._forker.reap(self.pid)
        return _describe(None if status is None else os.waitstatus_to_exitcode(status))


# --- each by itself ----------------------------------------------------------------------------------------


class _Spawned:
    """A worker that is a child of this process. It is killed when `lifeline`, if it has one, is closed."""

    def __init__(
        self, process: subprocess.Popen[bytes], connection: socket.socket, lifeline: int | None
    ) -> None:
        self._process = process
        self._lifeline = lifeline
        self.pid = process.pid
        self.connection = connection

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def reap(self) -> str:
        """Make sure that it has ended; tell how."""
        self.kill()
        exit_code = self._process.wait()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        return _describe(exit_code)


def _spawn() -> Process:
    """Start an interpreter that works.

    Raises:
        OSError: that is not possible.
    """
    ours, its = socket.socketpair()
    try:
        with its:
            if os.name == "nt":
                return _Spawned(_start_with_standard_input(its), ours, None)
            read_end, write_end = os.pipe()
            try:
                started = _python(
                    f"from quarterdeck.workers.starting import spawned; spawned({its.fileno()}, {read_end})",
                    pass_fds=(its.fileno(), read_end),
                )
            except BaseException:
                os.close(write_end)
                raise
            finally:
                os.close(read_end)
            return _Spawned(started, ours, write_end)
    except BaseException:
        ours.close()
        raise


def _start_with_standard_input(its: socket.socket) -> subprocess.Popen[bytes]:
    """Start an interpreter that reads from its standard input where its connection is."""
    program = "from quarterdeck.workers.starting import spawned_by_input; spawned_by_input()"
    started = _python(program, stdin=subprocess.PIPE)
    if sys.platform == "win32" and started.stdin is not None:
        with started.stdin as pipe:
            pipe.write(its.share(started.pid))
    return started


def spawned(connection: int, lifeline: int) -> None:
    """Work in a new interpreter, at an inherited connection; both are descriptors."""
    from quarterdeck.workers.worker import die_with, work  # noqa: PLC0415 - only workers run this

    die_with(lifeline)
    work(socket.socket(fileno=connection))


def spawned_by_input() -> None:
    """Work in a new interpreter, at the connection that standard input describes."""
    from quarterdeck.workers.worker import work  # noqa: PLC0415 - only workers run this

    if sys.platform == "win32":
        work(socket.fromshare(sys.stdin.buffer.read()))


# --- both --------------------------------------------------------------------------------------------------


def _python(
    program: str, *, stdin: int = subprocess.DEVNULL, pass_fds: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
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
