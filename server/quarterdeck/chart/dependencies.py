"""Fetches declared dependencies into `charts/`: from HTTP repositories, OCI registries and other folders.

Runs only when the user asks for it. Source: Helm pkg/downloader/manager.go and pkg/resolver.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import tarfile
import tempfile
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.archive import UnpackBudget, read_archive
from quarterdeck.chart.assemble import dependency_places
from quarterdeck.chart.files_on_disk import read_folder
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.problems import MISSING_DEPENDENCY, warn
from quarterdeck.chart.semver import is_compatible, read_version
from quarterdeck.diagnostics.model import Finding, Severity
from quarterdeck.errors import OptionError, QuarterdeckError, ReadError
from quarterdeck.external.http import fetch_body
from quarterdeck.external.oci import Repository
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart

MAX_INDEX_SIZE = 64 * 1024 * 1024
MAX_PACKAGE_SIZE = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How far fetching is: the dependency at hand (`number` of `count`), bytes so far, and of how many."""

    name: str
    number: int
    count: int
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedChart:
    """One dependency that was fetched, and the file it was written to."""

    name: str
    version: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What came of fetching: the new charts, and a finding for each dependency that could not be had."""

    fetched: tuple[FetchedChart, ...]
    problems: tuple[Finding, ...]


def fetch_dependencies(
    chart_path: str | os.PathLike[str], progress: Callable[[FetchProgress], None] | None = None
) -> FetchReport:
    """Fetch what the chart declares and `charts/` lacks; the versions of Chart.lock are kept where they fit.

    Each package appears in `charts/` whole or not at all. `progress` is told of each step.

    Raises:
        ChartNotFoundError: there is no chart at `chart_path`.
        ReadError: the chart cannot be read.
        OptionError: it is an archive, which nothing can be added to.
    """
    chart = read_chart(chart_path)
    if chart.source != "folder":
        raise OptionError(f"{chart.path} is an archive: dependencies are fetched into folders")
    declared = [one for one in chart.manifest.dependencies or () if _is_wanted(chart, one)]
    # One chart under several aliases is fetched once.
    wanted = list({(one.name, one.version, one.repository): one for one in declared}.values())
    fetched: list[FetchedChart] = []
    problems: list[Finding] = []
    for number, one in enumerate(wanted, start=1):
        step = _Step(chart, one, number, len(wanted), progress)
        try:
            fetched.append(step.run())
        except (QuarterdeckError, OSError) as error:
            place = dependency_places(chart).value(("dependencies", one.index, "repository"))
            message = f"{one.name} cannot be fetched: {error}"
            problems.append(warn(MISSING_DEPENDENCY, place, message, severity=Severity.HIGH))
    return FetchReport(fetched=tuple(fetched), problems=tuple(problems))


def _is_wanted(chart: Chart, dependency: Dependency) -> bool:
    return not any(
        sub.name == dependency.name and is_compatible(dependency.version, sub.manifest.version)
        for sub in chart.dependencies
    )


class _Step:
    """Fetches one dependency."""

    def __init__(
        self,
        chart: Chart,
        dependency: Dependency,
        number: int,
        count: int,
        progress: Callable[[FetchProgress], None] | None,
    ) -> None:
        self.chart = chart
        self.dependency = dependency
        self._progress = progress
        self._number = number
        self._count = count

    def run(self) -> FetchedChart:
        """Fetch, check and write.

        Raises:
            QuarterdeckError: it cannot be had.
            OSError: it cannot be written.
        """
        self._tell(0, None)
        repository = self.dependency.repository
        if repository.startswith("file://"):
            data = self._pack_neighbour(repository.removeprefix("file://"))
        elif repository.startswith("oci://"):
            data = self._from_registry(repository)
        elif repository.startswith(("http://", "https://")):
            data = self._from_index(repository)
        elif repository:
            raise OptionError(f"the repository {repository!r} is not a URL; add it by its URL")
        else:
            raise OptionError("it has no repository, so it must lie in charts/")
        return self._write(data)

    def _tell(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(
                FetchProgress(
                    name=self.dependency.name,
                    number=self._number,
                    count=self._count,
                    done=done,
                    total=total,
                )
            )

    def _choose(self, versions: Iterable[str]) -> str:
        """Give the version of Chart.lock if it is there and fits, else the highest that fits.

        Raises:
            ReadError: none fits.
        """
        wanted = self.dependency.version
        fitting = [version for version in versions if is_compatible(wanted or "*", version)]
        locked = _locked_version(self.chart, self.dependency.name)
        if locked in fitting:
            return locked
        best = ""
        for version in fitting:
            parsed, so_far = read_version(version), read_version(best)
            if parsed is not None and (so_far is None or parsed.compare(so_far) > 0):
                best = version
        if not best:
            raise ReadError(f"the repository has no version that fits {wanted!r}")
        return best

    def _from_index(self, repository: str) -> bytes:
        base = repository.rstrip("/") + "/"
        text = fetch_body(f"{base}index.yaml", limit=MAX_INDEX_SIZE).decode("utf-8", "replace")
        index, error = load_yaml(text)
        entries: Any = index.get("entries") if index.__class__ is dict else None
        listed: Any = entries.get(self.dependency.name) if entries.__class__ is dict else None
        if error is not None or listed.__class__ is not list:
            raise ReadError(f"{base}index.yaml does not list {self.dependency.name}")
        by_version = {str(one.get("version")): one for one in listed if one.__class__ is dict}
        entry = by_version[self._choose(by_version)]
        urls: Any = entry.get("urls")
        if urls.__class__ is not list or not urls:
            raise ReadError(f"{base}index.yaml gives no URL for {self.dependency.name}")
        url = urllib.parse.urljoin(base, str(urls[0]))
        data = fetch_body(url, limit=MAX_PACKAGE_SIZE, on_bytes=self._tell)
        digest = str(entry.get("digest") or "").removeprefix("sha256:")
        if digest and hashlib.sha256(data).hexdigest() != digest:
            raise ReadError(f"{url} is damaged: its digest is another one")
        return data

    def _from_registry(self, repository: str) -> bytes:
        source = Repository(f"{repository.rstrip('/')}/{self.dependency.name}")
        # A tag cannot hold a plus sign, so registries have an underscore there.
        version = self._choose(tag.replace("_", "+") for tag in source.list_tags())
        return source.fetch_chart(version.replace("+", "_"), self._tell)

    def _pack_neighbour(self, path: str) -> bytes:
        folder = Path(path) if Path(path).is_absolute() else self.chart.location / path
        neighbour = read_chart(folder)
        self._choose([neighbour.manifest.version])
        if neighbour.name != self.dependency.name:
            raise ReadError(f"the chart in {path} is called {neighbour.name}")
        files = read_folder(folder, neighbour.path, {}).files
        return _pack(neighbour.name, [(file.path, file.data) for file in files])

    def _write(self, data: bytes) -> FetchedChart:
        """Check the package and put it into `charts/`."""
        name = self.dependency.name
        found = read_archive(io.BytesIO(data), name, UnpackBudget())
        if found.problems:
            raise ReadError(found.problems[0].message)
        metadata = next((file.text for file in found.files if file.path == "Chart.yaml"), "")
        value, _ = load_yaml(metadata)
        version = str(value.get("version")) if value.__class__ is dict else ""
        if value.__class__ is not dict or value.get("name") != name or read_version(version) is None:
            raise ReadError("the package holds another chart")
        target = self.chart.location / "charts" / f"{name}-{version}.tgz"
        target.parent.mkdir(exist_ok=True)
        _write_whole(target, data)
        return FetchedChart(name=name, version=version, path=target)


def _locked_version(chart: Chart, name: str) -> str:
    """Give the version of a dependency in Chart.lock, or nothing."""
    listed: Any = (chart.lock or {}).get("dependencies")
    for entry in listed if listed.__class__ is list else ():
        if entry.__class__ is dict and entry.get("name") == name:
            return str(entry.get("version"))
    return ""


def _pack(name: str, files: list[tuple[str, bytes]]) -> bytes:
    """Package files as `helm package` does: below a folder of the chart's name."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path, data in files:
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _write_whole(target: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
