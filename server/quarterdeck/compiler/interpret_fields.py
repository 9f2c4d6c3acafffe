"""Fields of values, one at a time and with all of Go's rules: what the interpreter's short cuts leave.

Go tells an invalid value (a nil that a pipeline gave; fields of it are invalid, without an error) from an
interface that holds nil (what a map or list has under a key; a field of it is an error). Here the first is
None, the second `NIL`. What came out of a map or list has the static type of its elements, and errors name
that type.
"""

from __future__ import annotations

from typing import Any, Final

from quarterdeck.runtime import access
from quarterdeck.runtime.access import VALUES_METHODS
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import element_type, go_type
from quarterdeck.runtime.values import RootContext, Values

INTERFACE: Final = "interface {}"
SLOW_NAMES: Final = VALUES_METHODS | {"Template"}
"""Names of fields that need `walk`: methods of common.Values, and the field whose reading is counted."""


class NilInterface:
    """The type of `NIL`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NIL: Final = NilInterface()
"""An interface that holds nil; lives between the interpreter's functions, in dot, in variables of `range`."""


def walk(receiver: Any, static_type: str, names: tuple[str, ...]) -> tuple[Any, str]:
    """Follow fields from `receiver`, whose static type is `static_type` (empty: its own type).

    Gives the value (None if invalid, NIL for an interface that holds nil) and its static type.

    Raises:
        GoError: as Go's evalField says it.
    """
    for name in names:
        if receiver is None:
            return None, ""
        receiver, static_type = field(receiver, static_type, name)
    return receiver, static_type


def field(receiver: Any, static_type: str, name: str) -> tuple[Any, str]:
    """Give the field `name` of a valid value, and the field's static type.

    Source: text/template exec.go, evalField (without arguments, missingkey=zero).

    Raises:
        GoError: there is no such field, or the receiver is nil.
    """
    if receiver is NIL:
        raise GoError(f"nil pointer evaluating {static_type or INTERFACE}.{name}")
    try:
        value = access.field(receiver, name)
    except GoError as error:
        if str(error).startswith(f"can't evaluate field {name} in type "):
            raise no_field(receiver, static_type, name) from None
        raise
    if not isinstance(receiver, dict) or (
        name in VALUES_METHODS and isinstance(receiver, Values | RootContext)
    ):
        return (NIL, INTERFACE) if value is None else (value, "")
    return (NIL if value is None else value), element_type(receiver)


def call_method(receiver: Any, static_type: str, name: str, arguments: tuple[Any, ...]) -> Any:
    """Call the method `name` of a valid value with arguments.

    Raises:
        GoError: there is no such method, the arguments do not fit, or it failed.
    """
    if receiver is NIL:
        raise GoError(f"nil pointer evaluating {static_type or INTERFACE}.{name}")
    try:
        return access.field_with_arguments(receiver, name, arguments)
    except GoError as error:
        if str(error).startswith(f"can't evaluate field {name} in type "):
            raise no_field(receiver, static_type, name) from None
        raise


def no_field(receiver: Any, static_type: str, name: str) -> GoError:
    """Make the error of a value that has no field `name`."""
    return GoError(f"can't evaluate field {name} in type {static_type or go_type(receiver)}")
