"""Things that were found out about texts, each once: a cache in memory, bounded by bytes, with counters."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from quarterdeck.measure.counters import CacheCounters


class Entry(Protocol):
    """What is kept of one text: the seconds that it took, and the bytes that it takes, about."""

    @property
    def seconds(self) -> float:
        """What finding it out took."""
        ...

    @property
    def size(self) -> int:
        """What it takes in memory."""
        ...


Kind = TypeVar("Kind", bound=Entry)


class Kept(Generic[Kind]):
    """Entries by the hash of their text; the least recently used go when they are too many bytes."""

    def __init__(self, counters: CacheCounters, max_bytes: int) -> None:
        self.bytes = 0
        self._counters = counters
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, Kind] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        return key in self._entries

    def use(self, key: bytes) -> Kind | None:
        """Give the entry of a text to who needs it: it is counted, as found or as missing."""
        entry = self._entries.get(key)
        if entry is None:
            self._counters.miss()
            return None
        self._counters.hit(entry.seconds)
        self._entries.move_to_end(key)
        return entry

    def get(self, key: bytes) -> Kind | None:
        """Give the entry of a text; nothing is counted."""
        return self._entries.get(key)

    def enter(self, key: bytes, entry: Kind) -> None:
        """Take an entry, unless there is one."""
        if key in self._entries:
            return
        self._entries[key] = entry
        self.bytes += entry.size
        self._counters.added(entry.size)
        while self.bytes > self._max_bytes and len(self._entries) > 1:
            gone = self._entries.popitem(last=False)[1].size
            self.bytes -= gone
            self._counters.dropped(gone)

    def forget(self) -> None:
        """Drop all entries."""
        for entry in self._entries.values():
            self._counters.dropped(entry.size, is_eviction=False)
        self._entries.clear()
        self.bytes = 0


def text_key(text: str) -> bytes:
    """Give the hash of a text; halves of characters may be in it: they stand for bytes that are no UTF-8."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
