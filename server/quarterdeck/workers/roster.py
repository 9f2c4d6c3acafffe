"""Who does what: the jobs and the processes of a pool, and what is decided about them.

Nothing here waits, and nothing is locked: the pool's lock is held whenever a method is called.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from quarterdeck.workers.hands import Hand, Stage
from quarterdeck.workers.jobs import Job, State, Waiting

if TYPE_CHECKING:
    from collections.abc import Hashable

STUCK_SECONDS = 5.0
"""How long a process may go on with a cancelled job, or take to end, before it is killed."""


class Roster:
    """The jobs that wait, and the processes; `count` is how many of those there may be."""

    def __init__(self, count: int, idle_seconds: float) -> None:
        self.count = count
        self.waiting = Waiting()
        self.hands: list[Hand] = []
        self.dropped: list[Job] = []
        """Jobs of which nobody was told yet that they were dropped."""
        self._idle_seconds = idle_seconds

    # --- jobs ----------------------------------------------------------------------------------------------

    def add(self, job: Job) -> None:
        """Let a job wait, in place of those with the same key."""
        for older in self.find(job.key):
            self.drop(older)
        self.waiting.add(job)

    def find(self, key: Hashable) -> list[Job]:
        """Give the jobs with a key that wait or run."""
        jobs = (self.waiting.find(key), *(hand.job for hand in self.hands))
        return [job for job in jobs if job is not None and job.key == key]

    def drop(self, job: Job) -> None:
        """Want no answer to a job any more."""
        job.state = State.ENDED
        self.waiting.remove(job)
        self.dropped.append(job)
        for hand in self.hands:
            if hand.job is job:
                hand.stop(time.monotonic() + STUCK_SECONDS)

    def put_back(self, job: Job) -> None:
        """Let a job that was begun wait again, at its old place."""
        job.state = State.WAITING
        self.waiting.add(job)

    def give_up(self) -> list[Job]:
        """End all jobs that wait; give them."""
        jobs = self.waiting.clear()
        for job in jobs:
            job.state = State.ENDED
        return jobs

    # --- processes -----------------------------------------------------------------------------------------

    @property
    def missing(self) -> int:
        """How many processes are to be started, if above 0."""
        at_work = sum(hand.stage is not Stage.ENDING for hand in self.hands)
        ready = sum(hand.stage in (Stage.STARTING, Stage.IDLE, Stage.STOPPING) for hand in self.hands)
        return min(self.count - at_work, len(self.waiting) - ready)

    def decide(self) -> None:
        """Hand out jobs, interrupt what is less important, end who is not needed."""
        self._hand_out()
        self._interrupt()

    def close(self, seconds: float) -> None:
        """End all jobs and all processes; those that take longer than so many seconds are killed."""
        self.give_up()
        for hand in self.hands:
            if hand.job is not None:
                hand.job.state = State.ENDED
            hand.end(time.monotonic() + seconds)

    def rest(self, hand: Hand) -> Job | None:
        """Take note that a process has nothing to do; give the job that it ended just now."""
        job = hand.job
        if job is not None:
            job.state = State.ENDED
        if hand.is_leaving:
            hand.end(time.monotonic() + STUCK_SECONDS)
        elif hand.stage is not Stage.ENDING:
            hand.rest(time.monotonic())
        return job

    def kill_overdue(self) -> None:
        """Kill the processes that have not done what was awaited of them."""
        now = time.monotonic()
        for hand in self.hands:
            if hand.deadline is not None and now >= hand.deadline:
                hand.process.kill()
                hand.deadline = None

    def patience(self) -> float | None:
        """Give the seconds until there is something to do, if nothing happens until then."""
        if self.dropped or self.missing > 0:
            return 0
        times = [hand.deadline for hand in self.hands if hand.deadline is not None]
        times += [hand.since + self._idle_seconds for hand in self.hands if hand.stage is Stage.IDLE]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _hand_out(self) -> None:
        now = time.monotonic()
        at_work = [hand for hand in self.hands if hand.stage is not Stage.ENDING]
        surplus = len(at_work) - self.count
        for hand in at_work:
            if hand.stage is not Stage.IDLE:
                continue
            if surplus > 0:
                surplus -= 1
                hand.end(now + STUCK_SECONDS)
            elif self.waiting:
                job = self.waiting.take()
                job.state = State.RUNNING
                hand.run(job)
            elif now - hand.since >= self._idle_seconds:
                hand.end(now + STUCK_SECONDS)

    def _interrupt(self) -> None:
        """Stop the least important jobs, if more important ones have nobody to do them."""
        if not self.waiting or self.missing > 0:
            return
        coming = sum(hand.stage in (Stage.STARTING, Stage.STOPPING) for hand in self.hands)
        busy = [hand for hand in self.hands if hand.stage is Stage.BUSY and hand.job is not None]
        busy.sort(key=lambda hand: cast("Job", hand.job).rank, reverse=True)
        for job, hand in zip(self.waiting.in_order()[coming:], busy, strict=False):
            running = cast("Job", hand.job)
            if running.priority <= job.priority:
                return
            hand.stop(time.monotonic() + STUCK_SECONDS)
            self.put_back(running)
