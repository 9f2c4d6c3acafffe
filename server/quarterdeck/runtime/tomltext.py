"""TOML as BurntSushi/toml writes it, which Helm's `toToml` calls.

Source: github.com/BurntSushi/toml encode.go.
"""

from __future__ import annotations

import re
from typing import Any, cast

from quarterdeck.runtime.floats import format_general
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.kinds import go_kind, is_nil, sorted_keys
from quarterdeck.runtime.values import GoStruct, NamedInt

MAX_NESTING = 1_000
"""Tables and lists inside each other that are written; each repeats the keys of all around it."""

_TOO_DEEP = "a value is nested too deeply to be written as TOML"
_INDENT = "  "
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04x}" for code in [*range(0x20), 0x7F]}
    | {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
)


def encode_toml(value: Any) -> str:
    """Give the value as a TOML document; a scalar or list at the top is written bare.

    Keys are sorted, those of tables after the others; keys whose value is nil are left out.

    Raises:
        GoError: a list holds nil, or the value is nil or a list of tables.
        BudgetError: it is nested too deeply, as one that contains itself is.
    """
    if value is None:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    pieces: list[str] = []
    try:
        _write(value, (), pieces)
    except RecursionError:
        raise BudgetError(_TOO_DEEP) from None
    return "".join(pieces)


def _write(value: Any, key: tuple[str, ...], pieces: list[str]) -> None:
    """Write the value that stands under the dotted `key`."""
    value = _plain(value)
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        if len(key) == 1 and pieces:
            pieces.append("\n")
        if key:
            pieces.append(f"{_indentation(key)}[{dotted_key(key)}]\n")
        _write_members(table, key, pieces)
    elif isinstance(value, list) and _is_table_list(cast("list[Any]", value)):
        if not key:
            raise GoError("toml: top-level values must be Go maps or structs")
        for item in cast("list[Any]", value):
            if pieces:
                pieces.append("\n")
            pieces.append(f"{_indentation(key)}[[{dotted_key(key)}]]\n")
            _write_members(_plain(item), key, pieces)
    elif key:
        pieces.append(f"{_indentation(key)}{_quoted_key(key[-1])} = {_inline(value, len(key))}\n")
    else:
        pieces.append(_inline(value, 0))


def _check_nesting(depth: int) -> None:
    if depth > MAX_NESTING:
        raise BudgetError(_TOO_DEEP)


def _write_members(table: dict[str, Any], key: tuple[str, ...], pieces: list[str]) -> None:
    _check_nesting(len(key))
    plain, tables = _split_members(table)
    for name in plain + tables:
        if not is_nil(table[name]):
            _write(table[name], (*key, name), pieces)


def _split_members(table: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give the sorted keys of plain values, and those of tables and lists of tables; fields stay in order."""
    plain: list[str] = []
    tables: list[str] = []
    for name in list(table) if isinstance(table, _Fields) else sorted_keys(table):
        (tables if _is_table(_plain(table[name])) else plain).append(name)
    return plain, tables


def _is_table(value: Any) -> bool:
    """Tell whether TOML shows the plain value as a table or a list of tables.

    Raises:
        GoError: it is a list that holds nil, or a complex number.
    """
    if is_nil(value):
        return False
    if isinstance(value, list):
        return _is_table_list(cast("list[Any]", value))
    if isinstance(value, complex):
        raise GoError("unsupported type: complex128")
    return isinstance(value, dict)


def _is_table_list(items: list[Any]) -> bool:
    are_tables = bool(items)
    for item in items:
        if is_nil(item):
            raise GoError("toml: cannot encode array with nil element")
        plain = _plain(item)
        _is_table(plain)
        are_tables = are_tables and isinstance(plain, dict)
    return are_tables


def _inline(value: Any, depth: int) -> str:
    """Give the value, which stands in `depth` others, on one line."""
    _check_nesting(depth)
    value = _plain(value)
    if isinstance(value, str):
        return value.translate(_ESCAPES) if isinstance(value, _Literal) else _quoted(value)
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, list):
        return f"[{', '.join([_inline(item, depth + 1) for item in cast('list[Any]', value)])}]"
    if isinstance(value, dict):
        return _inline_table(cast("dict[str, Any]", value), depth)
    raise GoError(f"unsupported type for key '': {go_kind(value)}")


def _inline_table(table: dict[str, Any], depth: int) -> str:
    """Give `{k = v, …}`; a nil member at the end leaves its comma behind, as in the original."""
    plain, tables = _split_members(table)
    pieces: list[str] = []
    for names, has_more in ((plain, bool(tables)), (tables, False)):
        for position, name in enumerate(names):
            if is_nil(table[name]):
                continue
            comma = ", " if has_more or position < len(names) - 1 else ""
            pieces.append(f"{_quoted_key(name)} = {_inline(table[name], depth + 1)}{comma}")
    return f"{{{''.join(pieces)}}}"


def _float_text(value: float) -> str:
    if value - value != 0.0:
        return "nan" if value != value else "inf" if value > 0 else "-inf"  # noqa: PLR0124  NaN alone differs
    text = format_general(value)
    return text if "e" in text or "." in text else f"{text}.0"


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _quoted_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def dotted_key(key: tuple[str, ...]) -> str:
    """Give the key with points between its names, and quotes where they are needed."""
    return ".".join([_quoted_key(name) for name in key])


def _indentation(key: tuple[str, ...]) -> str:
    return _INDENT * (len(key) - 1)


class _Literal(str):
    """Text that stands in TOML without quotes: a date and time."""

    __slots__ = ()


class _Fields(dict[str, Any]):
    """The fields of a struct, in declared order."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    """Give a struct as `_Fields`, text or `_Literal`, bytes as a list of numbers, all else as it is."""
    if isinstance(value, NamedInt):
        return value.format() if value.go_type == "time.Duration" else value
    if isinstance(value, bytes):
        return list(value)
    if not isinstance(value, GoStruct):
        return value
    marshalled = value.marshal()
    if isinstance(marshalled, dict):
        return _Fields(value.fields())
    return _time_literal(value, marshalled) if value.go_type == "time.Time" else marshalled


def _time_literal(value: GoStruct, text: str) -> _Literal:
    """Cut the RFC 3339 text of a time to what its zone says it was read from."""
    zone = dict(value.fields()).get("loc")
    if zone in {"datetime-local", "date-local", "time-local"}:
        text = text.removesuffix("Z")
    if zone == "date-local":
        text = text[:10]
    elif zone == "time-local":
        text = text[11:]
    return _Literal(text)
