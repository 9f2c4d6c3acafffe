"""`quarterdeck check --watch` in a process of its own: what changes is checked again, until Control-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from quarterdeck.cli.main import main
from quarterdeck.cli.watching import _touched
from tidy.source_files import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0
CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\n"
BAD = CONFIG + "data: {{ undefinedFunction }}\n"


class Command:
    """A started command, and the lines that it has printed."""

    def __init__(self, *arguments: str) -> None:
        self._news = threading.Condition()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "quarterdeck", "check", "--watch", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "server"), "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()

    def until(self, part: str, begin: int = 0) -> int:
        """Wait for a line with a part; give how many lines there are then."""
        with self._news:
            found = self._news.wait_for(lambda: any(part in line for line in self.lines[begin:]), PATIENCE)
            assert found, self.lines
            return len(self.lines)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()


@pytest.fixture
def space(tmp_path: Path) -> Path:
    for name in ("shop", "bank"):
        (tmp_path / name / "templates").mkdir(parents=True)
        (tmp_path / name / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n")
        (tmp_path / name / "templates/a.yaml").write_text(CONFIG)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, which has no SIGINT to send")
def test_a_chart_is_checked_again_when_it_changes_until_control_c(space: Path) -> None:
    command = Command(str(space))
    try:
        begin = command.until("waiting for changes")
        # The watch begins a moment later, which nobody tells: so the change is repeated until it is seen.
        stop = threading.Event()

        def change() -> None:
            number = 0
            while not stop.wait(0.2):
                number += 1
                (space / "shop/templates/a.yaml").write_text(BAD + f"# {number}\n")

        changing = threading.Thread(target=change)
        changing.start()
        try:
            command.until("undefinedFunction", begin)
        finally:
            stop.set()
            changing.join()
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(PATIENCE) == 130
    finally:
        command.close()


def test_only_the_charts_that_changed_are_checked_again(space: Path) -> None:
    paths = [str(space)]
    shop, bank = (space / "shop").as_posix(), (space / "bank").as_posix()
    assert list(_touched(paths, {f"{shop}/templates/a.yaml", f"{shop}/values.yaml"})) == [shop]
    assert list(_touched(paths, {f"{shop}/values.yaml", f"{bank}/values.yaml"})) == [bank, shop]
    assert list(_touched(paths, {f"{space.as_posix()}/.quarterdeck.yaml"})) == paths


def test_formats_that_are_one_document_are_refused(space: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", "--format", "json", str(space)]) == 2
    assert "--watch prints text" in capsys.readouterr().err
