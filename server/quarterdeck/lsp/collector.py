"""When Python looks for objects that only refer to each other: while nobody waits.

A collection of everything stops all threads for as long as it takes, some hundred milliseconds with a large
chart. So it is switched off. In idle moments what was made since the last one is looked through; everything
is, once the memory has grown by much: then loading a chart has left behind a quarter of what it made.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import TYPE_CHECKING

from quarterdeck.workers.modesty import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_YOUNG = 30_000
"""Objects that may come up before they are looked through though somebody may type: 10 ms, after a task."""
YOUNG_ENOUGH = 20_000
"""Objects that are not worth a look."""
MUCH_GROWTH = 48 * 1024 * 1024
"""Bytes by which memory has grown since everything was looked through, so that it is worth doing again."""
OLD_ROUNDS = 20
"""After so many idle moments everything is looked through where the system does not tell of memory."""


class Collector:
    """Collects for the thread that analyses."""

    def __init__(self) -> None:
        self._rounds = 0
        self._least = 0
        """The resident memory when everything was looked through, or what it was since, if that is less."""
        self._trim = _find_trim()

    def start(self) -> None:
        """Take over from Python's own schedule."""
        gc.disable()

    def after_task(self) -> None:
        """Look through what is young if there is very much of it: typing may go on for hours."""
        if gc.get_count()[0] > MOST_YOUNG:
            gc.collect(0)

    def idle(self) -> None:
        """Use a moment in which nobody waits."""
        memory = resident_bytes()
        if memory is None:
            self._rounds += 1
            is_much = self._rounds % OLD_ROUNDS == 0
        else:
            # What was given back counts as if it had never been there.
            self._least = min(self._least, memory)
            is_much = memory > self._least + MUCH_GROWTH
        if is_much:
            gc.unfreeze()
            gc.collect()
            # What is left stays, as long as charts are open: it is not looked at in the next moments.
            gc.freeze()
            self._trim()
            self._least = resident_bytes() or 0
        elif gc.get_count()[0] >= YOUNG_ENOUGH:
            gc.collect(0)


def _find_trim() -> Callable[[], object]:
    """Give what hands memory that nobody uses back to the system, where the C library can.

    Loading a large chart leaves a tenth of the memory unused; handing it back takes 2 ms, and waits for
    nobody. Source: malloc_trim(3) of the GNU C library.
    """
    if sys.platform == "linux":
        try:
            trim = ctypes.CDLL(None).malloc_trim
        except (OSError, AttributeError):  # another C library
            return lambda: None
        return lambda: trim(0)
    return lambda: None
