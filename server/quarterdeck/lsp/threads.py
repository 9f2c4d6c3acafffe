"""Threads that only wait: for folders to be walked through, for files that change, for a client that dies."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import TYPE_CHECKING

from quarterdeck.errors import Cancelled, ToolError
from quarterdeck.workspace.find_charts import find_workspace_charts
from quarterdeck.workspace.watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CLIENT_SECONDS = 5.0
"""How often it is looked whether the client's process lives."""

_log = logging.getLogger(__name__)


class Search:
    """Looks for the charts of the workspace's folders; a newer search replaces the one that runs.

    `found(charts)` is called on the search's thread.
    """

    def __init__(self, found: Callable[[list[str]], None]) -> None:
        self._found = found
        self._stop = threading.Event()

    def start(self, folders: Sequence[str]) -> None:
        """Begin to look."""
        self.stop()
        self._stop = threading.Event()
        threading.Thread(
            target=self._look, args=(tuple(folders), self._stop), name="search", daemon=True
        ).start()

    def stop(self) -> None:
        """Look no further."""
        self._stop.set()

    def _look(self, folders: Sequence[str], stop: threading.Event) -> None:
        with contextlib.suppress(Cancelled):
            charts = find_workspace_charts(folders, stop.is_set)
            if not stop.is_set():
                self._found(charts)


class Watcher:
    """Watches folders for a client that does not. `changed(paths)` is called on the watcher's thread."""

    def __init__(self, changed: Callable[[set[str]], None]) -> None:
        self._changed = changed
        self._folders: tuple[str, ...] = ()
        self._stop = threading.Event()

    def watch(self, folders: Sequence[str]) -> None:
        """Watch these folders and no others."""
        if tuple(folders) == self._folders:
            return
        self.stop()
        self._folders = tuple(folders)
        self._stop = threading.Event()
        if folders:
            threading.Thread(
                target=self._look, args=(self._folders, self._stop), name="watcher", daemon=True
            ).start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()
        self._folders = ()

    def _look(self, folders: Sequence[str], stop: threading.Event) -> None:
        try:
            for paths in watch(folders, stop):
                if stop.is_set():
                    return
                self._changed(paths)
        except ToolError as error:
            _log.warning("%s", error)


class ClientWatch:
    """Tells when the client's process is gone, though its end of the connection is held by somebody else."""

    def __init__(self, process_id: int, gone: Callable[[], None]) -> None:
        self._process_id = process_id
        self._gone = gone
        self._stop = threading.Event()
        # A process that cannot be seen lives on another machine, or in another container.
        if is_alive(process_id):
            threading.Thread(target=self._look, name="client", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _look(self) -> None:
        while not self._stop.wait(CLIENT_SECONDS):
            if not is_alive(self._process_id):
                _log.warning("the client's process is gone")
                self._gone()
                return


def is_alive(process_id: int) -> bool:
    """Tell whether there is a process; never on Windows, where asking would end it."""
    if os.name == "nt" or process_id <= 0:
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
