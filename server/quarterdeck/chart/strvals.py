"""The little language of `--set`: `a.b=1,list[0]=x,names={one,two}`.

Source: Helm pkg/strvals/parser.go and literal_parser.go, whose oddities are kept: a line that ends inside an
index or after an equals sign in a list is no error.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from quarterdeck.chart.metadata import is_space
from quarterdeck.runtime.kinds import go_type
from quarterdeck.runtime.quoting import quote, quote_rune
from quarterdeck.runtime.values import Int64

if TYPE_CHECKING:
    from collections.abc import Callable

SetKind = Literal["set", "set-string", "set-json", "set-file", "set-literal"]

MAX_INDEX = 65_536
MAX_NESTED_NAMES = 30
_MAX_INT64 = (1 << 63) - 1
_INTEGER = re.compile(r"[+-]?[0-9]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class SetError(ValueError):
    """A line of `--set` makes no sense; `str()` is Helm's text."""


class _End(Exception):  # noqa: N818 - Go's io.EOF, which most callers take for success
    """The line is at its end."""


def parse_set_line(
    line: str, values: dict[str, Any], kind: SetKind, *, read_file: Callable[[str], str] | None = None
) -> None:
    """Parse one argument of `--set` or one of its siblings into `values`.

    `read_file` gives the content that a path of `--set-file` stands for.

    Raises:
        SetError: the line makes no sense.
    """
    parser = _Parser(as_utf8(line), kind, read_file)
    try:
        while True:
            parser.parse_key(values, 0)
    except _End:
        return
    except RecursionError:
        raise SetError("value is nested too deeply") from None


def as_json(value: Any) -> Any:
    """Give a tree of values as JSON carries it: plain numbers, and texts that are UTF-8."""
    if value.__class__ is dict:
        return {as_utf8(key): as_json(item) for key, item in value.items()}
    if value.__class__ is list:
        return [as_json(item) for item in value]
    if value.__class__ is str:
        return as_utf8(value)
    return int(value) if isinstance(value, Int64) else value


