"""Go's quoted strings and characters.

Source: strconv quote.go.
"""

from __future__ import annotations

from quarterdeck.runtime.printable import is_printable

_NAMED = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v"}


class _Escapes(dict[int, str]):
    """Code point -> what stands for it between quotes; filled as characters appear."""

    def __init__(self, quote_mark: str, *, is_ascii_only: bool) -> None:
        super().__init__({ord(quote_mark): f"\\{quote_mark}", ord("\\"): "\\\\"})
        self.is_ascii_only = is_ascii_only

    def __missing__(self, code: int) -> str:
        text = self._escape(code)
        self[code] = text
        return text

    def _escape(self, code: int) -> str:
        if is_printable(code) and (code < 0x80 or not self.is_ascii_only):
            return chr(code)
        if code in _NAMED:
            return _NAMED[code]
        if code < 0x20 or code == 0x7F:
            return f"\\x{code:02x}"
        if 0xDC80 <= code <= 0xDCFF:
            return f"\\x{code - 0xDC00:02x}"
        if code < 0x10000:
            return f"\\u{code:04x}"
        return f"\\U{code:08x}"


_STRING = _Escapes('"', is_ascii_only=False)
_ASCII_STRING = _Escapes('"', is_ascii_only=True)
_RUNE = _Escapes("'", is_ascii_only=False)
_ASCII_RUNE = _Escapes("'", is_ascii_only=True)


def quote(text: str) -> str:
    """Give the text as a double-quoted Go string (strconv.Quote)."""
    if '"' not in text and "\\" not in text and text.isascii() and text.isprintable():
        return f'"{text}"'
    return f'"{text.translate(_STRING)}"'


def quote_ascii(text: str) -> str:
    """Give the text as a double-quoted Go string of ASCII alone (strconv.QuoteToASCII)."""
    return f'"{text.translate(_ASCII_STRING)}"'


def quote_rune(code: int, *, is_ascii_only: bool = False) -> str:
    """Give a code point as a single-quoted Go character; U+FFFD for what is none."""
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        code = 0xFFFD
    return f"'{(_ASCII_RUNE if is_ascii_only else _RUNE)[code]}'"


def can_backquote(text: str) -> bool:
    """Tell whether the text fits between backquotes on one line (strconv.CanBackquote)."""
    return not any(
        (char < " " and char != "\t") or char in "`\x7f\ufeff" or "\ud800" <= char <= "\udfff"
        for char in text
    )
