"""One run of a benchmark: its calibration, its rows so far, what failed, and how it is told."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from bench import report
from bench.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.figures import Row


class Run:
    """Measures rows one after the other; what cannot be measured is a failure, and the rest goes on."""

    def __init__(self) -> None:
        self.calibration = Calibration()
        self.rows: list[Row] = []
        self.failures: list[str] = []

    def measure(self, make_rows: Callable[[], Sequence[Row]]) -> None:
        """Make some rows, the calibration loop before and after; a failure is noted, the rest goes on."""
        self.calibration.sample()
        try:
            rows = make_rows()
        except Exception:  # noqa: BLE001 - one row that cannot be measured must not lose the others
            self.failures.append(traceback.format_exc())
            say(self.failures[-1])
            return
        finally:
            self.calibration.sample()
        self.rows += rows
        for line in report.lines(rows):
            say(line)


def say(line: str) -> None:
    """Show progress at once."""
    print(line, flush=True)


def write_junit(path: Path, name: str, rows: Sequence[Row], failures: Sequence[str]) -> None:
    """Write the run as a test report: one test per row, one failed test per failure."""
    suite = ET.Element("testsuite", name=name)
    for row in rows:
        ET.SubElement(suite, "testcase", classname=name, name=row.what)
    for failure in failures:
        case = ET.SubElement(suite, "testcase", classname=name, name=failure.strip().rpartition("\n")[2])
        ET.SubElement(case, "failure").text = failure
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suite).write(path, "utf-8", xml_declaration=True)
