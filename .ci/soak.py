#!/usr/bin/env python3
"""Run the long tests in full and add a line to docs/soak.md: date, commit, seed, counts and time.

Arguments are handed on to pytest. The exit status is pytest's.
"""

from __future__ import annotations

import os
import platform
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

REPOSITORY = Path(__file__).resolve().parents[1]
RECORD = REPOSITORY / "docs" / "soak.md"
REPORT = REPOSITORY / "build" / "reports" / "soak.xml"
LONG_TESTS = ["tests/unit", "tests/differential", "tests/corpus", "tests/protocol", "tests/soak"]
MEASURED = "soak"
"""The name under which tests record what is to stand in the last column."""
HEAD = """# Long tests

Each line is one run of `make soak`: random and differential tests with 3,000 examples each, every scenario
of the open corpus, 10,000 random steps in an editor with undo (memory: before, after), and 1,000 servers
killed at a random moment. A seed repeats its run: `QUARTERDECK_SEED=n make soak`.

| date (UTC) | commit | Python | seed | passed | failed | skipped | minutes | measured |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def main(arguments: list[str]) -> int:
    """Run, count, record; give pytest's exit status."""
    seed = os.environ.setdefault("QUARTERDECK_SEED", str(secrets.randbelow(2**31)))
    os.environ["QUARTERDECK_PROFILE"] = "soak"
    REPORT.unlink(missing_ok=True)
    started = time.monotonic()
    folders = [folder for folder in LONG_TESTS if (REPOSITORY / folder).is_dir()]
    command = [sys.executable, "-m", "pytest", *folders, f"--junit-xml={REPORT}", *arguments]
    status = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
    minutes = (time.monotonic() - started) / 60
    if not REPORT.exists():
        print("the run was interrupted; nothing is recorded")
        return status or 1
    passed, failed, skipped = count()
    row = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        commit(),
        platform.python_version(),
        seed,
        *map(str, (passed, failed, skipped)),
        f"{minutes:.1f}",
        measured(),
    ]
    text = RECORD.read_text("utf-8") if RECORD.exists() else HEAD
    RECORD.write_text(f"{text}| {' | '.join(row)} |\n", "utf-8")
    return status


def count() -> tuple[int, int, int]:
    """Count passed, failed and skipped tests of the report."""
    cases = list(ET.parse(REPORT).iter("testcase"))  # noqa: S314 - pytest wrote it a moment ago
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def measured() -> str:
    """Give what the tests of the report recorded for the last column."""
    properties = ET.parse(REPORT).iter("property")  # noqa: S314 - as above
    return "; ".join(each.get("value", "") for each in properties if each.get("name") == MEASURED)


def commit() -> str:
    """Name the commit, with a `+` when files differ from it."""
    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain") else "")


def git(*arguments: str) -> str:
    """Ask git; an answer is empty where there is no repository."""
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
