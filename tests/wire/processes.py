"""The processes of a started server: which there are, what memory they hold, which outlive it.

Everything is read from `/proc`, so it is known on Linux alone; elsewhere there is nothing.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path
from typing import NamedTuple

MARK = "QUARTERDECK_TEST_MARK"
"""A variable that a server's processes inherit; by it they are found when their parent is gone."""
IS_KNOWN = sys.platform == "linux"
ONLY_LINUX = "only on Linux are processes found by their environment"


class Memory(NamedTuple):
    """What some processes hold, in bytes: `resident` counts a shared page for each, `proportional` once."""

    processes: int
    resident: int
    proportional: int


def new_mark() -> str:
    """Give a mark for one server."""
    return secrets.token_hex(12)


def marked(mark: str) -> list[int]:
    """Give the processes that run with a mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _all() if wanted in _environment(pid).split(b"\0")]


def tree(pid: int) -> list[int]:
    """Give a process and all that it started, directly or not."""
    parents = {each: parent for each in _all() if (parent := _parent(each)) is not None}
    found = [pid]
    for member in found:
        found += [each for each, parent in parents.items() if parent == member]
    return found


def memory(pid: int) -> Memory:
    """Add up the memory of a process and all that it started."""
    sizes = [size for each in tree(pid) if (size := _sizes(each)) is not None]
    return Memory(len(sizes), sum(size[0] for size in sizes), sum(size[1] for size in sizes))


def cpu_seconds(pid: int) -> float:
    """Give the processor time of a process and all that it started, so far."""
    ticks = 0
    for each in tree(pid):
        fields = _stat(each)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()] if IS_KNOWN else []


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it ended, or is another user's
        return b""


def _stat(pid: int) -> list[str]:
    """Give the fields after the name. Source: proc_pid_stat(5), which counts them from 1; the first is 3."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(") ")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields and fields[0] != "Z" else None


def _sizes(pid: int) -> tuple[int, int] | None:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return None
    found = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB$", text, re.MULTILINE))
    return int(found["Rss"]) * 1024, int(found["Pss"]) * 1024
