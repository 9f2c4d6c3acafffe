"""Caches and worker processes change how long it takes, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from wire.client import server_environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the charts of this run, all of the corpus or a share, as one workspace."""
    folder = tmp_path_factory.mktemp("workspace")
    for name in corpus_charts.shared_names():
        corpus_charts.unpack(name, folder)
    return folder


@pytest.fixture(scope="module")
def expected(workspace: Path) -> str:
    """Give the findings of one process without caches."""
    return check(workspace, 1, QUARTERDECK_CACHES="off", QUARTERDECK_CACHE_DIR="off")


def test_findings_with_caches_are_those_without(workspace: Path, expected: str, tmp_path: Path) -> None:
    seed = os.environ["QUARTERDECK_SEED"]
    for state in ("empty", "filled", "used"):
        found = check(workspace, 1, QUARTERDECK_CACHE_DIR=str(tmp_path))
        assert found == expected, f"seed {seed}: with caches that are {state}"


@pytest.mark.parametrize("workers", [2, 3])
def test_findings_are_the_same_for_any_number_of_workers(
    workspace: Path, expected: str, tmp_path: Path, workers: int
) -> None:
    found = check(workspace, workers, QUARTERDECK_CACHE_DIR=str(tmp_path))
    assert found == expected, f"seed {os.environ['QUARTERDECK_SEED']}"


def check(workspace: Path, workers: int, **environment: str) -> str:
    """Give what `quarterdeck check` finds in a workspace, as JSON."""
    command = [sys.executable, "-m", "quarterdeck", "check", f"--jobs={workers}", "--format=json", "."]
    done = subprocess.run(
        command,
        cwd=workspace,
        env=server_environment(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert '"code"' in done.stdout, "nothing is found: the test tests nothing"
    return done.stdout
