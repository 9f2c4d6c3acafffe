"""Files that change on the disk, told as they do: for editors that do not watch, and for `check --watch`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from quarterdeck.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from threading import Event

DEBOUNCE_MS = 400
"""Milliseconds for which changes are gathered at most: `git checkout` changes files for a while."""
STEP_MS = 60
"""Milliseconds without a change after which those that came are told."""
AGAIN_MS = 500
"""Milliseconds after which a new folder is looked into again."""
_MOST_BELOW = 20_000
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".idea"})


def watch(paths: Iterable[str], stop: Event) -> Iterator[set[str]]:
    """Give the files that changed at or below some paths, a set each time; until `stop` is set.

    Of a folder that is new, everything in it is given, and given again a moment later: the system tells
    nothing of what comes before it watches the folder.

    Paths are absolute, with `/` between their parts. What version control and editors keep for themselves is
    left out. Nothing is written anywhere.

    Raises:
        ToolError: the system cannot watch them.
        KeyboardInterrupt: the user does not want to wait any more.
    """
    from watchfiles import BaseFilter, Change  # noqa: PLC0415 - only who watches loads it
    from watchfiles import watch as watch_files  # noqa: PLC0415 - as above

    class Wanted(BaseFilter):
        def __call__(self, change: Change, path: str) -> bool:  # noqa: ARG002 - the signature of watchfiles
            parts = path.replace(os.sep, "/").split("/")
            return not _NEVER.intersection(parts) and not path.endswith(("~", ".swp", ".swx"))

    existing = [path for path in paths if os.path.lexists(path)]
    if not existing:
        return
    seen_last: set[str] = set()
    try:
        for changes in watch_files(
            *existing,
            watch_filter=Wanted(),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=stop,
            rust_timeout=AGAIN_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            changed = {path.replace(os.sep, "/") for _, path in changes}
            folders = {path for path in changed if os.path.isdir(path)}  # noqa: PTH112 - names of watchfiles
            told = changed.union(*map(_below, folders), *map(_below, seen_last))
            seen_last = folders
            if told:
                yield told
    except (OSError, RuntimeError) as error:
        raise ToolError(f"changes of files are not noticed: {error}") from error


def _below(folder: str) -> set[str]:
    """Give what is in a folder that was new: it may have come before the folder was watched."""
    found: set[str] = set()
    for inside, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NEVER]
        found.update(f"{inside}/{name}".replace(os.sep, "/") for name in files)
        if len(found) > _MOST_BELOW:
            break
    return found
