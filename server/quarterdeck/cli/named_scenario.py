"""A rendering in a scenario that is named on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.cli.check_task import absolute_path
from quarterdeck.cli.values_options import with_scenario
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.errors import OptionError
from quarterdeck.scenarios.values import values_input
from quarterdeck.workspace.chart_scenarios import TrustedTexts, find_root, folder_of, read_scenarios

if TYPE_CHECKING:
    from quarterdeck.cli.render_task import Order


def in_scenario(order: Order, scenario: str, *, name: str | None, namespace: str | None) -> Order:
    """Lay what an order says over the scenario of its chart that has this name.

    `name` and `namespace` are those of the release that somebody gave.

    Raises:
        OptionError: the chart has no such scenario.
    """
    working_folder = Path.cwd().as_posix()
    chart = absolute_path(order.chart, working_folder)
    root = find_root(chart, folder_of(chart), working_folder)
    known = {one.name: one for one in read_scenarios(chart, root).scenarios}
    one = known.get(scenario)
    if one is None:
        hint = did_you_mean(scenario, known, f"There are {', '.join(known)}.")
        raise OptionError(f"{order.chart} has no scenario {scenario}. {hint}")
    values = values_input(one, TrustedTexts(root, folder_of(chart)))
    return replace(
        order,
        values=with_scenario(values, order.values),
        name=name or one.release_name,
        namespace=namespace or one.namespace,
        kube_version=order.kube_version or one.kube_version,
        api_versions=(*one.api_versions, *order.api_versions),
    )
