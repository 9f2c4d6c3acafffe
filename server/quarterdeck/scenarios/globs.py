"""Paths of a workspace that match a pattern: `*`, `?` and `[…]` within one part, `**` over any parts."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.scenarios.workspace_files import Files

MAX_MATCHES: Final = 1_000
"""Paths that one pattern gives at most."""
_MAX_FOLDERS: Final = 5_000


def find_matches(top: str, pattern: str, files: Files, *, folders: bool = False) -> list[str]:
    """Give the paths below `top`, relative to it, that match; sorted. They are files, or `folders`.

    Hidden folders are not looked into. Nothing outside of `top` matches.
    """
    parts = [part for part in pattern.removeprefix("./").split("/") if part]
    if not parts or any(part in {".", ".."} for part in parts) or len(parts) > 50:
        return []
    patterns = [None if part == "**" else re.compile(fnmatch.translate(part)) for part in parts]
    found: set[str] = set()
    for path in _walk(top, patterns, files, folders=folders):
        found.add(path)
        if len(found) == MAX_MATCHES:
            break
    return sorted(found)


def _walk(top: str, patterns: list[re.Pattern[str] | None], files: Files, *, folders: bool) -> Iterator[str]:
    """Go down, with the numbers of parts of the pattern that each folder can have taken."""
    waiting: list[tuple[str, frozenset[int]]] = [("", _open(patterns, {0}))]
    looked_into = 0
    while waiting and looked_into < _MAX_FOLDERS:
        folder, reached = waiting.pop()
        looked_into += 1
        for entry in files.list(f"{top}/{folder}".rstrip("/")) or ():
            if entry.name.startswith("."):
                continue
            taken = _step(patterns, reached, entry.name)
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_folder == folders and len(patterns) in taken:
                yield path
            if entry.is_folder and any(at < len(patterns) for at in taken):
                waiting.append((path, taken))


def _step(patterns: list[re.Pattern[str] | None], reached: frozenset[int], name: str) -> frozenset[int]:
    after: set[int] = set()
    for at in reached:
        if at == len(patterns):
            continue
        pattern = patterns[at]
        if pattern is None:
            after.add(at)
        elif pattern.match(name):
            after.add(at + 1)
    return _open(patterns, after)


def _open(patterns: list[re.Pattern[str] | None], reached: set[int]) -> frozenset[int]:
    """Add what `**` may take nothing for."""
    todo = list(reached)
    while todo:
        at = todo.pop()
        if at < len(patterns) and patterns[at] is None and at + 1 not in reached:
            reached.add(at + 1)
            todo.append(at + 1)
    return frozenset(reached)
