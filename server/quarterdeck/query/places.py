"""Places in large values: what stands there, and whether it is the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

Key = tuple[Hashable, ...]

MISSING: Any = object()
"""What is found where there is nothing."""


def find_place(value: Any, path: Key) -> Any:
    """Give what stands at a path: keys of maps, indices of lists, attributes; `MISSING` if nothing."""
    for step in path:
        if isinstance(value, dict):
            value = cast("dict[Any, Any]", value).get(step, MISSING)
        elif isinstance(value, list | tuple) and isinstance(step, int):
            items = cast("list[Any] | tuple[Any, ...]", value)
            value = items[step] if -len(items) <= step < len(items) else MISSING
        elif isinstance(step, str):
            value = getattr(cast("object", value), step, MISSING)
        else:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two plain values are the same for every reader: `true`, 1 and 1.0 are three."""
    if one is other:
        return True
    if one.__class__ is not other.__class__:
        return False
    if isinstance(one, dict):
        # The order of keys is no difference: templates see maps sorted.
        left, right = cast("dict[Any, Any]", one), cast("dict[Any, Any]", other)
        return len(left) == len(right) and all(
            key in right and is_same(value, right[key]) for key, value in left.items()
        )
    if isinstance(one, list | tuple):
        items, others = cast("tuple[Any, ...]", one), cast("tuple[Any, ...]", other)
        return len(items) == len(others) and all(map(is_same, items, others))
    return bool(one == other)
