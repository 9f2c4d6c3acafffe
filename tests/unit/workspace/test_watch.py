"""Files that change are told, those of new folders too; what nobody means is not."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from quarterdeck.workspace.watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0


class Watched:
    """What a watch told so far."""

    def __init__(self, folder: Path) -> None:
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._told: list[str] = []
        self._thread = threading.Thread(target=self._look, args=([folder.as_posix()],))
        self._thread.start()
        self._prove(folder)

    def _look(self, paths: list[str]) -> None:
        for changed in watch(paths, self._stop):
            with self._news:
                self._told += sorted(changed)
                self._news.notify_all()

    def _prove(self, folder: Path) -> None:
        """Write until the first change is told: there is no other sign that the watch has begun."""
        file = folder / "begin"
        with self._news:
            for number in range(600):
                file.write_text(str(number))
                if self._news.wait_for(lambda: file.as_posix() in self._told, 0.05):
                    return
        pytest.fail("nothing is told")

    def until(self, condition: Callable[[list[str]], bool]) -> list[str]:
        with self._news:
            assert self._news.wait_for(lambda: condition(self._told), PATIENCE), self._told
            return list(self._told)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    (tmp_path / "space").mkdir()
    watched = Watched(tmp_path / "space")
    yield watched
    watched.stop()


def test_all_files_of_a_folder_that_comes_as_a_whole_are_told(watched: Watched, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(30):
        (source / f"deep{number}" / "templates").mkdir(parents=True)
        (source / f"deep{number}" / "templates" / "a.yaml").write_text("x")
    shutil.copytree(source, tmp_path / "space/copy")
    wanted = {file.as_posix() for file in (tmp_path / "space/copy").rglob("*.yaml")}
    watched.until(lambda told: wanted <= set(told))


def test_what_version_control_and_editors_keep_is_not_told(watched: Watched, tmp_path: Path) -> None:
    space = tmp_path / "space"
    for name in (".git/index", "node_modules/x/Chart.yaml", "a.yaml~", ".a.yaml.swp", "z.yaml"):
        (space / name).parent.mkdir(parents=True, exist_ok=True)
        (space / name).write_text("x")
    told = watched.until(lambda told: (space / "z.yaml").as_posix() in told)
    inside = {path[len(space.as_posix()) + 1 :] for path in told}
    assert inside <= {"begin", "z.yaml"}


def test_files_that_go_are_told(watched: Watched, tmp_path: Path) -> None:
    file = tmp_path / "space" / "a.yaml"
    file.write_text("x")
    watched.until(lambda told: file.as_posix() in told)
    before = len(watched._told)
    file.unlink()
    watched.until(lambda told: file.as_posix() in told[before:])


def test_where_there_is_nothing_to_watch_the_watch_ends(tmp_path: Path) -> None:
    assert list(watch([(tmp_path / "nowhere").as_posix()], threading.Event())) == []
