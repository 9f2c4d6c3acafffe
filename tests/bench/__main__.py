"""Measures Quarterdeck against the official engine: `make bench`, `make bench-smoke`.

A smoke run takes a few charts once. It asserts no times, for a shared machine keeps none; it fails where a
row cannot be measured, where the output differs from Helm's, or where a figure is absurd.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import corpus_charts
from bench import report
from bench.coverage import coverage_row
from bench.equality import equality_row
from bench.figures import Row, Timing, ratio_row
from bench.latency import edit_row, keystroke_row
from bench.processes import check_row, memory_row
from bench.ratios import time_chart_first, time_first, time_hot
from bench.recovery import recovery_row
from bench.run import Run, say, write_junit
from bench.subjects import KUBE_PROMETHEUS_STACK, Subject, subjects
from bench.umbrella import SUB_CHARTS, compose, makes_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM = "Helm's render time / ours, warm (cached code, fresh process, first render)"
ABSURD_RATIO = 0.05
ABSURD_SECONDS = 0.2
"""A run fails where one rendering is twenty times slower than Helm's and takes longer than this."""


class Bench(Run):
    """A run with its charts."""

    def __init__(self, folder: Path, *, is_smoke: bool, rounds: int) -> None:
        super().__init__()
        self.folder = folder
        self.is_smoke = is_smoke
        self.rounds = rounds
        self.subjects = subjects(folder / "corpus", is_smoke=is_smoke)
        self.stack = self.find_stack()

    def find_stack(self) -> Subject:
        """Give kube-prometheus-stack, which is in each run."""
        found = [subject for subject in self.subjects if subject.name == KUBE_PROMETHEUS_STACK]
        return found[0] if found else one_subject(KUBE_PROMETHEUS_STACK, self.folder / "corpus")

    def run(self) -> None:
        """Measure all rows, in the order of the table."""
        names = [subject.name for subject in self.subjects] if self.is_smoke else corpus_charts.chart_names()
        # Keystrokes first: as in an editor that was just started.
        self.measure(lambda: [keystroke_row(self.calibration, 30 if self.is_smoke else 500)])
        self.measure(lambda: [equality_row(names, self.folder / "corpus")])
        self.measure(self.first_rows)
        self.measure(lambda: [edit_row(self.stack, self.calibration, 30 if self.is_smoke else 300)])
        self.measure(self.umbrella_rows)
        self.measure(lambda: [memory_row(self.stack)])
        self.measure(lambda: [coverage_row(self.subjects)])
        self.measure(lambda: [check_row(self.calibration, 3 if self.is_smoke else 15)])
        self.measure(lambda: [recovery_row()])

    def first_rows(self) -> list[Row]:
        """Measure warm, hot and cold."""
        warm, cold = time_first(self.subjects, self.rounds, say)
        hot = time_hot(self.subjects, self.rounds, say)
        rows = [
            ratio_row(WARM, 10, warm, prototype="10-12"),
            ratio_row("the same, hot", 15, hot, prototype="11-15"),
            ratio_row("the same, cold (no cache of any kind)", 1, cold, prototype="0.34"),
        ]
        self.failures += [
            f"{timing.described('ours')}: absurd"
            for timing in (*warm, *hot, *cold)
            if timing.ratio("ours") < ABSURD_RATIO and min(timing.engines["ours"]) > ABSURD_SECONDS
        ]
        return rows

    def umbrella_rows(self) -> list[Row]:
        """Measure the chart of many sub-charts, warm.

        Making one private key takes both engines as long as rendering a few charts, and is the work of the
        libraries below them. So the row is of charts that make none; the figure with the others is a detail.
        """
        count = len(self.subjects) // 2 if self.is_smoke else SUB_CHARTS
        keyless = [subject for subject in self.subjects if not makes_keys(subject)]
        timing = self.time_umbrella(keyless, count)
        ratio = timing.ratio("ours")
        details: tuple[str, ...] = ()
        if len(keyless) < len(self.subjects):
            with_keys = self.time_umbrella(self.subjects, count)
            details = (f"with charts that make private keys: {with_keys.described('ours')}",)
        return [
            Row(
                what=f"chart of {count} sub-charts (made from the corpus by the benchmark), warm",
                reach="20x Helm",
                measured=timing.described("ours").partition(": ")[2],
                prototype=f"{timing.ratio('prototype'):.1f}x" if "prototype" in timing.engines else "-",
                has_reached=ratio >= 20,
                details=details,
            )
        ]

    def time_umbrella(self, subjects: Sequence[Subject], count: int) -> Timing:
        """Compose a chart of the first `count` charts that get along, and time it."""
        umbrella = compose(subjects, self.folder, count)
        return time_chart_first(umbrella, min(self.rounds, 3), self.folder / "caches", is_warm=True)


def one_subject(name: str, folder: Path) -> Subject:
    """Give one chart of the corpus with its default values."""
    return Subject(name, corpus_charts.unpack(name, folder), {})


def main() -> int:
    """Read the arguments, measure, write; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few charts, once")
    parser.add_argument("--rounds", type=int, default=0, help="rounds per chart (default 5, smoke 1)")
    parser.add_argument("--write", type=Path, help="the Markdown file whose part to write")
    parser.add_argument("--junit-xml", type=Path, help="the test report to write")
    arguments = parser.parse_args()
    if not corpus_charts.is_present():
        say(f"left out: the benchmark ({corpus_charts.MISSING})")
        if arguments.junit_xml:
            write_junit(arguments.junit_xml, "bench", [], [corpus_charts.MISSING])
        return 1
    started = time.monotonic()
    rounds = arguments.rounds or (1 if arguments.smoke else 5)
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        bench = Bench(Path(folder), is_smoke=arguments.smoke, rounds=rounds)
        bench.run()
    say(f"slowness {bench.calibration.slowness:.2f}, {(time.monotonic() - started) / 60:.1f} minutes")
    if arguments.write:
        part = report.markdown(bench.rows, bench.calibration, rounds=rounds)
        report.write_part(arguments.write, "engine", part)
    if arguments.junit_xml:
        write_junit(arguments.junit_xml, "bench", bench.rows, bench.failures)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
