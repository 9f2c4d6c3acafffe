"""The package as users get it: built, installed somewhere else, and run from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    (built,) = folder.glob("quarterdeck-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True)
    return folder


def test_the_wheel_holds_every_module_and_the_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    server = REPOSITORY / "server"
    modules = {path.relative_to(server).as_posix() for path in (server / "quarterdeck").rglob("*.py")}
    assert modules <= names
    assert "quarterdeck/templates/README.md" in names


def test_the_wheel_says_that_it_is_typed(wheel: Path) -> None:
    assert "quarterdeck/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"quarterdeck"}


def test_the_wheel_carries_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith("LICENSE")]
        assert packed.read(name).decode("utf-8").strip().startswith("Apache License")


def test_an_installed_package_checks_a_chart_without_the_repository(installed: Path, tmp_path: Path) -> None:
    chart = REPOSITORY / "examples" / "healthy"
    done = run_installed(installed, tmp_path, "check", str(chart))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_installed_package_finds_mistakes(installed: Path, tmp_path: Path) -> None:
    chart = REPOSITORY / "examples" / "storefront"
    done = run_installed(installed, tmp_path, "check", str(chart))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "deployment.yaml" in done.stdout


def run_installed(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command line; nothing of the repository is on its path."""
    program = "import quarterdeck, sys; sys.stderr.write(quarterdeck.__file__); "
    program += "from quarterdeck.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert str(folder) in done.stderr
    return done
