"""Reads from web servers, within limits; nothing here runs unless the user asked for it."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quarterdeck.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message
    from urllib.response import addinfourl

TIMEOUT = 30.0
"""Seconds without an answer."""
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

    Raises:
        ReadError: there is no answer, it is too large, or the URL is not one of the web.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise ReadError(f"cannot read {url}: only http and https are fetched")
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, headers={"User-Agent": "quarterdeck", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310 - as above
            body = _read(response, url, limit, on_bytes)
            return Answer(status=response.status, headers=_lower(response.headers), body=body)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, headers=_lower(error.headers))
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ReadError(f"cannot read {url}: {reason}") from error


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


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(
    response: addinfourl, url: str, limit: int, on_bytes: Callable[[int, int | None], None] | None
) -> bytes:
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isdigit() else None
    chunks: list[bytes] = []
    size = 0
    while True:
        chunk = response.read(_CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise ReadError(f"cannot read {url}: it is larger than {limit} bytes")
        if on_bytes is not None:
            on_bytes(size, total)
