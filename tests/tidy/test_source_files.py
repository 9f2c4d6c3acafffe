"""Sizes and habits that no linter checks."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from tidy.source_files import (
    PACKAGE,
    REPOSITORY,
    calls,
    is_generated,
    python_files,
    shown,
    text_files,
)

MEASURED = {".py", ".ts", ".mjs", ".js"}
LONGEST_FILE = 500
# Where this checkout, its neighbours and its environment lie. A short path (`/app`) may mean anything.
HERE = [
    REPOSITORY,
    REPOSITORY.parent / "shared",
    *([Path(sys.prefix)] if sys.prefix != sys.base_prefix else []),
]
LONG_PATHS = [str(path) for path in HERE if len(path.parts) > 2]
MACHINE_PATH = re.compile(
    "|".join([*(re.escape(path) + r"\b" for path in LONG_PATHS), r"/root/\.\w", r"/(?:home|Users)/[a-z]+\d"])
)
REGISTRY_HOST = re.compile(r"index-url|artifactory|nexus\.|pypi\.org/simple|registry\.npmjs\.org")


def test_no_file_is_longer_than_500_lines() -> None:
    too_long = {
        shown(path): count
        for path in text_files()
        if path.suffix in MEASURED
        and not is_generated(path)
        and (count := path.read_text("utf-8").count("\n")) > LONGEST_FILE
    }
    assert not too_long


def test_only_text_splits_lines_since_splitlines_also_splits_at_form_feeds() -> None:
    found = [
        f"{shown(path)}:{line}"
        for path in python_files(PACKAGE)
        if not path.is_relative_to(PACKAGE / "text")
        for name, line in calls(path)
        if name == ".splitlines"
    ]
    assert not found


def test_only_the_command_line_prints() -> None:
    found = [
        f"{shown(path)}:{line}"
        for path in python_files(PACKAGE)
        if not path.is_relative_to(PACKAGE / "cli")
        for name, line in calls(path)
        if name == "print"
    ]
    assert not found


def test_every_package_says_what_it_is() -> None:
    silent = [
        shown(path)
        for path in python_files(PACKAGE)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not lines_that_match(MACHINE_PATH, but={"test_source_files.py"})


def test_no_file_names_a_package_registry() -> None:
    assert not lines_that_match(REGISTRY_HOST, but={"test_source_files.py"})


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    assert not [shown(path) for path in python_files(PACKAGE) if path.stem in empty_names]


def lines_that_match(pattern: re.Pattern[str], but: set[str]) -> list[str]:
    return [
        f"{shown(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        if path.name not in but and not path.is_relative_to(REPOSITORY / "docs" / "generated")
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if pattern.search(line)
    ]
