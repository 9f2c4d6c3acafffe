"""One rendering in a process that has just started: `python -m bench.first_render ENGINE CHART CACHE`.

Overrides come as JSON on standard input; what was measured goes as JSON to standard output. Timed is what
is timed everywhere (values and templates of a chart that is already loaded) and reading the code cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.engines import ENGINES
from bench.memory import peak_bytes, resident_bytes

TIMEOUT_SECONDS = 300


class FirstRender(NamedTuple):
    """What the process measured in itself."""

    seconds: float
    load_seconds: float
    characters: int
    resident: int
    """Bytes in memory after the rendering, the result still held."""
    peak: int
    """The most that it ever was."""


def run(engine: str, chart: Path, values: dict[str, Any], cache: Path) -> FirstRender:
    """Start a process, let it render once, and give what it measured.

    Raises:
        subprocess.CalledProcessError: the process failed; its traceback is on standard error.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.first_render", engine, str(chart), str(cache)],
        input=json.dumps(values),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
        env=process_environment(cache),
    )
    return FirstRender(**json.loads(done.stdout))


def process_environment(cache: Path) -> dict[str, str]:
    """Give the environment of a program as users run it: its own cache, modules read as compiled bytecode.

    `pip install` compiles modules; in a checkout Python does so at the first import, unless told not to.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QUARTERDECK_CACHE_DIR": str(cache)}


def main(engine_name: str, chart: Path, cache: Path) -> None:
    """Measure in this process."""
    values = json.load(sys.stdin)
    engine = ENGINES[engine_name]()
    started = time.perf_counter()
    loaded = engine.load(chart)
    load_seconds = time.perf_counter() - started
    started = time.perf_counter()
    engine.open_cache(cache)
    templates = engine.render(loaded, values)
    seconds = time.perf_counter() - started
    engine.close_cache(cache)
    measured = FirstRender(
        seconds=seconds,
        load_seconds=load_seconds,
        characters=sum(map(len, templates.values())),
        resident=resident_bytes(),
        peak=peak_bytes(),
    )
    print(json.dumps(measured._asdict()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
