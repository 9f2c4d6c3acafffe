"""What is imported when: start-up time and layers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tidy.source_files import REPOSITORY

NOT_FOR_CHECK = {
    *("pygls", "lsprotocol", "websockets", "asyncio", "logging"),  # the language server's
    *("cryptography", "bcrypt", "re2", "tomllib"),  # of functions that few templates call
    *("multiprocessing", "concurrent.futures", "subprocess"),  # of runs on many charts
    *("ssl", "http.client", "urllib.request", "importlib.metadata", "traceback", "pydantic", "rich"),
}
"""What checking one chart without findings never loads; most of a small run's time is imports."""
MOST_MODULES = 420


@pytest.fixture(scope="module")
def loaded_by_check() -> set[str]:
    chart = REPOSITORY / "examples" / "healthy"
    return modules_after(
        f"from quarterdeck.cli.main import main; assert main(['check', {str(chart)!r}]) == 0"
    )


def test_check_loads_only_what_it_needs(loaded_by_check: set[str]) -> None:
    assert "quarterdeck.workspace.check" in loaded_by_check
    assert loaded_by_check & NOT_FOR_CHECK == set()
    assert not [
        name for name in loaded_by_check if name.startswith(("quarterdeck.lsp", "quarterdeck.external"))
    ]


def test_check_does_not_load_more_and_more_modules(loaded_by_check: set[str]) -> None:
    assert len(loaded_by_check) < MOST_MODULES


def test_importing_the_package_alone_loads_no_command_line() -> None:
    assert not modules_after("import quarterdeck") & {"argparse", "pygls"}


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
