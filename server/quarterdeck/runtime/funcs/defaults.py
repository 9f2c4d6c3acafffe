"""Emptiness and choice: default, empty, coalesce, all, any, ternary."""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime.signatures import function


@function("default", "func(any, ...any) any")
def default(fallback: Any, *given: Any) -> Any:
    """Give the first given value, or the fallback if there is none or it is empty."""
    return given[0] if given and given[0] else fallback


@function("empty", "func(any) bool")
def empty(value: Any) -> bool:
    """Tell whether the value is nil, false, zero, or has length 0; a struct never is."""
    return not value


@function("coalesce", "func(...any) any")
def coalesce(*values: Any) -> Any:
    """Give the first value that is not empty, nil if all are."""
    return next((value for value in values if value), None)


@function("all", "func(...any) bool")
def all_of(*values: Any) -> bool:
    """Tell whether no value is empty."""
    return all(values)


@function("any", "func(...any) bool")
def any_of(*values: Any) -> bool:
    """Tell whether some value is not empty."""
    return any(values)


@function("ternary", "func(any, any, bool) any")
def ternary(when_true: Any, when_false: Any, condition: bool) -> Any:  # noqa: FBT001 -- the order of Go's arguments
    """Give the first value if the condition is true, the second otherwise."""
    return when_true if condition else when_false
