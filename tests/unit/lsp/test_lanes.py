"""Tests of the analysing thread: what goes first, what makes room, what is dropped, errors, budgets."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from quarterdeck.errors import Cancelled
from quarterdeck.lsp.lanes import Lane, LaneThread, Task, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20.0


class Work:
    """Tasks that go on until they are cancelled or told to finish; `done` has what came to its end."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)
        self.may_finish = threading.Event()
        self.started: list[str] = []
        self.done: list[str] = []
        self.lanes = LaneThread()

    def ask(self, name: str, lane: Lane, *, key: str | None = None, seconds: float = 60.0) -> None:
        def work(turn: Turn) -> Iterator[Lane]:
            self.started.append(name)
            self.begun.release()
            while not self.may_finish.wait(0.001):
                if turn.is_cancelled():
                    raise Cancelled
            yield lane
            self.done.append(name)
            self.ended.release()

        self.lanes.ask(Task(key or name, lane, name, work, seconds=seconds))

    def wait_begun(self) -> None:
        assert self.begun.acquire(timeout=PATIENCE)

    def finish(self, count: int) -> None:
        self.may_finish.set()
        for _ in range(count):
            assert self.ended.acquire(timeout=PATIENCE)


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.lanes.stop()


def test_a_newer_task_with_the_same_key_takes_the_place_of_the_older(work: Work) -> None:
    work.ask("a 1", Lane.TYPED, key="a")
    work.wait_begun()
    work.ask("a 2", Lane.TYPED, key="a")
    work.wait_begun()
    work.finish(1)
    assert work.started == ["a 1", "a 2"]
    assert work.done == ["a 2"]


def test_what_is_more_urgent_goes_first_and_the_other_is_taken_up_again(work: Work) -> None:
    work.ask("rest", Lane.WORKSPACE)
    work.wait_begun()
    work.ask("open", Lane.OPEN)
    work.wait_begun()
    work.finish(2)
    assert work.done == ["open", "rest"]


def test_what_is_as_urgent_does_not_disturb(work: Work) -> None:
    work.ask("a", Lane.OPEN)
    work.wait_begun()
    work.ask("b", Lane.OPEN)
    work.finish(2)
    assert work.started == ["a", "b"]


def test_lanes_go_in_their_order_and_the_newest_goes_first_in_each(work: Work) -> None:
    work.ask("first", Lane.TYPED)
    work.wait_begun()
    for name in ("a", "b"):
        for lane in reversed(Lane):
            work.ask(f"{lane.name} {name}", lane)
    assert work.lanes.queue() == dict.fromkeys(Lane, 2)
    work.finish(11)
    assert work.done == ["first", *(f"{lane.name} {name}" for lane in Lane for name in ("b", "a"))]


def test_a_task_that_becomes_less_urgent_lets_others_go_first() -> None:
    lanes = LaneThread()
    steps: list[str] = []
    is_asked, is_done = threading.Event(), threading.Event()

    def typed(turn: Turn) -> Iterator[Lane]:
        steps.append(f"typed {turn.lane.name}")
        assert is_asked.wait(PATIENCE)
        yield Lane.FOCUSED
        steps.append("rendered")
        is_done.set()

    def other(_turn: Turn) -> Iterator[Lane]:
        steps.append("other")
        yield Lane.OPEN

    lanes.ask(Task("typed", Lane.TYPED, "typed", typed, seconds=60))
    lanes.ask(Task("other", Lane.OPEN, "other", other, seconds=60))
    is_asked.set()
    assert is_done.wait(PATIENCE)
    lanes.stop()
    assert steps == ["typed TYPED", "other", "typed FOCUSED", "rendered"]


def test_a_task_that_nobody_wants_any_more_stops_and_does_not_come_back(work: Work) -> None:
    work.ask("a", Lane.OPEN)
    work.wait_begun()
    work.lanes.forget("a")
    work.ask("b", Lane.OPEN)
    work.wait_begun()
    work.ask("c", Lane.OPEN)
    work.lanes.forget("c")
    work.finish(1)
    assert work.done == ["b"]


def test_a_task_learns_that_its_time_is_up() -> None:
    lanes = LaneThread()
    told: list[bool] = []
    is_done = threading.Event()

    def endless(turn: Turn) -> Iterator[Lane]:
        while not turn.is_cancelled():
            pass
        told.append(turn.is_out_of_time)
        is_done.set()
        yield turn.lane

    lanes.ask(Task("endless", Lane.OPEN, "endless", endless, seconds=0.01))
    assert is_done.wait(PATIENCE)
    lanes.stop()
    assert told == [True]


def test_an_error_is_logged_and_the_next_task_is_served(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_turn: Turn) -> Iterator[Lane]:
        yield Lane.OPEN
        raise ValueError("a bug")

    work.lanes.ask(Task("bad", Lane.OPEN, "the analysis of bad", broken, seconds=60))
    work.ask("good", Lane.FOCUSED)
    work.finish(1)
    assert [record.message for record in caplog.records] == ["the analysis of bad failed"]


def test_nothing_runs_after_the_stop() -> None:
    work = Work()
    work.lanes.stop()
    work.ask("a", Lane.TYPED)
    assert not work.started
    assert work.lanes.is_idle


def test_there_is_a_moment_for_tidying_up_once_nothing_is_left() -> None:
    tidied = threading.Semaphore(0)
    lanes = LaneThread(lambda _is_cancelled: tidied.release(), idle_seconds=0.001)
    done = threading.Event()

    def quick(turn: Turn) -> Iterator[Lane]:
        yield turn.lane
        done.set()

    lanes.ask(Task("a", Lane.OPEN, "a", quick, seconds=60))
    assert done.wait(PATIENCE)
    assert tidied.acquire(timeout=PATIENCE)
    assert not tidied.acquire(timeout=0.05), "once, not again and again"
    lanes.stop()
