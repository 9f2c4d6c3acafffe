"""Fetches declared dependencies into `charts/`: from HTTP repositories, OCI registries and other folders.

Runs only when the user asks for it, and writes nowhere else. Source: Helm pkg/downloader/manager.go and
pkg/resolver.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import tempfile
import urllib.parse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.archive import UnpackBudget, pack_archive, read_archive
from quarterdeck.chart.checks import dependency_places
from quarterdeck.chart.files_on_disk import read_folder
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.problems import MISSING_DEPENDENCY, stop
from quarterdeck.chart.semver import is_compatible, read_version
from quarterdeck.diagnostics.model import Severity
from quarterdeck.errors import OptionError, QuarterdeckError, ReadError
from quarterdeck.external.http import fetch_body
from quarterdeck.external.oci import Repository
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart
    from quarterdeck.diagnostics.model import Finding

MAX_INDEX_SIZE = 64 * 1024 * 1024
MAX_PACKAGE_SIZE = 100 * 1024 * 1024
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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

    Each package appears in `charts/` whole or not at all, and takes the place of packages of the same chart
    that do not fit. `progress` is told of each step.

    Raises:
        ChartNotFoundError: there is no chart at `chart_path`.
        ReadError: the chart, or its Chart.yaml, cannot be read.
        OptionError: it is an archive, which nothing can be added to.
    """
    chart = read_chart(chart_path)
    if chart.source != "folder":
        raise OptionError(f"{chart.path} is an archive: dependencies are fetched into folders")
    if not chart.metadata:
        raise ReadError(next((str(one) for one in chart.problems), f"{chart.path} has no Chart.yaml"))
    declared = [one for one in chart.manifest.dependencies or () if _is_wanted(chart, one)]
    # One chart under several aliases is fetched once.
    wanted = list({(one.name, one.version, one.repository): one for one in declared}.values())
    fetched: list[FetchedChart] = []
    problems: list[Finding] = []
    sources = _Sources()
    for number, one in enumerate(wanted, start=1):
        step = _Step(
            chart, one, sources, progress, FetchProgress(name=one.name, number=number, count=len(wanted))
        )
        try:
            fetched.append(step.run())
        except QuarterdeckError as error:
            problems.append(_report(chart, one, str(error)))
        except OSError as error:
            problems.append(_report(chart, one, f"{error.filename or chart.path}: {error.strerror or error}"))
    return FetchReport(fetched=tuple(fetched), problems=tuple(problems))


def _report(chart: Chart, dependency: Dependency, reason: str) -> Finding:
    place = dependency_places(chart).value(("dependencies", dependency.index, "repository"))
    message = f"{dependency.name} cannot be fetched: {reason}"
    return stop(MISSING_DEPENDENCY, place, message, helm="")


def _is_wanted(chart: Chart, dependency: Dependency) -> bool:
    return not any(
        sub.name == dependency.name and is_compatible(dependency.version, sub.manifest.version)
        for sub in chart.dependencies
    )


class _Sources:
    """What repositories list, each asked once."""

    def __init__(self) -> None:
        self._indexes: dict[str, dict[str, Any]] = {}

    def index(self, base: str, on_bytes: Callable[[int, int | None], None]) -> dict[str, Any]:
        """Give the entries of the index of the repository at `base`, by chart.

        Raises:
            ReadError: it cannot be read, or is no index.
        """
        found = self._indexes.get(base)
        if found is None:
            url = f"{base}index.yaml"
            text = fetch_body(url, limit=MAX_INDEX_SIZE, on_bytes=on_bytes).decode("utf-8", "replace")
            index, error = load_yaml(text)
            entries: Any = index.get("entries") if index.__class__ is dict else None
            if error is not None or entries.__class__ is not dict:
                raise ReadError(f"{url} is not the index of a chart repository")
            found = self._indexes[base] = entries
        return found


