"""Makes charts of files: which file is what, which files are sub-charts, and what is wrong with them.

Source: Helm pkg/chart/v2/loader/load.go, LoadFiles; pkg/action/install.go, CheckDependencies.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from quarterdeck.chart.archive import UnpackBudget, read_archive
from quarterdeck.chart.checks import (
    check_format_version,
    check_missing,
    check_text,
    check_vendored_versions,
    missing_names,
)
from quarterdeck.chart.decisions import make_plan
from quarterdeck.chart.files_on_disk import FileSet
from quarterdeck.chart.metadata import Metadata, MetadataText, read_metadata
from quarterdeck.chart.model import MANIFEST_ENDINGS, Chart, ChartFile, SourceKind
from quarterdeck.chart.problems import (
    BAD_CHART_YAML,
    BAD_LOCK,
    BAD_SUBCHART,
    BAD_VALUES,
    INVALID_METADATA,
    MISSING_DEPENDENCY,
    NO_CHART_YAML,
    OLD_REQUIREMENTS,
    TOO_DEEP,
    TOO_LARGE,
    stop,
    warn,
)
from quarterdeck.chart.values import drop_nulls
from quarterdeck.chart.values_file import read_values_text, values_finding
from quarterdeck.chart.yaml_places import YamlPlaces
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.text.span import Span
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_CHART_DEPTH = 100
"""How deep charts may lie inside charts."""

_ERROR_LINE = re.compile(r"\bline (\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSource:
    """Where a chart comes from; `fallback_name` is its name if Chart.yaml gives none."""

    kind: SourceKind
    location: Path
    display_path: str
    fallback_name: str


@dataclass(slots=True)
class _Sorted:
    """The files of one chart by what they are."""

    chart_yaml: ChartFile | None = None
    requirements: ChartFile | None = None
    lock: ChartFile | None = None
    values: ChartFile | None = None
    schema: ChartFile | None = None
    templates: list[ChartFile] = field(default_factory=list[ChartFile])
    files: list[ChartFile] = field(default_factory=list[ChartFile])
    old_files: list[ChartFile] = field(default_factory=list[ChartFile])
    """requirements.yaml and requirements.lock, which `.Files` has only in the first version of the format."""
    sub_charts: dict[str, list[ChartFile]] = field(default_factory=dict[str, list[ChartFile]])
    """By the name in `charts/`; their paths begin with `charts/`."""


class Assembler:
    """Makes one chart and its sub-charts; `check` is called before each and may raise to give up."""

    def __init__(
        self,
        budget: UnpackBudget,
        previous: Chart | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._check = check
        self._budget = budget
        self._previous = {} if previous is None else {chart.path: chart for chart in _all_charts(previous)}

    def assemble_root(self, found: FileSet, source: ChartSource) -> Chart:
        """Make the chart that the user named."""
        chart = self._assemble(found, source, depth=0)
        make_plan(chart)
        problems = [*chart.problems, *check_format_version(chart), *check_missing(chart, is_root=True)]
        chart.problems = tuple(problems)
        return chart

    def _assemble(self, found: FileSet, source: ChartSource, *, depth: int) -> Chart:
        self._check()
        parts = _sort_files(found.files)
        problems = list(found.problems)
        metadata, manifest, metadata_problems = _read_manifest(parts, source, is_root=depth == 0)
        if _is_told_already(source, found.problems):
            metadata_problems = [one for one in metadata_problems if one.code != NO_CHART_YAML]
        decoding = [problem for problem in metadata_problems if problem.code != INVALID_METADATA]
        checking = [problem for problem in metadata_problems if problem.code == INVALID_METADATA]
        problems.extend(decoding)
        lock = _read_lock(parts.lock, problems)
        values, values_without_nulls = self._read_values(parts.values, source, problems)
        problems.extend(checking)
        problems.extend(check_text(parts.templates))
        if manifest.api_version == "v1":
            parts.files.extend(parts.old_files)
        chart = Chart(
            path=source.display_path,
            name=manifest.name or source.fallback_name,
            metadata=metadata,
            manifest=manifest if manifest.name else replace(manifest, name=source.fallback_name),
            source=source.kind,
            location=source.location,
            templates=tuple(parts.templates),
            files=tuple(parts.files),
            file_index={file.path: file for file in parts.files},
            renderable=_renderable(parts.templates, manifest),
            crds=tuple(file for file in parts.files if _is_crd(file.path)),
            metadata_file=parts.chart_yaml,
            requirements_file=parts.requirements,
            values_file=parts.values,
            values=values,
            values_without_nulls=values_without_nulls,
            schema_file=parts.schema,
            lock=lock,
        )
        subcharts: list[Chart] = []
        for name in sorted(parts.sub_charts):
            sub_chart = self._read_sub_chart(name, parts.sub_charts[name], source, chart, depth)
            if sub_chart is None:
                continue
            if sub_chart.metadata_file is None and not sub_chart.templates:
                problems.extend(_wrapped(sub_chart.problems, name, chart.name))
                continue
            subcharts.append(sub_chart)
            problems.extend(_wrapped(sub_chart.problems, name, chart.name))
        chart.dependencies = tuple(subcharts)
        chart.missing_dependencies = missing_names(chart)
        if depth:
            problems.extend(check_missing(chart, is_root=False))
        problems.extend(check_vendored_versions(chart))
        chart.problems = tuple(problems)
        return chart

    def _read_values(
        self, file: ChartFile | None, source: ChartSource, problems: list[Finding]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the values of a file, with and without nulls; those of before where the file is the same."""
        if file is None:
            return {}, {}
        before = self._previous.get(source.display_path)
        old_file = None if before is None else before.values_file
        if before is not None and old_file is not None and old_file.has_content_of(file):
            problems.extend(
                one for one in before.problems if one.code == BAD_VALUES and one.path == file.display_path
            )
            return before.values, before.values_without_nulls
        read = read_values_text(file.text)
        if read.error is not None:
            helm = "cannot load values.yaml: "
            problems.append(values_finding(BAD_VALUES, file.display_path, read.error, helm_prefix=helm))
        return read.values, drop_nulls(read.values)

    def _read_sub_chart(
        self, name: str, files: list[ChartFile], source: ChartSource, parent: Chart, depth: int
    ) -> Chart | None:
        """Make the sub-chart in `charts/<name>`; None for what Helm skips, and what is nested too deeply."""
        if name.startswith(("_", ".")):
            return None
        display_path = f"{source.display_path}/charts/{name}"
        known = self._find_known(display_path, files)
        if known is not None:
            return known
        left = self._budget.remaining
        chart = self._make_sub_chart(name, files, source, parent, depth)
        chart.sub_chart_files = tuple(files)
        chart.unpacked = left - self._budget.remaining
        return chart

    def _find_known(self, display_path: str, files: list[ChartFile]) -> Chart | None:
        """Give a copy of the sub-chart as it was before, if its files are the same."""
        before = self._previous.get(display_path)
        if before is None or len(before.sub_chart_files) != len(files):
            return None
        if before.unpacked > self._budget.remaining or any(one.code == TOO_LARGE for one in before.problems):
            # How much archives may unpack to depends on those before them.
            return None
        for old, new in zip(before.sub_chart_files, files, strict=True):
            if old is not new and (old.path != new.path or not old.has_content_of(new)):
                return None
        self._budget.remaining -= before.unpacked
        return before

    def _make_sub_chart(
        self, name: str, files: list[ChartFile], source: ChartSource, parent: Chart, depth: int
    ) -> Chart:
        display_path = f"{source.display_path}/charts/{name}"
        if depth >= MAX_CHART_DEPTH:
            found = FileSet()
            message = f"charts are nested more than {MAX_CHART_DEPTH} deep; this one is left out"
            found.problems.append(warn(TOO_DEEP, Place(display_path), message, severity=Severity.HIGH))
            sub_source = ChartSource(
                kind="folder", location=source.location, display_path=display_path, fallback_name=name
            )
            return self._assemble_broken(found, sub_source)
        if name.endswith(".tgz"):
            first = files[0].path.removeprefix("charts/")
            if first != name:
                helm = f"error unpacking subchart tar in {parent.name}: expected {name}, got {first}"
                message = "a folder's name must not end in .tgz"
                found = FileSet()
                found.problems.append(stop(BAD_SUBCHART, Place(display_path), message, helm=helm))
                kind: SourceKind = "folder"
            else:
                found = read_archive(io.BytesIO(files[0].data), display_path, self._budget, is_nested=True)
                kind = "archive"
        else:
            inside = [
                file.moved(path) for file in files if (path := file.path.partition("/")[2].partition("/")[2])
            ]
            found = FileSet(files=inside)
            kind = source.kind
        location = source.location / "charts" / name if source.kind == "folder" else source.location
        sub_source = ChartSource(
            kind=kind,
            location=location,
            display_path=display_path,
            fallback_name=name.removesuffix(".tgz"),
        )
        if not found.files and found.problems:
            return self._assemble_broken(found, sub_source)
        return self._assemble(found, sub_source, depth=depth + 1)

    def _assemble_broken(self, found: FileSet, source: ChartSource) -> Chart:
        """Make a chart of nothing, which carries the problems."""
        return Chart(
            path=source.display_path,
            name=source.fallback_name,
            metadata={},
            manifest=Metadata(name=source.fallback_name),
            source=source.kind,
            location=source.location,
            problems=tuple(found.problems),
        )


