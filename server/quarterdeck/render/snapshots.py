"""Maps and lists as they were when a function wrote them out, though templates changed them before or after.

A container that a template changes is kept as it was before the first change (docs/architecture.md, "What a
run records"). What was written out when it had not been changed yet is found with that; what had changed by
then is copied when it is written out. Only changed containers and those around them are copied: the others
keep their identity, which names their place in the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTAINERS: tuple[type[Any], ...] = (dict, list)


def copy_written(value: Any, written: Mapping[int, Any]) -> Any:
    """Give `value` with copies of the containers whose identities are in `written`; itself if none is."""
    if not _holds_any(value, written):
        return value
    return _Substitution({}, written).apply(value)


def _holds_any(value: Any, written: Mapping[int, Any]) -> bool:
    """Tell whether a container of `written` is in `value`, or it holds so much that a closer look is due."""
    waiting = [value]
    count = 0
    for inner in waiting:
        kind = inner.__class__
        if kind is dict:
            waiting.extend([item for item in inner.values() if item.__class__ not in _SCALARS])
        elif kind is list:
            waiting.extend([item for item in inner if item.__class__ not in _SCALARS])
        elif not isinstance(inner, _CONTAINERS):
            continue
        else:
            return True
        count += 1
        if id(inner) in written or count > _MOST_LOOKED_AT:
            return True
    return False


_SCALARS: frozenset[type[Any]] = frozenset({str, float, int, bool, type(None)})
_MOST_LOOKED_AT = 1_000
"""Containers; a value that holds itself has no end."""


def put_back(value: Any, saved: Mapping[int, tuple[Any, Any]]) -> Any:
    """Give `value` with what `saved` has for containers by identity; itself if none of them is in it."""
    return _Substitution(saved, {}).apply(value)


class _Substitution:
    """Replaces containers in one value, each once, so that a container in itself ends the walk."""

    def __init__(self, saved: Mapping[int, tuple[Any, Any]], copied: Mapping[int, Any]) -> None:
        self._saved = saved
        self._copied = copied
        self._done: dict[int, Any] = {}

    def apply(self, value: Any) -> Any:
        if not isinstance(value, _CONTAINERS):
            return value
        identity = id(value)
        if identity in self._done:
            return self._done[identity]
        self._done[identity] = value
        source: dict[Any, Any] | list[Any] = self._saved[identity][1] if identity in self._saved else value
        result: dict[Any, Any] | list[Any] = source.copy() if identity in self._copied else source
        for key, inner in list(source.items()) if isinstance(source, dict) else list(enumerate(source)):
            replaced = self.apply(inner)
            if replaced is not inner:
                if result is source:
                    result = source.copy()
                result[key] = replaced
        self._done[identity] = result
        return result
