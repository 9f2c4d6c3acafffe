"""`quarterdeck lsp`: the language server, started by an editor."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, NoReturn

from quarterdeck.cli.arguments import add_trace, traced
from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


USAGE = "[OPTION]…"
DESCRIPTION = """Start the language server; an editor does this for you."""


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument(
        "--stdio", action="store_true", help="Talk over standard input and output (the default)."
    )
    parser.add_argument("--tcp", metavar="HOST:PORT", help="Listen on a TCP socket for one client.")
    parser.add_argument("--ws", metavar="HOST:PORT", help="Listen for one client that opens a WebSocket.")
    parser.add_argument(
        "--ws-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="A web origin that may connect with --ws, besides this machine's; may be repeated.",
    )
    parser.add_argument(
        "--log-file", metavar="FILE", help="Write the log into this file, not to standard error."
    )
    add_trace(parser)
    parser.add_argument(
        "--log-level",
        default="warning",
        metavar="LEVEL",
        help="What to log: debug, info, warning or error. [default: warning]",
    )


def run(options: Namespace) -> NoReturn:
    """Serve one client, and end the process with the exit status.

    Raises:
        OptionError: an option makes no sense, or the server cannot listen.
    """
    if sum((options.stdio, options.tcp is not None, options.ws is not None)) > 1:
        raise OptionError("--stdio, --tcp and --ws exclude each other")
    _start_log(options.log_file, options.log_level)
    with traced(options.trace):
        code = _serve(options)
    logging.shutdown()
    # What others register for the end of the process would work on what the analysing thread is in the midst
    # of, and let the client wait.
    os._exit(code)


def _serve(options: Namespace) -> int:
    # pygls is imported here and nowhere else: its import alone takes longer than checking a small chart.
    from quarterdeck.lsp import main, transports  # noqa: PLC0415

    if options.tcp is not None:
        host, port = transports.parse_address(options.tcp)
        return transports.serve_tcp(main.make_server(), host, port)
    if options.ws is not None:
        host, port = transports.parse_address(options.ws)
        return transports.serve_websocket(main.make_server(), host, port, options.ws_origin)
    return transports.serve_stdio(main.make_server())


def _start_log(log_file: str | None, level: str) -> None:
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
