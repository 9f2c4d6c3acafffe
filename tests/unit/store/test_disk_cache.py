"""The cache on disk: any doubt is a miss, and nothing is half-written."""

import os
import sys
from pathlib import Path

import pytest

from quarterdeck.store.disk_cache import DiskCache, default_folder


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache")


def entry_file(cache: DiskCache) -> Path:
    (path,) = cache.folder.glob("*.qd")
    return path


def test_an_entry_is_read_back(cache: DiskCache) -> None:
    assert cache.read("aa") is None
    assert cache.write("aa", b"data")
    assert DiskCache(cache.folder).read("aa") == b"data"
    stats = cache.stats()
    assert (stats.entries, stats.misses, stats.writes) == (1, 1, 1)


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 200])
def test_a_damaged_entry_is_a_miss(cache: DiskCache, damage: bytes) -> None:
    cache.write("aa", b"data")
    entry_file(cache).write_bytes(damage)
    assert cache.read("aa") is None


def test_every_changed_byte_is_noticed(cache: DiskCache) -> None:
    cache.write("aa", b"data")
    path = entry_file(cache)
    whole = path.read_bytes()
    for index in range(len(whole)):
        path.write_bytes(whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :])
        assert cache.read("aa") is None


def test_another_version_is_a_miss(cache: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write("aa", b"data")
    monkeypatch.setattr("quarterdeck.store.disk_cache.package_version", lambda: "other")
    assert DiskCache(cache.folder).read("aa") is None


def test_the_least_recently_used_entries_go_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", limit=3_500)
    for number, key in enumerate(("aa", "bb", "cc")):
        cache.write(key, b"x" * 1_000)
        os.utime(cache.folder / f"{key}.qd", (number, number))
    os.utime(cache.folder / "aa.qd", (10, 10))
    cache.write("dd", b"x" * 1_000)
    assert sorted(path.stem for path in cache.folder.glob("*.qd")) == ["aa", "cc", "dd"]
    assert cache.evictions == 1


def test_the_folder_keeps_its_bound_whoever_writes(tmp_path: Path) -> None:
    caches = [DiskCache(tmp_path / "cache", limit=50_000) for _ in range(3)]
    for number in range(300):
        assert caches[number % 3].write(f"{number:040x}", b"x" * (number % 7 * 300))
        assert caches[0].stats().bytes <= 50_000 * 1.25
    assert caches[0].stats().bytes > 25_000
    assert sum(cache.evictions for cache in caches) > 100


def test_a_large_folder_is_not_looked_through_with_each_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = DiskCache(tmp_path / "cache")
    looks: list[int] = []
    evict = cache._evict
    monkeypatch.setattr(cache, "_evict", lambda: (looks.append(1), evict()))
    for number in range(100):
        cache.write(f"{number:040x}", b"x")
    assert len(looks) == 1


def test_what_killed_writers_left_goes_with_time(cache: DiskCache) -> None:
    cache.folder.mkdir(mode=0o700)
    old, new = cache.folder / "old.tmp", cache.folder / "new.tmp"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    cache.write("aa", b"data")
    assert not old.exists()
    assert new.exists()


def test_clearing_removes_entries_and_what_killed_writers_left(cache: DiskCache) -> None:
    cache.write("aa", b"data")
    (cache.folder / "left.tmp").write_bytes(b"half")
    assert cache.clear() == 1
    assert list(cache.folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps others out by the profile's access list")
def test_a_folder_that_others_may_write_to_is_not_trusted(cache: DiskCache) -> None:
    cache.write("aa", b"data")
    cache.folder.chmod(0o777)
    assert DiskCache(cache.folder).read("aa") is None
    assert not DiskCache(cache.folder).write("bb", b"data")
    cache.folder.chmod(0o700)
    assert cache.folder.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not DiskCache(tmp_path / "file" / "cache").write("aa", b"data")


def test_the_environment_chooses_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHE_DIR", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.setenv("QUARTERDECK_CACHE_DIR", "off")
    assert default_folder() is None
