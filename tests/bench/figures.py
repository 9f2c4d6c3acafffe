"""Numbers of a run and the rows that they become."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


KEPT = "ours, chart kept"
"""The engine's name for renderings of one and the same loaded chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: what was measured, what it must reach, and what came out.

    `has_reached` is None where nothing is required or nothing could be measured.
    """

    what: str
    reach: str
    measured: str
    prototype: str = "-"
    has_reached: bool | None = None
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class Timing:
    """The times of one chart, in seconds: each list holds one figure per round."""

    chart: str
    helm: list[float] = field(default_factory=list[float])
    engines: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def add(self, engine: str, seconds: float) -> None:
        """Note one measurement of one engine."""
        self.engines.setdefault(engine, []).append(seconds)

    def ratio(self, engine: str) -> float:
        """Give Helm's median time divided by the engine's."""
        return statistics.median(self.helm) / statistics.median(self.engines[engine])

    def described(self, engine: str) -> str:
        """Give one line for a list of charts."""
        helm, ours = statistics.median(self.helm), statistics.median(self.engines[engine])
        return f"{self.chart}: {self.ratio(engine):.1f}x ({ours * 1e3:.1f} ms, Helm {helm * 1e3:.1f} ms)"


def ratio_row(what: str, least: float, timings: Sequence[Timing], *, prototype: str = "-") -> Row:
    """Make the row of a ratio over charts: median, p10 and the five slowest charts.

    `prototype` is what is known of it where it does not take part in this run.
    """
    ratios = [timing.ratio("ours") for timing in timings]
    slowest = sorted(timings, key=lambda timing: timing.ratio("ours"))[:5]
    details = [f"slowest: {timing.described('ours')}" for timing in slowest]
    if all(KEPT in timing.engines for timing in timings):
        kept = statistics.median(timing.ratio(KEPT) for timing in timings)
        details.append(f"with the chart kept from one rendering to the next: {kept:.2f}")
    if all("prototype" in timing.engines for timing in timings):
        prototype = f"{statistics.median(timing.ratio('prototype') for timing in timings):.2f} (this run)"
    return Row(
        what=what,
        reach=f"{least:g} or more" if least != 1 else "1.0 or more",
        measured=f"{statistics.median(ratios):.2f} (p10 {quantile(ratios, 0.1):.2f}, {len(ratios)} charts)",
        prototype=prototype,
        has_reached=statistics.median(ratios) >= least,
        details=tuple(details),
    )


def quantile(values: Iterable[float], share: float) -> float:
    """Give the value below which `share` of all lie, between two neighbours by distance.

    Raises:
        IndexError: there are no values.
    """
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1e3:.1f} ms"


def megabytes(size: int) -> str:
    """Write an amount of memory (1 MB is 10^6 bytes)."""
    return f"{size / 1e6:.0f} MB"
