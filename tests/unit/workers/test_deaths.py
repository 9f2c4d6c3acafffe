"""Worker processes that die, get stuck or lose their server: others go on, and nobody is left behind."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.workers import roster, starting
from quarterdeck.workers.jobs import Failed, Failure, Finished, Partial
from unit.workers.demo_jobs import (
    Client,
    Count,
    Die,
    Echo,
    Fill,
    Hold,
    Print,
    Stick,
    is_alive,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from quarterdeck.workers.jobs import Message

    Connect = Callable[..., Client]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: signals that kill")

SEED = int(os.environ["QUARTERDECK_SEED"])
KILLS = 300 if os.environ["QUARTERDECK_PROFILE"] == "soak" else 20

SERVER = """
import sys, threading
from unit.workers import demo_jobs
from quarterdeck.workers import starting
from quarterdeck.workers.jobs import Partial

if sys.argv[1] == "spawned":
    starting.can_fork = lambda: False
client = demo_jobs.Client(count=3)
client.submit(demo_jobs.Hold("/nowhere/at all"), key="a")
client.submit(demo_jobs.Count(), key="b")
client.submit(getattr(demo_jobs, sys.argv[2])(*sys.argv[3:]), key="c")
while len(client.pool.status().pids) < (3 if sys.argv[1] == "spawned" else 4):
    client.next()
