"""Tests of the analysing thread: order, cancellation, errors."""

from __future__ import annotations

import logging
import threading

import pytest

from quarterdeck.errors import Cancelled
from quarterdeck.lsp.analyst import Analyst, IsCancelled, Request

PATIENCE = 20.0


def request(chart: str, revision: int = 1) -> Request:
    return Request(chart=chart, revision=revision, disk_revision=1, buffers={})


class Work:
    """Analyses that go on until they are cancelled or told to finish; `done` has what came to its end."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)
        self.may_finish = threading.Event()
        self.started: list[tuple[str, int]] = []
        self.done: list[tuple[str, int]] = []
        self.analyst = Analyst(self)

    def __call__(self, asked: Request, is_cancelled: IsCancelled) -> None:
        self.started.append((asked.chart, asked.revision))
        self.begun.release()
        while not self.may_finish.wait(0.001):
            if is_cancelled():
                raise Cancelled
        self.done.append((asked.chart, asked.revision))
        self.ended.release()

    def wait_begun(self) -> None:
        assert self.begun.acquire(timeout=PATIENCE)

    def wait_ended(self) -> None:
        assert self.ended.acquire(timeout=PATIENCE)


@pytest.fixture
def work() -> Work:
    work = Work()
    yield work
    work.analyst.stop()


def test_a_newer_request_for_a_chart_cancels_the_older(work: Work) -> None:
    work.analyst.request(request("a", 1))
    work.wait_begun()
    work.analyst.request(request("a", 2))
    work.wait_begun()
    work.may_finish.set()
    work.wait_ended()
    assert work.started == [("a", 1), ("a", 2)]
    assert work.done == [("a", 2)]


def test_another_chart_goes_first_and_the_cancelled_one_is_taken_up_again(work: Work) -> None:
    work.analyst.request(request("a"))
    work.wait_begun()
    work.analyst.request(request("b"))
    work.wait_begun()
    work.may_finish.set()
    work.wait_ended()
    work.wait_ended()
    assert work.done == [("b", 1), ("a", 1)]


def test_waiting_requests_are_replaced_by_newer_ones_of_their_chart(work: Work) -> None:
    work.analyst.request(request("a"))
    work.wait_begun()
    for chart, revision in (("b", 1), ("c", 1), ("b", 2)):
        work.analyst.request(request(chart, revision))
    work.may_finish.set()
    for _ in range(3):
        work.wait_ended()
    assert set(work.done) == {("a", 1), ("b", 2), ("c", 1)}


def test_a_forgotten_chart_is_not_taken_up_again(work: Work) -> None:
    work.analyst.request(request("a"))
    work.wait_begun()
    work.analyst.forget("a")
    work.analyst.request(request("b"))
    work.wait_begun()
    work.may_finish.set()
    work.wait_ended()
    work.analyst.request(request("c"))
    work.wait_ended()
    assert work.done == [("b", 1), ("c", 1)]


def test_an_error_is_logged_and_the_next_request_served(caplog: pytest.LogCaptureFixture) -> None:
    served = threading.Event()

    def analyse(asked: Request, _is_cancelled: IsCancelled) -> None:
        if asked.chart == "bad":
            raise ValueError("a bug")
        served.set()

    analyst = Analyst(analyse)
    with caplog.at_level(logging.ERROR):
        analyst.request(request("good"))
        assert served.wait(PATIENCE)
        served.clear()
        analyst.request(request("bad"))
        analyst.request(request("good", 2))
        assert served.wait(PATIENCE)
    analyst.stop()
    assert all("the analysis of bad failed" in record.message for record in caplog.records)


def test_nothing_runs_after_the_stop() -> None:
    work = Work()
    work.analyst.stop()
    work.analyst.request(request("a"))
    assert not work.started
