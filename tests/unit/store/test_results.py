"""Results on the disk: what is read is whole and of this version, or it is a miss."""

import errno
import logging
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quarterdeck.measure.counters import CacheCounters
from quarterdeck.store import results as results_module
from quarterdeck.store.disk_cache import DiskCache
from quarterdeck.store.results import Held, Results, digest, open_results, shared_results

SEED = int(os.environ["QUARTERDECK_SEED"])
KILLS = {"share": 5, "corpus": 5, "soak": 1_000}[os.environ["QUARTERDECK_PROFILE"]]
LIKE_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: other rights, no SIGKILL")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def entry_files(folder: Path) -> list[Path]:
    return sorted((folder / "results").glob("*.qd"))


def stored(folder: Path) -> Results:
    """Give results of which one, `patterns aa`, is on the disk."""
    results = open_results(folder)
    results.put("patterns", "aa", b"data", 1.5)
    results.flush()
    return results


def test_a_result_is_read_back_by_another_process_with_what_it_saves(folder: Path) -> None:
    stored(folder)
    counters = CacheCounters("patterns")
    later = open_results(folder)
    assert later.get("patterns", "aa", counters) == b"data"
    assert later.get("patterns", "bb", counters) is None
    assert later.get("findings", "aa", counters) is None
    assert (counters.hits, counters.misses, counters.seconds_saved) == (1, 2, 1.5)


def test_a_result_is_there_before_it_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_module, "_QUIET_SECONDS", 3_600)
    results = open_results(folder)
    results.put("patterns", "aa", b"data", 0.0)
    assert results.get("patterns", "aa") == b"data"
    assert entry_files(folder) == []
    results.close()
    assert len(entry_files(folder)) == 1
    assert open_results(folder).get("patterns", "aa") == b"data"


def test_results_are_written_without_being_asked_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_module, "_QUIET_SECONDS", 0.0)
    results = open_results(folder)
    for number in range(20):
        results.put("patterns", f"{number:02}", b"data", 0.0)
    deadline = time.monotonic() + 60
    while len(entry_files(folder)) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    results.close()


def test_what_does_not_fit_into_memory_is_not_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_module, "_QUIET_SECONDS", 3_600)
    monkeypatch.setattr(results_module, "_MOST_WAITING", 1_000)
    results = open_results(folder)
    for number in range(20):
        results.put("patterns", f"{number:02}", b"x" * 100, 0.0)
        results.put("patterns", "same", b"y" * 100, 0.0)
    results.close()
    assert 0 < len(entry_files(folder)) < 10
    assert results.get("patterns", "same") == b"y" * 100
    results.put("patterns", "later", b"data", 0.0)
    results.flush()
    assert results.get("patterns", "later") == b"data"


def test_kinds_are_told_apart_in_what_is_held(folder: Path) -> None:
    results = stored(folder)
    results.put("findings", "aa", b"", 0.0)
    results.put("findings", "bb", b"", 0.0)
    results.flush()
    held = results.held()
    assert {kind: held[kind].entries for kind in held} == {"patterns": 1, "findings": 2}
    assert sum(one.bytes for one in held.values()) == results.disk.stats().bytes
    assert Results(results.disk).disk.clear() == 3
    assert results.held() == {}
    assert Held(0, 0) not in results.held().values()


def test_keys_tell_parts_apart() -> None:
    parts: list[list[bytes | str]] = [["a", "b"], ["ab"], ["a", "", "b"], ["", "ab"], ["\udcff"], [b"\xff"]]
    assert len({digest(one) for one in parts}) == len(parts)
    assert digest(["a", b"b"]) == digest([b"a", "b"])


# --- any doubt is a miss -----------------------------------------------------------------------------------


