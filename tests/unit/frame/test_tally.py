"""The sum at the end of a CI run."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from corpus_charts import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure>no</failure></testcase>'
BROKEN = '<testcase name="c"><error>no</error></testcase>'
SKIPPED = '<testcase name="d"><skipped/></testcase>'


def test_counts_of_all_reports_are_added(tmp_path: Path) -> None:
    write(tmp_path, "server", PASSED * 3 + SKIPPED)
    write(tmp_path, "client", PASSED + FAILED + BROKEN)
    assert tally(tmp_path, "make test 2\n") == (1, "4 passed, 2 failed")


def test_all_passed_is_success(tmp_path: Path) -> None:
    write(tmp_path, "server", PASSED)
    assert tally(tmp_path, "make test 0\n") == (0, "1 passed, 0 failed")


def test_a_step_that_fails_without_a_failed_test_counts_as_one(tmp_path: Path) -> None:
    write(tmp_path, "server", PASSED)
    assert tally(tmp_path, "make test 2\ncorpus 0\n") == (1, "1 passed, 1 failed")


def test_a_report_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "server.xml").write_text("<testsuite><testcase")
    assert tally(tmp_path, "make test 0\n") == (1, "0 passed, 1 failed")


def test_colours_in_a_report_do_not_hide_its_tests(tmp_path: Path) -> None:
    write(tmp_path, "client", PASSED + FAILED.replace("no", "\x1b[2mno\x1b[22m"))
    assert tally(tmp_path, "make test 0\n") == (1, "1 passed, 1 failed")


def test_a_run_without_a_test_is_no_success(tmp_path: Path) -> None:
    assert tally(tmp_path, "set-up 0\n") == (1, "0 passed, 0 failed")


def write(folder: Path, name: str, cases: str) -> None:
    (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")


def tally(folder: Path, steps: str) -> tuple[int, str]:
    (folder / "steps.txt").write_text(steps)
    command = [sys.executable, str(REPOSITORY / ".ci" / "tally.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.rstrip("\n").split("\n")[-1]
