"""All scenarios of a chart: its defaults, what is declared, what is found, and what other tools deploy."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import Cancelled
from quarterdeck.scenarios.argo import find_argo_scenarios
from quarterdeck.scenarios.declared import check_focus, declared_scenarios, with_cluster_defaults
from quarterdeck.scenarios.drafts import Workspace
from quarterdeck.scenarios.flux import find_flux_scenarios
from quarterdeck.scenarios.found import find_values_files
from quarterdeck.scenarios.helmfile import find_helmfile_scenarios
from quarterdeck.scenarios.manifests import search_manifests
from quarterdeck.scenarios.model import DEFAULT, DEFAULT_SCENARIO, LeftOut, Scenario, ScenarioSet
from quarterdeck.settings.model import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quarterdeck.scenarios.manifests import Manifests
    from quarterdeck.scenarios.model import InlineValues, SetFlag
    from quarterdeck.scenarios.workspace_files import Files
    from quarterdeck.settings.model import Settings

MAX_SCENARIOS: Final = 50
"""Scenarios of one chart; declared ones come before found ones, and all before what other tools deploy."""
MAX_LEFT_OUT: Final = 200
"""Things left out that are told of one chart."""


def find_scenarios(
    chart: str,
    roots: Sequence[str],
    files: Files,
    settings: Settings = DEFAULTS,
    *,
    manifests: Manifests | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> ScenarioSet:
    """Give all scenarios of the chart in the folder `chart`: the defaults first, each with a name of its own.

    Paths are absolute, with `/`; nothing outside of `roots` is asked for. `manifests` are those of the
    workspace, from `search_manifests`; without them, the roots are searched. The order depends on names and
    paths alone.

    Raises:
        Cancelled: `is_cancelled` says that nobody wants the answer.
    """

    def check() -> None:
        if is_cancelled is not None and is_cancelled():
            raise Cancelled

    declared, findings = declared_scenarios(settings, chart)
    scenarios = [*declared]
    if all(one.name != DEFAULT for one in declared):
        scenarios.insert(0, DEFAULT_SCENARIO)
    scenarios.sort(key=lambda one: one.name != DEFAULT)
    left_out: list[LeftOut] = []
    discover = settings.discover
    if discover is not False:
        patterns = None if discover is True else [pattern.text for pattern in discover]
        found = find_values_files(chart, files, patterns=patterns, check=check)
        left_out.extend(found.left_out)
        users = {path: one for one in reversed(declared) for path in one.files}
        for one in found.scenarios:
            user = users.get(one.files[0])
            if user is None:
                scenarios.append(one)
            elif one.place is not None:
                # What is common to several environments is seldom a scenario by itself.
                left_out.append(LeftOut(one.files[0], f"it is part of the scenario `{user.name}`", one.place))
    tops = tuple(dict.fromkeys(map(normpath, roots)))
    if manifests is None:
        manifests = search_manifests(tops, files, check=check)
    left_out.extend(manifests.left_out)
    workspace = Workspace(chart, tops, files, manifests, check)
    for find in (find_argo_scenarios, find_flux_scenarios, find_helmfile_scenarios):
        made = find(workspace)
        scenarios.extend(made.scenarios)
        left_out.extend(made.left_out)
    scenarios = with_cluster_defaults(_name_all(_join(scenarios), tops), settings)
    left_out.extend(_over_limit(one, chart) for one in scenarios[MAX_SCENARIOS:])
    scenarios = scenarios[:MAX_SCENARIOS]
    focus = check_focus(settings, [one.name for one in scenarios], chart)
    return ScenarioSet(
        scenarios=tuple(scenarios),
        left_out=tuple(dict.fromkeys(left_out))[:MAX_LEFT_OUT],
        findings=(*findings, *focus),
    )


class _Effect(NamedTuple):
    """What of a scenario decides what is rendered."""

    layers: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    release_name: str
    namespace: str
    kube_version: str | None
    api_versions: tuple[str, ...]


def _effect(scenario: Scenario) -> _Effect:
    return _Effect(
        tuple(_layer_text(layer) for layer in scenario.layers),
        tuple(_flag_text(flag) for flag in scenario.flags),
        scenario.release_name,
        scenario.namespace,
        scenario.kube_version,
        scenario.api_versions,
    )


def _layer_text(layer: str | InlineValues) -> str:
    return layer if isinstance(layer, str) else f"\0{layer.text}"


def _flag_text(flag: SetFlag) -> tuple[str, str]:
    """Give a flag's text; one that names a relative file also tells from where."""
    folder = "" if flag.kind != "set-file" or flag.place is None else flag.place.path.rpartition("/")[0]
    return flag.kind, f"{folder}\0{flag.text}"


def _join(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Leave out what renders as one before it; what is declared stays, since it has a name by intent."""
    known: dict[_Effect, None] = {}
    kept: list[Scenario] = []
    for one in scenarios:
        effect = _effect(one)
        if effect not in known or one.source == "declared":
            kept.append(one)
        known[effect] = None
    return kept


def _name_all(scenarios: Iterable[Scenario], roots: Sequence[str]) -> list[Scenario]:
    """Give those whose name is given already a suffix: their source, else the file, else a number."""
    given: set[str] = set()
    named: list[Scenario] = []
    for one in scenarios:
        name = next(name for name in _names(one, roots) if name not in given)
        given.add(name)
        named.append(one if name == one.name else msgspec.structs.replace(one, name=name))
    return named


def _names(scenario: Scenario, roots: Sequence[str]) -> Iterable[str]:
    yield scenario.name
    yield f"{scenario.name}@{scenario.source}"
    if scenario.place is not None:
        yield f"{scenario.name}@{_shown(scenario.place, roots)}"
    number = 2
    while True:
        yield f"{scenario.name}@{scenario.source}-{number}"
        number += 1


def _shown(place: Place, roots: Sequence[str]) -> str:
    """Give the path of a file relative to its root, without its ending."""
    inside = [place.path[len(root) :].lstrip("/") for root in roots if place.path.startswith(f"{root}/")]
    return min(inside or [place.path], key=len).rpartition(".")[0]


def _over_limit(scenario: Scenario, chart: str) -> LeftOut:
    place = scenario.place or Place(chart)
    reason = f"`{scenario.name}` is not rendered: a chart's first {MAX_SCENARIOS} scenarios are"
    return LeftOut(place.path, reason, place)
