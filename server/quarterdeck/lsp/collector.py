"""When Python looks for objects that only refer to each other: while nobody waits, and never at all of them.

A collection of everything stops all threads for as long as it takes, some hundred milliseconds with a large
chart. So it is switched off. What was there when the first chart had been analysed is put aside; what was
made since the last idle moment is looked through in the next one, and now and then all that came later.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_YOUNG = 30_000
"""Objects that may come up before they are looked through though somebody may type: 10 ms, after a task."""
YOUNG_ENOUGH = 20_000
"""Objects that are not worth a look."""
OLD_ROUNDS = 20
"""After so many idle moments with much to look through, all is looked through that was not put aside."""


class Collector:
    """Collects for the thread that analyses."""

    def __init__(self) -> None:
        self._rounds = 0
        self._is_warm = False
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
        if gc.get_count()[0] < YOUNG_ENOUGH:
            return
        if not self._is_warm:
            # What was made on the way is a quarter of all and would stay for ever; charts that are open do
            # stay, and are not looked at any more.
            self._is_warm = True
            gc.collect()
            gc.freeze()
            self._trim()
            return
        self._rounds += 1
        is_thorough = self._rounds % OLD_ROUNDS == 0
        gc.collect(2 if is_thorough else 0)
        if is_thorough:
            self._trim()


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
