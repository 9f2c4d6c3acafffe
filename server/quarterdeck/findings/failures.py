"""Failed actions as a person wants to read of them: each mistake once, nothing that follows from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quarterdeck.diagnostics.catalog import MISSING_VALUE
from quarterdeck.diagnostics.model import Related

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.chart.model import Chart
    from quarterdeck.diagnostics.model import Finding, Place
    from quarterdeck.findings.template_names import NameCheck
    from quarterdeck.render.rendering import Rendering

_MOST_RELATED = 10
_FOLLOWS_FROM_SYNTAX = ("undefined variable: ", "function ", "missing value for command")
"""Beginnings of failures that a file with a syntax error has only because of it."""


def own_failures(rendering: Rendering, names: NameCheck) -> list[Finding]:
    """Give the failures that do not follow from a syntax error, an unknown name or a missing chart."""
    before = {*rendering.inputs.problems, *rendering.syntax_problems}
    syntax = [finding.place for finding in rendering.syntax_problems]
    damaged = {place.path for place in syntax}
    absent = tuple(f"`.Values.{name}{end}" for name in _absent_sections(rendering) for end in ".`")
    kept: list[Finding] = []
    for finding in rendering.problems:
        if finding in before or names.covers(finding):
            continue
        if finding.code == MISSING_VALUE and absent and finding.message.startswith(absent):
            continue
        place = finding.place
        if place.path in damaged:
            is_inside = any(_overlap(place, other) for other in syntax if other.path == place.path)
            if is_inside or finding.message.startswith(_FOLLOWS_FROM_SYNTAX):
                continue
        kept.append(finding)
    return kept


def join_repetitions(findings: Iterable[Finding]) -> list[Finding]:
    """Report a value that is not set once for each file, with the other places that read it beside."""
    joined: dict[tuple[str, str], Finding] = {}
    others: list[Finding] = []
    for finding in findings:
        subject, is_about_value, _ = finding.message.partition(" is not set, so ")
        if finding.code != MISSING_VALUE or not is_about_value:
            others.append(finding)
            continue
        key = (finding.path, subject)
        first = joined.get(key)
        if first is None:
            joined[key] = finding
        elif len(first.related) < _MOST_RELATED:
            note = Related(finding.place, "read here, too")
            joined[key] = msgspec.structs.replace(first, related=(*first.related, note))
    return [*joined.values(), *others]


def _absent_sections(rendering: Rendering) -> set[str]:
    """Give the keys of `.Values` that would hold the defaults of dependencies that are not vendored."""
    missing = set(rendering.inputs.missing_dependencies)
    return missing | (_aliases(rendering.inputs.chart, missing) if missing else set())


def _aliases(chart: Chart, missing: set[str]) -> set[str]:
    found = {one.alias for one in chart.manifest.dependencies or () if one.name in missing and one.alias}
    for sub in chart.dependencies:
        found |= _aliases(sub, missing)
    return found


def _overlap(one: Place, other: Place) -> bool:
    if (one.line, one.column) == (other.line, other.column):
        return True
    starts_before = (one.line, one.column) < (other.end_line, other.end_column)
    return starts_before and (other.line, other.column) < (one.end_line, one.end_column)
