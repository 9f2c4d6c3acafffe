"""The process that forks workers: it has loaded what they need, has one thread, and does nothing else.

A server with threads cannot be forked safely, and a new interpreter has to import everything first. So the
server starts this process, which imports once and forks at request. It ends with the server: when the
connection is closed, however that came, it kills what it has forked and goes.

Requests are a letter and eight bytes; answers are eight bytes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import struct
from typing import TYPE_CHECKING

from quarterdeck.workers.worker import work

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUEST = struct.Struct("<cq")
ANSWER = struct.Struct("<q")
FORK = b"f"
"""Asks for a worker; a descriptor of its connection comes along. The answer is the worker's process id."""
REAP = b"r"
"""Says that a worker, by its process id, is not wanted any more; the answer is its status, see `waitpid`."""
UNKNOWN = -1
"""The answer for what is no child of this process."""


def main(descriptor: int, preload: Iterable[str]) -> None:
    """Serve at the inherited end of a connection, with these modules loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in preload:
        # A worker that needs the module will say what is wrong with it.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with socket.socket(fileno=descriptor) as control:
        of_worker = _serve(control)
    # Not closed: the server takes the worker for dead when it is, and what runs at exit is still to come.
    work(socket.socket(fileno=of_worker))


def _serve(control: socket.socket) -> int:
    """Answer requests; returns in each forked worker, with the descriptor of its connection."""
    children: set[int] = set()
    while (request := _receive(control)) is not None:
        kind, number, descriptors = request
        if kind == FORK:
            number = os.fork()
            if number == 0:
                return descriptors[0]
            os.close(descriptors[0])
            children.add(number)
        elif number in children:
            children.remove(number)
            number = _reap(number)
        else:
            number = UNKNOWN
        try:
            control.sendall(ANSWER.pack(number))
        except OSError:
            break
    for child in children:
        _reap(child)
    os._exit(0)


def _receive(control: socket.socket) -> tuple[bytes, int, list[int]] | None:
    """Wait for a request; None when the server is gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, 1)
        while data and len(data) < REQUEST.size:
            more = control.recv(REQUEST.size - len(data))
            data = data + more if more else b""
    except OSError:
        return None
    if not data:
        return None
    kind, number = REQUEST.unpack(data)
    return kind, number, descriptors


def _reap(child: int) -> int:
    """End a worker, if it has not ended, and take note of how it did."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    try:
        return os.waitpid(child, 0)[1]
    except ChildProcessError:
        return UNKNOWN
