"""Reads from web servers, within limits; nothing here runs unless the user asked for it."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quarterdeck.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message

TIMEOUT = 30.0
"""Seconds without an answer."""
LONGEST = 900.0
"""Seconds that one download may take, however it trickles."""
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered: its status, its headers by lower-case name, the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


def fetch(
    url: str,
    *,
    limit: int,
    headers: Mapping[str, str] | None = None,
    on_bytes: Callable[[int, int | None], None] | None = None,
) -> Answer:
    """Get a URL; redirects are followed, a status that is no success is an answer too.

    `limit` is the most bytes to take, `on_bytes` is told how many there are and how many there will be.
    Where a redirect leads to another server, it does not see `Authorization`.

    Raises:
        ReadError: there is no answer, it is too large or ends too early, or the URL is not one of the web.
    """
    if not is_web_url(url):
        raise ReadError(f"cannot read {url}: only http and https are fetched")
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, headers={"User-Agent": "quarterdeck", **(headers or {})}
    )
    try:
        with _opener().open(request, timeout=TIMEOUT) as response:
            body = _read(response, url, limit, on_bytes)
            return Answer(status=response.status, headers=_lower(response.headers), body=body)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, headers=_lower(error.headers))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ReadError(f"cannot read {url}: {_reason(error)}") from error


def fetch_body(
    url: str,
    *,
    limit: int,
    headers: Mapping[str, str] | None = None,
    on_bytes: Callable[[int, int | None], None] | None = None,
) -> bytes:
    """Get the body of a URL.

    Raises:
        ReadError: there is no answer, or none of success.
    """
    answer = fetch(url, limit=limit, headers=headers, on_bytes=on_bytes)
    if answer.status != 200:
        raise ReadError(f"cannot read {url}: the server answers {answer.status}")
    return answer.body


def is_web_url(url: str) -> bool:
    """Tell whether a URL is one that `fetch` reads."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects within the web, without handing credentials on."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Give the request that the redirect asks for."""
        if not is_web_url(newurl):
            raise ValueError(f"it leads to {newurl}, and only http and https are fetched")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and (following.type, following.host) != (req.type, req.host):
            following.remove_header("Authorization")
        return following


def _opener() -> urllib.request.OpenerDirector:
    """Make what speaks HTTP and HTTPS, through the proxies of the environment, and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def _reason(error: Exception) -> str:
    """Say in a few words what went wrong."""
    reason: Any = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return f"no answer for {TIMEOUT:.0f} seconds"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return str(reason) or type(reason).__name__


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(response: Any, url: str, limit: int, on_bytes: Callable[[int, int | None], None] | None) -> bytes:
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isdecimal() and announced.isascii() else None
    if total is not None and total > limit:
        raise ReadError(f"cannot read {url}: it is larger than {limit} bytes")
    chunks: list[bytes] = []
    size = 0
    end = time.monotonic() + LONGEST
    while chunk := response.read1(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise ReadError(f"cannot read {url}: it is larger than {limit} bytes")
        if time.monotonic() > end:
            raise ReadError(f"cannot read {url}: it takes longer than {LONGEST:.0f} seconds")
        if on_bytes is not None:
            on_bytes(size, total)
    if total is not None and size < total:
        raise ReadError(f"cannot read {url}: it ends after {size} of {total} bytes")
    return b"".join(chunks)
