"""`quarterdeck scenarios`: with which values charts are checked, and where that is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from quarterdeck.cli import terminal
from quarterdeck.cli.arguments import add_choice

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from quarterdeck.scenarios.model import LeftOut, Scenario
    from quarterdeck.workspace.chart_scenarios import ChartScenarios

USAGE = "[OPTION]… PATH…"
DESCRIPTION = """List the scenarios of charts: the values with which `quarterdeck check` renders them.

Every chart has `default`, its own values. Others are values files that lie in the chart, what
.quarterdeck.yaml declares, and what Argo CD, Flux and helmfile deploy, as far as that is said at or below the
paths. Exit status: 0, or 2 where something cannot be read."""

_SOURCES = {
    "default": "the chart's own values",
    "file": "a values file",
    "declared": "declared",
    "argo": "Argo CD",
    "flux": "Flux",
    "helmfile": "helmfile",
}


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="Charts, archives, or folders with charts below."
    )
    add_choice(parser, "--format", ("text", "json"), default="text", text="How scenarios are printed.")


def run(options: Namespace) -> int:
    """Print the scenarios of charts; give the exit status.

    Raises:
        QuarterdeckError: a path leads to no chart, or something cannot be read.
    """
    from quarterdeck.cli.check_scenarios import shown_paths  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.cli.check_task import absolute_path, named_above  # noqa: PLC0415 - as above
    from quarterdeck.workspace.chart_scenarios import (  # noqa: PLC0415 - as above
        find_root,
        read_manifests,
        read_scenarios,
    )
    from quarterdeck.workspace.find_charts import find_charts  # noqa: PLC0415 - as above

    folder = Path.cwd().as_posix()
    named = tuple(absolute_path(path, folder) for path in options.paths)
    manifests = read_manifests(named)
    listed: list[dict[str, Any]] = []
    for path in find_charts(options.paths):
        chart = absolute_path(path, folder)
        known = read_scenarios(chart, find_root(chart, named_above(chart, named), folder), manifests)
        show = shown_paths(path, folder)
        if options.format == "text":
            terminal.write(_as_text(path, known, show))
        listed.append(_as_json(path, known, show))
    if options.format == "json":
        from quarterdeck.reports.as_json import encode  # noqa: PLC0415 - as above

        terminal.write(encode({"version": 1, "charts": listed}) + "\n")
    terminal.flush()
    return 0


def _as_text(path: str, known: ChartScenarios, show: Callable[[str], str]) -> str:
    focus = "" if known.settings.focus is None else known.settings.focus.text
    lines = [path]
    widest = max(len(one.name) for one in known.scenarios)
    for one in known.scenarios:
        mark = "*" if one.name == focus else " "
        lines.append(f"{mark} {one.name:{widest}}  {_describe(one, show)}".rstrip())
    lines += [f"  left out: {show(one.path)}: {one.reason}" for one in known.left_out]
    return "\n".join(lines) + "\n"


def _describe(scenario: Scenario, show: Callable[[str], str]) -> str:
    """Say where a scenario comes from and what it lays over the chart's values."""
    parts = [_SOURCES[scenario.source]]
    place = scenario.place
    if place is not None and scenario.source != "file":
        parts[0] += f" at {show(place.path)}:{place.line}"
    files = [
        show(layer) if isinstance(layer, str) else f"values at {show(layer.place.path)}:{layer.place.line}"
        for layer in scenario.layers
    ]
    parts += files
    parts += [f"--{flag.kind} {flag.text}" for flag in scenario.flags]
    if scenario.kube_version:
        parts.append(f"Kubernetes {scenario.kube_version}")
    return ", ".join(parts)


def _as_json(path: str, known: ChartScenarios, show: Callable[[str], str]) -> dict[str, Any]:
    focus = known.settings.focus
    return {
        "path": path,
        "focus": None if focus is None else focus.text,
        "scenarios": [_scenario_to_json(one, show) for one in known.scenarios],
        "left_out": [_left_out_to_json(one, show) for one in known.left_out],
    }


def _scenario_to_json(scenario: Scenario, show: Callable[[str], str]) -> dict[str, Any]:
    place = scenario.place
    return {
        "name": scenario.name,
        "source": scenario.source,
        "place": None
        if place is None
        else {"path": show(place.path), "line": place.line, "column": place.column},
        "layers": [
            {"file": show(layer)}
            if isinstance(layer, str)
            else {"path": show(layer.place.path), "line": layer.place.line, "column": layer.place.column}
            for layer in scenario.layers
        ],
        "flags": [{"kind": flag.kind, "text": flag.text} for flag in scenario.flags],
        "release_name": scenario.release_name,
        "namespace": scenario.namespace,
        "kube_version": scenario.kube_version,
        "api_versions": list(scenario.api_versions),
    }


def _left_out_to_json(left_out: LeftOut, show: Callable[[str], str]) -> dict[str, Any]:
    place = left_out.place
    return {
        "path": show(left_out.path),
        "reason": left_out.reason,
        "place": {"path": show(place.path), "line": place.line, "column": place.column},
    }
