"""Go's literals: numbers, strings and characters as `strconv` reads them, and text as `%q` prints it."""

from __future__ import annotations

import re
from typing import NamedTuple

SYNTAX_ERROR = "invalid syntax"
"""What `strconv.ErrSyntax` says; the only error that unquoting can give."""

_MAX_UINT64 = (1 << 64) - 1
_MAX_INT64 = (1 << 63) - 1
_SIMPLE_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_HEX_ESCAPE_LENGTHS = {"x": 2, "u": 4, "U": 8}
_QUOTE_ESCAPES = {
    7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\", 34: '\\"',
}  # fmt: skip
_HEX_DIGITS = re.compile(r"[0-9a-fA-F]+")
_OCTAL_DIGITS = re.compile(r"[0-7]{3}")
_DECIMAL_FLOAT = re.compile(r"[+-]?(?:[0-9_]*\.?[0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?")
_HEX_FLOAT = re.compile(r"([+-]?)0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9][0-9_]*)")
_INTEGER = re.compile(r"0[bB]([01_]+)|0[oO]([0-7_]+)|0[xX]([0-9a-fA-F_]+)|(0[0-7_]*)|([1-9][0-9_]*)")
_BASES = (2, 8, 16, 8, 10)
_COMPLEX_PART = (
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eEpP][+-]?[0-9_]*)?)"
)
_COMPLEX = re.compile(f"({_COMPLEX_PART})([+-]{_COMPLEX_PART[5:]})i")


class LiteralError(Exception):
    """A constant that Go's parser refuses; the text is Go's."""


class NumberValue(NamedTuple):
    """What a number constant can be: see `nodes.Number`."""

    int_value: int | None
    float_value: float | None
    is_complex: bool = False


# --- strings and characters --------------------------------------------------------------------------------


def unquote(raw: str) -> str:
    """Give the value of a string constant in quotes or backquotes.

    Bytes that are not UTF-8 (by `x` and octal escapes) become lone surrogates, as everywhere in our strings.

    Raises:
        LiteralError: an escape is not one of Go's.

    Source: strconv quote.go, unquote
    """
    if raw[0] == "`":
        return raw[1:-1].replace("\r", "")
    if "\\" not in raw:
        return raw[1:-1]
    out = bytearray()
    at = 1
    last = len(raw) - 1
    while at < last:
        if raw[at] != "\\":
            end = raw.find("\\", at, last)
            end = last if end < 0 else end
            out += raw[at:end].encode("utf-8", "surrogatepass")
            at = end
            continue
        code, is_rune, at = _unescape(raw, at, '"')
        if is_rune:
            out += chr(code).encode()
        else:
            out.append(code)
    return _decode(bytes(out))


def _decode(data: bytes) -> str:
    """Decode UTF-8, keeping each byte that is none as a lone surrogate."""
    # Lone surrogates of the source text were encoded as three bytes; they come back as they were.
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def unquote_char(raw: str) -> int:
    """Give the code point of a character constant with its quotes.

    Raises:
        LiteralError: it does not hold exactly one character.

    Source: text/template/parse node.go, newNumber
    """
    if raw[1] == "'":
        raise LiteralError(SYNTAX_ERROR)
    if raw[1] == "\\":
        code, _, at = _unescape(raw, 1, "'")
    else:
        code, at = ord(raw[1]), 2
        if 0xD800 <= code <= 0xDFFF:
            code = 0xFFFD
    if raw[at:] != "'":
        raise LiteralError(f"malformed character constant: {raw}")
    return code


def _unescape(raw: str, at: int, quote: str) -> tuple[int, bool, int]:
    """Read the escape whose backslash is at `at`: its code, whether that is a rune, the offset after it.

    Source: strconv quote.go, UnquoteChar
    """
    limit = len(raw)
    char = raw[at + 1] if at + 1 < limit else ""
    if char in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[char], False, at + 2
    if char in _HEX_ESCAPE_LENGTHS:
        length = _HEX_ESCAPE_LENGTHS[char]
        digits = raw[at + 2 : at + 2 + length]
        if len(digits) == length and _HEX_DIGITS.fullmatch(digits):
            code = int(digits, 16)
            if char == "x":
                return code, False, at + 4
            if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return code, True, at + 2 + length
    elif _OCTAL_DIGITS.match(raw, at + 1):
        code = int(raw[at + 1 : at + 4], 8)
        if code <= 255:
            return code, False, at + 4
    elif char and char == quote:
        return ord(char), False, at + 2
    raise LiteralError(SYNTAX_ERROR)


def quote(text: str) -> str:
    """Print a text as Go's `%q` does."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_quote_char, text)) + '"'


def _quote_char(char: str) -> str:
    code = ord(char)
    if code in _QUOTE_ESCAPES:
        return _QUOTE_ESCAPES[code]
    if char.isprintable():
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def unicode_name(char: str) -> str:
    """Print a character as Go's `%#U` does: `U+0040 '@'`."""
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        char, code = "\ufffd", 0xFFFD
    return f"U+{code:04X} '{char}'" if char.isprintable() else f"U+{code:04X}"


