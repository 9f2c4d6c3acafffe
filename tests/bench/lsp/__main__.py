"""Measures the started language server as an editor meets it: `make bench-lsp`.

A smoke run takes a few charts and keys. It asserts no times, for a shared machine keeps none; it fails where
a row cannot be measured.
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
from bench.figures import Row, megabytes, milliseconds, quantile
from bench.lsp import limits, part
from bench.lsp.charts import unpack_all
from bench.lsp.typing_rows import handshake, open_first, p95, type_in_chart
from bench.lsp.workspace_rows import index, worker_ratios
from bench.run import Run, say, write_junit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.lsp.charts import BenchChart
    from bench.lsp.typing_rows import Session, Typed
    from wire.processes import Memory

SLOWEST = 3
"""How many of the slowest keystrokes are named."""


class LspBench(Run):
    """A run with its charts; each measurement gets a cache folder of its own."""

    def __init__(self, folder: Path, *, is_smoke: bool) -> None:
        super().__init__()
        self.folder = folder
        self.is_smoke = is_smoke
        self.keys = 6 if is_smoke else 150
        self.opens = 1 if is_smoke else 7
        self.workspace, self.charts = unpack_all(folder, is_smoke=is_smoke)

    def run(self) -> None:
        """Measure all rows."""
        for chart in self.charts:
            self.measure(lambda chart=chart: self.typing_rows(chart))
        self.measure(self.handshake_rows)
        for chart in self.charts:
            self.measure(lambda chart=chart: self.open_rows(chart))
        self.measure(self.workspace_rows)
        self.measure(self.worker_rows)

    def new_cache(self) -> dict[str, str]:
        """Give the environment of a server whose cache is empty."""
        return {"QUARTERDECK_CACHE_DIR": tempfile.mkdtemp(prefix="cache-", dir=self.folder)}

    def typing_rows(self, chart: BenchChart) -> list[Row]:
        """Type, look up meanwhile, and look at the memory."""
        session = type_in_chart(chart, self.new_cache(), self.keys)
        name = chart.name
        templates, values = session.templates, session.values
        return [
            self.typed_row(
                "keystroke in a template -> T0+T1 published", chart, limits.TEMPLATE_NAMES, templates.names
            ),
            self.typed_row(
                "keystroke in a template -> T2 published",
                chart,
                limits.TEMPLATE_RENDER,
                templates.render,
                details=described(templates),
            ),
            self.typed_row(
                "keystroke in values.yaml -> T2 of all that reads it",
                chart,
                limits.VALUES_RENDER,
                values.render,
                details=described(values),
            ),
            self.typed_row(
                "a request that only looks up, while T2-T4 run",
                chart,
                limits.LOOK_UP,
                session.lookups,
                details=() if session.has_status else ("the server does not know the request",),
            ),
            memory_row(name, session, limits.MEMORY[name]),
        ]

    def typed_row(
        self,
        what: str,
        chart: BenchChart,
        reach: dict[str, float],
        seconds: list[float],
        details: Sequence[str] = (),
    ) -> Row:
        """Make the row of one kind of keystroke or request on one chart."""
        return self.seconds_row(
            f"{what}, {chart.name}",
            reach[chart.name],
            p95(seconds),
            f"median {duration(quantile(seconds, 0.5))}, most {duration(max(seconds))}, {len(seconds)} times",
            details,
        )

    def seconds_row(
        self, what: str, reach: float, seconds: float, remark: str = "", details: Sequence[str] = ()
    ) -> Row:
        """Make the row of a time; it is compared after division by how slow this machine is now."""
        normal = self.calibration.normalise(seconds)
        return Row(
            what=what,
            reach=duration(reach),
            measured=f"{duration(normal)} ({', '.join(filter(None, (duration(seconds) + ' here', remark)))})",
            has_reached=normal <= reach,
            details=tuple(details),
        )

    def handshake_rows(self) -> list[Row]:
        """Measure how long `initialize` takes."""
        environment = self.new_cache()
        times = [handshake(self.charts[0].folder, environment) for _ in range(self.opens + 3)]
        from_start, from_receipt = zip(*times, strict=True)
        what = "initialize answered"
        return [
            self.seconds_row(
                f"{what}, from its receipt", limits.INITIALIZE_FROM_RECEIPT, p95(list(from_receipt))
            ),
            self.seconds_row(
                f"{what}, from the start of the process", limits.INITIALIZE_FROM_START, p95(list(from_start))
            ),
        ]

    def open_rows(self, chart: BenchChart) -> list[Row]:
        """Open the chart in fresh servers: with empty caches, and with what the server before left."""
        first: list[float] = []
        second: list[float] = []
        for _ in range(self.opens):
            environment = self.new_cache()
            first.append(open_first(chart, environment)[1])
            second.append(open_first(chart, environment)[1])
        return [
            self.typed_row(
                "first open, nothing cached -> T0-T2 of the opened chart", chart, limits.FIRST_OPEN, first
            ),
            self.typed_row("second open (warm disk cache), from didOpen", chart, limits.SECOND_OPEN, second),
        ]

    def workspace_rows(self) -> list[Row]:
        """Let servers index the corpus, with empty and with filled caches."""
        environment = self.new_cache()
        cold = index(self.workspace, environment)
        warm = index(self.workspace, environment)
        charts = len(list(self.workspace.iterdir()))
        what = f"all {charts} corpus charts, all scenarios, T0-T2"
        pings = self.calibration.normalise(quantile(cold.pings, 0.99))
        most = duration(max(cold.pings))
        return [
            self.seconds_row(f"{what}, cold", limits.CORPUS_COLD, cold.seconds, f"{cold.stages} tiers told"),
            self.seconds_row(f"{what}, warm", limits.CORPUS_WARM, warm.seconds, f"{warm.stages} tiers told"),
            Row(
                what="a request that only looks up, while the corpus workspace is indexed, p99",
                reach=duration(limits.PING_P99),
                measured=f"{duration(pings)} ({len(cold.pings)} times, most {most} here)",
                has_reached=pings <= limits.PING_P99,
            ),
            Row(
                what="resident memory, workers included, corpus workspace",
                reach=megabytes(limits.CORPUS_MEMORY),
                measured=described_memory(cold.memory),
                has_reached=cold.memory.resident <= limits.CORPUS_MEMORY,
                details=(f"with filled caches: {described_memory(warm.memory)}",),
            ),
        ]

    def worker_rows(self) -> list[Row]:
        """Compare one process with two, on the command line; ratios need no calibration."""
        caches = [Path(self.new_cache()["QUARTERDECK_CACHE_DIR"]) for _ in range(2)]
        cold = worker_ratios(self.workspace, caches, 1)
        warm = worker_ratios(self.workspace, caches, 1 if self.is_smoke else 3)
        worst = min(*cold, quantile(warm, 0.5))
        return [
            Row(
                what="the corpus checked by two processes, times faster than by one",
                reach=f"{limits.WORKERS_RATIO}x",
                measured=f"{cold[0]:.2f}x with empty caches, {quantile(warm, 0.5):.2f}x with filled ones",
                has_reached=worst >= limits.WORKERS_RATIO,
            )
        ]


def described(typed: Typed) -> list[str]:
    """Say what else is known of keystrokes: bursts, and the slowest ones."""
    lines = [f"{milliseconds(seconds)}: {what}" for seconds, what in sorted(typed.slow)[: -SLOWEST - 1 : -1]]
    if typed.bursts:
        bursts = f"{milliseconds(p95(typed.bursts))} p95 after the last key, {len(typed.bursts)} times"
        lines.append(f"in bursts: {bursts}")
    return lines


def memory_row(name: str, session: Session, reach: float) -> Row:
    """Make the row of the memory of a session of typing: the most that was seen."""
    most = max(session.memory, key=lambda memory: memory.resident)
    after = ("opening", "templates", "values", "looking up")
    return Row(
        what=f"resident memory, workers included, {name}",
        reach=megabytes(int(reach)),
        measured=described_memory(most),
        has_reached=most.resident <= reach,
        details=tuple(
            f"after {what}: {described_memory(each)}"
            for what, each in zip(after, session.memory, strict=True)
        ),
    )


def described_memory(memory: Memory) -> str:
    """Write what some processes hold."""
    shared = f"{megabytes(memory.proportional)} with shared pages counted once"
    return f"{megabytes(memory.resident)} ({shared}; {memory.processes} processes)"


def duration(seconds: float) -> str:
    """Write a time."""
    return milliseconds(seconds) if seconds < 0.3 else f"{seconds:.2f} s"


def main() -> int:
    """Read the arguments, measure, write; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="bench.lsp", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few charts, a few keys")
    parser.add_argument("--write", type=Path, help="the Markdown file whose part to write")
    parser.add_argument("--junit-xml", type=Path, help="the test report to write")
    arguments = parser.parse_args()
    if not corpus_charts.is_present():
        say(f"left out: the benchmark of the language server ({corpus_charts.MISSING})")
        if arguments.junit_xml:
            write_junit(arguments.junit_xml, "bench-lsp", [], [corpus_charts.MISSING])
        return 1
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        bench = LspBench(Path(folder), is_smoke=arguments.smoke)
        bench.run()
    say(f"slowness {bench.calibration.slowness:.2f}, {(time.monotonic() - started) / 60:.1f} minutes")
    if arguments.write:
        text = part.markdown(bench.rows, bench.calibration, keys=bench.keys)
        report.write_part(arguments.write, "language server", text)
    if arguments.junit_xml:
        write_junit(arguments.junit_xml, "bench-lsp", bench.rows, bench.failures)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
