"""Where each value of a chart's dot stands, by the identity of the object.

A string or number keeps its identity on its way through variables, maps made by `dict`, `default`, `include`
arguments and merges, so the object that arrives in an action names the key it came from. Objects that CPython
shares between equal values (booleans, nil, small integers, single latin characters) are left out.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Keys from the root chart's dot: `("Values", "image", "tag")`."""

_CONTAINERS: tuple[type[Any], ...] = (dict, list)


class ValueIndex:
    """Finds the paths of containers and leaves by identity; built in one breadth-first walk."""

    def __init__(self, roots: Iterable[dict[str, Any]]) -> None:
        self._parents: dict[int, tuple[int, str | int] | None] = {}
        self._others: dict[int, list[tuple[int, str | int]]] = {}
        self._keys: dict[int, tuple[dict[str, Any], str]] = {}
        self._kept: list[Any] = []
        for root in roots:
            self._walk(root)

    def _walk(self, root: dict[str, Any]) -> None:
        parents = self._parents
        if id(root) in parents:
            return
        parents[id(root)] = None
        self._kept.append(root)
        waiting: deque[dict[str, Any] | list[Any]] = deque([root])
        while waiting:
            container = waiting.popleft()
            owner = id(container)
            if isinstance(container, dict):
                items = container.items()
                for key in container:
                    if is_distinct(key):
                        self._keys.setdefault(id(key), (container, key))
            else:
                items = enumerate(container)
            for key, value in items:
                identity = id(value)
                if isinstance(value, _CONTAINERS):
                    if identity not in parents:
                        parents[identity] = (owner, key)
                        waiting.append(value)
                    continue
                if not is_distinct(value):
                    continue
                if identity in parents:
                    self._others.setdefault(identity, []).append((owner, key))
                else:
                    parents[identity] = (owner, key)

    def path(self, value: Any) -> Path | None:
        """Give the shortest path at which this very object stands."""
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
