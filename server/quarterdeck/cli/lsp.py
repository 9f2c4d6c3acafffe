"""`quarterdeck lsp`: the language server, started by an editor."""

from __future__ import annotations

import logging
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from quarterdeck.errors import OptionError, QuarterdeckError

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def lsp_command(
    *,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Talk over standard input and output (the default).")
    ] = False,
    tcp: Annotated[
        str | None,
        typer.Option("--tcp", metavar="HOST:PORT", help="Listen on a TCP socket for one client."),
    ] = None,
    ws: Annotated[
        str | None,
        typer.Option("--ws", metavar="HOST:PORT", help="Listen for one client that opens a WebSocket."),
    ] = None,
    ws_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--ws-origin",
            metavar="ORIGIN",
            help="A web origin that may connect with --ws, besides this machine's; may be repeated.",
        ),
    ] = None,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", help="Write the log into this file, not to standard error.")
    ] = None,
    log_level: Annotated[
        str, typer.Option("--log-level", help="What to log: debug, info, warning or error.")
    ] = "warning",
) -> None:
    """Start the language server; an editor does this for you."""
    try:
        code = _serve(
            stdio=stdio, tcp=tcp, ws=ws, origins=ws_origin or [], log_file=log_file, level=log_level
        )
    except QuarterdeckError as error:
        sys.stderr.write(f"quarterdeck: {error}\n")
        code = error.exit_code
    raise typer.Exit(code)


def _serve(
    *, stdio: bool, tcp: str | None, ws: str | None, origins: list[str], log_file: Path | None, level: str
) -> int:
    if sum((stdio, tcp is not None, ws is not None)) > 1:
        raise OptionError("--stdio, --tcp and --ws exclude each other")
    _start_log(log_file, level)
    # pygls is imported here and nowhere else: its import alone takes longer than checking a small chart.
    from quarterdeck.lsp import main, transports  # noqa: PLC0415

    if tcp is not None:
        host, port = transports.parse_address(tcp)
        return transports.serve_tcp(main.make_server(), host, port)
    if ws is not None:
        host, port = transports.parse_address(ws)
        return transports.serve_websocket(main.make_server(), host, port, origins)
    return transports.serve_stdio(main.make_server())


def _start_log(log_file: Path | None, level: str) -> None:
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise OptionError(f"{level!r} is no log level: choose debug, info, warning or error")
    try:
        handler = logging.FileHandler(log_file, encoding="utf-8") if log_file else logging.StreamHandler()
    except OSError as error:
        raise OptionError(f"cannot write the log: {error}") from error
    handler.setFormatter(logging.Formatter(_LOG_FORMAT))
    logging.basicConfig(level=number, handlers=[handler], force=True)
    if number > logging.DEBUG:
        # At its level "info" pygls logs every message in full.
        logging.getLogger("pygls").setLevel(logging.WARNING)
