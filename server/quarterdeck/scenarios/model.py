"""A values scenario: one set of values, and of facts about release and cluster, for one chart."""

from __future__ import annotations

from typing import Literal

import msgspec

from quarterdeck.chart.strvals import SetKind  # noqa: TC001 - msgspec reads the types of fields
from quarterdeck.diagnostics.model import Finding, Place  # noqa: TC001 - as above

ScenarioSource = Literal["default", "file", "declared", "argo", "flux", "helmfile"]
"""Where a scenario comes from: the chart's defaults, a values file that was found, `.quarterdeck.yaml`, or a
manifest of another tool in the workspace."""

DEFAULT = "default"
"""The name of the scenario that every chart has: its own defaults."""


class InlineValues(msgspec.Struct, frozen=True):
    """Values that stand inside another file, such as an Argo CD Application: YAML text, and where it begins.

    Line 1, column 1 of `text` stands at `place`.
    """

    text: str
    place: Place


class SetFlag(msgspec.Struct, frozen=True):
    """One `--set` or one of its siblings.

    `kind` is `set`, `set-string`, `set-json`, `set-file` or `set-literal`. Files that it names are relative
    to the folder of `place`, where it is written.
    """

    kind: SetKind
    text: str
    place: Place | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart is rendered with, by name; equal scenarios render equally as long as their files do.

    `layers` come over the chart's defaults in this order: paths of values files (absolute, with `/`) and
    inline values; `flags` come after them. `place` is where it is declared, `layer_places` where each layer
    is named, as far as that is known.
    """

    name: str
    source: ScenarioSource
    layers: tuple[str | InlineValues, ...] = ()
    flags: tuple[SetFlag, ...] = ()
    release_name: str = "release-name"
    namespace: str = "default"
    kube_version: str | None = None
    api_versions: tuple[str, ...] = ()
    place: Place | None = None
    layer_places: tuple[Place, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The values files that it reads, whether or not they exist."""
        return tuple(layer for layer in self.layers if isinstance(layer, str))


DEFAULT_SCENARIO = Scenario(name=DEFAULT, source="default")
"""The chart's own defaults."""


class LeftOut(msgspec.Struct, frozen=True):
    """Something that might have been a scenario, or a part of one, and why it is not taken."""

    path: str
    reason: str
    place: Place


class ScenarioSet(msgspec.Struct, frozen=True, kw_only=True):
    """All scenarios of one chart, the defaults first, what was left out, and what is wrong with settings."""

    scenarios: tuple[Scenario, ...] = (DEFAULT_SCENARIO,)
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Finding, ...] = ()
