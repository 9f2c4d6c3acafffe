"""The scenarios that `.quarterdeck.yaml` declares for a chart."""

from __future__ import annotations

from posixpath import join, normpath
from typing import TYPE_CHECKING, Final

import msgspec

from quarterdeck.chart.capabilities import parse_kube_version
from quarterdeck.diagnostics.catalog import BAD_SETTING, UNKNOWN_SCENARIO
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.errors import OptionError
from quarterdeck.scenarios.model import Scenario, SetFlag
from quarterdeck.settings.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from quarterdeck.chart.strvals import SetKind
    from quarterdeck.settings.model import ScenarioSettings, Settings, Written

MAX_DECLARED: Final = 100
"""Scenarios of one chart; what comes after them is not rendered."""
_NOWHERE: Final = Place("settings")
_FLAGS: Final[tuple[tuple[SetKind, str], ...]] = (
    ("set", "set"),
    ("set-string", "set_string"),
    ("set-json", "set_json"),
    ("set-file", "set_file"),
    ("set-literal", "set_literal"),
)


def declared_scenarios(settings: Settings, chart: str) -> tuple[tuple[Scenario, ...], tuple[Finding, ...]]:
    """Give the declared scenarios of a chart, in the order of their names' first mention, and what is wrong.

    `chart` is the chart's folder (absolute, with `/`). Whether their files exist shows when they are read.
    """
    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    for name, one in settings.scenarios.items():
        if not _is_for(one, chart):
            continue
        if len(scenarios) == MAX_DECLARED:
            message = f"a chart can have {MAX_DECLARED} declared scenarios; the rest is left out"
            findings.append(_finding(BAD_SETTING, one.place, message))
            break
        scenarios.append(_declare(name, one, findings))
    if settings.kube_version is not None:
        _usable_version(settings.kube_version, findings)
    return tuple(scenarios), tuple(findings)


def with_cluster_defaults(scenarios: Iterable[Scenario], settings: Settings) -> list[Scenario]:
    """Give scenarios what the settings say of the cluster, where they say nothing of it themselves."""
    version = None if settings.kube_version is None else _usable_version(settings.kube_version, [])
    completed: list[Scenario] = []
    for scenario in scenarios:
        kube_version = scenario.kube_version or version
        api_versions = tuple(dict.fromkeys((*settings.api_versions, *scenario.api_versions)))
        if (kube_version, api_versions) != (scenario.kube_version, scenario.api_versions):
            scenario = msgspec.structs.replace(  # noqa: PLW2901 - the same with more
                scenario, kube_version=kube_version, api_versions=api_versions
            )
        completed.append(scenario)
    return completed


def check_focus(settings: Settings, names: Collection[str], chart: str | None = None) -> list[Finding]:
    """Report that the focused scenario is none of a chart's.

    With `chart`, its folder, only where the chart's own settings focus it: those of folders above are for
    other charts, too, which may have it.
    """
    focus = settings.focus
    if focus is None or focus.text in names or (chart is not None and focus.folder != chart):
        return []
    proposal = did_you_mean(focus.text, names, f"There are {', '.join(names)}.")
    return [_finding(UNKNOWN_SCENARIO, focus.place, f"there is no scenario `{focus.text}`", proposal)]


def _is_for(scenario: ScenarioSettings, chart: str) -> bool:
    if not scenario.charts:
        return True
    for pattern in scenario.charts:
        prefix = pattern.folder.rstrip("/") + "/"
        if (chart + "/").startswith(prefix):
            inside = chart[len(prefix) :] or "."
            if compile_pattern(pattern.text).matches(inside):
                return True
    return False


def _declare(name: str, one: ScenarioSettings, findings: list[Finding]) -> Scenario:
    kube_version = None if one.kube_version is None else _usable_version(one.kube_version, findings)
    flags = [SetFlag(kind, flag.text, flag.place) for kind, field in _FLAGS for flag in getattr(one, field)]
    return Scenario(
        name=name,
        source="declared",
        layers=tuple(normpath(join(file.folder, file.text)) for file in one.values),
        layer_places=tuple(file.place or _NOWHERE for file in one.values),
        flags=tuple(flags),
        release_name=one.release_name,
        namespace=one.namespace,
        kube_version=kube_version,
        api_versions=one.api_versions,
        place=one.place,
    )


def _usable_version(version: Written, findings: list[Finding]) -> str | None:
    """Give a Kubernetes version that can be read; None for another, which is reported."""
    try:
        parse_kube_version(version.text)
    except OptionError as error:
        findings.append(_finding(BAD_SETTING, version.place, str(error), "Write it as 1.33 or v1.33.4."))
        return None
    return version.text


def _finding(code: str, place: Place | None, message: str, proposal: str = "") -> Finding:
    return Finding(
        code=code,
        severity=Severity.MEDIUM,
        place=place or _NOWHERE,
        message=message,
        proposal=proposal,
    )
