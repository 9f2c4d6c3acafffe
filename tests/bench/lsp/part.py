"""The language server's part of docs/benchmarks.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.calibration import REFERENCE_SECONDS
from bench.report import MARKS, details, facts_table, tried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.calibration import Calibration
    from bench.figures import Row

METHOD = f"""\
A client of our own starts `python -m quarterdeck lsp`, speaks JSON-RPC over its pipes, and notes when the
last byte of each message arrived. A key counts from before the first byte of its `didChange` leaves. A tier
counts as published when `quarterdeck/analysis` says so for the key's version, which the server sends behind
the diagnostics of that tier. Rows are the 95th percentile, unless they say otherwise.

- **M** is bitnami's kafka chart (as it lies in prometheus-kafka-exporter), **L** is kube-prometheus-stack,
  **U** is a chart of 80 sub-charts, made of the first 80 charts of the corpus that render with their defaults
  and make no private keys.
- **Keys** are typed into the largest templates, files with helpers and some others, inside actions and as new
  lines, and into scalars, keys and new entries of values.yaml, at the top, nested, and of sub-charts. Each is
  typed at a human pace (70 to 260 ms) once the one before it was answered, and each text is undone in the
  end. Every fifth text is typed in a burst (10 to 40 ms), where the server may leave out versions; what
  counts is the T2 of the last one.
- **Looking up**: `quarterdeck/status` is asked within 50 ms after a key, while the server is at work on it.
- **Initialize** from its receipt: asked of a process that had time to start, since nobody sees a server
  receive.
- **First open**: a fresh process with an empty cache folder, from `didOpen` to T2. **Second open**: the next
  process with the same folder.
- **Corpus**: a fresh process with the folder of all charts as its workspace, nothing open, from the start of
  the process to the last tier of the last chart. Meanwhile it is asked for its status every 20 ms.
- **Memory** is the resident memory of all processes of the server added up, so a page that two share
  counts twice; the most that was seen after opening, typing and looking up.

Absolute times are divided by how much longer the calibration loop took in this run than on the reference
machine ({REFERENCE_SECONDS * 1e3:.1f} ms); "(… here)" is the time before that.
"""


def markdown(rows: Sequence[Row], calibration: Calibration, *, keys: int) -> str:
    """Give the language server's part of the document."""
    table = "\n".join(
        f"| {row.what} | {row.reach} | {row.measured} | {MARKS[row.has_reached]} |" for row in rows
    )
    return f"""## The language server

Written by `make bench-lsp`; do not edit.

{facts_table(calibration, {"keys per row": f"{keys} or more"})}

### Results of the language server

| what | reach | measured | reached |
| --- | --- | --- | --- |
{table}

### Method of the language server

{METHOD}
### Details of the language server
{details(rows)}
{tried(rows)}
"""
