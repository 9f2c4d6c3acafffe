"""Digests: sha1sum, sha256sum, sha512sum, adler32sum."""

from __future__ import annotations

import zlib

from quarterdeck.runtime.funcs.bytewise import to_bytes
from quarterdeck.runtime.signatures import function


@function("sha1sum", "func(string) string")
def sha1sum(text: str) -> str:
    """Give the SHA-1 digest in hexadecimal."""
    import hashlib  # noqa: PLC0415 -- loads a large library

    return hashlib.sha1(to_bytes(text), usedforsecurity=False).hexdigest()


@function("sha256sum", "func(string) string")
def sha256sum(text: str) -> str:
    """Give the SHA-256 digest in hexadecimal."""
    import hashlib  # noqa: PLC0415 -- loads a large library

    return hashlib.sha256(to_bytes(text)).hexdigest()


@function("sha512sum", "func(string) string")
def sha512sum(text: str) -> str:
    """Give the SHA-512 digest in hexadecimal."""
    import hashlib  # noqa: PLC0415 -- loads a large library

    return hashlib.sha512(to_bytes(text)).hexdigest()


@function("adler32sum", "func(string) string")
def adler32sum(text: str) -> str:
    """Give the Adler-32 checksum in decimal."""
    return str(zlib.adler32(to_bytes(text)))
