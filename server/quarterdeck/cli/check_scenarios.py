"""Checks one chart that has settings or scenarios for `quarterdeck check`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from quarterdeck.chart.load import read_chart
from quarterdeck.cli.check_task import source_lines
from quarterdeck.cli.values_options import with_scenario
from quarterdeck.findings.apply_settings import apply_settings
from quarterdeck.reports.model import ChartReport
from quarterdeck.scenarios.declared import with_cluster_defaults
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.scenarios.values import values_input
from quarterdeck.workspace.chart_scenarios import (
    ChartScenarios,
    TrustedTexts,
    folder_of,
    read_chart_settings,
    read_scenarios,
)
from quarterdeck.workspace.scenario_check import ScenarioRun, check_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.cli.check_task import CheckOrder
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding, Place
    from quarterdeck.scenarios.model import Scenario


def check_with_scenarios(
    path: str, chart: str, root: str, order: CheckOrder
) -> tuple[ChartReport, tuple[Program, ...]]:
    """Check the chart at `path`, whose absolute path is `chart`, in the workspace `root`.

    Raises:
        QuarterdeckError: it cannot be read, or an option makes no sense.
    """
    known = _choose(chart, root, order)
    if not known.scenarios:
        return ChartReport(path=path), ()
    texts = TrustedTexts(root, folder_of(chart))
    given = order.options.values
    runs = [
        ScenarioRun(
            with_cluster_options(
                one, order.namespace, order.options.kube_version, order.options.api_versions
            ),
            with_scenario(values_input(one, texts), given),
        )
        for one in known.scenarios
    ]
    read = read_chart(path)
    checked = check_scenarios(read, runs)
    findings = apply_settings((*known.findings, *checked.findings), known.settings, folder=order.folder)
    files = {file.path: file.text for file in given.files}
    lines = source_lines(read, findings, lambda name: files.get(name) or _text_of(name, texts))
    show = shown_paths(path, order.folder)
    report = ChartReport(
        path=path,
        findings=tuple(sorted((_shown(one, show) for one in findings), key=_order)),
        lines={show(name): known_lines for name, known_lines in lines.items()},
        scenarios=tuple(one.scenario.name for one in runs),
    )
    return report, checked.programs


def with_cluster_options(
    scenario: Scenario, namespace: str | None, kube_version: str | None, api_versions: tuple[str, ...]
) -> Scenario:
    """Give a scenario with what the command line says of release and cluster."""
    return msgspec.structs.replace(
        scenario,
        namespace=namespace or scenario.namespace,
        kube_version=kube_version or scenario.kube_version,
        api_versions=(*scenario.api_versions, *api_versions),
    )


def shown_paths(path: str, folder: str) -> Callable[[str], str]:
    """Give what shows an absolute path in the form in which the user named the chart at `path`.

    `folder` is where relative paths start; a path out of it stays absolute, unless the chart's leads out.
    """
    if Path(path).is_absolute():
        return lambda name: name
    leads_out = path.startswith("..")

    def show(name: str) -> str:
        if not Path(name).is_absolute():
            return name
        try:
            relative = Path(os.path.relpath(name, folder)).as_posix()
        except ValueError:  # another drive
            return name
        return relative if leads_out or not relative.startswith("../") else name

    return show


def _choose(chart: str, root: str, order: CheckOrder) -> ChartScenarios:
    """Give the settings of a chart, and those of its scenarios that are asked for."""
    if order.scenarios is None:
        settings, findings = read_chart_settings(chart, root)
        only = tuple(with_cluster_defaults([DEFAULT_SCENARIO], settings))
        return ChartScenarios(settings, only, (), tuple(findings))
    known = read_scenarios(chart, root, order.manifests)
    if not order.scenarios:
        return known
    return known._replace(scenarios=tuple(one for one in known.scenarios if one.name in order.scenarios))


def _text_of(path: str, texts: TrustedTexts) -> object:
    return texts(path) if Path(path).is_absolute() else None


def _order(finding: Finding) -> tuple[Place, str, str]:
    return finding.place, finding.code, finding.message


def _shown(finding: Finding, show: Callable[[str], str]) -> Finding:
    """Give a finding with the paths of its places as they are to be shown."""
    place = _shown_place(finding.place, show)
    related = tuple(
        msgspec.structs.replace(note, place=_shown_place(note.place, show)) for note in finding.related
    )
    if place == finding.place and related == finding.related:
        return finding
    return msgspec.structs.replace(finding, place=place, related=related)


def _shown_place(place: Place, show: Callable[[str], str]) -> Place:
    return msgspec.structs.replace(place, path=show(place.path))
