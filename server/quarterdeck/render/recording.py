"""Maps and lists that note who looks at them, for a rendering that finds out what its files depend on.

They say that they are plain: `__class__` is that of what they stand for, so that code which asks for exact
classes takes the way it takes with plain ones. What they hold is not where C code would look for it without
asking them: such a look finds nothing, and the rendering differs from the plain one, which is noticed.
"""

from __future__ import annotations

from collections.abc import MutableMapping, MutableSequence
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.values import RootContext, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    _Map = dict[str, Any]
    _List = list[Any]
else:
    # All that maps and lists can do is made of a few methods. (To type checkers a dict is a MutableMapping.)

    class _Map(MutableMapping, dict):
        __slots__ = ()

    class _List(MutableSequence, list):
        __slots__ = ()


Entry = tuple[int, "str | int"]
"""The identity of a recording map or list, and a key or index of it."""


class Looks:
    """What was looked at: entries by container and key, there or not; containers whose keys or length were.

    `writes` are the entries that were changed.
    """

    __slots__ = ("entries", "listings", "writes")

    def __init__(self) -> None:
        self.entries: set[Entry] = set()
        self.listings: set[int] = set()
        self.writes: set[Entry] = set()


class Log:
    """Where looks go: `current`, or nowhere while that is None."""

    __slots__ = ("current",)

    def __init__(self) -> None:
        self.current: Looks | None = None


class RecordingMap(_Map):
    """A map that notes what is looked up in it."""

    __slots__ = ("held", "log")

    def __init__(self, held: Iterable[Any] = (), log: Log | None = None) -> None:
        self.held: dict[str, Any] = dict(held)
        self.log = log or Log()

    @property
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - never set
        return dict

    def __getitem__(self, key: str) -> Any:
        current = self.log.current
        if current is not None:
            current.entries.add((id(self), key))
        return self.held[key]

    def get(self, key: str, default: Any = None, /) -> Any:
        """Look up a key."""
        current = self.log.current
        if current is not None:
            current.entries.add((id(self), key))
        return self.held.get(key, default)

    def __contains__(self, key: object) -> bool:
        current = self.log.current
        if current is not None and isinstance(key, str):
            current.entries.add((id(self), key))
        return key in self.held

    def __setitem__(self, key: str, value: Any) -> None:
        current = self.log.current
        if current is not None:
            current.writes.add((id(self), key))
        self.held[key] = value

    def __delitem__(self, key: str) -> None:
        current = self.log.current
        if current is not None:
            current.writes.add((id(self), key))
        del self.held[key]

    def __len__(self) -> int:
        self._list()
        return len(self.held)

    def __iter__(self) -> Iterator[str]:
        self._list()
        return iter(self.held)

    def __or__(self, other: Any) -> Any:
        return dict(self.items()) | other

    def __ror__(self, other: Any) -> Any:
        return other | dict(self.items())

    def __repr__(self) -> str:
        return repr(dict(self.items()))

    def copy(self) -> dict[str, Any]:
        """Give a plain map of the same."""
        return dict(self.items())

    def _list(self) -> None:
        current = self.log.current
        if current is not None:
            current.listings.add(id(self))


class RecordingValues(RecordingMap):
    """The same for the values of a chart."""

    __slots__ = ()
    go_type = Values.go_type

    @property
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - never set
        return Values


class RecordingRoot(RecordingMap):
    """The same for the dot of a chart."""

    __slots__ = ("_containers",)
    go_type = RootContext.go_type
    note_template_read = staticmethod(RootContext.note_template_read)

    def __init__(self, held: Iterable[Any] = (), log: Log | None = None) -> None:
        RecordingMap.__init__(self, held, log)
        self._containers: frozenset[int] = frozenset()

    @property
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - never set
        return RootContext

    def containers(self) -> frozenset[int]:
        """Give the identities of all recording maps and lists: what templates did not make."""
        return self._containers

    def seal(self, containers: frozenset[int]) -> None:
        """Set what `containers` gives."""
        self._containers = containers


class RecordingList(_List):
    """A list that notes what is looked up in it."""

    __slots__ = ("held", "log")

    def __init__(self, held: Iterable[Any] = (), log: Log | None = None) -> None:
        self.held: list[Any] = list(held)
        self.log = log or Log()

    @property
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - never set
        return list

    def __getitem__(self, index: Any) -> Any:
        current = self.log.current
        if current is not None:
            places = range(len(self.held))
            if isinstance(index, int) and -len(places) <= index < len(places):
                current.entries.add((id(self), places[index]))
            else:
                current.listings.add(id(self))
                chosen = places[index] if isinstance(index, slice) else ()
                current.entries.update([(id(self), place) for place in chosen])
        return self.held[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._write()
        self.held[index] = value

    def __delitem__(self, index: Any) -> None:
        self._write()
        del self.held[index]

    def insert(self, index: Any, value: Any) -> None:
        """Insert a value before an index."""
        self._write()
        self.held.insert(index, value)

    def __len__(self) -> int:
        current = self.log.current
        if current is not None:
            current.listings.add(id(self))
        return len(self.held)

    def __iter__(self) -> Iterator[Any]:
        current = self.log.current
        if current is not None:
            identity = id(self)
            current.listings.add(identity)
            current.entries.update([(identity, place) for place in range(len(self.held))])
        return iter(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and list(self) == list(cast("list[Any]", other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # pyright: ignore[reportAssignmentType]  # as every list has it

    def __add__(self, other: Any) -> Any:
        return list(self) + list(other)

    def __radd__(self, other: Any) -> Any:
        return list(other) + list(self)

    def __mul__(self, count: Any) -> Any:
        return list(self) * count

    def __repr__(self) -> str:
        return repr(list(self))

    def copy(self) -> list[Any]:
        """Give a plain list of the same."""
        return list(self)

    def _write(self) -> None:
        current = self.log.current
        if current is not None:
            # One index may move all others.
            current.writes.update([(id(self), place) for place in range(len(self.held) + 1)])


_CLASSES: dict[type[Any], type[Any]] = {
    dict: RecordingMap,
    list: RecordingList,
    Values: RecordingValues,
    RootContext: RecordingRoot,
}


def recorded(value: Any, log: Log, known: dict[int, Any]) -> Any:
    """Give a recording copy of a map, list or dot, anything else as it is.

    `known` has the copies of what was met before, by identity; looks are noted in `log`.
    """
    kind = _CLASSES.get(value.__class__)
    if kind is None:
        return value
    found = known.get(id(value))
    if found is not None:
        return found
    copied = known[id(value)] = kind((), log)
    if isinstance(copied, RecordingList):
        copied.held += [recorded(item, log, known) for item in value]
    else:
        held: dict[str, Any] = copied.held
        for key, item in value.items():
            held[key] = recorded(item, log, known)
    return copied
