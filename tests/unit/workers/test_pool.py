"""Lists of items worked through by several processes: results in order, whatever happens to a process."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.cli.main import main
from quarterdeck.errors import ToolError
from quarterdeck.workers import crew, pool, starting
from quarterdeck.workers.pool import run_in_order
from unit.workers.demo_tasks import Dies, Double, Marks, Raises, Unsendable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

kills = pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: signals that kill")


@pytest.fixture(params=["forked", "spawned"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "spawned":
        monkeypatch.setattr(starting, "can_fork", lambda: False)
    monkeypatch.setattr(starting, "FORKED_FROM", 1)
    return request.param


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("cost", [None, float, lambda item: -item])
def test_results_come_in_the_order_of_the_items(
    workers: int, cost: Callable[[int], float] | None, tmp_path: Path
) -> None:
    task = Double(tmp_path, workers)
    results = list(run_in_order(task, range(60), workers=workers, cost=cost))
    assert [result for result, _ in results] == list(range(0, 120, 2))
    assert len({process for _, process in results}) == workers
    assert task.finished == sum(process == os.getpid() for _, process in results)


def test_short_work_starts_no_process() -> None:
    task = Double()
    assert {process for _, process in run_in_order(task, range(6))} == {os.getpid()}
    assert task.finished == 6


def test_long_work_goes_to_processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pool, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr(pool, "processors", lambda: 2)
    task = Double()
    results = run_in_order(task, range(40))
    assert next(results) == (0, os.getpid())
    task.together = tmp_path
    assert len({process for _, process in results}) == 2


def test_the_most_costly_items_are_begun_first(tmp_path: Path) -> None:
    """But this process does what comes next in the order of results."""
    order: list[int] = []

    class Noting(Double):
        def __call__(self, item: int) -> tuple[int, int]:
            order.append(item)
            return super().__call__(item)

        def __reduce__(self) -> tuple[Any, ...]:
            return Double, (tmp_path, 3)  # Three never come together: workers do not get on.

    results = run_in_order(Noting(), range(20), workers=2, cost=lambda item: item % 7)
    for number in range(7):
        assert next(results)[0] == 2 * number
    assert order[0] == 0
    (tmp_path / "third").touch()
    (tmp_path / "fourth").touch()
    assert [result for result, _ in results] == list(range(14, 40, 2))


def test_this_process_does_what_no_worker_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker ever comes to work."""
    results = run_in_order(Double(), range(30), workers=2, preload=["unit.workers.slow_module"])
    assert {process for _, process in results} == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_is_raised_where_its_result_would_be(workers: int, tmp_path: Path) -> None:
    results = run_in_order(Raises(tmp_path, workers), range(9), workers=workers)
    assert [next(results)[0], next(results)[0]] == [0, 2]
    with pytest.raises(LookupError, match="2"):
        next(results)


def test_a_result_that_cannot_be_sent_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"pickle.*; try again with --jobs 1"):
        list(run_in_order(Unsendable(tmp_path), range(2), workers=2))


@kills
@pytest.mark.usefixtures("way")
def test_items_of_a_process_that_dies_are_done_all_the_same(tmp_path: Path) -> None:
    deadly = {7, 8, 30}
    results = list(run_in_order(Dies(tmp_path, deadly, times=1), range(40), workers=2))
    assert [result for result, _ in results] == list(range(0, 80, 2))
    assert list(tmp_path.glob("died-*"))


@kills
@pytest.mark.usefixtures("way")
def test_an_item_that_kills_two_processes_is_told_in_one_sentence(tmp_path: Path) -> None:
    results = run_in_order(Dies(tmp_path, set(range(1, 40)), times=2), range(40), workers=2)
    words = r"^the worker process died \(killed by signal 9\); try again with --jobs 1$"
    with pytest.raises(ToolError, match=words):
        list(results)


def test_without_any_process_this_one_does_everything(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    results = list(run_in_order(Double(), range(60), workers=3))
    assert results == [(2 * item, os.getpid()) for item in range(60)]


def test_results_are_not_made_too_far_ahead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(crew, "MOST_AHEAD", 4)
    results = run_in_order(Marks(tmp_path), range(50), workers=3)
    assert next(results)[0] == 0
    for item in range(1, 50):
        assert not list(tmp_path.glob(f"item-{item + 5}"))
        assert next(results)[0] == 2 * item


def test_a_caller_may_stop_early() -> None:
    results = run_in_order(Double(), range(50), workers=2)
    assert next(results)[0] == 0
    results.close()


@pytest.mark.usefixtures("way")
def test_charts_are_checked_alike_by_any_number_of_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        folder = tmp_path / f"c{number:02}"
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: c{number}\nversion: 0.1.0\n")
        (folder / "templates/a.yaml").write_text(f"{{{{ nonsense{number} }}}}")
    outputs: list[str] = []
    for jobs in "123":
        assert main(["check", "--format", "json", "--jobs", jobs, str(tmp_path)]) == 1
        outputs.append(capsys.readouterr().out)
    alone, *others = outputs
    assert others == [alone, alone]
    places = [alone.index(f"c{number:02}/templates/a.yaml") for number in range(12)]
    assert places == sorted(places)
