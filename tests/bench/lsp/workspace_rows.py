"""The whole corpus as one workspace in the server, and the same on the command line with more processes."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wire.client import server_environment
from wire.editor import RENDER, STATUS, WireEditor
from wire.processes import Memory, memory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOTHING = Memory(0, 0, 0)
PING_SECONDS = 0.02
"""From one request that only looks up to the next, while the workspace is indexed."""
LONGEST_SECONDS = 600.0


@dataclass(slots=True)
class Indexing:
    """What one server took to know all charts of a workspace in all scenarios.

    `seconds` counts from the start of its process to the last tier told; `pings` are the times of requests
    that came meanwhile.
    """

    seconds: float = 0.0
    stages: int = 0
    pings: list[float] = field(default_factory=list[float])
    memory: Memory = NOTHING


def index(workspace: Path, environment: dict[str, str]) -> Indexing:
    """Let a fresh server look at a workspace in which nothing is open, and ask it all the time.

    Raises:
        RuntimeError: a chart was left out.
    """
    charts = {folder.as_posix() for folder in workspace.iterdir()}
    found = Indexing()
    with WireEditor(environment) as editor:
        editor.start(workspace)
        end = time.perf_counter() + LONGEST_SECONDS
        known: set[str] = set()
        looked_at = 0
        while not (charts <= known and editor.is_idle()):
            if time.perf_counter() > end:
                raise RuntimeError(
                    f"{len(charts - known)} charts are not told of: {sorted(charts - known)[:5]}"
                )
            found.pings.append(editor.client.call(STATUS, None).seconds)
            known |= {stage.chart for stage in editor.stages[looked_at:] if stage.tier >= RENDER}
            looked_at = len(editor.stages)
            time.sleep(PING_SECONDS)
        found.stages = len(editor.stages)
        found.seconds = editor.stages[-1].at - editor.client.started_at
        found.memory = memory(editor.client.process.pid)
    return found


def check_seconds(workspace: Path, workers: int, environment: dict[str, str]) -> float:
    """Time `quarterdeck check` of a workspace with so many processes."""
    command = [sys.executable, "-m", "quarterdeck", "check", f"--jobs={workers}", "--fail-on=never", "."]
    started = time.perf_counter()
    subprocess.run(
        command, cwd=workspace, env=server_environment(environment), stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - started


def worker_ratios(workspace: Path, caches: Sequence[Path], rounds: int) -> list[float]:
    """Give how many times faster two processes are than one, in turns; `caches` has a folder for each."""
    ratios: list[float] = []
    for _ in range(rounds):
        one, two = (
            check_seconds(workspace, workers, {"QUARTERDECK_CACHE_DIR": str(cache)})
            for workers, cache in zip((1, 2), caches, strict=True)
        )
        ratios.append(one / two)
    return ratios
