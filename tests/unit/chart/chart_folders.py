"""Charts for tests, written into a temporary folder from one text."""

from __future__ import annotations

import io
import tarfile
import textwrap
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, RenderInputs, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.diagnostics.model import Finding

CHART_YAML = "apiVersion: v2\nname: demo\nversion: 1.0.0\n"


def split_files(text: str) -> dict[str, str]:
    """Cut a text at its `-- path --` lines into files."""
    files: dict[str, str] = {}
    path = ""
    for line in textwrap.dedent(text).lstrip("\n").splitlines(keepends=True):
        if line.startswith("-- ") and line.rstrip().endswith(" --"):
            path = line.strip()[3:-3]
            files[path] = ""
        else:
            files[path] += line
    return files


def write_chart(folder: Path, text: str) -> Path:
    """Write the files of `text` below `folder`, with a plain Chart.yaml where it has none."""
    files = split_files(text)
    files.setdefault("Chart.yaml", CHART_YAML)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def read_files(folder: Path, text: str) -> Chart:
    """Write a chart and read it."""
    return read_chart(write_chart(folder, text))


def prepare_files(
    folder: Path, text: str, values: dict[str, Any] | ValuesInput | None = None
) -> RenderInputs:
    """Write a chart and prepare it with `values`."""
    return prepare(read_files(folder, text), values or {}, Release(), make_capabilities())


def pack(entries: dict[str, bytes]) -> bytes:
    """Make a `.tgz` of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def find_problem(problems: tuple[Finding, ...], code: str) -> Finding:
    """Give the only finding of a kind."""
    (found,) = [problem for problem in problems if problem.code == code]
    return found
