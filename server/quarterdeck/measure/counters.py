"""Counters of caches: how often each was asked, what it saved, how much it holds."""

from __future__ import annotations

import os

import msgspec

SWITCH = "QUARTERDECK_CACHES"
"""The environment variable that switches all caches off, in memory and on the disk: `off`."""


def caches_are_on() -> bool:
    """Tell whether anything may be kept from one question to the next; whoever keeps something asks."""
    return os.environ.get(SWITCH) != "off"


class CacheCounters(msgspec.Struct):
    """What one cache did since the process started, and what it holds now.

    `bytes` and `entries` are what it holds, `seconds_saved` the time that it would have taken to make its
    hits.
    Counting is not locked: a count may be lost where threads race, which no decision depends on.
    """

    name: str
    hits: int = 0
    misses: int = 0
    evictions: int = 0
    entries: int = 0
    bytes: int = 0
    seconds_saved: float = 0.0

    def hit(self, seconds: float = 0.0) -> None:
        """Count an answer that was there; `seconds` is what making it had taken."""
        self.hits += 1
        self.seconds_saved += seconds

    def miss(self) -> None:
        """Count an answer that had to be made."""
        self.misses += 1

    def added(self, size: int) -> None:
        """Count an entry of `size` bytes that came in."""
        self.entries += 1
        self.bytes += size

    def dropped(self, size: int, *, is_eviction: bool = True) -> None:
        """Count an entry of `size` bytes that went: for want of room, or because it was out of date."""
        self.entries -= 1
        self.bytes -= size
        self.evictions += is_eviction


TEMPLATES = CacheCounters("templates")
"""Compiled templates, by text and configuration."""
RESOURCES = CacheCounters("resources")
"""Rendered documents, by the inputs that were read."""
VALIDATION = CacheCounters("validation")
"""Findings, by document, schema and rule versions."""
PATTERNS = CacheCounters("patterns")
"""Recognised include and block patterns with what they expand to."""

ALL = (TEMPLATES, RESOURCES, VALIDATION, PATTERNS)
"""The four caches, in the order in which they are shown."""


def add_up(parts: list[tuple[CacheCounters, ...]]) -> tuple[CacheCounters, ...]:
    """Add the counters of several processes; each part has the four caches in the order of `ALL`."""
    sums = tuple(CacheCounters(each.name) for each in ALL)
    for part in parts:
        for total, one in zip(sums, part, strict=True):
            for field in ("hits", "misses", "evictions", "entries", "bytes", "seconds_saved"):
                setattr(total, field, getattr(total, field) + getattr(one, field))
    return sums
