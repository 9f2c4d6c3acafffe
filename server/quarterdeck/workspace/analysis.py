"""What is known about the charts of an editor, tier by tier: what is fast comes first.

The findings of all tiers together are those of a fresh check, whatever was kept from before.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.model import Scenario


class Tier(IntEnum):
    """What a finding took to be found."""

    SYNTAX = 0
    """The templates' texts alone."""
    NAMES = 1
    """All texts of the chart."""
    RENDER = 2
    """Rendering in the focused scenario, and the rendered documents."""
    RULES = 3
    """Schemas and rules."""
    SCENARIOS = 4
    """All other scenarios."""


class Stage(NamedTuple):
    """All findings of one tier for one chart, in order of place; they replace what the tier gave before.

    `is_complete` is false where a budget ran out: other findings may be missing.
    """

    tier: Tier
    scenario: str
    findings: tuple[Finding, ...]
    is_complete: bool = True


class ChartState(NamedTuple):
    """One chart as it is to be analysed.

    `overlay` has the open texts by absolute path (with `/`), also of files outside of the chart, where values
    files of scenarios may lie. As long as `disk_revision` is the same, files on the disk are, too.
    """

    chart: str
    overlay: Mapping[str, str]
    disk_revision: int
    scenario: Scenario
