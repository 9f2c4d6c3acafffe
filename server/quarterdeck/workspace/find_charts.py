"""Finds the charts that a user means by the paths on a command line."""

from __future__ import annotations

import os
from pathlib import Path
from posixpath import basename
from typing import TYPE_CHECKING

from quarterdeck.errors import Cancelled, ChartNotFoundError, ReadError
from quarterdeck.workspace.discovery import CHART_FILE, SUBCHART_FOLDER, find_chart_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ARCHIVE_ENDINGS = (".tgz", ".tar.gz")
_NEVER_CHARTS = frozenset({"node_modules", "__pycache__"})


def find_charts(paths: Iterable[str]) -> list[str]:
    """Give the charts at and below the paths, in the order of the paths, below each by name; none twice.

    A folder with a Chart.yaml is a chart; what lies in its `charts/` belongs to it, and is no chart of its
    own. Hidden folders are left out. An archive counts where it is named itself. A file means the chart
    that it is in.

    Raises:
        ChartNotFoundError: there is nothing at a path, or no chart at and below it.
        ReadError: a folder cannot be listed.
    """
    found: dict[str, str] = {}
    for path in paths:
        charts = list(_charts_of(path))
        if not charts:
            raise ChartNotFoundError(f"there is no chart at or below {path}")
        for chart in charts:
            found.setdefault(os.path.realpath(chart), chart)
    return list(found.values())


def _charts_of(path: str) -> Iterator[str]:
    location = Path(path)
    shown = location.as_posix()
    try:
        if location.is_dir():
            yield from _charts_below(shown)
            return
        exists = location.exists()
    except OSError as error:
        raise ReadError(f"cannot read {shown}: {error.strerror or error}") from error
    if not exists:
        raise ChartNotFoundError(f"there is nothing at {shown}")
    if shown.endswith(ARCHIVE_ENDINGS):
        yield shown
        return
    root = find_chart_root(Path(os.path.abspath(path)).as_posix())  # noqa: PTH100 - resolve() would follow links
    if root is not None:
        yield _relative(root) if not location.is_absolute() else root


def _relative(folder: str) -> str:
    try:
        return Path(os.path.relpath(folder)).as_posix()
    except ValueError:  # another drive
        return folder


def _charts_below(top: str) -> Iterator[str]:
    """Walk a folder that the user named."""
    charts = list(_walk(top))
    if not charts and Path(top, "templates").is_dir():
        # Somebody forgot Chart.yaml: that is worth a finding, not an error.
        charts = [top]
    yield from charts


def find_workspace_charts(folders: Iterable[str], is_cancelled: Callable[[], bool]) -> list[str]:
    """Give the charts of workspace folders (absolute, with `/`), each once: those below, and those around.

    What cannot be read is passed over. A chart that lies in another one's `charts/` is a part of that one.

    Raises:
        Cancelled: `is_cancelled` said so.
    """
    found: dict[str, None] = {}
    for top in folders:
        around = find_chart_root(f"{top}/{CHART_FILE}")
        if around is not None:
            found[around] = None
        for chart in _walk(top, lambda _: None, is_cancelled):
            root = find_chart_root(f"{chart}/{CHART_FILE}")
            if root is not None:
                found[root] = None
    return list(found)


def _refuse(error: OSError) -> None:
    raise ReadError(f"cannot read {error.filename}: {error.strerror or error}") from error


def _walk(
    top: str,
    on_error: Callable[[OSError], None] = _refuse,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    for folder, folders, files in os.walk(top, onerror=on_error):
        if is_cancelled():
            raise Cancelled
        is_chart = CHART_FILE in files or CHART_FILE in folders
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NEVER_CHARTS
            and not (is_chart and name in {SUBCHART_FOLDER, "templates"})
        )
        if is_chart:
            yield Path(folder).as_posix()


def is_archive(path: str) -> bool:
    """Tell whether the path of a chart names an archive."""
    return basename(path).endswith(ARCHIVE_ENDINGS)
