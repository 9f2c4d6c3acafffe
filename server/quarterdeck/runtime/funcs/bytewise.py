"""Go's view of a text: UTF-8 bytes, and runes where invalid bytes read as U+FFFD.

Texts are `str`; a byte that is not part of valid UTF-8 is one lone surrogate (`surrogateescape`), so both
views can be had from it without loss. ASCII texts, nearly all of them, take a short way.
"""

from __future__ import annotations

import re

_BROKEN_BYTE = re.compile("[\udc80-\udcff]")


def to_bytes(text: str) -> bytes:
    """Give the bytes that Go's string would hold."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """Give the text of a Go string's bytes."""
    return data.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """Give `len(text)` in bytes."""
    return len(text) if text.isascii() else len(to_bytes(text))


def byte_slice(text: str, start: int, end: int) -> str:
    """Give `text[start:end]`, counted in bytes; 0 <= start <= end."""
    if text.isascii():
        return text[start:end]
    return from_bytes(to_bytes(text)[start:end])


def runes(text: str) -> str:
    """Give the text as Go's conversion to `[]rune` reads it: broken bytes become U+FFFD."""
    return text if text.isascii() else _BROKEN_BYTE.sub("�", text)


def latin1(text: str) -> str:
    """Give one character for each byte: `rune(text[i])`, as functions do that forget about UTF-8."""
    return text if text.isascii() else to_bytes(text).decode("latin-1")


def has_broken_bytes(text: str) -> bool:
    """Tell whether the text holds bytes that are not UTF-8."""
    return not text.isascii() and _BROKEN_BYTE.search(text) is not None


def byte_order(text: str) -> bytes:
    """Give a sort key that orders texts as Go does, by their bytes."""
    return to_bytes(text)