# --- numbers -----------------------------------------------------------------------------------------------


def parse_number(text: str) -> NumberValue:
    """Read a number constant as Go's ideal constants: every type that can hold it.

    An integer beyond int64 that fits uint64 is given as `int_value`; the caller knows the range it needs.

    Raises:
        LiteralError: Go refuses it; the text is Go's.

    Source: text/template/parse node.go, newNumber
    """
    if text.endswith("i"):
        imaginary = _parse_float(text[:-1])
        if imaginary is not None:
            return _simplified(0.0, imaginary)
    integer = _parse_integer(text)
    if integer is not None:
        return NumberValue(integer, float(integer))
    number = _parse_float(text)
    if number is None:
        raise LiteralError(f"illegal number syntax: {quote(text)}")
    if not any(char in ".eEpP" for char in text):
        raise LiteralError(f"integer overflow: {quote(text)}")
    return NumberValue(_integral(number), number)


def parse_complex(text: str) -> NumberValue:
    """Read `1+2i`.

    Raises:
        LiteralError: a part is no number.

    Source: text/template/parse node.go, newNumber (fmt.Sscan of a complex128)
    """
    match = _COMPLEX.match(text)
    if match is None:
        raise LiteralError("syntax error scanning complex number")
    parts: list[float] = []
    for part in match.groups():
        number = _parse_float(part)
        if number is None:
            kind = "value out of range" if _is_float_syntax(part) else SYNTAX_ERROR
            raise LiteralError(f"strconv.ParseFloat: parsing {quote(part)}: {kind}")
        parts.append(number)
    return _simplified(parts[0], parts[1])


def _simplified(real: float, imaginary: float) -> NumberValue:
    """Source: text/template/parse node.go, simplifyComplex."""
    if imaginary != 0:
        return NumberValue(None, None, is_complex=True)
    return NumberValue(_integral(real), real, is_complex=True)


def _integral(number: float) -> int | None:
    if number.is_integer() and -(1 << 63) <= number < float(1 << 64):
        return int(number)
    return None


def _parse_integer(text: str) -> int | None:
    """Read an integer as strconv.ParseUint and ParseInt do with base 0; None when neither can."""
    is_signed = text[:1] in ("+", "-")
    match = _INTEGER.fullmatch(text[1:] if is_signed else text)
    if match is None or ("_" in text and not _are_underscores_right(text)):
        return None
    group = match.lastindex or 0
    value = int(match[group].replace("_", ""), _BASES[group - 1])
    if text[0] == "-":
        return -value if value <= _MAX_INT64 + 1 else None
    # ParseUint takes no sign, so a positive sign leaves only int64.
    return value if value <= (_MAX_INT64 if is_signed else _MAX_UINT64) else None


def _is_float_syntax(text: str) -> bool:
    if "_" in text and not _are_underscores_right(text):
        return False
    if text.lstrip("+-")[:2] in ("0x", "0X"):
        match = _HEX_FLOAT.fullmatch(text)
        return match is not None and bool((match[2] + (match[3] or "")).replace("_", ""))
    mantissa = text.split("e", maxsplit=1)[0].split("E", maxsplit=1)[0]
    return _DECIMAL_FLOAT.fullmatch(text) is not None and any(char.isdigit() for char in mantissa)


def _parse_float(text: str) -> float | None:
    """Read a float as strconv.ParseFloat does; None for bad syntax and for numbers out of range."""
    if not _is_float_syntax(text):
        return None
    plain = text.replace("_", "")
    try:
        value = _hex_float(plain) if "x" in plain or "X" in plain else float(plain)
    except OverflowError:
        return None
    return None if value in (float("inf"), float("-inf")) else value


def _hex_float(text: str) -> float:
    """Read a hexadecimal float whose exponent may be too long for `float.fromhex`."""
    mantissa, _, exponent = text.lower().partition("p")
    clamped = max(-100_000, min(100_000, int(exponent[:12])))
    return float.fromhex(f"{mantissa}p{clamped}")


def _are_underscores_right(text: str) -> bool:
    """Tell whether underscores only separate digits.

    Source: strconv atoi.go, underscoreOK
    """
    body = text[1:] if text[:1] in ("+", "-") else text
    saw = "^"
    digits = "0123456789"
    if len(body) >= 2 and body[0] == "0" and body[1] in "bBoOxX":
        saw = "0"
        digits = "0123456789abcdefABCDEF" if body[1] in "xX" else digits
        body = body[2:]
    for char in body:
        if char in digits:
            saw = "0"
        elif char == "_":
            if saw != "0":
                return False
            saw = "_"
        elif saw == "_":
            return False
        else:
            saw = "!"
    return saw != "_"
