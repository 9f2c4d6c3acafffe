"""The files in which scenarios are looked for: what a search needs of them, and the disk as a stand-in.

Searches read through `Files` alone, so that a caller can record what they read. Paths are absolute, with `/`.
"""

from __future__ import annotations

import os
from posixpath import normpath
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_TEXT_SIZE: Final = 16 * 1024 * 1024
"""Bytes of a file; a larger one counts as not there."""
MAX_ENTRIES: Final = 20_000
"""Names in one folder; of a folder with more, the first in order of their names count."""


class Entry(Protocol):
    """One name in a folder."""

    @property
    def name(self) -> str:
        """The name, without the folder."""
        ...

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder; a link to one is none."""
        ...


class Files(Protocol):
    """Texts and listings of a workspace."""

    def read_text(self, path: str) -> str | None:
        """Give the text of a file, None where there is none that can be read."""
        ...

    def list(self, folder: str) -> tuple[Entry, ...] | None:
        """Give the names in a folder in order, None where there is no such folder."""
        ...


class DiskEntry(NamedTuple):
    """One name in a folder of the disk."""

    name: str
    is_folder: bool


class DiskFiles:
    """The disk below some folders: nothing outside of them is read, and no link is followed out of them."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._roots = tuple(os.path.realpath(root) for root in roots)

    def read_text(self, path: str) -> str | None:
        """Give the text of a file of at most `MAX_TEXT_SIZE` bytes; bytes that are not UTF-8 are kept."""
        real = self._inside(path)
        if real is None:
            return None
        try:
            # A pipe must not make us wait, and is no file; `realpath` has followed every link already.
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            handle = os.open(real, flags | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as stream:
                data = stream.read(MAX_TEXT_SIZE + 1) or b""
        except (OSError, ValueError):
            return None
        if len(data) > MAX_TEXT_SIZE:
            return None
        return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")

    def list(self, folder: str) -> tuple[DiskEntry, ...] | None:
        """Give the names in a folder, sorted; a link counts as a file."""
        real = self._inside(folder)
        if real is None:
            return None
        try:
            with os.scandir(real) as scan:
                names = sorted(DiskEntry(entry.name, entry.is_dir(follow_symlinks=False)) for entry in scan)
        except (OSError, ValueError):
            return None
        return tuple(names[:MAX_ENTRIES])

    def _inside(self, path: str) -> str | None:
        """Give the real path of what lies in one of the folders, None of anything else."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return None
        for root in self._roots:
            if real == root or real.startswith(root.rstrip(os.sep) + os.sep):
                return real
        return None


def find_inside(folder: str, relative: str, roots: Sequence[str]) -> str | None:
    """Give the path that `relative` means from `folder`, None where it leads out of all the roots."""
    if "\0" in relative:
        return None
    path = normpath(f"{folder}/{relative}")
    return path if any(is_below(path, root) for root in roots) else None


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is `folder` or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