def _sort_files(files: list[ChartFile]) -> _Sorted:
    parts = _Sorted()
    for file in files:
        path = file.path
        if path.startswith("templates/"):
            parts.templates.append(file)
        elif path.startswith("charts/"):
            if path.endswith(".prov"):
                parts.files.append(file)
            else:
                parts.sub_charts.setdefault(path.split("/", 2)[1], []).append(file)
        elif path == "Chart.yaml":
            parts.chart_yaml = file
        elif path == "Chart.lock":
            parts.lock = file
        elif path == "values.yaml":
            parts.values = file
        elif path == "values.schema.json":
            parts.schema = file
        elif path == "requirements.yaml":
            parts.requirements = file
            parts.old_files.append(file)
        elif path == "requirements.lock":
            parts.lock = file
            parts.old_files.append(file)
        else:
            parts.files.append(file)
    return parts


def _renderable(templates: list[ChartFile], manifest: Metadata) -> tuple[tuple[str, str, str, bool], ...]:
    """List the templates that count: of a library chart only those whose name begins with `_`."""
    is_library = manifest.type.casefold() == "library"
    listed = [
        (file.path, file.text, file.display_path, file.path.rsplit("/", 1)[-1].startswith("_"))
        for file in templates
    ]
    return tuple(one for one in listed if one[3] or not is_library)


