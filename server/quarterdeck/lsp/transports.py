"""How a client reaches the server: standard input and output, a TCP socket, or a WebSocket.

A server serves one client and ends with it, so that no process is left behind when an editor goes away.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from threading import Event
from typing import TYPE_CHECKING

from pygls.io_ import run_async, run_websocket

from quarterdeck.errors import OptionError, ToolError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from websockets.asyncio.server import ServerConnection
    from websockets.typing import Origin

    from quarterdeck.lsp.server import QuarterdeckServer

_LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")

_log = logging.getLogger(__name__)


def serve_stdio(server: QuarterdeckServer) -> int:
    """Serve over standard input and output until the client ends it; give the exit code.

    What anyone prints meanwhile goes to standard error, as it would break the protocol.
    """
    output = sys.stdout.buffer
    sys.stdout = sys.stderr
    server.start_io(sys.stdin.buffer, output)
    return _exit_code(server)


def serve_tcp(server: QuarterdeckServer, host: str, port: int) -> int:
    """Serve the first client that connects to `host:port`, until it ends or goes away; give the exit code.

    Raises:
        OptionError: the address cannot be used.
    """
    return _run(server, lambda stop: _serve_tcp(server, host, port, stop))


def serve_websocket(server: QuarterdeckServer, host: str, port: int, origins: Sequence[str] = ()) -> int:
    """Serve the first client that opens a WebSocket at `host:port`; give the exit code.

    Web pages may connect from this machine and from `origins` only: any page that a browser shows could
    otherwise talk to the server.

    Raises:
        OptionError: the address cannot be used.
        ToolError: the library for WebSockets is not installed.
    """
    return _run(server, lambda stop: _serve_websocket(server, host, port, origins, stop))


def parse_address(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (this machine only); port 0 lets the system choose.

    Raises:
        OptionError: it is neither.
    """
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:]*)):(?P<port>\d{1,5})", text)
    if match is None or int(match["port"]) > 65535:
        raise OptionError(f"{text!r} is no address: write HOST:PORT, for example 127.0.0.1:2087")
    return match["v6"] or match["host"] or "127.0.0.1", int(match["port"])


def _run(server: QuarterdeckServer, serve: Callable[[Event], Awaitable[None]]) -> int:
    stop = Event()

    async def main() -> None:
        await serve(stop)

    try:
        asyncio.run(main())
    except SystemExit:  # pygls ends the process so at `exit`
        pass
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        raise OptionError(f"cannot listen: {error.strerror or error}") from error
    finally:
        server.session.stop()
    return _exit_code(server)


async def _serve_tcp(server: QuarterdeckServer, host: str, port: int, stop: Event) -> None:
    finished = asyncio.Event()
    is_taken = False

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal is_taken
        if is_taken:
            writer.close()
            return
        is_taken = True
        server.protocol.set_writer(writer)
        try:
            await run_async(
                stop_event=stop,
                reader=reader,
                protocol=server.protocol,
                logger=_log,
                error_handler=server.report_server_error,
            )
        except (ConnectionError, asyncio.IncompleteReadError):
            _log.info("the client went away")
        finally:
            writer.close()
            finished.set()

    listener = await asyncio.start_server(connected, host, port)
    _announce("tcp", [socket.getsockname() for socket in listener.sockets])
    await finished.wait()
    listener.close()


async def _serve_websocket(
    server: QuarterdeckServer, host: str, port: int, origins: Sequence[str], stop: Event
) -> None:
    try:
        from websockets.asyncio.server import serve  # noqa: PLC0415 - an optional library
    except ImportError as error:
        raise ToolError("WebSockets need one more library: pip install websockets") from error
    finished = asyncio.Event()
    is_taken = False

    async def connected(websocket: ServerConnection) -> None:
        nonlocal is_taken
        if is_taken:
            await websocket.close(1013, "this server has its client")
            return
        is_taken = True
        try:
            await run_websocket(
                websocket=websocket,
                stop_event=stop,
                protocol=server.protocol,
                logger=_log,
                error_handler=server.report_server_error,
            )
        finally:
            finished.set()

    allowed: list[Origin | re.Pattern[str] | None] = [
        None,
        _LOCAL_ORIGIN,
        *map(re.compile, map(re.escape, origins)),
    ]
    async with serve(connected, host, port, origins=allowed, max_size=None) as listener:
        _announce("ws", [socket.getsockname() for socket in listener.sockets])
        await finished.wait()


def _announce(scheme: str, addresses: Sequence[tuple[str, int]]) -> None:
    """Say on standard error where the server listens: with port 0 nobody knows before."""
    for address in addresses:
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        sys.stderr.write(f"quarterdeck: listening on {scheme}://{host}:{address[1]}\n")
    sys.stderr.flush()


def _exit_code(server: QuarterdeckServer) -> int:
    """Give 0 after an orderly `shutdown`, else 1. Source: Language Server Protocol 3.17, exit."""
    server.session.stop()
    return 0 if server.session.is_shut_down else 1
