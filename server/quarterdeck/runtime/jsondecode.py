"""JSON as Go's encoding/json reads it, with its error texts.

Python's decoder does the work; text that it refuses is read again by `_find_error` to say what Go says.

Source: encoding/json decode.go and scanner.go.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any, Never, cast

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import LIST_TYPE, MAP_TYPE
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import NilList, NilMap

MAX_NESTING = 900
"""How deep containers may nest: Python's decoder works on the stack of its thread."""

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_MAYBE_HUGE = re.compile(r"[0-9][eE]\+?0*[1-9][0-9]{2}|[0-9]{300}")
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]*)?")
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN_STRING = re.compile(r'[^"\\\x00-\x1f]*')
_OUT_OF_RANGE = "json: cannot unmarshal number "
_ENDS_EARLY = "unexpected end of JSON input"
_TOO_DEEP = "exceeded max depth"
_IN_TOKEN = ("in literal", "in numeric", "in exponent", "after decimal", "in string escape", "in \\u")
"""Where a text that ends does so inside a token: Go then complains of a space that it adds at the end."""


def decode_json(text: str) -> tuple[Any, str]:
    """Give the value of a JSON text and an empty text, or what could be read and Go's error.

    Numbers are floats. A number beyond float64 is an error and nil in the value; other errors leave no value.
    Text that nests deeper than `MAX_NESTING` is refused, where Go goes on to 10,000.
    """
    if not text.isascii():
        text = _LONE_SURROGATES.sub("\ufffd", text)
    if text.count("[") + text.count("{") > MAX_NESTING and _is_too_deep(text):
        return None, _TOO_DEEP
    errors: list[str] = []
    decoder = _PLAIN_DECODER
    if _MAYBE_HUGE.search(text):
        decoder = _make_decoder(partial(_read_number, errors))
    try:
        value = decoder.decode(text)
    except (ValueError, RecursionError):
        return None, _find_error(text) or _TOO_DEEP
    if "\\u" in text and _SURROGATE_ESCAPE.search(text):
        value = _without_surrogates(value)
    return value, errors[0] if errors else ""


def decode_json_map(text: str) -> tuple[dict[str, Any], str]:
    """Give what json.Unmarshal makes of a map[string]interface {}, and its error; `null` gives a nil map."""
    value, error = decode_json(text)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value), error
    if value is None and not error:
        return NilMap(), ""
    return {}, _mismatch(value, error, MAP_TYPE)


def decode_json_list(text: str) -> tuple[list[Any], str]:
    """Give what json.Unmarshal makes of a []interface {}, and its error; `null` gives a nil slice."""
    value, error = decode_json(text)
    if isinstance(value, list):
        return cast("list[Any]", value), error
    if value is None and not error:
        return NilList(), ""
    return [], _mismatch(value, error, LIST_TYPE)


def _mismatch(value: Any, error: str, type_name: str) -> str:
    """Say that a value of another type was found; a text that is not JSON is an earlier error."""
    if error and not error.startswith(_OUT_OF_RANGE):
        return error
    names = {
        type(None): "number",
        dict: "object",
        list: "array",
        str: "string",
        float: "number",
        bool: "bool",
    }
    return f"json: cannot unmarshal {names[value.__class__]} into Go value of type {type_name}"


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


def _make_decoder(read_number: Any) -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=read_number, parse_int=read_number, parse_constant=_refuse_constant)


_PLAIN_DECODER = _make_decoder(float)


def _read_number(errors: list[str], digits: str) -> float | None:
    number = float(digits)
    if number - number == 0.0:
        return number
    errors.append(f"{_OUT_OF_RANGE}{digits} into Go value of type float64")
    return None


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return {_without_surrogates(key): _without_surrogates(item) for key, item in mapping.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in cast("list[Any]", value)]
    return value


def _is_too_deep(text: str) -> bool:
    depth = 0
    for bracket in _BRACKETS.findall(text):
        if bracket in "[{":
            depth += 1
            if depth > MAX_NESTING:
                return True
        elif bracket in "]}":
            depth -= 1
    return False


