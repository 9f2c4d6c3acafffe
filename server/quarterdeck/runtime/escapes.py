"""Text made safe for HTML, JavaScript and URLs, as Go's template functions do it.

Source: text/template funcs.go (HTMLEscape, JSEscape, URLQueryEscaper).
"""

from __future__ import annotations

import re

from quarterdeck.runtime.printable import is_printable

_HTML = str.maketrans({"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_RESERVED = re.compile(r"[^A-Za-z0-9_.~ -]+")
_JAVASCRIPT = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def escape_html(text: str) -> str:
    """Give the text with the characters that mean something in HTML as entities."""
    return text.translate(_HTML)


def escape_javascript(text: str) -> str:
    """Give the text fit to stand between quotes in JavaScript."""
    if text.isalnum() and text.isascii():
        return text
    return "".join([_JAVASCRIPT.get(char) or _escape_rune(char) for char in text])


def _escape_rune(char: str) -> str:
    code = ord(char)
    if code < 0x80:
        return char if code >= 0x20 else f"\\u{code:04X}"
    if 0xDC80 <= code <= 0xDCFF:
        return char  # U+FFFD, which Go takes it for, is printable; the byte is copied
    return char if is_printable(code) else f"\\u{code:04X}"


def escape_query(text: str) -> str:
    """Give the text as a value in the query of a URL; spaces become `+`."""
    return _RESERVED.sub(_escape_bytes, text).replace(" ", "+")


def _escape_bytes(match: re.Match[str]) -> str:
    return "".join([f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape")])
