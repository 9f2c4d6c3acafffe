"""How a client reaches the server: standard input and output, a TCP socket, or a WebSocket.

A server serves one client and ends with it, so that no process is left behind when an editor goes away.
Nothing here waits for a client that does not read: the loop is there for who asks.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import stat
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO, cast

from quarterdeck.errors import OptionError, ToolError
from quarterdeck.lsp.framing import FramingError, MessageFrames
from quarterdeck.lsp.protocol import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from websockets.asyncio.server import ServerConnection
    from websockets.typing import Origin

    from quarterdeck.lsp.server import QuarterdeckServer

_LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_PIECE = 1 << 16
_GOODBYE_SECONDS = 0.2
"""How long the last answers may take to get to a client that reads slowly."""

_log = logging.getLogger(__name__)


def serve_stdio(server: QuarterdeckServer) -> int:
    """Serve over standard input and output until the client ends it; give the exit code.

    What anyone prints meanwhile goes to standard error, as it would break the protocol.
    """
    output = sys.stdout.buffer
    sys.stdout = sys.stderr
    return _run(server, lambda: _serve_stdio(server, sys.stdin.buffer, output))


def serve_tcp(server: QuarterdeckServer, host: str, port: int) -> int:
    """Serve the first client that connects to `host:port`, until it ends or goes away; give the exit code.

    Raises:
        OptionError: the address cannot be used.
    """
    return _run(server, lambda: _serve_tcp(server, host, port))


def serve_websocket(server: QuarterdeckServer, host: str, port: int, origins: Sequence[str] = ()) -> int:
    """Serve the first client that opens a WebSocket at `host:port`; give the exit code.

    Web pages may connect from this machine and from `origins` only: any page that a browser shows could
    otherwise talk to the server.

    Raises:
        OptionError: the address cannot be used.
        ToolError: the library for WebSockets is not installed.
    """
    return _run(server, lambda: _serve_websocket(server, host, port, origins))


def parse_address(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (this machine only); port 0 lets the system choose.

    Raises:
        OptionError: it is neither.
    """
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:]*)):(?P<port>\d{1,5})", text)
    if match is None or int(match["port"]) > 65535:
        raise OptionError(f"{text!r} is no address: write HOST:PORT, for example 127.0.0.1:2087")
    return match["v6"] or match["host"] or "127.0.0.1", int(match["port"])


def _run(server: QuarterdeckServer, serve: Callable[[], Awaitable[None]]) -> int:
    async def main() -> None:
        server.attach(asyncio.get_running_loop())
        try:
            await serve()
        finally:
            server.stop()

    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        raise OptionError(f"cannot listen: {error.strerror or error}") from error
    finally:
        server.stop()
    return server.exit_code


# --- streams ------------------------------------------------------------------------------------------------


