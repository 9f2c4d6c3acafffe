"""What Go's reflection gives of lists: their elements, and the errors that sprig makes of everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_kind
from quarterdeck.runtime.values import GoStruct, Uint8

if TYPE_CHECKING:
    from collections.abc import Sequence

NIL_DEREFERENCE = "runtime error: invalid memory address or nil pointer dereference"
"""What `reflect.TypeOf(nil).Kind()` fails with."""


def elements(value: Any) -> Sequence[Any] | None:
    """Give the elements of a slice, without copying a list; None if the value is no slice."""
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType] -- elements of a Go list are of any type
    if isinstance(value, bytes):
        return [Uint8(byte) for byte in value]
    if isinstance(value, GoStruct) and value.kind == "slice":
        return [value[index] for index in range(len(value))]  # type: ignore[index,arg-type]
    return None


def require_elements(value: Any, complaint: str) -> Sequence[Any]:
    """Give the elements of a slice.

    Raises:
        GoError: the value is no slice; the text is `complaint` followed by its kind.
    """
    found = elements(value)
    if found is not None:
        return found
    if value is None:
        raise GoError(NIL_DEREFERENCE)
    raise GoError(f"{complaint} {go_kind(value)}")
