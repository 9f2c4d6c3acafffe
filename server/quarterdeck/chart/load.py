"""Reads a chart from a folder or an archive, as Helm does, and goes on where Helm would stop.

Source: Helm pkg/chart/v2/loader/load.go, LoadFiles, and pkg/chart/loader/load.go.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.chart.archive import UnpackBudget, read_archive
from quarterdeck.chart.assemble import Assembler, ChartSource
from quarterdeck.chart.files_on_disk import read_folder
from quarterdeck.chart.ignore import HELM_IGNORE
from quarterdeck.chart.problems import NO_CHART_YAML, stop
from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import ChartNotFoundError, ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.chart.files_on_disk import FileSet
    from quarterdeck.chart.model import Chart, SourceKind


def read_chart(
    path: str | os.PathLike[str],
    *,
    overlay: Mapping[str, str] | None = None,
    previous: Chart | None = None,
) -> Chart:
    """Read the chart in a folder or a `.tgz`, with all its sub-charts.

    `overlay` has texts that stand for files on the disk, such as unsaved buffers of an editor, by their path
    inside the chart with `/` between the parts. What is wrong with the chart is in the result's `problems`.
    `previous` is what the same path gave before: values files that are still the same are not read again.

    Raises:
        ChartNotFoundError: there is nothing at `path`, or a folder without a trace of a chart.
        ReadError: the folder or archive cannot be read.
    """
    budget = UnpackBudget()
    found, kind = _read_files(Path(path), overlay or {}, budget)
    return _assemble(Path(path), found, kind, budget, previous)


def read_chart_files(
    folder: str,
    overlay: Mapping[str, str],
    *,
    previous: FileSet | None = None,
    check: Callable[[], None] = lambda: None,
) -> FileSet:
    """Read the files of a chart's folder, for `make_chart`; what did not change is taken from `previous`.

    `check` is called before each file and may raise to give up.

    Raises:
        ChartNotFoundError: there is nothing at `folder`, or no trace of a chart.
        ReadError: it is no folder, or cannot be read.
    """
    if Path(folder).is_file():
        raise ReadError(f"{folder} is no folder")
    return _read_files(Path(folder), overlay, UnpackBudget(), previous, check)[0]


def make_chart(
    folder: str,
    files: FileSet,
    *,
    previous: Chart | None = None,
    check: Callable[[], None] = lambda: None,
) -> Chart:
    """Make the chart of the files of a folder; gives what `read_chart` gives.

    `check` is called before each chart in it and may raise to give up.
    """
    return _assemble(Path(folder), files, "folder", UnpackBudget(), previous, check)


def _read_files(
    location: Path,
    overlay: Mapping[str, str],
    budget: UnpackBudget,
    previous: FileSet | None = None,
    check: Callable[[], None] = lambda: None,
) -> tuple[FileSet, SourceKind]:
    """Read the files of a folder or an archive.

    Raises:
        ChartNotFoundError: there is nothing, or no trace of a chart.
        ReadError: it cannot be read.
    """
    display_path = location.as_posix()
    try:
        is_folder = location.is_dir()
        if not is_folder and not location.exists():
            raise ChartNotFoundError(f"there is no chart at {display_path}")
        if is_folder:
            return _read_folder(location, display_path, overlay, previous, check), "folder"
        with location.open("rb") as stream:
            return read_archive(stream, display_path, budget), "archive"
    except OSError as error:
        raise ReadError(f"cannot read {display_path}: {error.strerror or error}") from error


def _assemble(
    location: Path,
    found: FileSet,
    kind: SourceKind,
    budget: UnpackBudget,
    previous: Chart | None,
    check: Callable[[], None] = lambda: None,
) -> Chart:
    name = location.resolve().name
    source = ChartSource(
        kind=kind,
        location=location,
        display_path=location.as_posix(),
        fallback_name=name if kind == "folder" else name.removesuffix(".tgz"),
    )
    return Assembler(budget, previous, check).assemble_root(found, source)


def _read_folder(
    location: Path,
    display_path: str,
    overlay: Mapping[str, str],
    previous: FileSet | None,
    check: Callable[[], None],
) -> FileSet:
    """Read a folder that looks like a chart.

    Raises:
        ChartNotFoundError: it has neither Chart.yaml nor templates.
        OSError: it cannot be listed.
    """
    with os.scandir(location):
        pass
    found = read_folder(location, display_path, overlay, previous, check)
    _check_ignored(location, display_path, overlay, found)
    is_chart = any(file.path == "Chart.yaml" or file.path.startswith("templates/") for file in found.files)
    if not is_chart and not any(problem.path.endswith("/Chart.yaml") for problem in found.problems):
        if not location.is_dir():
            raise ChartNotFoundError(f"the chart at {display_path} vanished while it was read")
        message = f"there is no chart at {display_path}: it has neither Chart.yaml nor templates"
        raise ChartNotFoundError(message)
    return found


def _check_ignored(location: Path, display_path: str, overlay: Mapping[str, str], found: FileSet) -> None:
    """Report a Chart.yaml that is there and that .helmignore leaves out."""
    path = f"{display_path}/Chart.yaml"
    is_read = any(file.path == "Chart.yaml" for file in found.files)
    if is_read or any(problem.path == path for problem in found.problems):
        return
    if all(name in overlay or (location / name).is_file() for name in ("Chart.yaml", HELM_IGNORE)):
        message = "Chart.yaml is left out by a rule of .helmignore"
        proposal = "Mend the rule; one that begins with `!` leaves out all that it does not name."
        helm = "Chart.yaml file is missing"
        found.problems.append(stop(NO_CHART_YAML, Place(path), message, helm=helm, proposal=proposal))
