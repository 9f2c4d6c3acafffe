"""What Go's reflection says of a value: its type's name, its kind, whether it is nil or true."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from quarterdeck.runtime.values import GoInt, GoList, GoMap, GoStruct, NilList, NilMap

MAP_TYPE = "map[string]interface {}"
LIST_TYPE = "[]interface {}"

_TYPES: dict[type, str] = {
    type(None): "<nil>",
    str: "string",
    float: "float64",
    bool: "bool",
    int: "int",
    dict: MAP_TYPE,
    list: LIST_TYPE,
    bytes: "[]uint8",
    complex: "complex128",
}

_KINDS: dict[type, str] = {
    type(None): "invalid",
    str: "string",
    float: "float64",
    bool: "bool",
    int: "int",
    dict: "map",
    list: "slice",
    bytes: "slice",
    complex: "complex128",
}

_NILABLE_KINDS = frozenset({"chan", "func", "interface", "map", "ptr", "slice"})


def go_type(value: Any) -> str:
    """Give the name of the value's Go type as `%T` prints it; `<nil>` for nil."""
    return _TYPES.get(value.__class__) or value.go_type


def go_kind(value: Any) -> str:
    """Give the value's reflect.Kind as `kindOf` prints it; `invalid` for nil."""
    found = _KINDS.get(value.__class__)
    if found is not None:
        return found
    if isinstance(value, dict):
        return "map"
    if isinstance(value, list):
        return "slice"
    return value.kind


def is_true(value: Any) -> bool:
    """Tell whether `if` takes its first branch: Python's own truth, by how values are represented.

    Source: text/template exec.go, isTrue.
    """
    return bool(value)


def is_nil(value: Any) -> bool:
    """Tell whether the value is nil, or a map or slice that is nil."""
    return value is None or value.__class__ is NilMap or value.__class__ is NilList


def is_map(value: Any) -> bool:
    """Tell whether the value's kind is map."""
    return isinstance(value, dict) or (isinstance(value, GoStruct) and value.kind == "map")


def is_comparable(value: Any) -> bool:
    """Tell whether Go's `==` is defined for the value's type; nil has none."""
    return value is not None and go_kind(value) not in {"map", "slice", "func"}


@cache
def canonical_type(name: str) -> str:
    """Spell a type as Go's reflection does: `map[string]any` becomes `map[string]interface {}`."""
    name = re.sub(r"\bany\b|\binterface\{\}", "interface {}", name)
    return re.sub(r"\bbyte\b", "uint8", name)


@cache
def kind_of_type(name: str) -> str:
    """Give the reflect.Kind of a type by its name, as far as parameters of template functions need it."""
    name = canonical_type(name)
    if name.startswith("map["):
        return "map"
    if name.startswith("[]"):
        return "slice"
    if name.startswith("*"):
        return "ptr"
    if name.startswith("func("):
        return "func"
    if name.startswith("interface {") or name == "error":
        return "interface"
    if name == "time.Duration":
        return "int64"
    return name if name in _BASIC_KINDS else "struct"


_BASIC_KINDS = frozenset(
    {"bool", "string", "float32", "float64", "complex64", "complex128", "uintptr"}
    | {f"{sign}int{size}" for sign in ("", "u") for size in ("", "8", "16", "32", "64")}
)


def can_be_nil(type_name: str) -> bool:
    """Tell whether a parameter of this type takes an untyped nil.

    Source: text/template exec.go, canBeNil.
    """
    return type_name == "reflect.Value" or kind_of_type(type_name) in _NILABLE_KINDS


def zero_value(type_name: str) -> Any:
    """Give the nil of a type that can be nil: None, or an empty `NilMap` or `NilList` of that type."""
    kind = kind_of_type(type_name)
    if kind == "map":
        return NilMap(canonical_type(type_name))
    if kind == "slice":
        return NilList(canonical_type(type_name))
    return None


def is_assignable(value: Any, type_name: str) -> bool:
    """Tell whether a value that is not nil may be passed as `type_name` (canonical) without conversion.

    An unnamed map type takes named types of the same shape and the reverse: a common.Values is a
    map[string]interface {}.
    """
    actual = go_type(value)
    return (
        actual == type_name
        or type_name in {"interface {}", "reflect.Value"}
        or {actual, type_name} == {"common.Values", MAP_TYPE}
    )


def sorted_keys(mapping: dict[str, Any]) -> list[str]:
    """Give the keys in the order in which Go prints and ranges over maps: that of their bytes.

    Source: internal/fmtsort, Sort.
    """
    keys = sorted(mapping)
    if not "".join(keys).isascii():
        keys.sort(key=_to_bytes)
    return keys


def _to_bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def is_integer(value: Any) -> bool:
    """Tell whether the value's kind is a signed or unsigned integer."""
    return value.__class__ is int or isinstance(value, GoInt)


def is_unsigned(value: Any) -> bool:
    """Tell whether the value's kind is an unsigned integer."""
    return isinstance(value, GoInt) and value.kind.startswith("u")


def element_type(container: Any) -> str:
    """Give the Go type of the elements of a map or slice."""
    if isinstance(container, GoMap):
        return container.go_type[container.go_type.index("]") + 1 :]
    if isinstance(container, GoList):
        return container.go_type[2:]
    if isinstance(container, bytes):
        return "uint8"
    return "interface {}"
