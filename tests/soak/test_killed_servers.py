"""A server that is killed at any moment: nothing is lost, no cache entry is bad, no process is left behind.

`make soak` kills 1,000 servers, `make test` a few.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from quarterdeck.store.disk_cache import DiskCache
from quarterdeck.store.results import RESULTS_FOLDER, open_results
from soak.desk import difference, settled
from soak.workspaces import make_workspace, snapshot
from wire import processes
from wire.editor import WireEditor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from soak.desk import Shown

SEED = os.environ["QUARTERDECK_SEED"]
KILLS = 1_000 if os.environ["QUARTERDECK_PROFILE"] == "soak" else 10
BETWEEN_LOOKS = 20
"""Kills after which a server is let live, and everything is looked at."""
LATEST_SECONDS = 1.5
WRITES = 30
"""A kill in cache writes comes after at most so many of them."""
PATIENCE = 30.0
MISTAKES = {
    "shop/templates/a.yaml": "kind: ConfigMap\nx: {{ undefinedFunction 1 }}\n",
    "shop/templates/b.yaml": 'kind: ConfigMap\nx: {{ include "no.such.template" . }}\n',
}
"""Texts that are open, so that there is something to find."""


@pytest.mark.skipif(not processes.IS_KNOWN, reason=processes.ONLY_LINUX)
@pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)
def test_after_a_kill_nothing_is_lost_and_nothing_left_behind(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    workspace = make_workspace(tmp_path / "workspace", random.Random(f"{SEED} killed charts"), corpus=3)
    files = snapshot(workspace)
    cache = tmp_path / "cache"
    expected = find(workspace, {"QUARTERDECK_CACHE_DIR": "off"})
    assert len(expected) >= len(MISTAKES)
    for number in range(KILLS):
        rng = random.Random(f"{SEED} kill {number}")
        replay = f"QUARTERDECK_SEED={SEED}, kill {number}"
        if rng.random() < 0.3:
            for entry in (path for path in cache.rglob("*") if path.is_file()):
                entry.unlink()
        kill_one(workspace, cache, rng, replay)
        if number % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 or number == KILLS - 1:
            assert not bad_entries(cache), replay
            assert not difference(find(workspace, {"QUARTERDECK_CACHE_DIR": str(cache)}), expected), replay
            assert snapshot(workspace) == files, replay
    record_property("soak", f"{KILLS} servers killed")


def find(workspace: Path, environment: dict[str, str]) -> Shown:
    """Give what a server finds that lives until its end."""
    with WireEditor(environment) as editor:
        editor.start(workspace)
        work_on(editor, workspace)
        return settled(editor)


def work_on(editor: WireEditor, workspace: Path) -> None:
    """Open what has mistakes, and a file of each other chart."""
    for path, text in MISTAKES.items():
        editor.open(workspace / path, text)
    for chart in sorted(workspace.iterdir()):
        editor.open(chart / "Chart.yaml")


def kill_one(workspace: Path, cache: Path, rng: random.Random, replay: str) -> None:
    """Start a server, give it work, and kill it after a time or after some writes into the cache."""
    latest = rng.uniform(0, LATEST_SECONDS)
    writes = rng.randint(1, WRITES) if rng.random() < 0.5 else None
    editor = WireEditor({"QUARTERDECK_CACHE_DIR": str(cache)})
    try:
        until = time.monotonic() + (latest if writes is None else LATEST_SECONDS)
        known = count_entries(cache)
        if latest > LATEST_SECONDS / 10:
            editor.start(workspace)
            work_on(editor, workspace)
        while time.monotonic() < until:
            if writes is not None and count_entries(cache) >= known + writes:
                break
            time.sleep(0.001)
        editor.client.kill()
    finally:
        editor.client.close()
    until = time.monotonic() + PATIENCE
    while processes.marked(editor.mark):
        assert time.monotonic() < until, f"{replay}: processes outlive the server"
        time.sleep(0.01)


def count_entries(cache: Path) -> int:
    """Count the files of the cache, those that are being written as well."""
    return sum(len(files) for _, _, files in os.walk(cache))


def bad_entries(cache: Path) -> list[Path]:
    """Give the entries that are not as they were written; unfinished ones have other names."""
    readers = {"code": DiskCache(cache / "code"), RESULTS_FOLDER: open_results(cache).disk}
    entries = list(cache.rglob("*.qd"))
    return [path for path in entries if readers[path.parent.name].read(path.stem) is None]
