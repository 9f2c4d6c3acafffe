"""Jobs for worker processes: what is told about them, and in which order they are begun."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import msgspec


@dataclass(frozen=True, slots=True)
class Partial:
    """An answer that the job gave on its way. A job that is begun anew gives them anew, from the first."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Finished:
    """The last answer, and the process that gave it; nothing follows."""

    answer: Any
    pid: int = field(default=0, compare=False)


class Failure(enum.Enum):
    """Why there is no answer."""

    MISTAKE = enum.auto()
    """The job raised an exception."""
    DEATH = enum.auto()
    """Processes died of it."""
    START = enum.auto()
    """No process could be started."""


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no answer: one sentence says why; nothing follows."""

    message: str
    kind: Failure


@dataclass(frozen=True, slots=True)
class Dropped:
    """The job was cancelled, or replaced by a newer one with the same key; nothing follows."""


Message = Partial | Finished | Failed | Dropped
OnMessage = Callable[[Message], None]


class State(enum.Enum):
    """How far a job is."""

    WAITING = enum.auto()
    RUNNING = enum.auto()
    ENDED = enum.auto()


_numbers = itertools.count(1)


class Job:
    """A job of a pool; `order` is its place among those of the same priority."""

    __slots__ = ("data", "deaths", "key", "on_message", "order", "priority", "state", "type_name")

    def __init__(
        self, packed: tuple[str, msgspec.Raw], priority: int, key: Hashable, on_message: OnMessage
    ) -> None:
        self.type_name, self.data = packed
        self.priority = priority
        self.key = key
        self.on_message = on_message
        self.order = next(_numbers)
        self.state = State.WAITING
        self.deaths = 0

    @property
    def rank(self) -> tuple[int, int]:
        """What jobs are sorted by: lower numbers first."""
        return self.priority, self.order


class Waiting:
    """The jobs that wait, one for each key."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, Job] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, job: Job) -> None:
        """Let a job wait; there is none with its key."""
        self._by_key[job.key] = job

    def find(self, key: Hashable) -> Job | None:
        """Give the job with this key."""
        return self._by_key.get(key)

    def remove(self, job: Job) -> None:
        """Let a job wait no more."""
        if self._by_key.get(job.key) is job:
            del self._by_key[job.key]

    def take(self) -> Job:
        """Remove the job that comes next, and give it; there is one."""
        job = min(self._by_key.values(), key=_rank)
        del self._by_key[job.key]
        return job

    def in_order(self) -> list[Job]:
        """Give all jobs, the next one first."""
        return sorted(self._by_key.values(), key=_rank)

    def clear(self) -> list[Job]:
        """Remove all jobs, and give them in order."""
        jobs = self.in_order()
        self._by_key.clear()
        return jobs


def _rank(job: Job) -> tuple[int, int]:
    return job.rank
