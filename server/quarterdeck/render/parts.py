"""Which characters of a function's result are which characters of its operands.

For each function that keeps characters: a list of `Part`s that covers the result in order. What cannot be
told exactly is None, and the result then belongs to the action as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.render import document_parts, text_parts
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from quarterdeck.render.text_parts import Part

_FINDERS = {**text_parts.FINDERS, **document_parts.FINDERS}


def parts_of(entry: tuple[Any, ...]) -> list[Part] | None:
    """Give the parts of a derivation's result (`result, operation, *operands`), None if that is not known."""
    finder = _FINDERS.get(entry[1])
    if finder is None:
        return None
    result = entry[0]
    try:
        parts = finder(result, *entry[2:])
    except (ValueError, TypeError, KeyError, GoError, RecursionError):
        # A map or list that was changed after it was written is no longer what the text says.
        return None
    if parts is None or sum(part.length for part in parts) != len(result):
        return None
    return [part for part in parts if part.length]
