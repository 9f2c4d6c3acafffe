"""The run's table, for a terminal and for its part of docs/benchmarks.md."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import helm_python

import corpus_charts
from bench.calibration import REFERENCE_SECONDS
from bench.memory import machine
from bench.tried import paragraphs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.calibration import Calibration
    from bench.figures import Row

METHOD = f"""\
Both engines run on the same machine in one run and take turns, chart by chart and round by
round, over the open corpus (one scenario per chart: `default`, or else the first that renders). Timed on
both sides is the same work: coalescing values and rendering all templates of a chart that is already
loaded. The chart is loaded anew, untimed, for each render: Helm's because rendering changes it, ours because
it would remember its merged values, and then only Helm would coalesce within the time. Our source map is
on: everything it needs is recorded during the timed render. A figure of a chart is the median of its
rounds; a row is the median over the charts, with the tenth percentile and the five charts that gain least.

- **hot**: the same process renders the chart again and again.
- **warm**: a process that has just started, with the code cache on disk filled; its first rendering, the
  reading of the cache included. Each round is a new process, which measures itself.
- **cold**: the same with an empty cache folder.
- **one template edited**: a character is typed into one template; the clock runs until that template's new
  text and map are there.
- **resident memory**: of a fresh process after the rendering, its result still held.
- **whole process**: from starting `python -m quarterdeck check examples/healthy` to its end.

Absolute limits hold on shared machines after division by a calibration loop (`tests/bench/calibration.py`)
that is timed between the rows of the same run. It takes {REFERENCE_SECONDS * 1e3:.1f} ms on the reference
machine. "Slowness" is how many times longer it took in this run: a time of 12 ms at slowness 1.5 counts as
8 ms. Where a row says "(… here)" that is the time before the division. Ratios need no such correction.

The column of the prototype has the figures that it was left with, over more charts; where it says "(this
run)", `QUARTERDECK_PROTOTYPE` named its folder and it took its turns too. It keeps no source map.
"""
HEAD = """\
# Benchmarks

Each part is written by a benchmark of its own, which leaves the other parts as they are; do not edit.
"""
MARKS = {True: "yes", False: "**no**", None: "-"}


def markdown(rows: Sequence[Row], calibration: Calibration, *, rounds: int) -> str:
    """Give the engine's part of the document."""
    table = "\n".join(
        f"| {row.what} | {row.reach} | {row.measured} | {MARKS[row.has_reached]} | {row.prototype} |"
        for row in rows
    )
    helm = f"Helm {helm_python.helm_sdk_version()} (helm-python-sdk {version('helm-python-sdk')})"
    facts = {
        "official engine": helm,
        "rounds per chart": str(rounds),
    }
    return f"""## The engine

Written by `make bench`; do not edit.

{facts_table(calibration, facts)}

### Results

| what | reach | measured | reached | prototype, no map |
| --- | --- | --- | --- | --- |
{table}

### Method

{METHOD}
### Details
{details(rows)}
{tried(rows)}
"""


def facts_table(calibration: Calibration, facts: Mapping[str, str]) -> str:
    """Give what was measured, where and when, as a Markdown table; `facts` come before the calibration."""
    every = {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Quarterdeck": version("quarterdeck"),
        **facts,
        "calibration loop": f"{calibration.seconds * 1e3:.1f} ms, slowness {calibration.slowness:.2f}",
    }
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {fact} |" for name, fact in every.items())


def details(rows: Sequence[Row]) -> str:
    """Give the details of each row that has some, as Markdown."""
    return "\n".join(
        f"\n#### {row.what}\n\n" + "\n".join(f"- {line}" for line in row.details)
        for row in rows
        if row.details
    )


def tried(rows: Sequence[Row]) -> str:
    """Give what was tried for the rows that are not reached, as Markdown."""
    return "\n".join(paragraphs(rows))


def write_part(path: Path, name: str, text: str, *, head: str = HEAD) -> None:
    """Write one benchmark's part of a document between its markers; the other parts stay as they are.

    `head` begins a document that is not there yet.
    """
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    document = path.read_text("utf-8") if path.exists() else head
    before, found, rest = document.partition(begin)
    if found:
        after = rest.partition(end)[2]
    else:
        before, after = document.rstrip() + "\n\n", "\n"
    path.write_text(f"{before}{begin}\n{text.rstrip()}\n{end}{after}", "utf-8")


def lines(rows: Sequence[Row]) -> list[str]:
    """Give the table as plain lines, details below each row."""
    shown: list[str] = []
    for row in rows:
        mark = {True: "reached", False: "MISSED", None: "-"}[row.has_reached]
        shown.append(f"{mark:8} {row.what}: {row.measured} (reach: {row.reach}; prototype: {row.prototype})")
        shown += [f"           {detail}" for detail in row.details]
    return shown


def commit() -> str:
    """Name the commit that was measured, with a `+` when files differ from it."""
    name = git("rev-parse", "--short", "HEAD")
    return f"{name}{'+' if git('status', '--porcelain', '--untracked-files=no') else ''}"


def git(*arguments: str) -> str:
    """Ask git about this repository; empty where there is none."""
    command = ["git", "-C", str(corpus_charts.REPOSITORY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
