"""Helm's time for one rendering divided by ours: hot, warm and cold.

All engines take turns, chart by chart and round by round, so that what else the machine does meets all alike.
"""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import first_render
from bench.engines import ENGINES, Engine, measured_engines
from bench.figures import Timing
from official_engine import ask_helm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.subjects import Subject


UNCOUNTED_ROUNDS = 4
"""Hot renderings come after these, in which code that often runs is compiled; for each the chart is
loaded anew, as in the rounds that count."""


def time_hot(subjects: Sequence[Subject], rounds: int, report: Callable[[str], None]) -> list[Timing]:
    """Render each chart again and again in this process; the first renderings of each are not counted.

    Our chart is loaded anew for each rendering too, untimed: a chart that is kept remembers its merged
    values, and then Helm would coalesce within the time and we would not. What keeping it gains is measured
    beside.
    """
    engines: dict[str, Engine] = {name: ENGINES[name]() for name in measured_engines()}
    return [time_chart_hot(subject, engines, rounds, report) for subject in subjects]


def time_chart_hot(
    subject: Subject, engines: dict[str, Engine], rounds: int, report: Callable[[str], None]
) -> Timing:
    """Render one chart `rounds` times with each engine, in turns."""
    timing = Timing(subject.name)
    ask_helm(subject.folder, subject.values)
    kept = {name: engine.load(subject.folder) for name, engine in engines.items()}
    for name, engine in engines.items():
        for _ in range(UNCOUNTED_ROUNDS):
            engine.render(engine.load(subject.folder), subject.values)
        engine.render(kept[name], subject.values)
    # What the process holds is not walked through before each rendering: that would empty the CPU's caches.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        timing.helm.append(ask_helm(subject.folder, subject.values).seconds)
        for name, engine in engines.items():
            timing.add(name, time_render(engine, engine.load(subject.folder), subject))
            timing.add(f"{name}, chart kept", time_render(engine, kept[name], subject))
    gc.unfreeze()
    report(f"hot   {timing.described('ours')}")
    return timing


def time_render(engine: Engine, chart: Any, subject: Subject) -> float:
    """Time one rendering; the garbage of what came before is not its own."""
    gc.collect()
    started = time.perf_counter()
    engine.render(chart, subject.values)
    return time.perf_counter() - started


def time_first(
    subjects: Sequence[Subject], rounds: int, report: Callable[[str], None]
) -> tuple[list[Timing], list[Timing]]:
    """Render each chart in new processes: with a filled code cache (warm), and with an empty one (cold)."""
    warm: list[Timing] = []
    cold: list[Timing] = []
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        for subject in subjects:
            warm.append(time_chart_first(subject, rounds, Path(folder), is_warm=True))
            report(f"warm  {warm[-1].described('ours')}")
            cold.append(time_chart_first(subject, rounds, Path(folder), is_warm=False))
            report(f"cold  {cold[-1].described('ours')}")
    return warm, cold


def time_chart_first(subject: Subject, rounds: int, folder: Path, *, is_warm: bool) -> Timing:
    """Time first renderings of one chart; with `is_warm`, processes before them fill the cache."""
    timing = Timing(subject.name)
    folder.mkdir(parents=True, exist_ok=True)
    ask_helm(subject.folder, subject.values)
    for name in measured_engines():
        if is_warm:
            cache = cache_folder(folder, name, subject)
            for _ in range(2):  # the second writes what the first only noted, where an engine compiles late
                first_render.run(name, subject.folder, subject.values, cache)
    for _ in range(rounds):
        timing.helm.append(ask_helm(subject.folder, subject.values).seconds)
        for name in measured_engines():
            if is_warm:
                cache = cache_folder(folder, name, subject)
            else:
                cache = Path(tempfile.mkdtemp(prefix="empty-", dir=folder))
            timing.add(name, first_render.run(name, subject.folder, subject.values, cache).seconds)
    return timing


def cache_folder(folder: Path, engine: str, subject: Subject) -> Path:
    """Give the code cache: one for all charts as users have it, but one per chart for the prototype."""
    path = folder / engine if engine == "ours" else folder / engine / subject.name
    path.mkdir(parents=True, exist_ok=True)
    return path
