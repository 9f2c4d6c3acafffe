"""Methods of Go types that templates can call: their signatures, and Go's errors when they are called wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from quarterdeck.runtime import calls
from quarterdeck.runtime.goerror import GoError


class Method(NamedTuple):
    """One method: the Go types of its parameters, and what it does to the receiver and the arguments."""

    params: tuple[str, ...]
    call: Callable[..., Any]


def method(call: Callable[..., Any], *params: str) -> Method:
    """Describe a method with parameters of these Go types."""
    return Method(params, call)


def call_method(
    receiver: Any, type_name: str, methods: Mapping[str, Method], name: str, arguments: tuple[Any, ...]
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
    converted = [calls.validate(value, param) for value, param in zip(arguments, found.params, strict=True)]
    try:
        return found.call(receiver, *converted)
    except GoError as error:
        raise GoError(f"error calling {name}: {error}") from None
