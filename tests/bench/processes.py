"""What a whole process costs: its time and its memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import first_render
from bench.figures import Row, megabytes, milliseconds
from corpus_charts import REPOSITORY

if TYPE_CHECKING:
    from bench.calibration import Calibration
    from bench.subjects import Subject

CHECK_LIMIT_SECONDS = 0.35
MEMORY_LIMIT_BYTES = 80_000_000


def check_row(calibration: Calibration, runs: int) -> Row:
    """Time `quarterdeck check` on the healthy example, cache filled."""
    command = [sys.executable, "-m", "quarterdeck", "check", str(REPOSITORY / "examples" / "healthy")]
    times: list[float] = []
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as cache:
        environment = first_render.process_environment(Path(cache))
        for _ in range(runs + 2):
            started = time.perf_counter()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - started)
            calibration.sample()
    seconds = statistics.median(times[2:])  # the first two fill the cache
    normal = calibration.normalise(seconds)
    return Row(
        what="`quarterdeck check` on one small chart, whole process, warm",
        reach=f"{CHECK_LIMIT_SECONDS} s",
        measured=f"{normal:.3f} s ({seconds:.3f} s here)",
        has_reached=normal <= CHECK_LIMIT_SECONDS,
    )


def memory_row(subject: Subject) -> Row:
    """Look at the memory of a fresh process that rendered the chart."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as cache:
        cold = first_render.run("ours", subject.folder, subject.values, Path(cache))
        warm = first_render.run("ours", subject.folder, subject.values, Path(cache))
    most = max(cold.resident, warm.resident)
    return Row(
        what="resident memory, kube-prometheus-stack",
        reach="80 MB",
        measured=megabytes(most),
        prototype="44 MB",
        has_reached=most <= MEMORY_LIMIT_BYTES,
        details=(
            f"warm: {megabytes(warm.resident)} resident, {megabytes(warm.peak)} at the most",
            f"cold: {megabytes(cold.resident)} resident, {megabytes(cold.peak)} at the most",
            f"loading the chart took {milliseconds(warm.load_seconds)} (not part of any render time)",
        ),
    )
