"""Runs one function on many items, in several processes where that pays, with the results in order.

An item may be anything that can be pickled: the path of a chart, or a pair of chart and scenario. Small items
balance better than large ones: where a chart has many scenarios that take long, make several items of it,
next to each other, and let the task keep what it knows of the last chart. `cost` tells which items take
long, so that they begin first.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from quarterdeck.workers.modesty import processors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")
Item_contra = TypeVar("Item_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

WORTH_SECONDS = 0.5
"""Work that is left, in seconds, from which on processes pay.

Measured on two cores of 2026: the first worker takes 0.14 s of processor time to start, each further one 0.02
s; it begins its first item after 0.15 s. With this much work, two processes end 0.17 s earlier than one: more
than what starting takes.
"""


class Task(Protocol[Item_contra, Result_co]):
    """What is done with each item; sent to worker processes, so it and its results can be pickled."""

    def __call__(self, item: Item_contra, /) -> Result_co:
        """Do the work that the caller waits for."""
        ...

    def finish(self) -> None:
        """Do what can wait until the result was taken."""
        ...


def run_in_order(
    task: Task[Item, Result],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    preload: Sequence[str] = (),
    cost: Callable[[Item], float] | None = None,
) -> Iterator[Result]:
    """Give the results of the items in their order, each as soon as it and those before it are there.

    `workers` is how many processes may run, this one included: it does items while it would wait. None means
    one for each processor, and this one alone as long as the time that the first items took says that it is
    as fast alone. `preload` names modules that workers need. `cost` estimates how long an item takes, in any
    unit. The results are the same for any number.

    An exception of the task is raised where its result would be given.

    Raises:
        ToolError: an item killed worker processes twice.
    """
    count = min(workers or processors(), len(items))
    started = time.monotonic()
    for index, item in enumerate(items):
        left = len(items) - index
        if count > 1 and left > 1 and (workers is not None or _is_worth(started, index, left)):
            # What starts processes takes a tenth of the time in which one small chart is checked.
            from quarterdeck.workers.crew import run_with_crew  # noqa: PLC0415

            yield from run_with_crew(task, items[index:], min(count, left), preload, cost)
            return
        yield task(item)
        task.finish()


def _is_worth(started: float, done: int, left: int) -> bool:
    """Tell whether items that take as long as those before are enough work for several processes."""
    return done > 0 and (time.monotonic() - started) / done * left > WORTH_SECONDS
