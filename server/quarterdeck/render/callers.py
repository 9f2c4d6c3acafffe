"""Who calls whom: everything that can reach one of some templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


def with_callers(names: Iterable[str], calls: Mapping[str, Collection[str]]) -> set[str]:
    """Give `names` and all names from which one of them can be reached; `calls` has what each name calls."""
    callers: dict[str, list[str]] = {}
    for caller, called in calls.items():
        for name in called:
            callers.setdefault(name, []).append(caller)
    found = set(names)
    waiting = list(found)
    while waiting:
        for caller in callers.get(waiting.pop(), ()):
            if caller not in found:
                found.add(caller)
                waiting.append(caller)
    return found
