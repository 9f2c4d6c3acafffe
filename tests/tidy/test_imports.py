"""What is imported when: start-up time and layers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tidy.source_files import REPOSITORY

HEAVY = ["pygls", "lsprotocol", "cryptography", "bcrypt", "ruamel", "watchfiles", "jinja2"]


@pytest.mark.parametrize("module", HEAVY)
def test_the_command_line_starts_without(module: str) -> None:
    loaded = modules_after("import quarterdeck.cli.main")
    assert "quarterdeck.cli.main" in loaded
    assert module not in loaded


def test_importing_the_package_alone_loads_no_command_line() -> None:
    assert not modules_after("import quarterdeck") & {"typer", "rich", "pygls"}


def test_every_module_can_be_imported_first() -> None:
    """An import cycle shows only when a module of the circle is imported before the others."""
    package = REPOSITORY / "server" / "quarterdeck"
    names = [
        ".".join(path.relative_to(package.parent).with_suffix("").parts)
        for path in sorted(package.rglob("*.py"))
        if path.name not in {"__init__.py", "__main__.py"}
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    for loaded in [key for key in sys.modules if key.startswith('quarterdeck')]:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_layers_hold() -> None:
    """The same contracts as `make layers`, so that a run of pytest alone notices too."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def modules_after(statement: str) -> set[str]:
    """Give the names of all modules that a fresh process has loaded after one statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
