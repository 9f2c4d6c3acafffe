"""What the query engine did, for tests that say what must not run, and for people who ask where time goes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable

EventKind = Literal["executed", "unchanged", "kept", "evicted"]
"""`executed`: ran, with another result than before. `unchanged`: ran, with an equal result, so what hangs on
it did not run. `kept`: something below changed, and nothing that it read. `evicted`: its result was dropped
for want of room."""

MAX_EVENTS = 10_000


class Event(NamedTuple):
    """One thing that happened to one query; `seconds` is the time of its own code, not that of others."""

    kind: EventKind
    query: str
    key: tuple[Hashable, ...]
    seconds: float = 0.0


class QueryLog:
    """The last events, the oldest first."""

    def __init__(self, limit: int = MAX_EVENTS) -> None:
        self.events: deque[Event] = deque(maxlen=limit)

    def add(self, event: Event) -> None:
        """Note an event."""
        self.events.append(event)

    def clear(self) -> None:
        """Forget all events."""
        self.events.clear()

    @property
    def ran(self) -> list[tuple[str, tuple[Hashable, ...]]]:
        """Name and key of each query that ran, in the order in which they ended."""
        return [(event.query, event.key) for event in self.events if event.kind in {"executed", "unchanged"}]

    def names(self) -> list[str]:
        """Give the names of the queries that ran, each once, in order."""
        return list(dict.fromkeys(name for name, _ in self.ran))
