"""What caches did in all processes so far: a small file beside the entries, for `quarterdeck cache stats`.

A process adds a line with its counts when it ends, and now and then before. Counts may be lost where it is
killed, or where two processes shorten the file at once; nothing depends on them.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

import msgspec

from quarterdeck.measure.counters import ALL, CacheCounters

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FILE: Final = "counts"
_LONGEST: Final = 32 * 1024
"""Bytes that the file may have before its lines are added up to one."""
_MOST_READ: Final = 1024 * 1024
_SECONDS_BETWEEN: Final = 60.0


class _Count(msgspec.Struct, frozen=True, array_like=True):
    name: str
    hits: int
    misses: int
    evictions: int
    seconds_saved: float


_DECODE = msgspec.json.Decoder(list[_Count]).decode


class Lifetime:
    """The counts in one cache folder; `counters` are those of this process."""

    def __init__(self, folder: Path, counters: Iterable[CacheCounters] = ALL) -> None:
        self._path = folder / _FILE
        self._counters = tuple(counters)
        self._added: dict[str, _Count] = {}
        self._last = time.monotonic()

    def add(self) -> None:
        """Add what this process counted since it last did."""
        news = [_difference(one, self._added.get(one.name)) for one in self._counters]
        news = [one for one in news if one.hits or one.misses or one.evictions]
        self._last = time.monotonic()
        if not news:
            return
        self._added = {one.name: _count(one) for one in self._counters}
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, flags, 0o600)
            try:
                os.write(handle, msgspec.json.encode(news) + b"\n")
                size = os.fstat(handle).st_size
            finally:
                os.close(handle)
            if size > _LONGEST:
                self._shorten()

    def add_now_and_then(self) -> None:
        """Do so if the last time is a minute ago."""
        if time.monotonic() - self._last > _SECONDS_BETWEEN:
            self.add()

    def read(self) -> tuple[CacheCounters, ...]:
        """Give the counts of all processes that ended, cache by cache; what is no count is left out."""
        sums = {one.name: CacheCounters(one.name) for one in self._counters}
        try:
            with self._path.open("rb") as file:
                lines = file.read(_MOST_READ).split(b"\n")
        except OSError:
            return tuple(sums.values())
        for line in lines:
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                for count in _DECODE(line):
                    total = sums.get(count.name)
                    if total is not None:
                        total.hits += count.hits
                        total.misses += count.misses
                        total.evictions += count.evictions
                        total.seconds_saved += count.seconds_saved
        return tuple(sums.values())

    def clear(self) -> None:
        """Begin to count anew."""
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _shorten(self) -> None:
        temporary = self._path.with_name(f"{_FILE}-{os.getpid()}.tmp")
        counts = [_count(one) for one in self.read()]
        try:
            temporary.write_bytes(msgspec.json.encode(counts) + b"\n")
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def _count(one: CacheCounters) -> _Count:
    return _Count(one.name, one.hits, one.misses, one.evictions, one.seconds_saved)


def _difference(one: CacheCounters, before: _Count | None) -> _Count:
    if before is None:
        return _count(one)
    return _Count(
        one.name,
        one.hits - before.hits,
        one.misses - before.misses,
        one.evictions - before.evictions,
        one.seconds_saved - before.seconds_saved,
    )


_kept: list[Lifetime] = []


def keep_counts(folder: Path) -> None:
    """Have this process's counts added to those in a cache folder when it ends; the first call decides."""
    if not _kept:
        _kept.append(Lifetime(folder))
        atexit.register(_kept[0].add)


def add_counts_now_and_then() -> None:
    """Add this process's counts, if they are kept and a minute has gone by; for moments without hurry."""
    for lifetime in _kept:
        lifetime.add_now_and_then()
