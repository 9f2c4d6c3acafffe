"""Messages as they come over a stream: a header with the length of the body, then the body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of one message; a larger one is no message of an editor."""
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?:^|\n)content-length:[ \t]*(\d{1,10})[ \t]*(?:\r?\n|$)", re.IGNORECASE)
_MOST_HEAD = 64 * 1024


class FramingError(Exception):
    """What came is no message, and nobody can tell where the next one begins."""


class MessageFrames:
    """Cuts what arrives, in pieces of any size, into the bodies of messages.

    Source: Language Server Protocol 3.17, Base Protocol.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0
        self._body_end = 0
        self._body_start = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next piece; give the bodies that are complete now.

        Raises:
            FramingError: it is no message.
        """
        self._pending += data
        while (body := self._take()) is not None:
            yield body

    def _take(self) -> bytes | None:
        pending = self._pending
        if not self._body_end:
            head_end = pending.find(_HEAD_END, self._searched)
            if head_end < 0:
                self._searched = max(0, len(pending) - len(_HEAD_END) + 1)
                if len(pending) > _MOST_HEAD:
                    raise FramingError("there is no end of the header")
                return None
            match = _LENGTH.search(bytes(pending[:head_end]))
            length = int(match[1]) if match else MOST_BYTES + 1
            if length > MOST_BYTES:
                raise FramingError("the header says no length that a message can have")
            self._body_start = head_end + len(_HEAD_END)
            self._body_end = self._body_start + length
        if len(pending) < self._body_end:
            return None
        body = bytes(pending[self._body_start : self._body_end])
        del pending[: self._body_end]
        self._searched = self._body_start = self._body_end = 0
        return body
