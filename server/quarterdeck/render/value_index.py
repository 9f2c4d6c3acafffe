"""Where each value of a chart's dot stands, by the identity of the object.

A string or number keeps its identity on its way through variables, maps made by `dict`, `default`, `include`
arguments and merges, so the object that arrives in an action names the key it came from. Objects that CPython
shares between equal values (booleans, nil, small integers, single latin characters) are left out.
"""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Path = tuple[str | int, ...]
"""Keys from the root chart's dot: `("Values", "image", "tag")`."""

_CONTAINERS: tuple[type[Any], ...] = (dict, list)
_LETTERS = 2
"""Texts of fewer characters may be objects that all of Python shares."""


class ValueIndex:
    """Finds the paths of containers and leaves by identity; built in one breadth-first walk.

    The walk is made when it is first needed, while `shown` holds.
    """

    def __init__(
        self,
        roots: Iterable[dict[str, Any]],
        shown: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._roots = list({id(root): root for root in roots}.values())
        self._shown = shown
        self._is_built = False
        self._parents: dict[int, tuple[int, str | int] | None] = {}
        self._others: dict[int, list[tuple[int, str | int]]] = {}
        self._keys: dict[int, tuple[dict[str, Any], str]] = {}

    def _build(self) -> None:
        self._is_built = True
        with self._shown():
            for root in self._roots:
                self._walk(root)

    def _walk(self, root: dict[str, Any]) -> None:
        parents, keys, others = self._parents, self._keys, self._others
        if id(root) in parents:
            return
        parents[id(root)] = None
        waiting: deque[Any] = deque([root])
        while waiting:
            container = waiting.popleft()
            owner = id(container)
            entries: Iterable[tuple[Any, Any]]
            if isinstance(container, dict):
                mapping = cast("dict[Any, Any]", container)
                entries = mapping.items()
                for key in mapping:
                    if id(key) not in keys and is_distinct(key):
                        keys[id(key)] = (mapping, key)
            else:
                entries = enumerate(cast("list[Any]", container))
            for key, value in entries:
                kind: type[Any] = value.__class__
                if kind is str:
                    if len(value) < _LETTERS and not is_distinct(value):
                        continue
                elif kind is not float:
                    if kind is not bool and isinstance(value, _CONTAINERS) and id(value) not in parents:
                        parents[id(value)] = (owner, key)
                        waiting.append(value)
                    continue
                identity = id(value)
                if identity in parents:
                    others.setdefault(identity, []).append((owner, key))
                else:
                    parents[identity] = (owner, key)

    def path(self, value: Any) -> Path | None:
        """Give the shortest path at which this very object stands."""
        if not self._is_built:
            self._build()
        if id(value) not in self._parents or not (isinstance(value, _CONTAINERS) or is_distinct(value)):
            return None
        return self._climb(self._parents[id(value)])

    def paths(self, value: Any) -> tuple[Path, ...]:
        """Give every path at which this very object stands: several if YAML aliases or globals share it."""
        first = self.path(value)
        if first is None:
            return ()
        return (first, *(self._climb(place) for place in self._others.get(id(value), ())))

    def key_path(self, key: Any) -> Path | None:
        """Give the path of the entry whose key is this very object."""
        if not self._is_built:
            self._build()
        place = self._keys.get(id(key)) if is_distinct(key) else None
        return None if place is None else self._climb((id(place[0]), place[1]))

    def entry_path(self, holder: Any, entry: str | int, value: Any) -> Path | None:
        """Give the path of the value that stands in `holder` at `entry`: the key object, if it is one.

        The holder may be a copy of a map: copies share the objects of their keys.
        """
        path = self.path(holder)
        if path is not None:
            return (*path, entry)
        place = self._keys.get(id(entry)) if is_distinct(entry) else None
        if place is None:
            return None
        found = place[0].get(place[1])
        is_same = found is value or (found.__class__ is value.__class__ and found == value)
        return self._climb((id(place[0]), place[1])) if is_same else None

    def _climb(self, place: tuple[int, str | int] | None) -> Path:
        keys: list[str | int] = []
        while place is not None:
            owner, key = place
            keys.append(key)
            place = self._parents[owner]
        return tuple(reversed(keys))


def is_distinct(value: Any) -> bool:
    """Tell whether the object's identity says which occurrence of the value it is."""
    if isinstance(value, str):
        return len(value) > 1 or (len(value) == 1 and value is not chr(ord(value)))
    return isinstance(value, float)
