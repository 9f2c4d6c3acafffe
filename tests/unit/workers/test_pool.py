"""Worker processes: results in order, on every system's way to start them."""

from __future__ import annotations

import multiprocessing
import os
import time
from typing import TYPE_CHECKING

import pytest

from quarterdeck.cli.check_task import CheckTask
from quarterdeck.errors import ToolError
from quarterdeck.workers import pool
from quarterdeck.workers.pool import run_in_order
from quarterdeck.workspace.check import Options

if TYPE_CHECKING:
    from pathlib import Path

ONLY_SPAWN = ["spawn"]
"""What Windows has."""


class Double:
    """Doubles numbers, the first one slowest; `finish` is counted in this process alone."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.finished = 0

    def __call__(self, item: int) -> tuple[int, int]:
        time.sleep(self.seconds if item == 0 else 0)
        return 2 * item, os.getpid()

    def finish(self) -> None:
        self.finished += 1


class Dies(Double):
    def __call__(self, item: int) -> tuple[int, int]:
        os._exit(item)


def test_results_come_in_the_order_of_the_items() -> None:
    results = list(run_in_order(Double(0.2), range(6), workers=2))
    assert [result for result, _ in results] == [0, 2, 4, 6, 8, 10]
    assert os.getpid() not in {process for _, process in results}


def test_short_work_starts_no_process() -> None:
    task = Double()
    assert {process for _, process in run_in_order(task, range(6))} == {os.getpid()}
    assert task.finished == 6


def test_long_work_goes_to_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    first, *others = run_in_order(Double(), range(6))
    assert first[1] == os.getpid()
    assert os.getpid() not in {process for _, process in others}


def test_a_worker_that_dies_is_told_in_one_sentence() -> None:
    with pytest.raises(ToolError, match="a worker process died; try again with --jobs 1"):
        list(run_in_order(Dies(), [1, 2, 3], workers=2))


def test_a_caller_may_stop_early() -> None:
    results = run_in_order(Double(), range(50), workers=2)
    assert next(results)[0] == 0
    results.close()


def test_charts_are_checked_where_processes_can_only_be_spawned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ONLY_SPAWN)
    folders: list[str] = []
    for number in range(3):
        folder = tmp_path / f"c{number}"
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: c{number}\nversion: 0.1.0\n")
        (folder / "templates/a.yaml").write_text("{{ nonsense }}")
        folders.append(folder.as_posix())
    reports = list(run_in_order(CheckTask(Options()), folders, workers=2))
    assert [report.path for report in reports] == folders
    assert all(len(report.findings) == 1 for report in reports)
