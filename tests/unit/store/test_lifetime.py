"""What caches did is added up over processes."""

import errno
import os
from pathlib import Path

import pytest

from quarterdeck.measure.counters import CacheCounters
from quarterdeck.store import lifetime as lifetime_module
from quarterdeck.store.lifetime import Lifetime


def process(folder: Path) -> tuple[Lifetime, CacheCounters, CacheCounters]:
    counters = CacheCounters("templates"), CacheCounters("patterns")
    return Lifetime(folder, counters), *counters


def test_counts_of_all_processes_are_added_up(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    for number in range(3):
        lifetime, templates, patterns = process(folder)
        templates.hit(0.5)
        templates.miss()
        lifetime.add()
        templates.hit(0.25)
        patterns.added(100)
        patterns.dropped(100)
        lifetime.add()
        lifetime.add()
        sums = {one.name: one for one in process(folder)[0].read()}
        runs = number + 1
        assert (sums["templates"].hits, sums["templates"].misses) == (2 * runs, runs)
        assert sums["templates"].seconds_saved == pytest.approx(0.75 * runs)
        assert (sums["patterns"].evictions, sums["patterns"].entries) == (runs, 0)
    assert len((folder / "counts").read_text().split("\n")) == 7


def test_who_did_nothing_writes_nothing(tmp_path: Path) -> None:
    process(tmp_path)[0].add()
    assert list(tmp_path.iterdir()) == []
    assert [one.hits for one in process(tmp_path)[0].read()] == [0, 0]


def test_a_long_file_is_shortened_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime_module, "_LONGEST", 1_000)
    for _ in range(200):
        lifetime, templates, _patterns = process(tmp_path)
        templates.hit()
        lifetime.add()
        assert (tmp_path / "counts").stat().st_size < 1_100
    assert process(tmp_path)[0].read()[0].hits == 200
    assert [path.name for path in tmp_path.iterdir()] == ["counts"]


def test_damaged_lines_are_left_out(tmp_path: Path) -> None:
    lifetime, templates, _patterns = process(tmp_path)
    templates.hit()
    lifetime.add()
    path = tmp_path / "counts"
    path.write_bytes(
        b'\xff\n[["templates",1]]\n[["other",1,1,1,1]]\n{}\n' + path.read_bytes() + b'[["templates",5'
    )
    assert [one.hits for one in lifetime.read()] == [1, 0]


@pytest.mark.parametrize("call", ["pathlib.Path.mkdir", "os.open", "os.write", "pathlib.Path.replace"])
def test_what_cannot_be_written_is_no_error(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(lifetime_module, "_LONGEST", 1)
    monkeypatch.setattr(call, fail)
    lifetime, templates, _patterns = process(tmp_path)
    templates.hit()
    lifetime.add()
    assert list(tmp_path.glob("*.tmp")) == []


def test_counts_begin_anew(tmp_path: Path) -> None:
    lifetime, templates, _patterns = process(tmp_path)
    lifetime.clear()
    templates.hit()
    lifetime.add()
    lifetime.clear()
    assert lifetime.read()[0].hits == 0


def test_a_process_that_runs_long_adds_its_counts_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifetime, templates, _patterns = process(tmp_path)
    monkeypatch.setattr(lifetime_module, "_kept", [lifetime])
    templates.hit()
    lifetime_module.add_counts_now_and_then()
    assert lifetime.read()[0].hits == 0
    monkeypatch.setattr(lifetime_module, "_SECONDS_BETWEEN", -1)
    lifetime_module.add_counts_now_and_then()
    assert lifetime.read()[0].hits == 1
