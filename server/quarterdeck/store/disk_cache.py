"""A folder of entries by key: what was computed once and may be thrown away at any time.

Every entry is one file: a header with the versions it was made by, a checksum, the data. It is written beside
its place and renamed into it, so a reader never sees half of one. Whatever is not exactly as expected
(another version, a wrong checksum, a folder that others may write to, a full disk) counts as a miss, never as
an error.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import time
from pathlib import Path
from zlib import crc32

import msgspec

from quarterdeck.store.version import package_version

DEFAULT_LIMIT = 256 * 1024 * 1024
"""Bytes that the entries may take together before the least recently used go."""

_SECONDS_BETWEEN_TOUCHES = 24 * 60 * 60
_SECONDS_OF_A_WRITE = 60 * 60
"""No write takes longer: an older temporary file is what a killed writer left."""
_CHECKSUM_SIZE = 16
_SUFFIX = ".qd"


class CacheStats(msgspec.Struct, frozen=True):
    """What is in the folder (`entries`, `bytes`) and what this process did with it."""

    folder: str
    entries: int
    bytes: int
    limit: int
    hits: int
    misses: int
    writes: int
    evictions: int


def default_folder() -> Path | None:
    """Give the user's cache folder: `QUARTERDECK_CACHE_DIR` (None if that is `off`), or the platform's."""
    chosen = os.environ.get("QUARTERDECK_CACHE_DIR")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "quarterdeck" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "quarterdeck"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quarterdeck"


class DiskCache:
    """Entries of bytes under keys of hexadecimal digits, in a private folder made when first written to."""

    def __init__(self, folder: Path, *, limit: int = DEFAULT_LIMIT) -> None:
        self.folder = folder
        self.limit = limit
        self.hits = 0
        self.misses = 0
        self.writes = 0
        self.evictions = 0
        self._header = f"quarterdeck {package_version()} {sys.implementation.cache_tag}\n".encode()
        self._is_private: bool | None = None
        self._unlooked = 0  # bytes that may be written before the folder is looked through again

    def read(self, key: str) -> bytes | None:
        """Give the data of an entry, None if there is none that can be trusted."""
        data = self._read_checked(self._path(key)) if self._folder_is_private() else None
        if data is None:
            self.misses += 1
        else:
            self.hits += 1
        return data

    def _read_checked(self, path: str) -> bytes | None:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a third of the time that Path.open takes
                content = file.read()
                if time.time() - os.fstat(file.fileno()).st_mtime > _SECONDS_BETWEEN_TOUCHES:
                    os.utime(path)
        except OSError:
            return None
        start = len(self._header) + _CHECKSUM_SIZE
        data = content[start:]
        if content[:start] != self._header + _checksum(data):
            return None
        return data

    def write(self, key: str, data: bytes) -> bool:
        """Write an entry; false if that was not possible."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_private = None
            if not self._folder_is_private():
                return False
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            content = self._header + _checksum(data) + data
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(temporary).replace(self._path(key))
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError:
            return False
        self.writes += 1
        self._unlooked -= len(content)
        if self._unlooked < 0:
            self._evict()
        return True

    def clear(self) -> int:
        """Remove all entries; give their number."""
        count = 0
        for path in [*self._entries(), *self._leftovers()]:
            with contextlib.suppress(OSError):
                path.unlink()
                count += path.suffix == _SUFFIX
        return count

    def stats(self) -> CacheStats:
        """Give what is in the folder and what this process did with it."""
        sizes = [_size(path) for path in self._entries()]
        return CacheStats(
            str(self.folder),
            len(sizes),
            sum(sizes),
            self.limit,
            self.hits,
            self.misses,
            self.writes,
            self.evictions,
        )

    def _path(self, key: str) -> str:
        return f"{self.folder}{os.sep}{key}{_SUFFIX}"

    def _entries(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix == _SUFFIX]
        except OSError:
            return []

    def _leftovers(self) -> list[Path]:
        """What writers that were killed left behind."""
        try:
            return [path for path in self.folder.iterdir() if path.suffix == ".tmp"]
        except OSError:
            return []

    def _folder_is_private(self) -> bool:
        """Code that is run comes from here, so nobody else may be able to write to the folder."""
        if self._is_private is None:
            self._is_private = _is_private(self.folder)
        return self._is_private

    def _evict(self) -> None:
        """Remove the least recently used entries if the folder is too large, and what killed writers left.

        Looking through the folder takes longer the more is in it; it is done again when a quarter of the room
        that it leaves was used up, or of a sixteenth of the limit, so other processes may write as well.
        """
        entries: list[tuple[float, int, Path]] = []
        for path in self._entries():
            with contextlib.suppress(OSError):
                found = path.stat()
                entries.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in entries)
        spare = self.limit // 16
        if total > self.limit:
            for _, size, path in sorted(entries):
                if total <= self.limit - spare:
                    break
                with contextlib.suppress(OSError):
                    path.unlink()
                    self.evictions += 1
                total -= size
        now = time.time()
        for path in self._leftovers():
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > _SECONDS_OF_A_WRITE:
                    path.unlink()
        self._unlooked = max(self.limit - total, spare) // 4


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_private(folder: Path) -> bool:
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":
        return True  # the profile's own access list keeps others out
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _checksum(data: bytes) -> bytes:
    """Tell damaged data from whole: by length and CRC. Who could forge it could write code here anyway."""
    return b"%08x%08x" % (crc32(data), len(data) & 0xFFFFFFFF)
