"""Which Quarterdeck this is: the number that people see, and the state of the code that fills the cache."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from pathlib import Path


@cache
def version_number() -> str:
    """Give the version of the installed package; 0 where it runs from a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, seldom needed

    try:
        return version("quarterdeck")
    except PackageNotFoundError:
        return "0"


@cache
def package_version() -> str:
    """Give a text that changes whenever the code does that makes templates runnable.

    It is made of sizes and times of its files: a version number alone would let an edited checkout run code
    that an older one compiled.
    """
    root = Path(__file__).parent.parent
    digest = blake2b(digest_size=8)
    for folder in ("compiler", "gotmpl", "runtime", "runtime/funcs"):
        with os.scandir(root / folder) as entries:
            files = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py"))
        for name, found in files:
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