def test_every_flipped_bit_is_noticed(folder: Path) -> None:
    stored(folder)
    (path,) = entry_files(folder)
    whole = path.read_bytes()
    results = open_results(folder)
    for index in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[index // 8] ^= 1 << index % 8
        path.write_bytes(damaged)
        assert results.get("patterns", "aa") is None
    path.write_bytes(whole)
    assert results.get("patterns", "aa") == b"data"


def test_every_truncated_or_longer_entry_is_noticed(folder: Path) -> None:
    stored(folder)
    (path,) = entry_files(folder)
    whole = path.read_bytes()
    results = open_results(folder)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert results.get("patterns", "aa") is None
    path.write_bytes(whole + b"\0")
    assert results.get("patterns", "aa") is None


def test_an_entry_under_another_name_is_a_miss(folder: Path) -> None:
    stored(folder)
    (path,) = entry_files(folder)
    path.rename(path.with_name("patterns-bb.qd"))
    assert open_results(folder).get("patterns", "bb") is None


def test_an_entry_of_other_code_is_a_miss(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(folder)
    monkeypatch.setattr(results_module, "findings_version", lambda: "other")
    assert open_results(folder).get("patterns", "aa") is None


@LIKE_POSIX
def test_an_entry_that_is_no_file_is_a_miss(folder: Path) -> None:
    stored(folder)
    (path,) = entry_files(folder)
    path.unlink()
    path.mkdir()
    results = open_results(folder)
    assert results.get("patterns", "aa") is None
    results.put("patterns", "aa", b"data", 0.0)
    results.flush()


@LIKE_POSIX
def test_the_folder_of_another_user_is_not_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stored(folder)
    owner = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    results = open_results(folder)
    with caplog.at_level(logging.WARNING):
        assert results.get("patterns", "aa") is None
        results.put("patterns", "bb", b"data", 0.0)
        results.flush()
        assert results.get("patterns", "bb") is None
    assert len(caplog.records) == 1


@LIKE_POSIX
def test_a_link_to_a_folder_is_not_trusted(folder: Path, tmp_path: Path) -> None:
    stored(folder)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "results").symlink_to(folder / "results")
    assert open_results(tmp_path / "other").get("patterns", "aa") is None


def fail_with(number: int, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(call, fail)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("call", ["pathlib.Path.mkdir", "tempfile.mkstemp", "pathlib.Path.replace"])
def test_what_cannot_be_written_is_logged_once_and_a_miss(
    folder: Path, number: int, call: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    results = stored(folder)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        fail_with(number, patch, call)
        for key in ("bb", "cc"):
            results.put("patterns", key, b"data", 0.0)
            results.flush()
            assert results.get("patterns", key) is None
    assert [os.strerror(number) in one.message for one in caplog.records] == [True]
    assert results.get("patterns", "aa") == b"data"
    assert list((folder / "results").glob("*.tmp")) == []
    results.put("patterns", "bb", b"data", 0.0)
    results.flush()
    assert results.get("patterns", "bb") == b"data"


def test_a_disk_that_fills_while_an_entry_is_written_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = stored(folder)
    fdopen = os.fdopen

    def small(handle: int, mode: str):
        file = fdopen(handle, mode)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_error: object) -> None:
                file.close()

            def write(self, data: bytes) -> None:
                file.write(data[:20])
                raise OSError(errno.ENOSPC, "No space left on device")

        return Full()

    monkeypatch.setattr("os.fdopen", small)
    results.put("patterns", "bb", b"data", 0.0)
    results.flush()
    assert results.get("patterns", "bb") is None
    assert [path.name for path in (folder / "results").iterdir()] == ["patterns-aa.qd"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_what_cannot_be_read_is_logged_once_and_a_miss(
    folder: Path, number: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    results = stored(folder)
    fail_with(number, monkeypatch, "builtins.open")
    with caplog.at_level(logging.WARNING):
        assert results.get("patterns", "aa") is None
        assert results.get("patterns", "bb") is None
    assert len(caplog.records) == 1


@LIKE_POSIX
def test_a_folder_that_is_only_read_still_gives_its_old_entries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(folder)
    (path,) = entry_files(folder)
    os.utime(path, (1, 1))
    fail_with(errno.EROFS, monkeypatch, "os.utime")
    assert open_results(folder).get("patterns", "aa") == b"data"


@pytest.mark.parametrize("switch", ["QUARTERDECK_CACHE_DIR", "QUARTERDECK_CACHES"])
def test_the_environment_switches_it_off(switch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switch, "off")
    assert shared_results.__wrapped__() is None


# --- several writers, killed ones --------------------------------------------------------------------------

WRITER = """
import random, sys
from pathlib import Path
from quarterdeck.store.disk_cache import DiskCache
from quarterdeck.store.results import Results
results = Results(DiskCache(Path(sys.argv[1]), version="test"))
rnd = random.Random(sys.argv[2])
print("ready", flush=True)
for round in range(int(sys.argv[3])):
    for _ in range(rnd.randrange(1, 20)):
        number = rnd.randrange(200)
        size = rnd.choice((10, 2_000, 200_000))
        results.put("patterns", f"{number:03}", bytes([number]) * size, 0.5)
    results.flush()
"""


def start_writer(folder: Path, name: str, rounds: int) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-c", WRITER, str(folder), name, str(rounds)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def count_whole(results: Results) -> int:
    """Count the entries; each that is read is one that was written, whole."""
    count = 0
    for number in range(200):
        data = results.get("patterns", f"{number:03}")
        if data is not None:
            count += 1
            assert len(data) in (10, 2_000, 200_000)
            assert data == bytes([number]) * len(data)
    return count


@LIKE_POSIX
def test_a_writer_that_is_killed_leaves_whole_entries(folder: Path) -> None:
    rnd = random.Random(SEED)
    results = Results(DiskCache(folder, version="test"))
    for turn in range(KILLS):
        process = start_writer(folder, f"{SEED} {turn}", 1_000_000)
        time.sleep(rnd.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        count_whole(results)
        # An entry that is on the disk under its name is never half of one.
        assert count_whole(results) == len(list(folder.glob("*.qd")))
    assert count_whole(results) > 0


def test_two_processes_write_at_once(folder: Path) -> None:
    writers = [start_writer(folder, str(number), 30) for number in range(2)]
    results = Results(DiskCache(folder, version="test"))
    while any(process.poll() is None for process in writers):
        count_whole(results)
    for process in writers:
        assert process.wait() == 0
        assert process.stdout is not None
        process.stdout.close()
    assert count_whole(results) == len(list(folder.glob("*.qd"))) > 100
