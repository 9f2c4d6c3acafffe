"""What this process holds in memory, and what machine it runs on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path


def resident_bytes() -> int:
    """Give what is in memory now; where only the most so far is known, that."""
    return linux_status("VmRSS") or peak_bytes()


def peak_bytes() -> int:
    """Give the most that was in memory so far; 0 where it cannot be known.

    On Linux from `/proc`: `getrusage` counts the process that started this one until its program was
    replaced.
    """
    if sys.platform == "linux":
        return linux_status("VmHWM")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - exists on Unix alone

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def linux_status(field: str) -> int:
    """Read one size of `/proc/self/status` in bytes; 0 on other systems."""
    if sys.platform != "linux":
        return 0
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def machine() -> str:
    """Describe the machine in one line: processor, cores and system."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def processor() -> str:
    """Name the processor."""
    if sys.platform == "linux":
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
        return found[1] if found else "unknown processor"
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return "unknown processor"
