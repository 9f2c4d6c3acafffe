"""Lists: building, taking apart, filtering. Every result but a slice is a new list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.funcs.conversions import cast_to_int
from quarterdeck.runtime.funcs.reflection import deep_equal
from quarterdeck.runtime.funcs.sequences import NIL_DEREFERENCE, require_elements
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_kind
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList, NilList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.runtime.context import Context

MAX_LIST_LENGTH = 10_000_000
"""How many elements a function may make; Go would take hundreds of megabytes for them."""


def check_count(context: Context, count: int) -> None:
    """Refuse a list of `count` elements that no rendering can want.

    Raises:
        BudgetError: it is too large.
    """
    if count > MAX_LIST_LENGTH // 10:
        context.budget.check_length(count * 8)


@function("list", "func(...any) []interface {}")
@function("tuple", "func(...any) []interface {}")
def make_list(*values: Any) -> list[Any]:
    """Give the values as a list."""
    return list(values)


@function("append", "func(any, any) []interface {}", effect="context")
@function("push", "func(any, any) []interface {}", effect="context")
@function("mustAppend", "func(any, any) []interface {}", effect="context")
@function("mustPush", "func(any, any) []interface {}", effect="context")
def append(context: Context, values: Any, value: Any) -> list[Any]:
    """Give a new list with the value at its end."""
    found = require_elements(values, "Cannot push on type")
    check_count(context, len(found) + 1)
    return [*found, value]


@function("prepend", "func(any, any) []interface {}", effect="context")
@function("mustPrepend", "func(any, any) []interface {}", effect="context")
def prepend(context: Context, values: Any, value: Any) -> list[Any]:
    """Give a new list with the value at its start."""
    found = require_elements(values, "Cannot prepend on type")
    check_count(context, len(found) + 1)
    return [value, *found]


@function("concat", "func(...any) any", effect="context")
def concat(context: Context, *lists: Any) -> list[Any]:
    """Give one list of all elements, a nil one if there are none."""
    parts = [
        require_elements(values, "Cannot concat type") if _is_sequence(values) else () for values in lists
    ]
    check_count(context, sum(map(len, parts)))
    return [value for part in parts for value in part] or NilList()


def _is_sequence(value: Any) -> bool:
    """Tell that the value is a list, or say that it is not in the words of concat."""
    if value is None:
        raise GoError(NIL_DEREFERENCE)
    kind = go_kind(value)
    if kind != "slice":
        raise GoError(f"Cannot concat type {kind} as list")
    return True


@function("first", "func(any) any")
@function("mustFirst", "func(any) any")
def first(values: Any) -> Any:
    """Give the first element, nil of an empty list."""
    found = require_elements(values, "Cannot find first on type")
    return found[0] if found else None


@function("last", "func(any) any")
@function("mustLast", "func(any) any")
def last(values: Any) -> Any:
    """Give the last element, nil of an empty list."""
    found = require_elements(values, "Cannot find last on type")
    return found[-1] if found else None


@function("rest", "func(any) []interface {}")
@function("mustRest", "func(any) []interface {}")
def rest(values: Any) -> list[Any]:
    """Give all elements but the first, a nil list of an empty one."""
    found = require_elements(values, "Cannot find rest on type")
    return list(found[1:]) if found else NilList()


@function("initial", "func(any) []interface {}")
@function("mustInitial", "func(any) []interface {}")
def initial(values: Any) -> list[Any]:
    """Give all elements but the last, a nil list of an empty one."""
    found = require_elements(values, "Cannot find initial on type")
    return list(found[:-1]) if found else NilList()


@function("reverse", "func(any) []interface {}")
@function("mustReverse", "func(any) []interface {}")
def reverse(values: Any) -> list[Any]:
    """Give the elements from the last to the first."""
    return list(reversed(require_elements(values, "Cannot find reverse on type")))


@function("compact", "func(any) []interface {}")
@function("mustCompact", "func(any) []interface {}")
def compact(values: Any) -> list[Any]:
    """Give the elements that are not empty."""
    return [value for value in require_elements(values, "Cannot compact on type") if value]


@function("uniq", "func(any) []interface {}")
@function("mustUniq", "func(any) []interface {}")
def uniq(values: Any) -> list[Any]:
    """Give the elements without repetitions."""
    kept: list[Any] = []
    seen: set[str] = set()
    for value in require_elements(values, "Cannot find uniq on type"):
        if value.__class__ is str:
            if value in seen:
                continue
            seen.add(value)
            kept.append(value)
        elif not _is_in(kept, value):
            kept.append(value)
    return kept


@function("without", "func(any, ...any) []interface {}")
@function("mustWithout", "func(any, ...any) []interface {}")
def without(values: Any, *unwanted: Any) -> list[Any]:
    """Give the elements that equal none of the unwanted values."""
    found = require_elements(values, "Cannot find without on type")
    return [value for value in found if not _is_in(unwanted, value)]


@function("has", "func(any, any) bool")
@function("mustHas", "func(any, any) bool")
def has(value: Any, values: Any) -> bool:
    """Tell whether the list has an element that equals the value; nil has none."""
    if values is None:
        return False
    return _is_in(require_elements(values, "Cannot find has on type"), value)


def _is_in(values: Sequence[Any], wanted: Any) -> bool:
    return any(deep_equal(wanted, value) for value in values)


@function("slice", "func(any, ...any) any")
@function("mustSlice", "func(any, ...any) any")
def slice_list(values: Any, *bounds: Any) -> Any:
    """Give the elements from the first bound to the second, nil of an empty list.

    Source: sprig list.go, mustSlice.
    """
    found = require_elements(values, "list should be type of slice or array but")
    if not found:
        return None
    start = cast_to_int(bounds[0]) if bounds else 0
    end = cast_to_int(bounds[1]) if len(bounds) > 1 else len(found)
    if not 0 <= start <= end <= len(found):
        raise GoError("reflect.Value.Slice: slice index out of bounds")
    if isinstance(values, GoList):
        return GoList(found[start:end], values.go_type)
    if isinstance(values, bytes):
        return values[start:end]
    return list(found[start:end])


@function("chunk", "func(int, any) [][]interface {}")
@function("mustChunk", "func(int, any) [][]interface {}")
def chunk(size: int, values: Any) -> GoList:
    """Give lists of `size` elements each, the last one shorter. Source: sprig list.go, mustChunk."""
    found = require_elements(values, "Cannot chunk type")
    if size > 0:
        chunks = [list(found[start : start + size]) for start in range(0, len(found), size)]
    elif size < -1 and len(found) == 1:
        chunks = [list(found)]
    elif size < 0 and (len(found) - 1) // size == -1:
        chunks = []
    else:
        raise GoError("runtime error: makeslice: len out of range")
    return GoList(chunks, "[][]interface {}")
