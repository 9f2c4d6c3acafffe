"""Types and equality: typeOf, kindOf, typeIs, kindIs, typeIsLike, deepEqual."""

from __future__ import annotations

from typing import Any, cast

from quarterdeck.runtime.goerror import BudgetError
from quarterdeck.runtime.kinds import go_kind, go_type, is_nil
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct

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
        return _is_equal(one, other)
    except RecursionError:
        raise BudgetError("values are nested too deeply to be compared") from None


def _is_equal(one: Any, other: Any) -> bool:
    if one.__class__ is other.__class__ and one.__class__ in _SCALARS:
        return one == other
    if one is None or other is None or go_type(one) != go_type(other) or is_nil(one) != is_nil(other):
        return False
    if one is other:
        return True
    if isinstance(one, dict):
        mapping, other_mapping = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        return len(mapping) == len(other_mapping) and all(
            key in other_mapping and _is_equal(value, other_mapping[key]) for key, value in mapping.items()
        )
    if isinstance(one, list):
        items, other_items = cast("list[Any]", one), cast("list[Any]", other)
        return len(items) == len(other_items) and all(map(_is_equal, items, other_items))
    if isinstance(one, GoStruct) and one.fields():
        pairs = zip(one.fields(), other.fields(), strict=True)
        return all(_is_equal(field, other_field) for (_, field), (_, other_field) in pairs)
    return one == other
