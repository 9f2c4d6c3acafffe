"""Measures each technique on and off: `python -m bench.techniques --write docs/performance.md`.

On and off take turns, each time in a new process; a figure is the median. What counts is the ratio of the
two, so a busy machine does no harm.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import corpus_charts
from bench import report
from bench.calibration import Calibration
from bench.figures import megabytes, milliseconds
from bench.run import say
from bench.subjects import KUBE_PROMETHEUS_STACK
from bench.techniques.measures import MEASURES
from wire.client import server_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.techniques.measures import Measure

HEAD = "# Performance\n"
TESTS = Path(__file__).parents[2]


def measure(name: str, chart: Path, folder: Path, rounds: int) -> tuple[float, float]:
    """Give the figures of one technique, on and off."""
    technique = MEASURES[name]
    caches = {state: tempfile.mkdtemp(prefix=f"{name}-{state}-", dir=folder) for state in ("on", "off")}
    for _ in range(technique.warm_runs):
        run_one(name, "on", chart, technique, caches)
    figures: dict[str, list[float]] = {"on": [], "off": []}
    for _ in range(rounds):
        for state, found in figures.items():
            found.append(run_one(name, state, chart, technique, caches))
    return statistics.median(figures["on"]), statistics.median(figures["off"])


def run_one(name: str, state: str, chart: Path, technique: Measure, caches: dict[str, str]) -> float:
    """Make one measurement in a process of its own."""
    changes = {"QUARTERDECK_CACHE_DIR": caches[state], **(technique.off if state == "off" else {})}
    environment = server_environment(changes)
    environment["PYTHONPATH"] = os.pathsep.join([str(TESTS), environment["PYTHONPATH"]])
    command = [sys.executable, "-m", "bench.techniques.one", name, state, str(chart)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def row(technique: Measure, on: float, off: float) -> str:
    """Give one row of the table."""
    shown = [megabytes(int(each)) if technique.is_bytes else milliseconds(each) for each in (on, off)]
    return f"| {technique.what} | {technique.of_what} | {shown[0]} | {shown[1]} | {gain(on, off)} |"


def gain(on: float, off: float) -> str:
    """Write how many times more it is without the technique."""
    return f"{off / on:.1f}x" if off < 100 * on else "more than 100x"


def markdown(rows: Sequence[str], calibration: Calibration, rounds: int) -> str:
    """Give the measured part of the page."""
    lines = "\n".join(rows)
    return f"""## Measured, on and off

Written by `make bench-techniques`; do not edit. On and off take turns, each time in a new process; figures
are medians as measured, the last column is what counts.

{report.facts_table(calibration, {"rounds": str(rounds)})}

| technique | of what | on | off | gain |
| --- | --- | --- | --- | --- |
{lines}
"""


def main() -> int:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="bench.techniques", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], help="the techniques; all without")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, help="the Markdown file whose part to write")
    arguments = parser.parse_args()
    if not corpus_charts.is_present():
        say(f"left out: the techniques ({corpus_charts.MISSING})")
        return 1
    calibration = Calibration()
    rows: list[str] = []
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        chart = corpus_charts.unpack(KUBE_PROMETHEUS_STACK, Path(folder))
        for name in arguments.names or MEASURES:
            calibration.sample()
            rows.append(row(MEASURES[name], *measure(name, chart, Path(folder), arguments.rounds)))
            say(rows[-1])
    if arguments.write:
        text = markdown(rows, calibration, arguments.rounds)
        report.write_part(arguments.write, "techniques", text, head=HEAD)
    return 0


if __name__ == "__main__":
    sys.exit(main())
