"""What comes from outside: files and folders on the disk, and the texts that editors have open.

Loading is the only place where queries meet the disk; what was loaded counts until somebody says that it may
be another now (`Engine.reload`).
"""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from quarterdeck.chart.files_on_disk import FileSet, Stamp, settled_stamp
from quarterdeck.chart.load import read_chart_files
from quarterdeck.errors import ChartNotFoundError, QuarterdeckError
from quarterdeck.query.engine import SELDOM, Engine, Input
from quarterdeck.settings.model import DEFAULTS, Settings


class Db(Engine):
    """The engine, where it is asked about charts."""

    def __init__(self, *, max_bytes: int | None = None, keeps: bool = True) -> None:
        super().__init__(max_bytes=max_bytes, keeps=keeps)
        self.newest: WeakValueDictionary[str, Any] = WeakValueDictionary()
        """By chart its newest rendering in any scenario, as long as somebody keeps it."""


MAX_TEXT_SIZE = 16 * 1024 * 1024
"""Bytes of a file outside of charts that are read at most; a larger one counts as not there."""


MAX_ENTRIES = 20_000
"""Names in one folder outside of charts; of a folder with more, the first in order of their names count."""


class Unreadable(NamedTuple):
    """Why a chart's folder gives nothing; `is_missing`: there is no chart at all."""

    message: str
    is_missing: bool


class Entry(NamedTuple):
    """One name in a folder."""

    name: str
    is_folder: bool


def _load_folder(chart: str) -> FileSet | Unreadable:
    return _reload_folder(Unreadable("", is_missing=True), chart)


def _reload_folder(before: FileSet | Unreadable, chart: str) -> FileSet | Unreadable:
    previous = None if isinstance(before, Unreadable) else before
    try:
        return read_chart_files(chart, {}, previous=previous)
    except QuarterdeckError as error:
        return Unreadable(str(error), isinstance(error, ChartNotFoundError))


def _is_same_folder(one: FileSet | Unreadable, other: FileSet | Unreadable) -> bool:
    if isinstance(one, Unreadable) or isinstance(other, Unreadable):
        return one == other
    return (
        len(one.files) == len(other.files)
        and one.problems == other.problems
        and all(
            file.path == again.path and file.has_content_of(again)
            for file, again in zip(one.files, other.files, strict=True)
        )
    )


class DiskText(NamedTuple):
    """A file on the disk that is no part of a chart.

    `text` is None where the file cannot be read or is too large; bytes that are not UTF-8 are lone
    surrogates. `stamp` tells whether it has to be read again.
    """

    text: str | None
    stamp: Stamp | None = None


def _load_text(path: str) -> DiskText | None:
    return _reload_text(None, path)


def _reload_text(before: DiskText | None, path: str) -> DiskText | None:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        # The path is a real one: a link that has taken the file's place is not followed.
        handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            stamp = settled_stamp(status)
            if before is not None and stamp is not None and before.stamp == stamp:
                return before
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TEXT_SIZE:
                return DiskText(None)
            data = stream.read(MAX_TEXT_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError:
        return DiskText(None)
    if len(data) > MAX_TEXT_SIZE:
        return DiskText(None)
    return DiskText(data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"), stamp)


def _is_same_text(one: DiskText | None, other: DiskText | None) -> bool:
    return one is other or (one is not None and other is not None and one.text == other.text)


def _real(path: str) -> str:
    try:
        return os.path.realpath(path).replace(os.sep, "/")
    except (OSError, ValueError):
        return path


def _load_listing(folder: str) -> tuple[Entry, ...] | None:
    try:
        with os.scandir(folder) as entries:
            found = sorted(Entry(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except (OSError, ValueError):
        return None
    return tuple(found[:MAX_ENTRIES])


def _exists(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


DISK_CHART: Input[FileSet | Unreadable] = Input(
    "disk chart",
    Unreadable("", is_missing=True),
    load=_load_folder,
    reload=_reload_folder,
    equal=_is_same_folder,
    changes=SELDOM,
)
"""The files of a chart's folder on the disk, by the folder's path."""

DISK_TEXT: Input[DiskText | None] = Input(
    "disk text", None, load=_load_text, reload=_reload_text, equal=_is_same_text, changes=SELDOM
)
"""A file on the disk that is no part of a chart, by real path; None where there is none."""

DISK_REAL: Input[str] = Input("disk real", "", load=_real, changes=SELDOM)
"""Where a path leads, with links followed."""

DISK_LISTING: Input[tuple[Entry, ...] | None] = Input(
    "disk listing", None, load=_load_listing, changes=SELDOM
)
"""The names in a folder on the disk, sorted; None where there is none. Links count as files."""

DISK_EXISTS: Input[bool] = Input("disk exists", default=False, load=_exists, changes=SELDOM)
"""Whether there is anything at a path."""

BUFFER: Input[str | None] = Input("buffer", None)
"""The text that an editor has open, by absolute path; it wins over the disk."""

BUFFERS_IN: Input[tuple[str, ...]] = Input("buffers in", (), changes=SELDOM)
"""The paths of the open files of a chart, relative to its folder, sorted; by the folder's path."""

ROOTS: Input[tuple[str, ...]] = Input("roots", (), changes=SELDOM)
"""The folders of the workspace: absolute, with `/`."""

EDITOR_SETTINGS: Input[Settings] = Input("editor settings", DEFAULTS, changes=SELDOM)
"""What the editor's own configuration says."""
