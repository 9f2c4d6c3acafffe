"""Everything that is wrong with a chart in several scenarios: read once, rendered in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.chart.problems import stop
from quarterdeck.diagnostics.catalog import BAD_SETTING
from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import OptionError
from quarterdeck.findings.collect import FindingsMemory
from quarterdeck.findings.scenarios import merge_scenarios
from quarterdeck.measure.trace import span
from quarterdeck.workspace.check import find_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.model import Scenario


class ScenarioRun(NamedTuple):
    """A scenario and what it lays over a chart's values, read."""

    scenario: Scenario
    values: ValuesInput


class CheckedScenarios(NamedTuple):
    """Findings of all scenarios joined, in order of place, and the tables of templates that were rendered."""

    findings: list[Finding]
    programs: tuple[Program, ...]


def check_scenarios(chart: Chart, runs: Sequence[ScenarioRun]) -> CheckedScenarios:
    """Render a chart in each scenario and give all that is wrong, with the scenarios where it occurs.

    A scenario with a file that cannot be read is not rendered: what it would render to is not what is meant.
    """
    memory = FindingsMemory()
    by_scenario: dict[str, list[Finding]] = {}
    refused: dict[str, list[Finding]] = {}
    programs: dict[Program, None] = {}
    for scenario, values in runs:
        try:
            capabilities = make_capabilities(scenario.kube_version, scenario.api_versions)
        except OptionError as error:
            place = scenario.place or Place(chart.path)
            refused[scenario.name] = [stop(BAD_SETTING, place, str(error), helm=str(error))]
            continue
        if values.refusals:
            refused[scenario.name] = list(values.refusals)
            continue
        release = Release(name=scenario.release_name, namespace=scenario.namespace)
        with span("prepare", "check", scenario=scenario.name):
            inputs = prepare(chart, values, release, capabilities)
        by_scenario[scenario.name], program = find_in(inputs, memory, scenario=scenario.name)
        programs[program] = None
    findings = merge_scenarios(by_scenario, refused)
    return CheckedScenarios(findings, tuple(programs))
