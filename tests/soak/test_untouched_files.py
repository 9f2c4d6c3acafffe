"""What the server may not do: write into the workspace, or anywhere but into its cache."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from soak.desk import Desk
from soak.steps import draw
from soak.workspaces import make_workspace, snapshot

if TYPE_CHECKING:
    from pathlib import Path

SEED = os.environ["QUARTERDECK_SEED"]
STEPS = 1_000 if os.environ["QUARTERDECK_PROFILE"] == "soak" else 100
ON_THE_DISK = {"write", "add", "delete", "restore", "save"}
"""Steps in which somebody else changes files."""


@pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)
def test_a_session_leaves_the_workspace_as_it_was_and_the_home_folder_too(tmp_path: Path) -> None:
    rng = random.Random(f"{SEED} untouched")
    workspace = make_workspace(tmp_path / "workspace", rng, corpus=1)
    home = tmp_path / "home"
    home.mkdir()
    before = snapshot(workspace)
    desk = Desk(workspace, {"HOME": str(home), "QUARTERDECK_CACHE_DIR": str(tmp_path / "cache")})
    for _ in range(STEPS):
        step = draw(rng, desk.charts, desk.files)
        if step["do"] not in ON_THE_DISK:
            desk.do(step)
    desk.shown()
    desk.close()
    assert snapshot(workspace) == before, f"seed {SEED}"
    assert list(snapshot(home)) == ["."], f"seed {SEED}"
