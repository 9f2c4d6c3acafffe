"""What is wrong with a chart that was put together: its texts, its format, what it declares and vendors.

Source: Helm pkg/action/install.go, CheckDependencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.problems import (
    INVALID_METADATA,
    MISSING_DEPENDENCY,
    NOT_UTF8,
    WRONG_DEPENDENCY_VERSION,
    stop,
    warn,
)
from quarterdeck.chart.semver import is_compatible
from quarterdeck.chart.yaml_places import YamlPlaces
from quarterdeck.diagnostics.model import Finding, Place, Severity

if TYPE_CHECKING:
    from quarterdeck.chart.model import Chart, ChartFile


def check_text(templates: list[ChartFile]) -> list[Finding]:
    """Report templates that are not UTF-8."""
    problems: list[Finding] = []
    for file in templates:
        offset = file.find_bad_byte()
        if offset is not None:
            line = file.data.count(b"\n", 0, offset) + 1
            start = file.data.rfind(b"\n", 0, offset) + 1
            column = len(file.data[start:offset].decode("utf-8", "replace")) + 1
            message = f"the file is not UTF-8 text: byte 0x{file.data[offset]:02x}"
            place = Place(file.display_path, line, column)
            proposal = "Save it as UTF-8; put binary files outside templates/ and read them with .Files."
            problems.append(warn(NOT_UTF8, place, message, severity=Severity.HIGH, proposal=proposal))
    return problems


def check_format_version(chart: Chart) -> list[Finding]:
    """Report an `apiVersion` that Helm does not know; Helm looks at the outermost chart's alone."""
    version = chart.manifest.api_version
    if version in {"v1", "v2"} or chart.metadata_file is None:
        return []
    helm = "invalid chart apiVersion" if version == "v3" else "unsupported chart version"
    places = YamlPlaces(chart.metadata_file.text, chart.metadata_file.display_path)
    message = f"`apiVersion` must be v1 or v2, not {version!r}"
    place = places.value(("apiVersion",))
    return [stop(INVALID_METADATA, place, message, helm=helm, proposal="Write v2.")]


def missing_names(chart: Chart) -> tuple[str, ...]:
    """Give the names of declared dependencies that are not vendored."""
    vendored = {sub_chart.name for sub_chart in chart.dependencies}
    return tuple(one.name for one in chart.manifest.dependencies or () if one.name not in vendored)


def dependency_places(chart: Chart) -> YamlPlaces:
    """Give the places of the file where the chart's dependencies stand."""
    declared = chart.manifest.dependencies or ()
    in_requirements = any(one.in_requirements for one in declared)
    file = chart.requirements_file if in_requirements else chart.metadata_file
    if file is None:
        return YamlPlaces("", f"{chart.path}/Chart.yaml")
    return YamlPlaces(file.text, file.display_path)


def check_missing(chart: Chart, *, is_root: bool) -> list[Finding]:
    """Report declared dependencies that are not in `charts/`; Helm refuses only the outermost chart's."""
    if not chart.missing_dependencies:
        return []
    places = dependency_places(chart)
    names = ", ".join(chart.missing_dependencies)
    helm = (
        "an error occurred while checking for chart dependencies. You may need to run "
        "'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but "
        f"missing in charts/ directory: {names}"
    )
    proposal = f"Run `quarterdeck fetch {chart.path}` or `helm dependency build {chart.path}`."
    if chart.source != "folder":
        proposal = "Fetch it into the chart's source, and package the chart again."
    problems: list[Finding] = []
    for one in chart.manifest.dependencies or ():
        if one.name not in chart.missing_dependencies:
            continue
        place = places.value(("dependencies", one.index, "name"))
        message = f"the dependency {one.name!r} is declared but not in charts/"
        if one.repository.startswith("file://"):
            message += f"; Helm does not look at {one.repository} when it renders"
        problems.append(
            stop(MISSING_DEPENDENCY, place, message, helm=helm, proposal=proposal)
            if is_root
            else warn(MISSING_DEPENDENCY, place, message, severity=Severity.HIGH, proposal=proposal)
        )
    return problems


def check_vendored_versions(chart: Chart) -> list[Finding]:
    """Report vendored sub-charts of another version than declared.

    Helm does not apply condition, tags and alias to them. Source: Helm pkg/chart/v2/util/dependencies.go,
    processDependencyEnabled.
    """
    problems: list[Finding] = []
    places: YamlPlaces | None = None
    for one in chart.manifest.dependencies or ():
        versions = [sub.manifest.version for sub in chart.dependencies if sub.name == one.name]
        if not versions or any(is_compatible(one.version, version) for version in versions):
            continue
        places = places or dependency_places(chart)
        message = (
            f"charts/ has {one.name} {versions[0]}, which is not in the declared range {one.version!r}: "
            "condition, tags and alias do not apply to it"
        )
        problems.append(
            warn(
                WRONG_DEPENDENCY_VERSION,
                places.value(("dependencies", one.index, "version")),
                message,
                severity=Severity.HIGH,
                proposal="Fetch it again with `quarterdeck fetch`, or mend the range.",
            )
        )
    return problems
