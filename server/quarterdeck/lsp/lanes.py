"""The one thread that computes for people who wait: what is most urgent first, the newest first of it.

The event loop never computes, and of two threads that compute each takes twice as long; so there is one, with
lanes. A task that becomes less urgent on its way says so and lets others go first. A task that is superseded
learns of it when it next asks, and stops.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple

from quarterdeck.errors import Cancelled
from quarterdeck.lsp.dispatch import run_safely

IDLE_SECONDS = 0.7
"""How long nothing may have been asked for before there is time for tidying up."""
IsCancelled = Callable[[], bool]


class Lane(IntEnum):
    """How urgent something is; a lower number goes first."""

    TYPED = 0
    """Syntax and names of the document that is being typed in."""
    OPEN = 1
    """Syntax and names of other open documents."""
    FOCUSED = 2
    """The focused scenario of charts that somebody looks at."""
    SCENARIOS = 3
    """All other scenarios of those charts."""
    WORKSPACE = 4
    """The rest of the workspace."""


class Task:
    """Something to compute. `work(turn)` is called on the thread; a task with the same key replaces it.

    It yields the lane of what is left whenever that changes; when something more urgent waits then, it is
    closed and begun anew later. It asks `turn.is_cancelled` now and then, and raises `Cancelled` where that
    says so; `seconds` is its budget, after which it says so, too.
    """

    __slots__ = ("key", "lane", "name", "seconds", "work")

    def __init__(
        self, key: str, lane: Lane, name: str, work: Callable[[Turn], Iterator[Lane]], *, seconds: float
    ) -> None:
        self.key = key
        self.lane = lane
        self.name = name
        self.work = work
        self.seconds = seconds


class Turn:
    """One run of a task on the thread."""

    __slots__ = ("_deadline", "has_to_yield", "is_wanted", "lane", "started", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.lane = task.lane
        self.started = time.monotonic()
        self._deadline = self.started + task.seconds
        self.has_to_yield = False
        self.is_wanted = True
        """Whether it is begun anew once it had to make room."""

    def is_cancelled(self) -> bool:
        """Tell whether the task has to stop: nobody wants it, others go first, or its time is up."""
        return self.has_to_yield or time.monotonic() > self._deadline

    @property
    def is_out_of_time(self) -> bool:
        """Whether it was its budget that stopped it."""
        return not self.has_to_yield and time.monotonic() > self._deadline


class Running(NamedTuple):
    """What the thread is at: the task's name, its lane, and for how many seconds."""

    name: str
    lane: Lane
    seconds: float


class LaneThread:
    """Runs tasks, one at a time. Any thread may call it.

    `idle(is_cancelled)` is called on the thread when there was nothing to do for `idle_seconds`, once; it
    stops when something is asked for, and is called again then.
    """

    def __init__(
        self, idle: Callable[[IsCancelled], None] = lambda _: None, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._idle = idle
        self._idle_seconds = idle_seconds
        self._waiting: dict[str, Task] = {}
        self._turn: Turn | None = None
        self._is_stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, task: Task) -> None:
        """Ask for a task; what is less urgent makes room, and one with its key is not wanted any more."""
        with self._changed:
            if self._is_stopped:
                return
            self._waiting.pop(task.key, None)
            self._waiting[task.key] = task
            turn = self._turn
            if turn is not None and (turn.task.key == task.key or task.lane < turn.lane):
                self._interrupt(turn, is_wanted=turn.task.key != task.key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="analysis", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def forget(self, key: str) -> None:
        """Want a task no more, whether it waits or runs."""
        with self._changed:
            self._waiting.pop(key, None)
            if self._turn is not None and self._turn.task.key == key:
                self._interrupt(self._turn, is_wanted=False)

    def stop(self) -> None:
        """End the thread as soon as the running task has noticed; does not wait for it."""
        with self._changed:
            self._is_stopped = True
            self._waiting.clear()
            if self._turn is not None:
                self._interrupt(self._turn, is_wanted=False)
            self._changed.notify_all()

    def queue(self) -> dict[Lane, int]:
        """Give how many tasks wait in each lane."""
        with self._changed:
            waiting = [task.lane for task in self._waiting.values()]
        return {lane: waiting.count(lane) for lane in Lane}

    def running(self) -> Running | None:
        """Tell what is being done."""
        turn = self._turn
        return None if turn is None else Running(turn.task.name, turn.lane, time.monotonic() - turn.started)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits."""
        with self._changed:
            return self._turn is None and not self._waiting

    # --- the thread ----------------------------------------------------------------------------------------

    def _is_asked(self) -> bool:
        return bool(self._waiting) or self._is_stopped

    def _interrupt(self, turn: Turn, *, is_wanted: bool) -> None:
        turn.has_to_yield = True
        turn.is_wanted &= is_wanted

    def _work(self) -> None:
        is_fresh = False
        while True:
            with self._changed:
                self._turn = None
                while not self._waiting and not self._is_stopped:
                    if not self._changed.wait(self._idle_seconds if is_fresh else None):
                        break
                if self._is_stopped:
                    return
                turn = self._take()
            if turn is None:
                is_fresh = False
                run_safely("tidying up", self._idle, self._is_asked)
                continue
            is_fresh = True
            run_safely(turn.task.name, self._run, turn)

    def _take(self) -> Turn | None:
        """Choose the most urgent task, of several the newest."""
        best: Task | None = None
        for task in self._waiting.values():
            if best is None or task.lane <= best.lane:
                best = task
        if best is None:
            return None
        del self._waiting[best.key]
        self._turn = Turn(best)
        return self._turn

    def _run(self, turn: Turn) -> None:
        """Do a task; one that had to make room waits again, in the lane that it had got to."""
        try:
            for lane in turn.task.work(turn):
                with self._changed:
                    turn.lane = lane
                    if any(task.lane < lane for task in self._waiting.values()):
                        turn.has_to_yield = True
                if turn.has_to_yield:
                    raise Cancelled  # noqa: TRY301 - as the task would at its next step
        except Cancelled:
            with self._changed:
                is_new = turn.task.key in self._waiting
                if turn.has_to_yield and turn.is_wanted and not is_new and not self._is_stopped:
                    turn.task.lane = turn.lane
                    # Older than all that wait in its lane.
                    self._waiting = {turn.task.key: turn.task, **self._waiting}
            raise
