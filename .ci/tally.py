#!/usr/bin/env python3
"""Add up what the tests of one run counted; the last line printed is `N passed, N failed`.

Reads every `*.xml` (JUnit) below the given folder, and the lines of `steps.txt` there: `name exit-status`.
A step that failed without a failed test in a report (lint, types, an interrupted run) counts as one
failure. A test that was skipped is in neither number. The exit status is 1 when anything failed or nothing
was counted.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that XML cannot hold; Node's reporter copies them from coloured messages."""


def main(folder: Path) -> int:
    """Print one line per report and step, then the sum; give the exit status."""
    passed = failed = 0
    for path in sorted(folder.glob("*.xml")):
        counts = count_report(path)
        print(f"{path.stem}: {counts[0]} passed, {counts[1]} failed")
        passed += counts[0]
        failed += counts[1]
    steps = [line.rsplit(" ", 1) for line in (folder / "steps.txt").read_text("utf-8").split("\n") if line]
    broken = [name for name, status in steps if status != "0"]
    for name in broken:
        print(f"step failed: {name}")
    if broken and not failed:
        failed = len(broken)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def count_report(path: Path) -> tuple[int, int]:
    """Count passed and failed tests of one JUnit file; a file that cannot be read is one failure."""
    text = NOT_XML.sub("", path.read_text("utf-8", errors="replace"))
    try:
        cases = list(ET.fromstring(text.encode()).iter("testcase"))  # noqa: S314 - our test runners wrote it
    except ET.ParseError:
        return 0, 1
    failed = sum(any(case.find(tag) is not None for tag in ("failure", "error")) for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
