"""Go's comparison functions for templates, and what their errors say.

Source: text/template funcs.go (basicKind, eq, lt and their kin).
"""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_kind, go_type, is_comparable, is_nil
from quarterdeck.runtime.values import GoInt
from quarterdeck.runtime.verbs import Spec, format_operand

_BASIC_KINDS: dict[type, str] = {
    str: "string",
    float: "float",
    int: "int",
    bool: "bool",
    complex: "complex",
}
_INTEGERS = frozenset({"int", "uint"})
_ORDERED = frozenset({"string", "float", "int", "uint"})


def equal(first: Any, *others: Any) -> bool:
    """Tell whether `first` equals one of the others; what comes after the first match is not looked at.

    Raises:
        GoError: there is no other, or the types cannot be compared.
    """
    if not others:
        raise GoError("missing argument for comparison")
    kind = first.__class__
    for other in others:
        if kind is other.__class__ and (kind is str or kind is float or kind is int):
            if first == other:
                return True
        elif _is_equal(first, other):
            return True
    return False


def not_equal(first: Any, second: Any) -> bool:
    """Tell whether the two differ.

    Raises:
        GoError: their types cannot be compared.
    """
    return not equal(first, second)


def less(first: Any, second: Any) -> bool:
    """Tell whether `first` is less than `second`; strings compare by bytes.

    Raises:
        GoError: they have no order, or not the same kind.
    """
    kind = _basic_kind(first)
    if not kind:
        raise GoError("invalid type for comparison")
    other_kind = _basic_kind(second)
    if not other_kind:
        raise GoError("invalid type for comparison")
    if kind != other_kind and not (kind in _INTEGERS and other_kind in _INTEGERS):
        raise _incompatible(first, second)
    if kind not in _ORDERED:
        raise GoError("invalid type for comparison")
    if kind == "string" and not (first.isascii() and second.isascii()):
        return first.encode("utf-8", "surrogateescape") < second.encode("utf-8", "surrogateescape")
    return first < second


def less_or_equal(first: Any, second: Any) -> bool:
    """Tell whether `first` is less than or equal to `second`.

    Raises:
        GoError: they have no order, or not the same kind.
    """
    return less(first, second) or equal(first, second)


def greater(first: Any, second: Any) -> bool:
    """Tell whether `first` is neither less than nor equal to `second`; NaN is greater than everything.

    Raises:
        GoError: they have no order, or not the same kind.
    """
    return not less_or_equal(first, second)


def greater_or_equal(first: Any, second: Any) -> bool:
    """Tell whether `first` is not less than `second`.

    Raises:
        GoError: they have no order, or not the same kind.
    """
    return not less(first, second)


def _basic_kind(value: Any) -> str:
    """Give the family that the value's kind belongs to for comparison, an empty text if to none."""
    found = _BASIC_KINDS.get(value.__class__)
    if found is not None:
        return found
    if isinstance(value, GoInt):
        return "uint" if value.kind.startswith("u") else "int"
    return ""


def _is_equal(first: Any, second: Any) -> bool:
    kind, other_kind = _basic_kind(first), _basic_kind(second)
    if kind != other_kind:
        if kind in _INTEGERS and other_kind in _INTEGERS:
            return first == second
        if first is not None and second is not None:
            raise _incompatible(first, second)
        return False
    if kind:
        return first == second
    if first is not None and second is not None and go_kind(first) != go_kind(second):
        raise GoError(
            f"non-comparable types {_text(first)}: {go_type(first)}, {go_type(second)}: {_text(second, 'v')}"
        )
    if is_nil(first) or is_nil(second):
        return is_nil(first) == is_nil(second)
    if not is_comparable(second):
        raise GoError(f"non-comparable type {_text(second)}: {go_type(second)}")
    return go_type(first) == go_type(second) and first == second


def _incompatible(first: Any, second: Any) -> GoError:
    return GoError(f"incompatible types for comparison: {go_type(first)} and {go_type(second)}")


def _text(value: Any, verb: str = "s") -> str:
    return format_operand(value, verb, Spec())
