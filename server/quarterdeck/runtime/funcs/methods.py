"""Methods of Go types that templates can call: their signatures, and Go's errors for wrong calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from quarterdeck.runtime import calls
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_R = TypeVar("_R")


class Method(NamedTuple, Generic[_R]):
    """A method of values of one type: the Go types of its parameters, and what it does."""

    params: tuple[str, ...]
    call: Callable[..., Any]


def getter(call: Callable[[_R], Any]) -> Method[_R]:
    """Describe a method without parameters."""
    return Method((), call)


def method(call: Callable[..., Any], *params: str) -> Method[Any]:
    """Describe a method with parameters of these Go types."""
    return Method(params, call)


def call_method(
    receiver: _R, type_name: str, methods: Mapping[str, Method[_R]], name: str, arguments: tuple[Any, ...]
) -> Any:
    """Call the receiver's method.

    Raises:
        GoError: there is no such method, the arguments do not fit, or it fails.
    """
    found = methods.get(name)
    if found is None:
        raise GoError(f"can't evaluate field {name} in type {type_name}")
    if len(arguments) != len(found.params):
        raise GoError(f"wrong number of args for {name}: want {len(found.params)} got {len(arguments)}")
    converted = [_convert(value, param) for value, param in zip(arguments, found.params, strict=True)]
    if None in converted:
        raise GoError(
            f"error calling {name}: runtime error: invalid memory address or nil pointer dereference"
        )
    try:
        return found.call(receiver, *converted)
    except _UncallableError:
        raise
    except GoError as error:
        raise GoError(f"error calling {name}: {error}") from None


def uncallable(message: str) -> Method[Any]:
    """Describe a method that templates cannot call, one with three results, by what Go says of it."""

    def refuse(_receiver: Any) -> Any:
        raise _UncallableError(message)

    return Method((), refuse)


class _UncallableError(GoError):
    """A method was not called at all."""


def _convert(value: Any, param: str) -> Any:
    """Give an argument as the parameter takes it; an int may be a constant, which Go takes for a duration."""
    if value.__class__ is int and param == "time.Duration":
        return value
    return calls.validate(value, param)
