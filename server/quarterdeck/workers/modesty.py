"""How a worker takes less than it could: of the processors, and of the memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LEAST_BYTES = 512 * 1024 * 1024
"""No limit is lower: what a large chart may need."""
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def give_way(niceness: int) -> None:
    """Let other processes go first."""
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)


def limit_memory(max_bytes: int | None) -> None:
    """Let this process have no more memory of its own than this; beyond, Python raises `MemoryError`.

    Only Linux counts what a process allocates; elsewhere nothing happens.
    """
    if max_bytes is None or sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not on every system

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def resident_bytes(pid: int | None = None) -> int | None:
    """Give how much of the machine's memory a process, or this one, holds; None where nobody can tell."""
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, IndexError, ValueError, OSError):
        return None


def processors() -> int:
    """Give how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fair_share(count: int) -> int | None:
    """Give what each of `count` workers may have of the memory, in bytes; None where nobody can tell.

    Together, they have half of what this machine or container has.
    """
    known = [limit for limit in (_physical(), *map(_read_limit, _CGROUP_LIMITS)) if limit is not None]
    return max(LEAST_BYTES, min(known) // 2 // max(1, count)) if known else None


def _physical() -> int | None:
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return pages * size if pages > 0 and size > 0 else None


def _read_limit(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        # No such file, or the word "max".
        return None