def as_utf8(text: str) -> str:
    """Put a replacement character for each octet, or half of a pair, that is not UTF-8, as Go does."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Parser:
    """Reads one line; `_at` is the next code point."""

    def __init__(self, line: str, kind: SetKind, read_file: Callable[[str], str] | None) -> None:
        self._line = line
        self._at = 0
        self._is_literal = kind == "set-literal"
        self._is_json = kind == "set-json"
        self._convert: Callable[[str], Any]
        if kind == "set":
            self._convert = _typed_value
        elif kind == "set-file" and read_file is not None:
            self._convert = read_file
        else:
            self._convert = str

    def parse_key(self, data: dict[str, Any], depth: int) -> None:
        """Read one name with all that belongs to it, and set it in `data`."""
        key, stop = self._read_until("=[." if self._is_literal else "=[,.")
        if stop is None:
            if not key:
                raise _End
            raise SetError(f"key {quote(key)} has no value")
        if stop == "=":
            self._parse_value_of_key(data, key)
        elif stop == ",":
            raise SetError(f"key {quote(key)} has no value (cannot end with ,)")
        elif stop == ".":
            self._parse_nested_key(data, key, depth + 1)
        else:
            index = self._read_index()
            items: list[Any] = _expect(data[key], list, "[]interface {}") if key in data else []
            holder = _Holder(items)
            try:
                self._parse_item(holder, index, depth)
            finally:
                _set(data, key, holder.items)

    def _parse_value_of_key(self, data: dict[str, Any], key: str) -> None:
        if self._is_literal:
            _set(data, key, self._rest())
            return
        if self._is_json:
            _set(data, key, self._read_json())
            return
        if self._at >= len(self._line):
            _set(data, key, "")
            raise _End
        _set(data, key, self._read_value())

    def _parse_nested_key(self, data: dict[str, Any], key: str, depth: int) -> None:
        if depth > MAX_NESTED_NAMES:
            limit = f"maximum supported nested level of {MAX_NESTED_NAMES}"
            raise SetError(f"value name nested level is greater than {limit}")
        inner: dict[str, Any] = {}
        if key in data:
            inner = _expect(data[key], dict, "map[string]interface {}")
        try:
            self.parse_key(inner, depth)
        except _End:
            if inner:
                _set(data, key, inner)
            raise
        if not inner:
            raise SetError(f"key map {quote(key)} has no value")
        _set(data, key, inner)

    def _parse_item(self, holder: _Holder, index: int, depth: int) -> None:
        """Read what follows `[index]` and put it into the list."""
        if index < 0:
            raise SetError(f"negative {index} index not allowed")
        key, stop = self._read_until("[.=")
        if key:
            runes = " ".join(quote_rune(ord(char)) for char in key)
            raise SetError(f"unexpected data at end of array index: [{runes}]")
        if stop is None:
            raise _End
        if stop == "=":
            holder.set(index, self._read_item_value())
        elif stop == "[":
            next_index = self._read_index()
            existing: Any = holder.items[index] if index < len(holder.items) else None
            inner = _Holder([] if existing is None else _expect(existing, list, "[]interface {}"))
            self._parse_item(inner, next_index, depth)
            holder.set(index, inner.items)
        else:
            self._parse_nested_item(holder, index, depth)

    def _read_item_value(self) -> Any:
        if self._is_literal:
            return self._rest()
        if self._is_json:
            return self._read_json()
        return "" if self._at >= len(self._line) else self._read_value()

    def _parse_nested_item(self, holder: _Holder, index: int, depth: int) -> None:
        inner: dict[str, Any] = {}
        if index < len(holder.items):
            existing: Any = holder.items[index]
            if existing.__class__ is dict:
                inner = existing
            else:
                holder.items[index] = inner
        self.parse_key(inner, depth)
        holder.set(index, inner)

    def _read_value(self) -> Any:
        """Read a list in braces or a plain value; there is at least one character."""
        if self._line[self._at] != "{":
            text, _ = self._read_until(",")
            return self._convert(text)
        self._at += 1
        items: list[Any] = []
        while True:
            text, stop = self._read_until(",}")
            if stop is None:
                raise SetError("list must terminate with '}'")
            items.append(self._convert(text))
            if stop == "}":
                if self._line.startswith(",", self._at):
                    self._at += 1
                return items

    def _read_json(self) -> Any:
        """Read one JSON value and the comma after it; nothing stands for null."""
        if self._skip_empty():
            return None
        value, self._at = _decode_json(self._line, self._at)
        self._skip_empty()
        return value

    def _skip_empty(self) -> bool:
        """Skip white space; with the comma or end that follows it, tell so."""
        while self._at < len(self._line):
            char = self._line[self._at]
            if char == ",":
                self._at += 1
                return True
            if not is_space(char):
                return False
            self._at += 1
        return True

    def _read_index(self) -> int:
        text, stop = self._read_until("]")
        if stop is None:
            raise _End
        if _INTEGER.fullmatch(text) is None:
            raise SetError(f"error parsing index: strconv.Atoi: parsing {quote(text)}: invalid syntax")
        if len(text) > 20 or abs(int(text)) > _MAX_INT64:
            raise SetError(f"error parsing index: strconv.Atoi: parsing {quote(text)}: value out of range")
        return int(text)

    def _read_until(self, stops: str) -> tuple[str, str | None]:
        """Read up to one of `stops` and past it; a backslash takes the next character as it is."""
        found: list[str] = []
        line = self._line
        while self._at < len(line):
            char = line[self._at]
            self._at += 1
            if char in stops:
                return "".join(found), char
            if char == "\\" and not self._is_literal:
                if self._at >= len(line):
                    break
                char = line[self._at]
                self._at += 1
            found.append(char)
        return "".join(found), None

    def _rest(self) -> str:
        text = self._line[self._at :]
        self._at = len(self._line)
        return text


class _Holder:
    """A list that grows where an index lies beyond its end."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def set(self, index: int, value: Any) -> None:
        if index > MAX_INDEX:
            raise SetError(f"index of {index} is greater than maximum supported index of {MAX_INDEX}")
        if len(self.items) <= index:
            self.items = [*self.items, *[None] * (index + 1 - len(self.items))]
        self.items[index] = value


def _set(data: dict[str, Any], key: str, value: Any) -> None:
    if key:
        data[key] = value


def _expect(value: Any, wanted: type, go_name: str) -> Any:
    """Give the value if it is what the path takes it for.

    Raises:
        SetError: it is something else; Go panics there, and Helm makes an error of it.
    """
    if value.__class__ is wanted:
        return value
    found = "nil" if value is None else go_type(value)
    raise SetError(f"unable to parse key: interface conversion: interface {{}} is {found}, not {go_name}")


def _typed_value(text: str) -> Any:
    """Give what `--set` makes of a value: true, false, null, an integer without leading zero, or text."""
    word = text.casefold()
    if word in _WORDS:
        return _WORDS[word]
    if text == "0":
        return Int64(0)
    if text and text[0] != "0" and len(text) <= 20 and _INTEGER.fullmatch(text) is not None:
        number = int(text)
        if -_MAX_INT64 - 1 <= number <= _MAX_INT64:
            return Int64(number)
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise ValueError(text)
    return number


_DECODER = json.JSONDecoder(parse_float=_finite, parse_int=_finite, parse_constant=_refuse_constant)
_JSON_SPACE = re.compile(r"[ \t\n\r]*")


def _decode_json(text: str, start: int) -> tuple[Any, int]:
    """Give the JSON value at `start` and where it ends."""
    match = _JSON_SPACE.match(text, start)
    try:
        value, end = _DECODER.raw_decode(text, start if match is None else match.end())
    except (ValueError, RecursionError) as error:
        raise SetError(str(error)) from None
    return as_json(value), end


def decode_json_object(text: str) -> dict[str, Any]:
    """Give the JSON object that `text` is.

    Raises:
        SetError: it is none.
    """
    value, end = _decode_json(as_utf8(text), 0)
    if value.__class__ is not dict or text[end:].strip(" \t\n\r"):
        raise SetError("not one JSON object")
    return value
