"""A web server on this machine, for tests of what is fetched."""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Page = tuple[int, dict[str, str], bytes]


class WebServer(NamedTuple):
    """Where the server is, what it answers by path, and the `Authorization` it was shown by path."""

    address: str
    pages: dict[str, Page]
    shown: dict[str, str | None]
    token: list[str]
    """What paths below `/v2/` want to see, if anything."""


@contextlib.contextmanager
def run_web_server() -> Iterator[WebServer]:
    """Run a server for as long as the context lasts."""
    pages: dict[str, Page] = {}
    shown: dict[str, str | None] = {}
    token: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            status, headers, body = pages.get(path, (404, {}, b""))
            shown[path] = self.headers.get("Authorization")
            if path.startswith("/v2/") and token and shown[path] != f"Bearer {token[0]}":
                realm = f'Bearer realm="http://{self.headers["Host"]}/token",service="here"'
                status, headers, body = 401, {"WWW-Authenticate": realm}, b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield WebServer(f"127.0.0.1:{running.server_port}", pages, shown, token)
        finally:
            running.shutdown()
            thread.join()
