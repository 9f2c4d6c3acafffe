"""What `range` iterates over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import element_type, go_kind, go_type, is_integer, sorted_keys
from quarterdeck.runtime.printing import format_value
from quarterdeck.runtime.values import GoStruct, Uint8

if TYPE_CHECKING:
    from collections.abc import Iterable


def iterate(value: Any, variables: int) -> tuple[Iterable[tuple[Any, Any]], str]:
    """Give pairs of key and element, and the elements' Go type; what has no elements gives an empty tuple.

    `variables` is how many variables the `range` sets. An integer's elements have no key (None).

    Source: text/template exec.go, walkRange.

    Raises:
        GoError: nothing can iterate over the value, or not with two variables.
    """
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return [(key, mapping[key]) for key in sorted_keys(mapping)], element_type(mapping)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return list(enumerate(items)), element_type(items)
    if value is None:
        return (), ""
    if is_integer(value):
        if variables > 1:
            raise GoError(f"can't use {format_value(value)} to iterate over more than one variable")
        return _count_to(value) if value > 0 else (), go_type(value)
    if isinstance(value, bytes):
        return [(index, Uint8(byte)) for index, byte in enumerate(value)], "uint8"
    kind = go_kind(value)
    if isinstance(value, GoStruct) and kind in {"map", "slice"}:
        structure: Any = value
        if kind == "slice":
            return [(index, structure[index]) for index in range(len(structure))], ""
        return [(key, structure[key]) for key in sorted(structure)], ""
    raise GoError(f"range can't iterate over {format_value(value)}")


def _count_to(limit: int) -> Iterable[tuple[None, int]]:
    """Give the integers below `limit`, all of its own type."""
    make = limit.__class__
    for number in range(limit):
        yield None, make(number)
