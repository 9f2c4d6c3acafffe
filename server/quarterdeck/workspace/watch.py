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
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".idea"})


def watch(paths: Iterable[str], stop: Event) -> Iterator[set[str]]:
    """Give the files that changed at or below some paths, a set each time; until `stop` is set.

    Paths are absolute, with `/` between their parts. What version control and editors keep for themselves is
    left out. Nothing is written anywhere.

    Raises:
        ToolError: the system cannot watch them.
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
    try:
        for changes in watch_files(
            *existing,
            watch_filter=Wanted(),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=stop,
            rust_timeout=500,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield {path.replace(os.sep, "/") for _, path in changes}
    except (OSError, RuntimeError) as error:
        raise ToolError(f"changes of files are not noticed: {error}") from error
