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

from quarterdeck.measure.counters import caches_are_on
from quarterdeck.store.version import package_version

DEFAULT_LIMIT = 256 * 1024 * 1024
"""Bytes that the entries may take together before the least recently used go."""

_SECONDS_BETWEEN_TOUCHES = 24 * 60 * 60
_SECONDS_OF_A_WRITE = 60 * 60
"""No write takes longer: an older temporary file is what a killed writer left."""
_CHECKSUM_SIZE = 16
_SUFFIX = ".qd"
_TEMPORARY = ".tmp"


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
    """Give the user's cache folder: `QUARTERDECK_CACHE_DIR` (None if that is `off`), or the platform's.

    `QUARTERDECK_CACHES=off` means none, too.
    """
    chosen = os.environ.get("QUARTERDECK_CACHE_DIR")
    if chosen == "off" or not caches_are_on():
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
    """Entries of bytes in a private folder made when first written to; keys are letters, digits and `-`."""

    def __init__(self, folder: Path, *, limit: int = DEFAULT_LIMIT, version: str | None = None) -> None:
        """Use a folder; entries of another `version`, by default that of compiled code, are misses."""
        self.folder = folder
        self.limit = limit
        self.hits = 0
        self.misses = 0
        self.writes = 0
        self.evictions = 0
        made_by = package_version() if version is None else version
        self._header = f"quarterdeck {made_by} {sys.implementation.cache_tag}\n".encode()
        self._has_complained = False
        self._is_private: bool | None = None
        self._unlooked = 0  # bytes that may be written before the folder is looked through again

    def read(self, key: str) -> bytes | None:
        """Give the data of an entry, None if there is none that can be trusted."""
        data = self._read_checked(key) if self._folder_is_private() else None
        if data is None:
            self.misses += 1
        else:
            self.hits += 1
        return data

    def _read_checked(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a third of the time that Path.open takes
                content = file.read()
                is_old = time.time() - os.fstat(file.fileno()).st_mtime > _SECONDS_BETWEEN_TOUCHES
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain("read", error)
            return None
        start = len(self._header) + _CHECKSUM_SIZE
        data = content[start:]
        if content[:start] != self._header + _checksum(key, data):
            return None
        if is_old:
            with contextlib.suppress(OSError):  # a folder that is only read is none the worse for it
                os.utime(path)
        return data

    def write(self, key: str, data: bytes) -> bool:
        """Write an entry; false if that was not possible."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_private = None
            if not self._folder_is_private():
                return False
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=_TEMPORARY)
            content = self._header + _checksum(key, data) + data
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(temporary).replace(self._path(key))
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            self._complain("written", error)
            return False
        self.writes += 1
        self._unlooked -= len(content)
        if self._unlooked < 0:
            self._evict()
        return True

    def _complain(self, what: str, error: OSError | None) -> None:
        """Log the first thing that goes wrong; work goes on without the cache."""
        if self._has_complained:
            return
        self._has_complained = True
        import logging  # noqa: PLC0415 - seldom needed

        log = logging.getLogger(__name__)
        log.addHandler(logging.NullHandler())  # who runs one command is not told on the terminal
        reason = "others may write to it" if error is None else error.strerror or error
        log.warning("the cache folder %s cannot be %s: %s", self.folder, what, reason)

    def clear(self) -> int:
        """Remove all entries; give their number."""
        count = 0
        for entry in self._files((_SUFFIX, _TEMPORARY)):
            with contextlib.suppress(OSError):
                os.unlink(entry.path)  # noqa: PTH108 - an entry of a scan has no Path
                count += entry.name.endswith(_SUFFIX)
        return count

    def sizes(self) -> dict[str, int]:
        """Give the bytes that each entry takes, by key."""
        found: dict[str, int] = {}
        for entry in self._files((_SUFFIX,)):
            with contextlib.suppress(OSError):
                found[entry.name.removesuffix(_SUFFIX)] = entry.stat().st_size
        return found

    def stats(self) -> CacheStats:
        """Give what is in the folder and what this process did with it."""
        sizes = self.sizes().values()
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

    def _files(self, suffixes: tuple[str, ...]) -> list[os.DirEntry[str]]:
        """Give the files of the folder whose names end so; temporary ones are what killed writers left."""
        try:
            with os.scandir(self.folder) as entries:
                return [entry for entry in entries if entry.name.endswith(suffixes)]
        except OSError:
            return []

    def _folder_is_private(self) -> bool:
        """Code that is run comes from here, so nobody else may be able to write to the folder."""
        if self._is_private is None:
            self._is_private = _is_private(self.folder)
            if self._is_private is False:
                self._complain("trusted", None)
        return self._is_private is True

    def _evict(self) -> None:
        """Remove the least recently used entries if the folder is too large, and what killed writers left.

        Looking through the folder takes longer the more is in it; it is done again when a quarter of the room
        that it leaves was used up, or of a sixteenth of the limit, so other processes may write as well.
        """
        entries: list[tuple[float, int, str]] = []
        for entry in self._files((_SUFFIX,)):
            with contextlib.suppress(OSError):
                found = entry.stat()
                entries.append((found.st_mtime, found.st_size, entry.path))
        total = sum(size for _, size, _ in entries)
        spare = self.limit // 16
        if total > self.limit:
            for _, size, path in sorted(entries):
                if total <= self.limit - spare:
                    break
                with contextlib.suppress(OSError):
                    os.unlink(path)  # noqa: PTH108 - as above
                    self.evictions += 1
                total -= size
        now = time.time()
        for entry in self._files((_TEMPORARY,)):
            with contextlib.suppress(OSError):
                if now - entry.stat().st_mtime > _SECONDS_OF_A_WRITE:
                    os.unlink(entry.path)  # noqa: PTH108 - as above
        self._unlooked = max(self.limit - total, spare) // 4


def _is_private(folder: Path) -> bool | None:
    """Tell whether nobody else can have written to a folder; None where there is none."""
    try:
        found = os.lstat(folder)
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":
        return True  # the profile's own access list keeps others out
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _checksum(key: str, data: bytes) -> bytes:
    """Tell whole data of this key from damaged: by length and CRC.

    Who could forge it could write code here anyway.
    """
    return b"%08x%08x" % (crc32(data, crc32(key.encode())), len(data) & 0xFFFFFFFF)