def _is_crd(path: str) -> bool:
    return path.startswith("crds/") and path.lower().endswith(MANIFEST_ENDINGS)


def _read_manifest(
    parts: _Sorted, source: ChartSource, *, is_root: bool
) -> tuple[dict[str, Any], Metadata, list[Finding]]:
    """Read Chart.yaml and requirements.yaml: the mapping as read, the typed form, and what is wrong."""
    if parts.chart_yaml is None:
        return {}, Metadata(name=source.fallback_name), [_missing_chart_yaml(source, is_root=is_root)]
    problems: list[Finding] = []
    chart_text = _read_yaml(parts.chart_yaml, problems)
    requirements = None if parts.requirements is None else _read_yaml(parts.requirements, problems)
    value: Any = chart_text.value
    metadata: dict[str, Any] = value if value.__class__ is dict else {}
    if problems and chart_text.value is None:
        return metadata, Metadata(name=source.fallback_name), problems
    manifest, found = read_metadata(chart_text, requirements)
    if requirements is not None and requirements.value.__class__ is dict:
        metadata = {**metadata, **requirements.value}
    problems.extend(found)
    if parts.requirements is not None and manifest.api_version != "v1":
        problems.append(
            warn(
                OLD_REQUIREMENTS,
                Place(parts.requirements.display_path),
                "charts of apiVersion v2 declare their dependencies in Chart.yaml",
                severity=Severity.LOW,
                proposal="Move the dependencies to Chart.yaml.",
            )
        )
    return metadata, manifest, problems


