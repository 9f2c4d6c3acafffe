"""Types and equality: typeOf, kindOf, typeIs, kindIs, typeIsLike, deepEqual."""

from __future__ import annotations

from typing import Any

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
    """Tell whether two values have the same type and the same content. Source: reflect.DeepEqual."""
    if one.__class__ is other.__class__ and one.__class__ in _SCALARS:
        return one == other
    if one is None or other is None or go_type(one) != go_type(other) or is_nil(one) != is_nil(other):
        return False
    if one is other:
        return True
    if isinstance(one, dict):
        return len(one) == len(other) and all(  # pyright: ignore[reportUnknownArgumentType] -- Any at the value edge
            key in other and deep_equal(value, other[key])
            for key, value in one.items()  # pyright: ignore[reportUnknownVariableType] -- Any at the value edge
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(deep_equal, one, other))  # pyright: ignore[reportUnknownArgumentType] -- Any at the value edge
    if isinstance(one, GoStruct):
        return deep_equal(list(one.fields()), list(other.fields())) if one.fields() else one == other
    return one == other
