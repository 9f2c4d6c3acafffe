"""Value to YAML text as go-yaml v3 writes it with an indentation of 2, which is what `toYamlPretty` gives.

Unlike `toYaml` the value does not go through JSON, lists are indented in their maps, and long lines are not
folded. Source: go.yaml.in/yaml/v3 encode.go and emitterc.go.
"""

from __future__ import annotations

from typing import Any, cast

from quarterdeck.runtime.funcs.bytewise import has_broken_bytes, to_bytes
from quarterdeck.runtime.funcs.durations import Duration
from quarterdeck.runtime.funcs.encoding import encode_base64
from quarterdeck.runtime.funcs.semver import Version
from quarterdeck.runtime.funcs.sequences import elements
from quarterdeck.runtime.funcs.time_values import Time
from quarterdeck.runtime.values import GoStruct
from quarterdeck.yamldoc.floats import format_float
from quarterdeck.yamldoc.key_order import sort_keys
from quarterdeck.yamldoc.scalars import is_simple_key, string_form, write_lines

INDENT = 2


def emit_pretty_yaml(value: Any) -> str:
    """Give the value as YAML with a line feed at the end; "" where go-yaml fails."""
    pieces: list[str] = []
    try:
        _write(_plain(value), 0, pieces, is_in_place=True)
    except RecursionError:
        return ""
    return "".join(pieces)


def _plain(value: Any) -> Any:
    """Give a value as dict, list or text, numbers and booleans as they are."""
    if isinstance(value, (Version, Duration)):
        return value.format()
    if isinstance(value, GoStruct):
        if value.kind in ("map", "slice") or isinstance(value, Time):
            return value
        return {name.lower(): field for name, field in value.fields()}
    if isinstance(value, bytes):
        return elements(value)
    return value


def _write(value: Any, indent: int, pieces: list[str], *, is_in_place: bool) -> None:
    """Write a value from where the line stands, with the line feed after it.

    A collection's entries go to lines at `indent`; `is_in_place` tells that the first one may start on this
    line.
    """
    if isinstance(value, dict) and value:
        _write_map(cast("dict[str, Any]", value), indent, pieces, is_in_place=is_in_place)
    elif isinstance(value, list) and value:
        _write_list(cast("list[Any]", value), indent, pieces, is_in_place=is_in_place)
    else:
        pieces.append(f"{'' if is_in_place else ' '}{_scalar(value, max(indent, INDENT))}\n")


def _write_map(value: dict[str, Any], indent: int, pieces: list[str], *, is_in_place: bool) -> None:
    lead = "" if is_in_place else "\n" + " " * indent
    for key in sort_keys(value):
        form = string_form(key)
        if form and is_simple_key(key):
            pieces.append(f"{lead}{form}:")
        else:
            pieces.append(f"{lead}? {_scalar(key, indent + INDENT)}\n{' ' * indent}:")
        item = _plain(value[key])
        _write(item, indent + INDENT, pieces, is_in_place=False)
        lead = " " * indent


def _write_list(value: list[Any], indent: int, pieces: list[str], *, is_in_place: bool) -> None:
    lead = "- " if is_in_place else "\n" + " " * indent + "- "
    for item in value:
        pieces.append(lead)
        _write(_plain(item), indent + INDENT, pieces, is_in_place=True)
        lead = " " * indent + "- "


def _scalar(value: Any, indent: int) -> str:
    """Write a scalar or an empty collection; lines of a block start at `indent`."""
    if isinstance(value, str):
        return _string(value, indent)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, Time):
        return cast("str", value.marshal())
    return "{}" if isinstance(value, dict) else "[]"


def _string(text: str, indent: int) -> str:
    if has_broken_bytes(text):
        return f"!!binary {encode_base64(to_bytes(text))}"
    form = string_form(text)
    if form and "\n" in text and "\t" in text and not string_form(text.replace("\t", "x")):
        form = ""
    return form or write_lines(text, 0, indent)