def _missing_chart_yaml(source: ChartSource, *, is_root: bool) -> Finding:
    helm = "Chart.yaml file is missing"
    if is_root and source.kind == "folder":
        file = source.location.absolute() / "Chart.yaml"
        helm = f"unable to detect chart at {file}: open {file}: no such file or directory"
    elif is_root:
        helm = "unable to detect chart version, no Chart.yaml found"
    place = Place(f"{source.display_path}/Chart.yaml")
    proposal = "Add a Chart.yaml with apiVersion, name and version."
    return stop(NO_CHART_YAML, place, "Chart.yaml is missing", helm=helm, proposal=proposal)


def _is_told_already(source: ChartSource, problems: list[Finding]) -> bool:
    """Tell whether Chart.yaml may be missing only because it, or its archive, could not be read."""
    path = f"{source.display_path}/Chart.yaml"
    return any(
        one.severity is Severity.CRITICAL and one.path in {path, source.display_path} for one in problems
    )


def _read_yaml(file: ChartFile, problems: list[Finding]) -> MetadataText:
    """Load one file of metadata; its value is None if it is no YAML, which is reported."""
    value, error = load_yaml(file.text)
    places = YamlPlaces(file.text, file.display_path)
    if error is not None:
        place = Place(file.display_path, _error_line(error))
        message = f"this is not valid YAML: {_ERROR_LINE.sub('', error, count=1)}"
        proposal = ""
        problem = places.problem
        if problem is not None:
            place = places.place(Span(problem.offset, problem.offset))
            message, proposal = problem.message, problem.proposal
        helm = f"cannot load {file.path}: {error}"
        problems.append(stop(BAD_CHART_YAML, place, message, helm=helm, proposal=proposal))
        value = None
    return MetadataText(value, places, file.path)


def _error_line(error: str) -> int:
    match = _ERROR_LINE.search(error)
    return int(match[1]) if match else 1


def _read_lock(file: ChartFile | None, problems: list[Finding]) -> dict[str, Any] | None:
    if file is None:
        return None
    value, error = load_yaml(file.text)
    if error is None and (value is None or value.__class__ is dict):
        return value
    if error is None:
        kind = "array" if value.__class__ is list else "string"
        target = f"json: cannot unmarshal {kind} into Go value of type v2.Lock"
        error = f"error unmarshaling JSON: while decoding JSON: {target}"
    place = Place(file.display_path, _error_line(error))
    helm = f"cannot load {file.path}: {error}"
    message = "the lock file is damaged"
    proposal = "Write it anew with `helm dependency update`."
    problems.append(stop(BAD_LOCK, place, message, helm=helm, proposal=proposal))
    return None


def _all_charts(chart: Chart) -> list[Chart]:
    charts = [chart]
    for sub_chart in chart.dependencies:
        charts.extend(_all_charts(sub_chart))
    return charts


def _wrapped(problems: tuple[Finding, ...], name: str, parent: str) -> list[Finding]:
    """Put Helm's words for a sub-chart into its words for the chart that holds it."""
    prefix = f"error unpacking subchart {name} in {parent}: "
    return [
        msgspec.structs.replace(problem, helm_message=prefix + problem.helm_message)
        if problem.helm_message and problem.code != MISSING_DEPENDENCY
        else problem
        for problem in problems
    ]