sys.stderr.write(" ".join(map(str, client.pool.status().pids)) + "\\n")
sys.stderr.flush()
threading.Event().wait()
"""
"""A server with a busy process, one without work, and a third one that does what is asked for."""


@pytest.fixture(params=["forked", "spawned"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "spawned":
        monkeypatch.setattr(starting, "can_fork", lambda: False)
    monkeypatch.setattr(starting, "FORKED_FROM", 1)
    return request.param


@pytest.fixture
def connect(way: str) -> Generator[Connect]:
    clients: list[Client] = []

    def make(**options: Any) -> Client:
        clients.append(Client(**options))
        return clients[-1]

    yield make
    for client in clients:
        client.pool.close()


# --- workers -----------------------------------------------------------------------------------------------


def test_the_job_of_a_killed_process_is_done_by_another(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "go")), key="a")
    _, pid = client.begun()
    os.kill(pid, signal.SIGKILL)
    _, other = client.begun()
    (tmp_path / "go").touch()
    key, message = client.next()
    assert (key, type(message)) == ("a", Finished)
    assert other != pid
    assert client.pool.status().deaths == 1


def test_a_job_that_kills_every_process_is_given_up_and_others_go_on(connect: Connect) -> None:
    client = connect(count=2)
    client.submit(Die(), key="bad")
    for key in range(5):
        client.submit(Echo(str(key)), key=key)
    ends = dict(client.ends(6))
    assert ends.pop("bad") == Failed("the worker process died twice (killed by signal 9)", Failure.DEATH)
    assert ends == {key: Finished(Echo(str(key))) for key in range(5)}
    assert client.pool.status().deaths == 2


def test_a_process_that_dies_without_a_job_is_replaced_when_one_comes(connect: Connect) -> None:
    client = connect()
    client.submit(Count(), key="a")
    ((_, first),) = client.ends(1)
    assert isinstance(first, Finished)
    os.kill(first.answer.pid, signal.SIGKILL)
    client.wait_until(lambda: client.pool.status().deaths == 1)
    client.submit(Count(), key="b")
    ((_, second),) = client.ends(1)
    assert isinstance(second, Finished)
    assert second.answer != first.answer


def test_a_cancelled_job_whose_process_dies_is_not_begun_again(connect: Connect) -> None:
    client = connect()
    ticket = client.submit(Stick(), key="a")
    _, pid = client.begun()
    ticket.cancel()
    assert client.next()[0] == "a"
    os.kill(pid, signal.SIGKILL)
    client.submit(Echo("x"), key="b")
    assert client.next() == ("b", Finished(Echo("x")))


def test_a_process_that_does_not_notice_that_it_is_cancelled_is_killed(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "STUCK_SECONDS", 0.0)
    client = connect()
    ticket = client.submit(Stick(), key="a")
    _, pid = client.begun()
    ticket.cancel()
    client.submit(Count(), key="b")
    _, (_, message) = client.ends(2)
    assert isinstance(message, Finished)
    assert message.answer.pid != pid
    wait_until(lambda: not is_alive(pid))


def test_a_stopped_process_does_not_stop_the_pool(connect: Connect) -> None:
    """Its connection is full, and stays so."""
    client = connect(count=2)
    client.submit(Stick(), key="a")
    _, pid = client.begun()
    os.kill(pid, signal.SIGSTOP)
    client.submit(Echo("x" * 10_000_000), key="b")
    assert client.next() == ("b", Finished(Echo("x" * 10_000_000)))


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: what a process allocates is counted")
def test_a_job_that_needs_too_much_memory_is_given_up(connect: Connect) -> None:
    client = connect(max_bytes=200_000_000)
    client.submit(Fill(400_000_000), key="a")
    client.submit(Fill(1_000_000), key="b")
    ends = dict(client.ends(2))
    why = "the worker process died twice (it needed more memory than it may have)"
    assert ends["a"] == Failed(why, Failure.DEATH)
    assert isinstance(ends["b"], Finished)


def test_the_process_that_starts_others_may_die(tmp_path: Path) -> None:
    client = Client(count=2)
    client.submit(Hold(str(tmp_path / "go")), key="a")
    _, pid = client.begun()
    helper = client.pool._starter.pid
    assert helper is not None
    os.kill(helper, signal.SIGKILL)
    wait_until(lambda: not is_alive(helper))
    os.kill(pid, signal.SIGKILL)
    (tmp_path / "go").touch()
    _, message = client.ends(1)[0]
    assert isinstance(message, Finished)
    assert message.answer.pid != pid
    client.pool.close()


def test_processes_that_cannot_be_started_are_told_and_not_tried_for_ever(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    client = Client(count=2)
    client.submit(Echo("x"), key="a")
    _, message = client.next()
    assert isinstance(message, Failed)
    assert message.message.startswith("worker processes cannot be started: [Errno 2]")
    monkeypatch.undo()
    client.submit(Echo("x"), key="b")
    assert client.next() == ("b", Finished(Echo("x")))
    client.pool.close()


def test_workers_touch_neither_the_servers_input_nor_its_output(
    connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    client = connect()
    client.submit(Print("Content-Length: 0"), key="a")
    assert client.next() == ("a", Finished(Echo("")))
    assert capfd.readouterr().out == ""


def test_processes_killed_at_random_moments_cost_no_answer(connect: Connect) -> None:
    """Not even where it is the process that starts others, or one that has just begun to start."""
    chance = random.Random(SEED)
    client = connect(count=2, tries=sys.maxsize)
    for key in range(KILLS):
        client.submit(Count(300), key=key)
    ended: list[int] = []

    def listen() -> None:
        key, message = client.next()
        if not isinstance(message, Partial):
            assert isinstance(message, Finished), message
            ended.append(key)

    for _ in range(KILLS):
        # How many messages come before the next death makes the moment random.
        for _ in range(chance.randrange(1, 200)):
            if len(ended) < KILLS:
                listen()
        if pids := client.pool.status().pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(pids), signal.SIGKILL)
    while len(ended) < KILLS:
        listen()
    assert sorted(ended) == list(range(KILLS))
    assert client.heard.empty()


# --- the end -----------------------------------------------------------------------------------------------


def test_close_ends_all_processes_whatever_they_do(connect: Connect, tmp_path: Path) -> None:
    client = connect(count=3)
    client.submit(Stick(), key="stuck")
    client.submit(Hold(str(tmp_path / "never")), key="busy")
    client.submit(Count(), key="idle")
    client.ends(1)
    pids = client.pool.status().pids
    assert len(pids) >= 3
    client.pool.close()
    wait_until(lambda: not any(map(is_alive, pids)))
    while not client.heard.empty():
        assert isinstance(client.heard.get()[1], Partial)


def test_nothing_is_said_after_close(connect: Connect, tmp_path: Path) -> None:
    client = connect()
    client.submit(Hold(str(tmp_path / "never")), key="a")
    client.begun()
    client.submit(Count(), key="b")
    client.pool.close()
    client.pool.close()
    ticket = client.submit(Count(), key="c")
    assert ticket.is_ended
    ticket.cancel()
    assert client.heard.empty()


def test_close_does_not_wait_for_a_start(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(preload=["unit.workers.slow_module"])
    client.submit(Echo("x"), key="a")
    wait_until(lambda: client.pool.status().pids != ())
    pids = client.pool.status().pids
    client.pool.close()
    wait_until(lambda: not any(map(is_alive, pids)))
    assert client.heard.empty()


def test_a_listener_may_close_the_pool() -> None:
    client = Client(count=2)
    closed = threading.Event()

    def close(message: Message) -> None:
        client.pool.close()
        closed.set()

    client.pool.submit(Echo("x"), priority=0, key="a", on_message=close)
    wait_until(closed.is_set)
    wait_until(lambda: client.pool.status().pids == ())


@pytest.mark.parametrize("third", ["Stick", "Hold /nowhere", "Die"])
def test_no_process_outlives_a_killed_server(way: str, third: str) -> None:
    if way == "spawned" and third == "Stick" and sys.platform != "linux":
        pytest.skip("only on Linux: the system watches over such a process")
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, way, *third.split()],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as server:
        assert server.stderr is not None
        pids = [int(pid) for pid in server.stderr.readline().split()]
        assert len(pids) >= 3
        server.kill()
    wait_until(lambda: not any(map(is_alive, pids)))


def test_no_process_outlives_a_server_that_is_killed_after_the_one_that_starts_others() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, "forked", "Hold", "/nowhere"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as server:
        assert server.stderr is not None
        *pids, helper = [int(pid) for pid in server.stderr.readline().split()]
        os.kill(helper, signal.SIGKILL)
        server.kill()
    wait_until(lambda: not any(map(is_alive, [*pids, helper])))
