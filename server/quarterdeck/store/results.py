"""Results that a later process may use again: findings, patterns, checked documents.

A result is kept under the hash of everything that it was made of, besides the code of Quarterdeck, whose
state is a part of every entry (`version.findings_version`). The store is a `DiskCache`: any doubt is a miss.

Reading takes some 10 µs and waits for nobody. Writing happens on a thread of its own, some time after the
result was handed in; what waits is bounded, and what does not fit is not written.
"""

from __future__ import annotations

import atexit
import struct
import threading
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from quarterdeck.measure.counters import caches_are_on
from quarterdeck.store.disk_cache import DiskCache, default_folder
from quarterdeck.store.lifetime import add_counts_now_and_then
from quarterdeck.store.version import findings_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quarterdeck.measure.counters import CacheCounters

RESULTS_FOLDER: Final = "results"
"""The folder of the entries, in the user's cache folder."""

_MOST_WAITING: Final = 32 * 1024 * 1024
"""Bytes that may wait to be written."""
_QUIET_SECONDS: Final = 0.25
"""So long more results are waited for before the first is written."""
_SECONDS: Final = struct.Struct("<d")


class Held(NamedTuple):
    """How much of one kind is on the disk."""

    entries: int
    bytes: int


def digest(parts: Iterable[bytes | str]) -> str:
    """Give a key made of parts; other parts, or the same ones divided otherwise, give another."""
    state = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()


class Results:
    """Results by kind (a word) and key (of `digest`), as bytes that callers encode and decode."""

    def __init__(self, disk: DiskCache) -> None:
        self.disk = disk
        self._waiting: dict[str, bytes] = {}
        self._waiting_bytes = 0
        self._being_written: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def get(self, kind: str, key: str, counters: CacheCounters | None = None) -> bytes | None:
        """Give a result, None if there is none that can be trusted.

        `counters` count it: as a hit with the time that making it took, or as a miss.
        """
        name = f"{kind}-{key}"
        content = self._waiting.get(name) or self._being_written.get(name) or self.disk.read(name)
        if content is None or len(content) < _SECONDS.size:
            if counters is not None:
                counters.miss()
            return None
        if counters is not None:
            (seconds,) = _SECONDS.unpack_from(content)
            counters.hit(seconds)
        return content[_SECONDS.size :]

    def put(self, kind: str, key: str, data: bytes, seconds: float) -> None:
        """Hand in a result, and the time that it took; it is written when nobody waits."""
        content = _SECONDS.pack(seconds) + data
        with self._changed:
            name = f"{kind}-{key}"
            before = self._waiting.pop(name, b"")
            size = self._waiting_bytes + len(content) - len(before)
            self._waiting_bytes -= len(before)
            if size > _MOST_WAITING:
                return
            self._waiting[name] = content
            self._waiting_bytes = size
            if not self._closed.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work, name="results writer", daemon=True)
                self._thread.start()
            self._changed.notify()

    def flush(self) -> None:
        """Write what waits, and return when it is written."""
        with self._writing:
            with self._changed:
                self._being_written, self._waiting = self._waiting, {}
                self._waiting_bytes = 0
            for name, content in self._being_written.items():
                self.disk.write(name, content)
            self._being_written = {}

    def close(self) -> None:
        """Write what waits; from now on only `flush` writes."""
        with self._changed:
            self._closed.set()
            self._changed.notify()
        self.flush()

    def held(self) -> dict[str, Held]:
        """Give how much of each kind is on the disk."""
        found: dict[str, Held] = {}
        for name, size in self.disk.sizes().items():
            kind = name.rpartition("-")[0]
            before = found.get(kind, Held(0, 0))
            found[kind] = Held(before.entries + 1, before.bytes + size)
        return found

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
            if self._closed.wait(_QUIET_SECONDS):
                return  # whoever closed it writes the rest
            self.flush()
            add_counts_now_and_then()


def open_results(folder: Path) -> Results:
    """Give the results that are kept in a cache folder."""
    return Results(DiskCache(folder / RESULTS_FOLDER, version=findings_version()))


@cache
def shared_results() -> Results | None:
    """Give the results in the user's cache folder; None where the cache is switched off.

    What was handed in and not written yet is written when the process ends.
    """
    folder = default_folder() if caches_are_on() else None
    if folder is None:
        return None
    results = open_results(folder)
    atexit.register(results.close)
    return results
