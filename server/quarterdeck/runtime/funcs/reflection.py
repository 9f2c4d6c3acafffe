"""Types and equality: typeOf, kindOf, typeIs, kindIs, typeIsLike, deepEqual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.goerror import BudgetError
from quarterdeck.runtime.kinds import go_kind, go_type, is_nil
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NESTING = 10_000
"""How deep a comparison, a copy or a merge goes; Go's stack ends later, with the whole program."""

_TOO_DEEP = "values are nested too deeply to be compared"
_SCALARS = frozenset({str, float, int, bool, type(None), bytes, complex})


@function("typeOf", "func(any) string")
def type_of(value: Any) -> str:
    """Give the name of the value's type, `<nil>` for nil."""
    return go_type(value)


@function("kindOf", "func(any) string")
def kind_of(value: Any) -> str:
    """Give the value's kind, `invalid` for nil."""
    return go_kind(value)


@function("typeIs", "func(string, any) bool")
def type_is(name: str, value: Any) -> bool:
    """Tell whether the value's type has this name."""
    return name == go_type(value)


@function("typeIsLike", "func(string, any) bool")
def type_is_like(name: str, value: Any) -> bool:
    """Tell whether the value's type has this name, or is a pointer to it."""
    return go_type(value) in {name, f"*{name}"}


@function("kindIs", "func(string, any) bool")
def kind_is(name: str, value: Any) -> bool:
    """Tell whether the value is of this kind."""
    return name == go_kind(value)


@function("deepEqual", "func(any, any) bool")
def deep_equal(one: Any, other: Any) -> bool:
    """Tell whether two values have the same type and the same content. Source: reflect.DeepEqual.

    Raises:
        BudgetError: they are nested too deeply to tell.
    """
    try:
        return _is_equal(one, other, 0)
    except RecursionError:
        raise BudgetError(_TOO_DEEP) from None


def _is_equal(one: Any, other: Any, depth: int) -> bool:
    """Compare with plain loops: calls from within `all` or `map` would use up the stack of Python itself."""
    if one.__class__ is other.__class__ and one.__class__ in _SCALARS:
        return one == other
    if one is None or other is None or go_type(one) != go_type(other) or is_nil(one) != is_nil(other):
        return False
    if one is other:
        return True
    if depth > MAX_NESTING:
        raise BudgetError(_TOO_DEEP)
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(one, dict):
        mapping, other_mapping = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        if mapping.keys() != other_mapping.keys():
            return False
        pairs = ((value, other_mapping[key]) for key, value in mapping.items())
    elif isinstance(one, list):
        items, other_items = cast("list[Any]", one), cast("list[Any]", other)
        if len(items) != len(other_items):
            return False
        pairs = zip(items, other_items, strict=True)
    elif isinstance(one, GoStruct) and one.fields():
        pairs = zip(dict(one.fields()).values(), dict(other.fields()).values(), strict=True)
    else:
        return one == other
    for value, other_value in pairs:  # noqa: SIM110 -- see above
        if not _is_equal(value, other_value, depth + 1):
            return False
    return True
