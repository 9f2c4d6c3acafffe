"""A language client that costs next to nothing: raw JSON-RPC over pipes.

Each message from the server is stamped when its last byte arrived, by a thread that does nothing else, so
that what is measured is the server. Tests may send with it what no library would let through.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PATIENCE = 120.0
"""Seconds after which waiting is given up; nothing depends on how long things take."""

SERVER_FOLDER = Path(__file__).parents[2] / "server"
COMMAND = (sys.executable, "-m", "quarterdeck", "lsp")
METHOD_NOT_FOUND = -32601
_CHUNK = 1 << 20
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Answer(NamedTuple):
    """The answer to a request; `sent` and `at` are in seconds of `time.perf_counter`."""

    sent: float
    at: float
    result: Any
    error: dict[str, Any] | None

    @property
    def seconds(self) -> float:
        """From before the request's first byte to after the answer's last."""
        return self.at - self.sent


class ServerGoneError(Exception):
    """The server ended, or never answered; the text has the end of its log."""


class Client:
    """One started server and the pipes to it.

    `on_notification(method, params, at)` is called on the reader's thread, under the lock that `wait` holds;
    `on_request(method, params)` there, too, and gives the result.
    """

    def __init__(
        self,
        on_notification: Callable[[str, Any, float], None] | None = None,
        on_request: Callable[[str, Any], Any] = lambda _method, _params: None,
        *,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._on_notification = on_notification
        self._on_request = on_request
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=server_environment(environment or {}),
            cwd=folder,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._input = self.process.stdin
        self._output = self.process.stdout
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder().decode
        self._write_lock = threading.Lock()
        self.news = threading.Condition()
        self._answers: dict[int, Answer] = {}
        self._sent: dict[int, float] = {}
        self._last_id = 0
        self.is_ended = False
        self._reader = threading.Thread(target=self._read, name="wire", daemon=True)
        self._reader.start()

    # --- to the server --------------------------------------------------------------------------------------

    def notify(self, method: str, params: Any) -> float:
        """Send a notification; give the moment before its first byte left."""
        return self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> int:
        """Send a request; give its number, for `answer`."""
        with self._write_lock:
            self._last_id += 1
            number = self._last_id
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._sent[number] = time.perf_counter()
        self._send(body)
        return number

    def answer(self, number: int, patience: float = PATIENCE) -> Answer:
        """Wait for the answer to a request.

        Raises:
            ServerGoneError: there is none, and there will be none.
        """
        self.wait(lambda: number in self._answers, f"the answer to request {number}", patience)
        return self._answers.pop(number)

    def call(self, method: str, params: Any, patience: float = PATIENCE) -> Answer:
        """Send a request and wait for its answer."""
        return self.answer(self.request(method, params), patience)

    def wait(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait until a condition holds that a message from the server may bring about.

        Raises:
            ServerGoneError: the server ended before, or patience did.
        """
        with self.news:
            self.news.wait_for(lambda: condition() or self.is_ended, patience)
            if condition():
                return
        ending = "the server ended" if self.is_ended else f"nothing came within {patience:g} s"
        raise ServerGoneError(f"waiting for {what}: {ending}\n{self.log()[-4000:]}")

    # --- the end --------------------------------------------------------------------------------------------

    def shut_down(self, patience: float = PATIENCE) -> int:
        """End the server in the orderly way; give its exit status."""
        self.call("shutdown", None, patience)
        self.notify("exit", None)
        return self.join(patience)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.process.kill()
        self.join()

    def join(self, patience: float = PATIENCE) -> int:
        """Wait for the end of the server; give its exit status."""
        status = self.process.wait(patience)
        self._reader.join(patience)
        return status

    def close(self) -> None:
        """Let go of the server; one that still runs is killed."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        with contextlib.suppress(OSError):
            self._input.close()
        self._output.close()
        self._log.close()

    def log(self) -> str:
        """Give what the server wrote to standard error so far."""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode("utf-8", "replace")

    # --- from the server ------------------------------------------------------------------------------------

    def _send(self, message: dict[str, Any]) -> float:
        body = self._encode(message)
        data = memoryview(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        with self._write_lock:
            at = time.perf_counter()
            try:
                while data:
                    data = data[self._input.write(data) or 0 :]
            except (BrokenPipeError, ValueError):  # the end is seen by whoever waits
                return at
        return at

    def _read(self) -> None:
        descriptor = self._output.fileno()
        waiting = bytearray()
        while chunk := os.read(descriptor, _CHUNK):
            at = time.perf_counter()
            waiting += chunk
            while (body := take_message(waiting)) is not None:
                self._receive(self._decode(body), at)
        with self.news:
            self.is_ended = True
            self.news.notify_all()

    def _receive(self, message: dict[str, Any], at: float) -> None:
        method = message.get("method")
        number = message.get("id")
        with self.news:
            if method is None and number in self._sent:
                sent = self._sent.pop(number)
                self._answers[number] = Answer(sent, at, message.get("result"), message.get("error"))
            elif method is not None and number is None and self._on_notification is not None:
                self._on_notification(method, message.get("params"), at)
            self.news.notify_all()
        if method is not None and number is not None:
            result = self._on_request(method, message.get("params"))
            self._send({"jsonrpc": "2.0", "id": number, "result": result})


def server_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Give the environment in which the server of this checkout is found, with some variables set."""
    paths = os.pathsep.join(filter(None, [str(SERVER_FOLDER), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": paths, **changes}


def take_message(waiting: bytearray) -> bytes | None:
    """Take the body of the first message off the bytes that came; None where it is not whole yet."""
    head_end = waiting.find(_HEAD_END)
    if head_end < 0:
        return None
    head = bytes(waiting[:head_end]).lower()
    start = head.index(_LENGTH) + len(_LENGTH)
    length = int(head[start:].split(b"\r\n", 1)[0])
    body_start = head_end + len(_HEAD_END)
    if len(waiting) < body_start + length:
        return None
    body = bytes(waiting[body_start : body_start + length])
    del waiting[: body_start + length]
    return body
