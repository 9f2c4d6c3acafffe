"""Findings of several scenarios as one list: each mistake once, with the scenarios in which it occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from quarterdeck.diagnostics.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quarterdeck.diagnostics.model import Finding, Place

_MOST_RELATED: Final = 10
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


def merge_scenarios(
    by_scenario: Mapping[str, Sequence[Finding]], refused: Mapping[str, Sequence[Finding]] | None = None
) -> list[Finding]:
    """Join what several scenarios of one chart found, in order of place.

    Findings of equal code, place and message are one: as bad as it is where it is worst, with the notes of
    all. Its `scenarios` are the names of those in which it occurs, in the order of `by_scenario`; none where
    it occurs in all. The order of the scenarios changes nothing else. `refused` has the scenarios that were
    not rendered, since something about themselves is wrong.
    """
    merged = _merge(by_scenario)
    if not refused:
        return merged
    # Each is about one scenario, were it the only one.
    merged += [
        msgspec.structs.replace(one, scenarios=one.scenarios or (name,))
        for name, found in refused.items()
        for one in found
    ]
    return sorted(merged, key=_order)


def _merge(by_scenario: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    if not by_scenario:
        return []
    if len(by_scenario) == 1:
        (only,) = by_scenario.values()
        return sorted(only, key=_order)
    met: dict[tuple[str, Place, str], dict[str, Finding]] = {}
    for name, findings in by_scenario.items():
        for finding in findings:
            met.setdefault((finding.code, finding.place, finding.message), {}).setdefault(name, finding)
    merged = [_join(occurrences, len(by_scenario)) for occurrences in met.values()]
    return sorted(merged, key=_order)


def _order(finding: Finding) -> tuple[Place, str, str]:
    return finding.place, finding.code, finding.message


def _join(occurrences: dict[str, Finding], scenarios: int) -> Finding:
    """Make one finding of those of several scenarios; the same object where nothing differs."""
    names = tuple(occurrences) if len(occurrences) < scenarios else ()
    found = list(dict.fromkeys(occurrences.values()))
    if len(found) > 1:
        found.sort(key=_strength)
    worst = found[0]
    notes = tuple(dict.fromkeys(note for one in found for note in one.related))
    related = notes[: max(_MOST_RELATED, len(worst.related))]
    if names == worst.scenarios and related == worst.related:
        return worst
    return msgspec.structs.replace(worst, scenarios=names, related=related)


def _strength(finding: Finding) -> tuple[int, str, str, list[tuple[Place, str]]]:
    """Give what is smaller for a finding that says more."""
    notes = [(note.place, note.message) for note in finding.related]
    return _RANK[finding.severity], finding.proposal, finding.helm_message, notes
