"""Worker processes for the language server: order, cancelling, and what comes back."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.workers import starting
from quarterdeck.workers.jobs import Dropped, Failed, Failure, Finished, Message, Partial
from unit.workers.demo_jobs import Client, Count, Echo, Hold, Keep, Look, Number, Process, Raise, Strange

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    Connect = Callable[..., Client]


@pytest.fixture(params=["forked", "spawned"])
def connect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[Connect]:
    if request.param == "spawned":
        monkeypatch.setattr(starting, "can_fork", lambda: False)
    monkeypatch.setattr(starting, "FORKED_FROM", 1)
    clients: list[Client] = []

    def make(**options: Any) -> Client:
        clients.append(Client(**options))
        return clients[-1]

    yield make
    for client in clients:
        client.pool.close()


def test_answers_come_one_by_one_and_as_what_they_were(connect: Connect) -> None:
    client = connect()
    client.submit(Count(3), key="a")
    *numbers, last = [client.next() for _ in range(4)]
    assert numbers == [("a", Partial(Number(value))) for value in range(3)]
    assert isinstance(last[1], Finished)
    assert isinstance(last[1].answer, Process)
    assert last[1].answer.pid != os.getpid()


def test_one_thread_gives_all_messages(connect: Connect) -> None:
    client = connect(count=2)
    threads: list[str] = []
    done = threading.Semaphore(0)

    def take(message: Message) -> None:
        threads.append(threading.current_thread().name)
        if not isinstance(message, Partial):
            done.release()

    for key in range(4):
        client.pool.submit(Count(5), priority=0, key=key, on_message=take)
    for _ in range(4):
        assert done.acquire(timeout=60)
    assert set(threads) == {"worker pool"}
    assert len(threads) == 24


def test_nothing_runs_before_the_first_job(connect: Connect) -> None:
    assert connect().pool.status() == (0, 0, (), 0, 0)


@pytest.mark.parametrize(("count", "processes"), [(1, 1), (2, 2 + starting.can_fork())])
def test_a_single_process_needs_no_other_that_forks_it(count: int, processes: int, tmp_path: Path) -> None:
    client = Client(count=count)
    for key in range(count):
        client.submit(Hold(str(tmp_path / "go")), key=key)
    for _ in range(count):
        client.begun()
    assert len(client.pool.status().pids) == processes
    client.pool.close()


def test_a_process_is_kept_for_later_jobs(connect: Connect) -> None:
    client = connect(count=2)
    answers: set[Message] = set()
    for _ in range(3):
        client.submit(Count(), key="a")
        answers.add(client.next()[1])
    assert len(answers) == 1
    assert client.pool.status().started == 1


def test_the_lowest_priority_is_first_then_who_waited_longest(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="first", priority=-9)
    client.begun()
    for key, priority in [("c", 2), ("a", 1), ("d", 2), ("b", 1)]:
        client.submit(Count(), key=key, priority=priority)
    (tmp_path / "go").touch()
    assert [key for key, _ in client.ends(5)] == ["first", "a", "b", "c", "d"]


def test_waiting_jobs_change_their_priority(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="first", priority=-9)
    client.begun()
    for key in "abc":
        client.submit(Count(), key=key, priority=1)
    assert client.pool.reprioritise("c", 0)
    assert client.pool.reprioritise("a", 7)
    assert not client.pool.reprioritise("z", 0)
    (tmp_path / "go").touch()
    assert [key for key, _ in client.ends(4)] == ["first", "c", "b", "a"]


def test_a_cancelled_job_stops_and_its_process_goes_on(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    ticket = client.submit(Hold(str(tmp_path / "never")), key="a")
    _, pid = client.begun()
    ticket.cancel()
    assert client.next() == ("a", Dropped())
    assert ticket.is_ended
    client.submit(Count(), key="b")
    assert client.next() == ("b", Finished(Process(pid), pid))
    assert client.pool.status().deaths == 0


def test_a_job_that_was_cancelled_while_it_waited_never_runs(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="a")
    client.begun()
    ticket = client.submit(Count(3), key="b")
    ticket.cancel()
    ticket.cancel()
    assert client.next() == ("b", Dropped())
    (tmp_path / "go").touch()
    client.submit(Count(), key="c")
    assert [(key, type(message)) for key, message in client.ends(2)] == [("a", Finished), ("c", Finished)]


def test_a_newer_job_replaces_the_one_that_waits(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="first")
    client.begun()
    client.submit(Echo("old"), key="a")
    client.submit(Echo("new"), key="a")
    assert client.next() == ("a", Dropped())
    (tmp_path / "go").touch()
    assert client.ends(2)[1] == ("a", Finished(Echo("new")))


def test_a_newer_job_stops_the_one_that_runs(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "never")), key="a")
    _, pid = client.begun()
    client.submit(Count(), key="a")
    assert [client.next(), client.next()] == [("a", Dropped()), ("a", Finished(Process(pid), pid))]


def test_cancelling_what_has_finished_changes_nothing(connect: Connect) -> None:
    client = connect()
    ticket = client.submit(Echo("x"), key="a")
    assert client.next() == ("a", Finished(Echo("x")))
    ticket.cancel()
    client.submit(Echo("y"), key="b")
    assert client.next() == ("b", Finished(Echo("y")))


def test_a_more_important_job_interrupts_and_the_other_is_begun_anew(
    connect: Connect, tmp_path: Path
) -> None:
    client = connect(count=2)
    client.submit(Hold(str(tmp_path / "go")), key="less", priority=5)
    client.submit(Hold(str(tmp_path / "go")), key="least", priority=6)
    assert {client.begun()[0], client.begun()[0]} == {"less", "least"}
    client.submit(Echo("now"), key="urgent", priority=0)
    assert client.next() == ("urgent", Finished(Echo("now")))
    assert client.begun()[0] == "least"
    (tmp_path / "go").touch()
    ends = client.ends(2)
    assert {(key, type(message)) for key, message in ends} == {("less", Finished), ("least", Finished)}


def test_jobs_of_one_priority_do_not_interrupt_each_other(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="a", priority=1)
    client.begun()
    client.submit(Count(), key="b", priority=1)
    client.wait_until(lambda: client.pool.status().waiting == 1)
    (tmp_path / "go").touch()
    assert [key for key, _ in client.ends(2)] == ["a", "b"]


def test_more_processes_run_when_more_are_allowed(connect: Connect, tmp_path: Path) -> None:
    client = connect(count=0)
    for key in "ab":
        client.submit(Hold(str(tmp_path / "go")), key=key)
    assert client.pool.status() == (2, 0, (), 0, 0)
    client.pool.set_count(1)
    assert client.begun()[0] == "a"
    client.pool.set_count(2)
    assert client.begun()[0] == "b"
    client.pool.set_count(1)
    (tmp_path / "go").touch()
    client.ends(2)
    client.wait_until(lambda: len(_workers(client)) == 1)
    assert client.pool.status().deaths == 0


def test_processes_end_when_there_is_nothing_to_do(connect: Connect) -> None:
    client = connect(idle_seconds=0)
    pids: set[int] = set()
    for _ in range(3):
        client.submit(Count(), key="a")
        message = client.ends(1)[0][1]
        assert isinstance(message, Finished)
        pids.add(message.answer.pid)
        client.wait_until(lambda: client.pool.status().pids == ())
    assert len(pids) == 3
    assert client.pool.status().deaths == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: a process knows how much it holds")
def test_a_process_that_holds_much_memory_after_a_job_gives_it_back(connect: Connect) -> None:
    client = connect(keep_bytes=100_000_000)
    for key, job in enumerate([Count(), Keep(1_000), Keep(150_000_000), Count(), Count()]):
        client.submit(job, key=key)
    one, same, full, *others = (message.pid for _, message in client.ends(5))
    assert one == same == full
    assert len(set(others)) == 1
    assert one not in others
    assert client.pool.status().deaths == 0


def test_an_exception_is_told_in_one_sentence(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    client = connect()
    client.submit(Raise("no\nsuch thing"), key="a")
    assert client.next() == ("a", Failed("ValueError: no such thing", Failure.MISTAKE))
    assert "in run" in caplog.text
    client.submit(Echo("x"), key="b")
    assert client.next() == ("b", Finished(Echo("x")))
    assert client.pool.status().started == 1


def test_an_answer_that_nobody_can_read_is_told(connect: Connect) -> None:
    client = connect()
    client.submit(Strange(), key="a")
    key, message = client.next()
    assert key == "a"
    assert isinstance(message, Failed)
    assert message.message.startswith("an answer cannot be read: ")
    client.submit(Echo("x"), key="b")
    assert client.next() == ("b", Finished(Echo("x")))


def test_a_listener_that_fails_does_not_stop_the_others(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect()

    def fail(message: Message) -> None:
        raise LookupError(message)

    client.pool.submit(Count(), priority=0, key="a", on_message=fail)
    client.submit(Echo("x"), key="b")
    assert client.next() == ("b", Finished(Echo("x")))
    assert "LookupError" in caplog.text


def test_large_jobs_and_answers_arrive_whole(connect: Connect) -> None:
    client = connect()
    text = "värde\n" * 1_000_000
    client.submit(Echo(text), key="a")
    assert client.next() == ("a", Finished(Echo(text)))


def test_an_entry_that_cannot_be_loaded_is_told_and_not_tried_for_ever(connect: Connect) -> None:
    client = connect(entry="unit.workers.no_such_module:run")
    for number in (1, 2):
        client.submit(Count(), key="a")
        key, message = client.next()
        assert key == "a"
        assert isinstance(message, Failed)
        assert message.message.startswith("unit.workers.no_such_module:run cannot be loaded: No module named")
        assert client.pool.status().started == number


def test_workers_give_way_and_know_nothing_of_the_protocol(connect: Connect) -> None:
    """What a worker loads is what it keeps in memory."""
    client = connect(preload=["quarterdeck.workspace.scenario_job"], niceness=3)
    client.submit(Look(), key="a")
    message = client.next()[1]
    assert isinstance(message, Finished)
    assert message.answer.niceness == os.nice(0) + 3
    loaded = {name for name in message.answer.modules if name.startswith("quarterdeck.")}
    assert not {name for name in loaded if name.startswith(("quarterdeck.lsp", "quarterdeck.cli"))}
    assert not {"pygls", "lsprotocol", "asyncio", "logging", "multiprocessing"} & set(message.answer.modules)


def _workers(client: Client) -> tuple[int, ...]:
    """Give the worker processes, without the one that starts them."""
    helper = client.pool._starter.pid
    return tuple(pid for pid in client.pool.status().pids if pid != helper)
