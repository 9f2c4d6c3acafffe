"""Values as YAML and JSON text, and back. Source: Helm funcs.go; sprig defaults.go."""

from __future__ import annotations

import marshal
import re
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.funcs.durations import Duration
from quarterdeck.runtime.funcs.time_values import Time
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.jsondecode import decode_json, decode_json_list, decode_json_map
from quarterdeck.runtime.jsontext import encode_json, encode_json_indented
from quarterdeck.runtime.kinds import LIST_TYPE, MAP_TYPE
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct

if TYPE_CHECKING:
    from collections.abc import Callable

_YAML_ERROR = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
_JSON_TYPES = {dict: "object", list: "array", str: "string", float: "number", int: "number", bool: "bool"}


@function("toYaml", "func(any) string")
def to_yaml(value: Any) -> str:
    """Give the value as YAML without the last line feed, "" if it has none."""
    from quarterdeck.yamldoc.emit import emit_yaml  # noqa: PLC0415 -- slow to import

    return emit_yaml(value).removesuffix("\n")


@function("mustToYaml", "func(any) string")
def must_to_yaml(value: Any) -> str:
    """Give the value as YAML without the last line feed."""
    text = to_yaml(value)
    if not text:
        from quarterdeck.yamldoc.emit import find_emit_problem  # noqa: PLC0415 -- slow to import

        raise GoError(find_emit_problem(value) or "error marshaling into JSON")
    return text


@function("toYamlPretty", "func(any) string")
def to_yaml_pretty(value: Any) -> str:
    """Give the value as YAML with lists indented, without the last line feed, "" if it has none."""
    from quarterdeck.yamldoc.pretty import emit_yaml_pretty  # noqa: PLC0415 -- slow to import

    try:
        return emit_yaml_pretty(_fields_as_maps(value)).removesuffix("\n")
    except RecursionError:
        return ""


def _fields_as_maps(value: Any) -> Any:
    """Give a value with structs as go-yaml v3 sees them: maps with keys in small letters, or their own text.

    A time's text stands without quotes.

    Source: yaml.v3 encode.go, marshal.
    """
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return {key: _fields_as_maps(item) for key, item in mapping.items()}
    if isinstance(value, list):
        return [_fields_as_maps(item) for item in cast("list[Any]", value)]
    if value.__class__ is Duration:
        return value.format()
    if isinstance(value, Time):
        from quarterdeck.yamldoc.block_writer import PlainText  # noqa: PLC0415 -- slow to import

        return PlainText(value.marshal())
    if isinstance(value, GoStruct) and value.kind == "struct" and not value.is_stringer:
        return {name.lower(): _fields_as_maps(field) for name, field in value.fields()}
    return value


_MOST_KEPT = 4_000_000
"""Characters of all texts together."""
_size = [0]
"""How many there are."""
_parsed: dict[str, bytes] = {}
"""What YAML texts were read as, in a form of which copies are made faster than by reading the text again."""


def _load(text: str) -> tuple[Any, str | None]:
    """Give the value of the first document, all of whose parts are new objects, or Go's error text."""
    known = _parsed.get(text)
    if known is not None:
        return marshal.loads(known), None  # noqa: S302 -- made below, in this process
    from quarterdeck.yamldoc.load import load_yaml  # noqa: PLC0415 -- slow to import

    value, error = load_yaml(text)
    if error is None and value and len(text) < _MOST_KEPT // 8:
        _keep(text, value)
    return value, error


def _keep(text: str, value: Any) -> None:
    try:
        # Version 0 marks no text as interned, so that reading it gives objects of their own.
        kept = marshal.dumps(value, 0)
    except ValueError:
        return
    if _SHARED_TEXT.search(kept):
        return
    _size[0] += len(text)
    if _size[0] > _MOST_KEPT:
        _parsed.clear()
        _size[0] = len(text)
    _parsed[text] = kept


_SHARED_TEXT = re.compile(rb"u(?:\x01\x00\x00\x00|\x02\x00\x00\x00[\xc2\xc3])")
"""How a text of one Latin character begins there: reading it would give the one object that CPython has."""


@function("fromYaml", "func(string) map[string]interface {}")
def from_yaml(text: str) -> dict[str, Any]:
    """Give the map that is the first document; its key Error says what is wrong with the text."""
    value, error = _load(text)
    if error is None:
        if value is None:
            return {}
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
        error = f"{_YAML_ERROR} {_JSON_TYPES[type(value)]} into Go value of type {MAP_TYPE}"
    return {"Error": error}


@function("fromYamlArray", "func(string) []interface {}")
def from_yaml_array(text: str) -> list[Any]:
    """Give the list that is the first document, or what is wrong with the text as the only element."""
    value, error = _load(text)
    if error is None:
        if value is None:
            return []
        if isinstance(value, list):
            return cast("list[Any]", value)
        error = f"{_YAML_ERROR} {_JSON_TYPES[type(value)]} into Go value of type {LIST_TYPE}"
    return [error]


def _or_empty(encode: Callable[[Any], str], value: Any) -> str:
    try:
        return encode(value)
    except BudgetError:
        raise
    except GoError:
        return ""


@function("toJson", "func(any) string")
def to_json(value: Any) -> str:
    """Give the value as compact JSON, "" if it has none."""
    return _or_empty(encode_json, value)


@function("mustToJson", "func(any) string")
def must_to_json(value: Any) -> str:
    """Give the value as compact JSON."""
    return encode_json(value)


@function("toPrettyJson", "func(any) string")
def to_pretty_json(value: Any) -> str:
    """Give the value as JSON on several lines, "" if it has none."""
    return _or_empty(encode_json_indented, value)


@function("mustToPrettyJson", "func(any) string")
def must_to_pretty_json(value: Any) -> str:
    """Give the value as JSON on several lines."""
    return encode_json_indented(value)


@function("toRawJson", "func(any) string")
@function("mustToRawJson", "func(any) string")
def to_raw_json(value: Any) -> str:
    """Give the value as compact JSON with `<`, `>` and `&` as they are."""
    return encode_json(value, escape_html=False)


@function("fromJson", "func(string) map[string]interface {}")
def from_json(text: str) -> dict[str, Any]:
    """Give the map that the text is; its key Error says what is wrong with the text."""
    value, error = decode_json_map(text)
    if error:
        value["Error"] = error
    return value


@function("fromJsonArray", "func(string) []interface {}")
def from_json_array(text: str) -> list[Any]:
    """Give the list that the text is, or what is wrong with the text as the only element."""
    value, error = decode_json_list(text)
    return [error] if error else value


@function("mustFromJson", "func(string) any")
def must_from_json(text: str) -> Any:
    """Give the value that the text is."""
    value, error = decode_json(text)
    if error:
        raise GoError(error)
    return value
