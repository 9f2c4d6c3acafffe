"""What comes from outside: files and folders on the disk, and the texts that editors have open.

Loading is the only place where queries meet the disk; what was loaded counts until somebody says that it may
be another now (`Engine.reload`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.load import read_chart_files
from quarterdeck.errors import ChartNotFoundError, QuarterdeckError
from quarterdeck.query.engine import Engine, Input

if TYPE_CHECKING:
    from quarterdeck.chart.files_on_disk import FileSet

Db = Engine
"""The engine, where it is asked about charts."""

MAX_TEXT_SIZE = 16 * 1024 * 1024
"""Bytes of a file outside of charts that are read at most; a larger one counts as not there."""


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
            file.path == again.path and file.data == again.data
            for file, again in zip(one.files, other.files, strict=True)
        )
    )


def _load_text(path: str) -> str | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            data = stream.read(MAX_TEXT_SIZE + 1)
    except (OSError, ValueError):
        return None
    if len(data) > MAX_TEXT_SIZE:
        return None
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _load_listing(folder: str) -> tuple[Entry, ...] | None:
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(Entry(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries))
    except (OSError, ValueError):
        return None


DISK_CHART: Input[FileSet | Unreadable] = Input(
    "disk chart",
    Unreadable("", is_missing=True),
    load=_load_folder,
    reload=_reload_folder,
    equal=_is_same_folder,
)
"""The files of a chart's folder on the disk, by the folder's path."""

DISK_TEXT: Input[str | None] = Input("disk text", None, load=_load_text)
"""The text of a file on the disk, by absolute path; None where there is none that can be read."""

DISK_LISTING: Input[tuple[Entry, ...] | None] = Input("disk listing", None, load=_load_listing)
"""The names in a folder on the disk, sorted; None where there is none."""

BUFFER: Input[str | None] = Input("buffer", None)
"""The text that an editor has open, by absolute path; it wins over the disk."""

BUFFERS_IN: Input[tuple[str, ...]] = Input("buffers in", ())
"""The paths of the open files of a chart, relative to its folder, sorted; by the folder's path."""


def read_text(db: Db, path: str) -> str | None:
    """Give the text of a file outside of charts: the editor's, or else the disk's."""
    buffer = db.get(BUFFER, path)
    return db.get(DISK_TEXT, path) if buffer is None else buffer
