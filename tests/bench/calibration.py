"""How fast this machine is at this moment, so that absolute limits mean the same on a busy or slow one.

The loop does what rendering does in CPython: calls, attribute and dictionary look-ups, appends, joins and
slices of text. It is timed between the rows of one run. A row's time is divided by how much slower than the
reference machine the loop ran: a limit of 10 ms means 10 ms on the reference machine.
"""

from __future__ import annotations

import statistics
import time

REFERENCE_SECONDS = 0.0540
"""One `work()` on the reference machine: the shared two-core virtual machine on
which the limits were set, with CPython 3.11.7 and nothing else running (the median of 300 runs; the best
was 0.0486, p90 0.0576)."""

SAMPLES = 7
"""Runs per sample; their median counts, as the measured rows are medians under the same noise."""


class Calibration:
    """The samples of one run."""

    def __init__(self) -> None:
        self.samples: list[float] = []

    def sample(self) -> None:
        """Time the loop once more; called between the rows."""
        times: list[float] = []
        for _ in range(SAMPLES):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
        self.samples.append(statistics.median(times))

    @property
    def seconds(self) -> float:
        """The median of all samples."""
        return statistics.median(self.samples)

    @property
    def slowness(self) -> float:
        """How many times slower than the reference machine this one is now; less than 1 when it is faster."""
        return self.seconds / REFERENCE_SECONDS

    def normalise(self, seconds: float) -> float:
        """Give what `seconds` of this run would be on the reference machine."""
        return seconds / self.slowness


class Box:
    """Something with a field and a method."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, int]) -> None:
        self.fields = fields

    def field(self, name: str) -> int:
        """Look a field up."""
        return self.fields.get(name, 0)


def work(rounds: int = 16_000) -> int:
    """Do a fixed amount of the kind of work that rendering is; the result depends on all of it."""
    boxes = [Box({f"key{number}": number for number in range(12)}) for _ in range(16)]
    length = 0
    for round_number in range(rounds):
        box = boxes[round_number & 15]
        pieces: list[str] = []
        for number in range(12):
            pieces.append(f"{box.field('key' + str(number))}: value\n")  # noqa: PERF401 - appends count
        text = "".join(pieces)
        length += len(text.replace("\n", "\n  ")) + text.count("value")
    return length
