"""JSON as Go's encoding/json writes it.

Source: encoding/json encode.go.
"""

from __future__ import annotations

import re
from base64 import b64encode
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.floats import format_plain, shortest_digits
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.kinds import go_kind, go_type, sorted_keys
from quarterdeck.runtime.values import GoStruct, NilList, NilMap
from quarterdeck.runtime.verbs import check_text_length

if TYPE_CHECKING:
    from collections.abc import Callable

_SHALLOW = 1_000
"""So deep no cycle is looked for. Source: encoding/json encode.go, startDetectCyclesAfter."""

MAX_NESTING = 10_000
"""Containers inside each other that are written; Go's own reader takes no more."""

_TOO_DEEP = "a value is nested too deeply to be written as JSON"
_HTML_MARKS = (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"))
_SEPARATORS = re.compile("[\u2028\u2029\udc80-\udcff]")


def encode_json(value: Any, *, escape_html: bool = True) -> str:
    """Give the value as compact JSON with sorted keys, as json.Marshal does.

    `escape_html` writes `<`, `>` and `&` as escapes, as Go does unless told otherwise.

    Raises:
        GoError: a number is infinite or NaN, a value has no form in JSON, or one contains itself.
        BudgetError: it is nested too deeply.
    """
    pieces: list[str] = []
    try:
        _write(value, pieces.append, 0)
    except RecursionError:
        raise BudgetError(_TOO_DEEP) from None
    return _finish("".join(pieces), escape_html=escape_html)


def encode_json_indented(value: Any, indent: str = "  ") -> str:
    """Give the value as JSON on several lines, as json.MarshalIndent does without a prefix.

    Raises:
        GoError: as `encode_json`.
        BudgetError: it is nested too deeply, or its indentation is too much.
    """
    pieces: list[str] = []
    try:
        _CheckedWriter(pieces.append, ": ", indent).add(value, "\n", 0)
    except RecursionError:
        raise BudgetError(_TOO_DEEP) from None
    return _finish("".join(pieces), escape_html=True)


def format_json_number(value: float) -> str:
    """Give a finite float64 as encoding/json does: an exponent below 1e-6 and from 1e21 on.

    Source: encoding/json encode.go, floatEncoder.
    """
    if value.is_integer() and -1e15 < value < 1e15 and value:
        return "%d" % value  # noqa: UP031  the fastest way there is, and this is hot
    size = abs(value)
    if 1e-4 < size < 1e15:
        return repr(value)
    if value and (size < 1e-6 or size >= 1e21):
        digits, point = shortest_digits(value)
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{'-' if value < 0 else ''}{digits[0]}{tail}e{point - 1:+d}"
    return format_plain(value)


def _finish(text: str, *, escape_html: bool) -> str:
    """Escape what may stand in strings alone, over the whole text at once."""
    if escape_html:
        for mark, escape in _HTML_MARKS:
            if mark in text:
                text = text.replace(mark, escape)
    return text if text.isascii() else _SEPARATORS.sub(_escape_separator, text)


def _escape_separator(match: re.Match[str]) -> str:
    char = match.group()
    return f"\\u{ord(char):04x}" if char < "\ud800" else "\\ufffd"


def _write(value: Any, write: Callable[[str], Any], depth: int) -> None:
    kind = value.__class__
    if kind is str:
        write(encode_basestring(value))
    elif kind is dict:
        if not value:
            write("{}")
            return
        if depth >= _SHALLOW:
            _CheckedWriter(write, ":", "").add(value, "", depth)
            return
        lead = "{"
        for key in sorted_keys(value):
            item = value[key]
            if item.__class__ is str:
                write(f"{lead}{encode_basestring(key)}:{encode_basestring(item)}")
            else:
                write(f"{lead}{encode_basestring(key)}:")
                _write(item, write, depth + 1)
            lead = ","
        write("}")
    elif kind is list:
        if not value:
            write("[]")
            return
        if depth >= _SHALLOW:
            _CheckedWriter(write, ":", "").add(value, "", depth)
            return
        lead = "["
        for item in value:
            write(lead)
            _write(item, write, depth + 1)
            lead = ","
        write("]")
    else:
        _write_rare(value, write, depth)


def _write_rare(value: Any, write: Callable[[str], Any], depth: int) -> None:
    """Write what is no plain string, map or list."""
    plain = _plain(value)
    if plain.__class__ is str:
        write(plain)
    elif depth >= _SHALLOW:
        _CheckedWriter(write, ":", "").add(value, "", depth)
    elif isinstance(plain, dict):
        mapping = cast("dict[str, Any]", plain)
        keys = list(mapping) if isinstance(value, GoStruct) else sorted_keys(mapping)
        lead = ""
        write("{")
        for key in keys:
            write(f"{lead}{encode_basestring(key)}:")
            _write(mapping[key], write, depth + 1)
            lead = ","
        write("}")
    else:
        lead = ""
        write("[")
        for item in cast("list[Any]", plain):
            write(lead)
            _write(item, write, depth + 1)
            lead = ","
        write("]")


def _plain(value: Any) -> Any:
    """Give a scalar's JSON text, and a container as a dict or list.

    A `GoStruct` gives what its `marshal` does, a dict in the order of its fields.
    """
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, float):
        if value - value != 0.0:
            shown = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"  # noqa: PLR0124  NaN alone differs
            raise GoError(f"json: unsupported value: {shown}")
        return format_json_number(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if value.__class__ is NilMap or value.__class__ is NilList:
        return "null"
    if isinstance(value, (dict, list)):
        return cast("Any", value)
    if isinstance(value, bytes):
        return f'"{b64encode(value).decode()}"'
    if isinstance(value, GoStruct):
        if go_kind(value) == "func":
            raise GoError(f"json: unsupported type: {go_type(value)}")
        marshalled = value.marshal()
        return cast("Any", marshalled) if isinstance(marshalled, dict) else _plain(marshalled)
    raise GoError(f"json: unsupported type: {go_type(value)}")


class _CheckedWriter:
    """Writes JSON indented or compact, and finds out when a value contains itself or is far too deep."""

    __slots__ = ("_above", "_colon", "_indent", "_indented", "_write")

    def __init__(self, write: Callable[[str], Any], colon: str, indent: str) -> None:
        self._write = write
        self._colon = colon
        self._indent = indent
        self._indented = 0
        self._above: set[int] = set()

    def add(self, value: Any, line: str, depth: int) -> None:
        """Write the value; `line` is a line feed and the indentation of its line, "" in compact JSON.

        Raises:
            GoError: it contains itself, or cannot be written.
            BudgetError: it is nested too deeply, or its indentation is too much.
        """
        plain = _plain(value)
        if plain.__class__ is str:
            self._write(plain)
            return
        if depth >= _SHALLOW:
            self._check(value, depth)
        inner = line + self._indent if line else ""
        self._indented += len(inner) * len(plain)
        check_text_length(self._indented)
        if isinstance(plain, dict):
            mapping = cast("dict[str, Any]", plain)
            keys = list(mapping) if isinstance(value, GoStruct) else sorted_keys(mapping)
            lead = f"{{{inner}"
            for key in keys:
                self._write(f"{lead}{encode_basestring(key)}{self._colon}")
                self.add(mapping[key], inner, depth + 1)
                lead = f",{inner}"
            self._write(f"{line}}}" if mapping else "{}")
        else:
            items = cast("list[Any]", plain)
            lead = f"[{inner}"
            for item in items:
                self._write(lead)
                self.add(item, inner, depth + 1)
                lead = f",{inner}"
            self._write(f"{line}]" if items else "[]")
        if depth >= _SHALLOW:
            self._above.discard(id(value))

    def _check(self, value: Any, depth: int) -> None:
        """Source: encoding/json encode.go, ptrSeen."""
        if id(value) in self._above:
            raise GoError(f"json: unsupported value: encountered a cycle via {go_type(value)}")
        self._above.add(id(value))
        if depth > MAX_NESTING:
            raise BudgetError(_TOO_DEEP)