@dataclass(slots=True)
class _Step:
    """Fetches one dependency."""

    chart: Chart
    dependency: Dependency
    sources: _Sources
    progress: Callable[[FetchProgress], None] | None
    start: FetchProgress

    def run(self) -> FetchedChart:
        """Fetch, check and write.

        Raises:
            QuarterdeckError: it cannot be had.
            OSError: it cannot be written.
        """
        name = self.dependency.name
        if _FILE_NAME.fullmatch(name) is None:
            raise ReadError(f"{name!r} cannot be the name of a file")
        self._tell(0, None)
        _check_folder(self.chart, name)
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
        if self.progress is not None:
            self.progress(replace(self.start, done=done, total=total))

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
        listed: Any = self.sources.index(base, self._tell).get(self.dependency.name)
        if listed.__class__ is not list:
            raise ReadError(f"{base}index.yaml does not list {self.dependency.name}")
        by_version = {str(one.get("version")): one for one in listed if one.__class__ is dict}
        entry = by_version[self._choose(by_version)]
        urls: Any = entry.get("urls")
        if urls.__class__ is not list or not urls:
            raise ReadError(f"{base}index.yaml gives no URL for {self.dependency.name}")
        url = _join(base, str(urls[0]))
        if url.startswith("oci://"):
            reference, _, tag = url.rpartition(":")
            data = Repository(reference).fetch_chart(tag, self._tell)
        else:
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
        found = read_folder(folder, neighbour.path, {})
        unread = next((one for one in found.problems if one.severity is Severity.CRITICAL), None)
        if unread is not None:
            raise ReadError(str(unread))
        return pack_archive(neighbour.name, found.files)

    def _write(self, data: bytes) -> FetchedChart:
        """Check the package and put it into `charts/`, in place of those that do not fit."""
        name = self.dependency.name
        found = read_archive(io.BytesIO(data), name, UnpackBudget())
        refused = next((one for one in found.problems if one.severity is Severity.CRITICAL), None)
        if refused is not None:
            raise ReadError(refused.message)
        metadata = next((file.text for file in found.files if file.path == "Chart.yaml"), "")
        value, _ = load_yaml(metadata)
        version = str(value.get("version")) if value.__class__ is dict else ""
        if value.__class__ is not dict or value.get("name") != name or read_version(version) is None:
            raise ReadError("the package holds another chart")
        if not is_compatible(self.dependency.version or "*", version):
            raise ReadError(f"the package holds version {version}, which does not fit")
        target = self.chart.location / "charts" / f"{name}-{version}.tgz"
        if _FILE_NAME.fullmatch(target.stem.replace("+", "-")) is None:
            raise ReadError(f"{version!r} cannot be part of the name of a file")
        target.parent.mkdir(exist_ok=True)
        _write_whole(target, data)
        for old in _outdated(self.chart, name):
            if old != target:
                old.unlink(missing_ok=True)
        return FetchedChart(name=name, version=version, path=target)


def _join(base: str, url: str) -> str:
    """Give the whole URL of a package.

    Raises:
        ReadError: it is none.
    """
    try:
        return urllib.parse.urljoin(base, url)
    except ValueError:
        raise ReadError(f"{base}index.yaml has a damaged URL: {url!r}") from None


def _check_folder(chart: Chart, name: str) -> None:
    """Make sure that a package in `charts/` would be all that there is of the chart.

    Raises:
        ReadError: `charts` is a link, which may lead anywhere, or the chart lies there as a folder.
    """
    charts = chart.location / "charts"
    if charts.is_symlink():
        raise ReadError(f"{charts.as_posix()} is a link, and nothing is written through links")
    for sub in chart.dependencies:
        if sub.name == name and sub.source == "folder":
            version = sub.manifest.version
            raise ReadError(
                f"{sub.path} holds version {version}, which does not fit; remove the folder first"
            )


def _outdated(chart: Chart, name: str) -> list[Path]:
    """Give the packages of a chart that nothing declared asks for. Source: manager.go, safeMoveDeps."""
    declared = [one for one in chart.manifest.dependencies or () if one.name == name]
    return [
        chart.location / "charts" / sub.path.rsplit("/", 1)[-1]
        for sub in chart.dependencies
        if sub.name == name
        and sub.source == "archive"
        and not any(is_compatible(one.version, sub.manifest.version) for one in declared)
    ]


def _locked_version(chart: Chart, name: str) -> str:
    """Give the version of a dependency in Chart.lock, or nothing."""
    listed: Any = (chart.lock or {}).get("dependencies")
    for entry in listed if listed.__class__ is list else ():
        if entry.__class__ is dict and entry.get("name") == name:
            return str(entry.get("version"))
    return ""


def _write_whole(target: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