class _Reception(asyncio.Protocol):
    """What a client sends over a stream, cut into messages; the client is gone when the stream ends."""

    def __init__(self, server: QuarterdeckServer, connected: Callable[[asyncio.BaseTransport], bool]) -> None:
        self._server = server
        self._connected = connected
        self._frames = MessageFrames()
        self._is_ours = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._is_ours = self._connected(transport)
        if not self._is_ours:
            transport.close()

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._frames.feed(data):
                self._server.protocol.handle_body(body)
        except FramingError as error:
            _log.error("the connection is given up: %s", error)
            self._server.client_gone()

    def eof_received(self) -> bool:
        self.connection_lost(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        if self._is_ours:
            self._server.client_gone()


class _StreamWriter:
    """Sends at once what the stream takes, and the rest when it takes more."""

    def __init__(self, transport: asyncio.WriteTransport, gone: Callable[[], None]) -> None:
        self._transport = transport
        self._gone = gone

    def write(self, data: bytes) -> None:
        """Send some bytes."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_WAITING:
            _log.error("the client reads nothing; it is given up")
            self._gone()

    def close(self) -> None:
        """Send no more than what waits."""
        self._transport.close()

    async def drain(self) -> None:
        """Wait a moment for a client that has not read everything."""
        for _ in range(20):
            if self._transport.is_closing() or not self._transport.get_write_buffer_size():
                return
            await asyncio.sleep(_GOODBYE_SECONDS / 20)


class _BlockingWriter:
    """Sends to what the loop cannot watch: a file, or the pipes of Windows."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def write(self, data: bytes) -> None:
        """Send some bytes."""
        self._output.write(data)
        self._output.flush()

    def close(self) -> None:
        """Send no more."""
        self._output.close()

    async def drain(self) -> None:
        """Do nothing: everything is sent."""


async def _serve_stdio(server: QuarterdeckServer, source: BinaryIO, output: BinaryIO) -> None:
    loop = asyncio.get_running_loop()
    writer: _StreamWriter | _BlockingWriter
    if _can_be_watched(output):
        transport, _ = await loop.connect_write_pipe(
            lambda: _Ending(server), os.fdopen(os.dup(output.fileno()), "wb", 0)
        )
        writer = _StreamWriter(transport, server.client_gone)
    else:
        writer = _BlockingWriter(output)
    server.protocol.set_writer(cast("asyncio.StreamWriter", writer))
    reception = _Reception(server, lambda _: True)
    if _can_be_watched(source):
        await loop.connect_read_pipe(lambda: reception, source)
    else:
        reception.connection_made(asyncio.BaseTransport())
        threading.Thread(
            target=_read_all, args=(source, reception, loop), name="standard input", daemon=True
        ).start()
    await server.until_exit()
    await writer.drain()


class _Ending(asyncio.BaseProtocol):
    """Takes note that nobody reads any more."""

    def __init__(self, server: QuarterdeckServer) -> None:
        self._server = server

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._server.client_gone()


def _can_be_watched(stream: BinaryIO) -> bool:
    """Tell whether the event loop can wait for a stream; a terminal is left as it is for others."""
    if sys.platform == "win32":
        return False
    mode = os.fstat(stream.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _read_all(source: BinaryIO, reception: _Reception, loop: asyncio.AbstractEventLoop) -> None:
    """Read on a thread of its own, for streams that the loop cannot watch."""
    try:
        while data := os.read(source.fileno(), _PIECE):
            loop.call_soon_threadsafe(reception.data_received, data)
    except OSError as error:
        _log.info("standard input cannot be read: %s", error)
    except RuntimeError:  # the loop has ended
        return
    if not loop.is_closed():
        loop.call_soon_threadsafe(reception.connection_lost, None)


async def _serve_tcp(server: QuarterdeckServer, host: str, port: int) -> None:
    writers: list[_StreamWriter] = []

    def connected(transport: asyncio.BaseTransport) -> bool:
        if writers:
            return False
        writers.append(_StreamWriter(cast("asyncio.WriteTransport", transport), server.client_gone))
        server.protocol.set_writer(cast("asyncio.StreamWriter", writers[0]))
        return True

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: _Reception(server, connected), host, port)
    _announce("tcp", [socket.getsockname() for socket in listener.sockets])
    try:
        await server.until_exit()
        for writer in writers:
            await writer.drain()
            writer.close()
    finally:
        listener.close()


# --- WebSockets ---------------------------------------------------------------------------------------------


class _SocketWriter:
    """Sends messages over a WebSocket, one after the other."""

    def __init__(self, websocket: ServerConnection) -> None:
        self._websocket = websocket
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()

    def write(self, data: bytes) -> None:
        """Send some bytes."""
        self._waiting.put_nowait(data)

    def close(self) -> None:
        """Do nothing; the connection is closed by who serves it."""

    async def send_all(self) -> None:
        """Send what there is, for ever."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - as below

        try:
            while True:
                data = await self._waiting.get()
                await self._websocket.send(data.decode())
                self._waiting.task_done()
        except ConnectionClosed:
            return


async def _serve_websocket(server: QuarterdeckServer, host: str, port: int, origins: Sequence[str]) -> None:
    try:
        from websockets.asyncio.server import serve  # noqa: PLC0415 - an optional library
    except ImportError as error:
        raise ToolError("WebSockets need one more library: pip install websockets") from error
    is_taken = False

    async def connected(websocket: ServerConnection) -> None:
        nonlocal is_taken
        if is_taken:
            await websocket.close(1013, "this server has its client")
            return
        is_taken = True
        writer = _SocketWriter(websocket)
        server.protocol.set_writer(cast("asyncio.StreamWriter", writer), include_headers=False)
        sending = asyncio.create_task(writer.send_all())
        try:
            async for message in websocket:
                server.protocol.handle_body(message.encode() if isinstance(message, str) else message)
        finally:
            sending.cancel()
            server.client_gone()

    allowed: list[Origin | re.Pattern[str] | None] = [
        None,
        _LOCAL_ORIGIN,
        *map(re.compile, map(re.escape, origins)),
    ]
    async with serve(connected, host, port, origins=allowed, max_size=None) as listener:
        _announce("ws", [socket.getsockname() for socket in listener.sockets])
        await server.until_exit()


def _announce(scheme: str, addresses: Sequence[tuple[str, int]]) -> None:
    """Say on standard error where the server listens: with port 0 nobody knows before."""
    for address in addresses:
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        sys.stderr.write(f"quarterdeck: listening on {scheme}://{host}:{address[1]}\n")
    sys.stderr.flush()
