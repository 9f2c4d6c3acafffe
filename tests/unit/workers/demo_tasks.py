"""Tasks that tests give to `run_in_order`."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Double:
    """Doubles numbers and says in which process; `finish` is counted in each process alone.

    `together` is a folder in which processes wait until so many of them have begun something.
    """

    def __init__(self, together: Path | None = None, processes: int = 2) -> None:
        self.together = together
        self.processes = processes
        self.finished = 0

    def __call__(self, item: int) -> tuple[int, int]:
        if self.together is not None:
            (self.together / str(os.getpid())).touch()
            while len(list(self.together.iterdir())) < self.processes:
                time.sleep(0.001)
        return 2 * item, os.getpid()

    def finish(self) -> None:
        self.finished += 1


class Dies(Double):
    """Kills a worker with an item of `deadly`, and leaves a mark; `times` for each item.

    The process that starts the workers does such an item only after one has killed so many of them.
    """

    def __init__(self, marks: Path, deadly: set[int], times: int) -> None:
        super().__init__()
        self.marks = marks
        self.deadly = deadly
        self.times = times
        self.home = os.getpid()

    def __call__(self, item: int) -> tuple[int, int]:
        if item in self.deadly and os.getpid() == self.home:
            while not list(self.marks.glob(f"died-*-{self.times - 1}")):
                time.sleep(0.001)
        elif item in self.deadly:
            known = len(list(self.marks.glob(f"died-{item}-*")))
            if known < self.times:
                (self.marks / f"died-{item}-{known}").touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(item)


class Raises(Double):
    """Raises an exception for every third number."""

    def __call__(self, item: int) -> tuple[int, int]:
        if item % 3 == 2:
            raise LookupError(item)
        return super().__call__(item)


class Unsendable(Double):
    """Gives what cannot be pickled, in workers."""

    def __init__(self, together: Path) -> None:
        super().__init__(together)
        self.home = os.getpid()

    def __call__(self, item: int) -> object:
        result = super().__call__(item)
        return result if os.getpid() == self.home else (lambda: result)


class Marks(Double):
    """Leaves a file for each item that is begun."""

    def __init__(self, marks: Path) -> None:
        super().__init__()
        self.marks = marks

    def __call__(self, item: int) -> tuple[int, int]:
        (self.marks / f"item-{item}").touch()
        return super().__call__(item)
