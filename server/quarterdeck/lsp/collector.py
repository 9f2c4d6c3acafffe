"""When Python looks for objects that only refer to each other: while nobody waits, and never at all of them.

A collection of everything stops all threads for as long as it takes, some hundred milliseconds with a large
chart. So it is switched off; what was made since the last idle moment is looked through in the next one, and
what is old is put aside.
"""

from __future__ import annotations

import gc

MOST_YOUNG = 30_000
"""Objects that may come up before they are looked through though somebody may type: 10 ms, after a task."""
YOUNG_ENOUGH = 20_000
"""Objects that are not worth a look."""
OLD_ROUNDS = 20
"""After so many idle moments with much to look through, what is of middle age is looked through, too."""


class Collector:
    """Collects for the thread that analyses."""

    def __init__(self) -> None:
        self._rounds = 0
        self._is_warm = False

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
            # Charts that are open stay: what was made of them is not looked at, then and later.
            self._is_warm = True
            gc.freeze()
            return
        self._rounds += 1
        gc.collect(1 if self._rounds % OLD_ROUNDS == 0 else 0)
