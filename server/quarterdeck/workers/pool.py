"""Runs one function on many items, in several processes where that pays, with the results in order."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from quarterdeck.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext

Item = TypeVar("Item")
Result = TypeVar("Result")
Item_contra = TypeVar("Item_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

WORTH_SECONDS = 2.0
"""Work that is left, in seconds, from which on processes pay: one costs about half a second to start."""
_AHEAD = 3
"""Items that each process is given before earlier results are taken: bounds what waits in memory."""


class Task(Protocol[Item_contra, Result_co]):
    """What is done with each item; sent to worker processes, so it and its results can be pickled."""

    def __call__(self, item: Item_contra, /) -> Result_co:
        """Do the work that the caller waits for."""
        ...

    def finish(self) -> None:
        """Do what can wait until the result was taken."""
        ...


class _Both(Generic[Item, Result]):
    """A task with its end, as worker processes run it."""

    def __init__(self, task: Task[Item, Result]) -> None:
        self.task = task

    def __call__(self, item: Item) -> Result:
        result = self.task(item)
        self.task.finish()
        return result


def run_in_order(
    task: Task[Item, Result],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    preload: Sequence[str] = (),
) -> Iterator[Result]:
    """Give the results of the items in their order, each as soon as it and those before it are there.

    `workers` is how many processes may run; None means one for each processor, and none as long as the time
    that the first items took says that this process is as fast alone. `preload` names modules that workers
    need. The results are the same for any number.

    Raises:
        ToolError: a worker process died.
    """
    count = min(workers or os.cpu_count() or 1, len(items))
    if workers is not None and count > 1:
        yield from _run_in_processes(task, items, count, preload)
        return
    started = time.monotonic()
    for index, item in enumerate(items):
        left = len(items) - index
        if index and count > 1 and left > 1:
            mean = (time.monotonic() - started) / index
            if mean * left > WORTH_SECONDS:
                yield from _run_in_processes(task, items[index:], min(count, left), preload)
                return
        yield task(item)
        task.finish()


def _run_in_processes(
    task: Task[Item, Result], items: Sequence[Item], workers: int, preload: Sequence[str]
) -> Iterator[Result]:
    # What starts processes takes a tenth of the time in which one small chart is checked.
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    run = _Both(task)
    waiting: deque[Future[Result]] = deque()
    remaining = iter(items)
    with ProcessPoolExecutor(workers, mp_context=_context(preload)) as pool:
        try:
            for item in remaining:
                waiting.append(pool.submit(run, item))
                if len(waiting) >= workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ToolError("a worker process died; try again with --jobs 1") from error
        finally:
            # Reached early when the caller stops taking results.
            for future in waiting:
                future.cancel()


def _context(preload: Sequence[str]) -> BaseContext:
    """Give the way to start processes: never a fork of this one, which may have threads."""
    import multiprocessing  # noqa: PLC0415 - see above

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context
