"""`make demo`, as somebody meets it who has just cloned the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKES_OWN = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="not on Windows, which has no make of its own"
)


@pytest.fixture(scope="module")
def demo() -> str:
    environment = {name: value for name, value in os.environ.items() if name not in MAKES_OWN}
    done = subprocess.run(
        ["make", "demo"],
        cwd=REPOSITORY,
        env={**environment, "NO_COLOR": "1", "COLUMNS": "110"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "mistake",
    [
        "Chart.yaml:9",  # a dependency that is not vendored
        "values.yaml:2",  # a value that violates the schema
        "templates/deployment.yaml:6",  # an unknown template
        "templates/deployment.yaml:26",  # a field of a value that is not there
        "templates/service.yaml:11",  # an undeclared variable
        "templates/secret.yaml:6",  # an unknown function
        "templates/configmap.yaml:7",  # text that is no YAML once rendered
        "templates/autoscaler.yaml",  # a missing end
    ],
)
def test_the_demo_shows_the_mistake_at(mistake: str, demo: str) -> None:
    assert f"examples/storefront/{mistake}" in demo


def test_the_demo_shows_source_frames(demo: str) -> None:
    assert "path: {{ .Values.probes.readiness.path }}" in demo


def test_the_demo_ends_without_a_traceback(demo: str) -> None:
    assert "Traceback" not in demo
