"""What tests/conftest.py promises: a printed seed that repeats a run, and no quiet skips in CI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from corpus_charts import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DRAWING = """
from hypothesis import given, strategies as st

def test_drawing():
    seen = []
    @given(st.integers())
    def draw(number):
        seen.append(number)
    draw()
    print("DRAWN", seen)
"""
SKIPPING = """
import pytest

def test_left_out():
    pytest.skip("{reason}")
"""
SKIPPING_MODULE = """
import pytest

pytest.skip("no such thing here", allow_module_level=True)
"""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return run(tmp_path_factory.mktemp("seeded"), DRAWING, QUARTERDECK_SEED="7")


def test_a_seed_repeats_what_hypothesis_draws(
    seeded: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert drawn(run(tmp_path, DRAWING, QUARTERDECK_SEED="7")) == drawn(seeded)


def test_another_seed_draws_something_else(seeded: subprocess.CompletedProcess[str], tmp_path: Path) -> None:
    assert drawn(run(tmp_path, DRAWING, QUARTERDECK_SEED="8")) != drawn(seeded)


def test_the_seed_is_printed(seeded: subprocess.CompletedProcess[str]) -> None:
    assert "QUARTERDECK_SEED=7 " in seeded.stdout


def test_a_run_without_a_seed_prints_the_one_it_took_and_a_skip_is_a_skip(tmp_path: Path) -> None:
    done = run(tmp_path, SKIPPING.format(reason="nothing to test with"))
    assert re.search(r"QUARTERDECK_SEED=\d+ ", done.stdout)
    assert "1 skipped" in done.stdout


@pytest.mark.parametrize("text", [SKIPPING.format(reason="nothing to test with"), SKIPPING_MODULE])
def test_a_skip_fails_in_ci(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, text, CI="true")
    assert done.returncode != 0
    assert "skipped, which fails in CI" in done.stdout


def test_a_test_for_another_system_may_be_skipped_in_ci(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPING.format(reason="only on Windows"), CI="true").returncode == 0


def run(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one test file in a folder of its own, with the project's conftest."""
    shutil.copy(REPOSITORY / "tests" / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(text)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "QUARTERDECK_SEED"} and not name.startswith(("PYTEST_", "COV_"))
    }
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            "-p",
            "_hypothesis_pytestplugin",
        ],
        cwd=folder,
        env=inherited | environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def drawn(done: subprocess.CompletedProcess[str]) -> str:
    (line,) = [line for line in done.stdout.split("\n") if "DRAWN" in line]
    return line.partition("DRAWN")[2]