def _find_error(text: str) -> str:
    """Say what Go's scanner says of a text that is not JSON; nothing of one that is.

    Source: encoding/json scanner.go, checkValid.
    """
    try:
        place = _skip_value(text)
        place = _skip_space(text, place)
        if place < len(text):
            _fail(text, place, "after top-level value")
    except GoError as error:
        return str(error)
    return ""


def _skip_value(text: str) -> int:
    """Pass over one value, without recursion, and give where it ends."""
    open_containers: list[str] = []
    place = 0
    while True:
        place = _skip_space(text, place)
        char = text[place : place + 1]
        if char in {"{", "["} and char:
            place = _skip_space(text, place + 1)
            closing = "}" if char == "{" else "]"
            if text[place : place + 1] != closing:
                open_containers.append(closing)
                place = _skip_key(text, place) if char == "{" else place
                continue
            place += 1
        else:
            place = _skip_scalar(text, place)
        while open_containers:
            closing = open_containers[-1]
            place = _skip_space(text, place)
            found = text[place : place + 1]
            if found == ",":
                place = _skip_key(text, place + 1) if closing == "}" else place + 1
                break
            if found != closing:
                _fail(text, place, "after object key:value pair" if closing == "}" else "after array element")
            open_containers.pop()
            place += 1
        else:
            return place


def _skip_key(text: str, place: int) -> int:
    """Pass over `"key" :`."""
    place = _skip_space(text, place)
    if text[place : place + 1] != '"':
        _fail(text, place, "looking for beginning of object key string")
    place = _skip_space(text, _skip_string(text, place))
    if text[place : place + 1] != ":":
        _fail(text, place, "after object key")
    return place + 1


def _skip_scalar(text: str, place: int) -> int:
    char = text[place : place + 1]
    if char == '"':
        return _skip_string(text, place)
    for word in ("true", "false", "null"):
        if char == word[0]:
            for offset, expected in enumerate(word):
                if text[place + offset : place + offset + 1] != expected:
                    _fail(text, place + offset, f"in literal {word} (expecting '{expected}')")
            return place + len(word)
    if char != "-" and not "0" <= char <= "9":
        _fail(text, place, "looking for beginning of value")
    return _skip_number(text, place)


def _skip_string(text: str, place: int) -> int:
    place += 1
    while True:
        match = _PLAIN_STRING.match(text, place)
        place = match.end() if match else place
        char = text[place : place + 1]
        if char == '"':
            return place + 1
        if char != "\\":
            _fail(text, place, "in string literal")
        place += 1
        if text[place : place + 1] == "u":
            for digit in range(place + 1, place + 5):
                if text[digit : digit + 1] not in set("0123456789abcdefABCDEF"):
                    _fail(text, digit, "in \\u hexadecimal character escape")
            place += 5
        elif text[place : place + 1] in set('bfnrt\\/"'):
            place += 1
        else:
            _fail(text, place, "in string escape code")


def _skip_number(text: str, place: int) -> int:
    match = _NUMBER.match(text, place)
    if match is None:
        _fail(text, place + 1, "in numeric literal")
    fraction, exponent = match.groups()
    if fraction == ".":
        _fail(text, match.end(1), "after decimal point in numeric literal")
    if exponent and not exponent[-1].isdigit():
        _fail(text, match.end(), "in exponent of numeric literal")
    return match.end()


def _skip_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _fail(text: str, place: int, where: str) -> Never:
    """Raise Go's error for the character at `place`, of which Go sees the first byte."""
    if place < len(text):
        char = chr(text[place].encode("utf-8", "surrogateescape")[0])
    elif where.startswith(_IN_TOKEN):
        char = " "
    else:
        raise GoError(_ENDS_EARLY)
    shown = {"'": "\\'", '"': '"'}.get(char) or quote(char)[1:-1]
    raise GoError(f"invalid character '{shown}' {where}")
