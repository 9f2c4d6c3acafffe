"""Which Quarterdeck this is: the number that people see, and the state of the code that fills the cache."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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
    that an older one compiled. Where the files cannot be looked at, it is the version number.
    """
    root = str(Path(__file__).parent.parent)
    folders = [os.path.join(root, *part) for part in _COMPILING]  # noqa: PTH118 - a third of the time
    return _digest(_states(folders))


@cache
def findings_version() -> str:
    """Give a text that changes whenever any code does that findings are made by.

    That is the whole package, and the libraries that read and check documents.
    """
    root = str(Path(__file__).parent.parent)
    states = _states(_packages(root))
    return _digest(states and [*states, repr(_libraries())])


_COMPILING = (("compiler",), ("gotmpl",), ("runtime",), ("runtime", "funcs"))

LIBRARIES = frozenset(
    {"bcrypt", "cryptography", "google_re2", "jsonschema_rs", "msgspec", "pyyaml"},
)
"""Distributions whose version may change what a chart renders to or what is found in it."""


def _digest(states: list[str]) -> str:
    digest = blake2b(digest_size=8)
    digest.update("".join(states or [version_number()]).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _states(folders: Iterable[str]) -> list[str]:
    """Give name, size and time of every Python file directly in the folders; empty if one cannot be read."""
    states: list[str] = []
    try:
        for folder in folders:
            with os.scandir(folder) as entries:
                files = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py"))
            states += [f"{folder} {name} {found.st_size} {found.st_mtime_ns}\n" for name, found in files]
    except OSError:
        return []
    return states


def _packages(root: str) -> Iterator[str]:
    """Give a folder and those below that may hold code, in a fixed order."""
    yield root
    with os.scandir(root) as entries:
        below = sorted(entry.path for entry in entries if "." not in entry.name and entry.is_dir())
    for folder in below:
        if not folder.endswith("__pycache__"):
            yield from _packages(folder)


def _libraries() -> list[str]:
    """Give the installed distributions that count, with their versions, as their folders are called.

    Asking `importlib.metadata` for each takes fifty times as long.
    """
    found: list[str] = []
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - as above
        except OSError:
            continue
        for name in names:
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            if name.partition("-")[0].lower().replace(".", "_") in LIBRARIES:
                found.append(name)
    return sorted(found)
