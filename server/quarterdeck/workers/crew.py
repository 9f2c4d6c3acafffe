"""Several processes that work through one list of items; this process works, too.

Whoever has nothing to do takes from the rest of the list, the most costly item first. Workers take several
at once where many are left, so that they do not wait for this process, which may be at work itself.
"""

from __future__ import annotations

import itertools
import pickle
import sys
import threading
from collections import Counter, deque
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

from quarterdeck.errors import ToolError
from quarterdeck.workers.background import END_SECONDS, BackgroundPool
from quarterdeck.workers.jobs import Failed, Failure, Message, Partial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quarterdeck.workers.background import Ticket
    from quarterdeck.workers.pool import Task

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_SHARE = 8
"""Items that a worker takes at once at most."""
MOST_AHEAD = 500
"""How far ahead of the awaited result items are begun: bounds the results that are kept."""
_SWITCH_SECONDS = 0.0005
"""How long this process may compute on while a worker waits for its next share: a tenth of Python's 5 ms."""
_SAVE_SECONDS = 5.0
"""How long workers may take for what they save when all is done."""
TRIES = 2
"""How many processes an item may kill."""


class Share(msgspec.Struct, frozen=True):
    """A job: items for a task, all pickled."""

    task: bytes
    items: list[bytes]


class Outcome(msgspec.Struct, frozen=True):
    """What became of the next item of a share: its result, or the exception that it raised, pickled."""

    data: bytes
    is_raised: bool


class ShareDone(msgspec.Struct, frozen=True):
    """The end of a share."""


def run_share(share: Share, emit: Callable[[Outcome], None], is_cancelled: Callable[[], bool]) -> ShareDone:  # noqa: ARG001
    """Do the items of a share, in a worker; each outcome is sent before the task finishes with its item."""
    task = _task(share.task)
    for item in share.items:
        try:
            result = task(pickle.loads(item))  # noqa: S301 - from the process that started this one
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            error.add_note(_traceback(error))
            emit(Outcome(pickle.dumps(error), is_raised=True))
            continue
        emit(Outcome(pickle.dumps(result), is_raised=False))
        task.finish()
    return ShareDone()


def _traceback(error: Exception) -> str:
    import traceback  # noqa: PLC0415 - is not loaded as long as all goes well

    return "in a worker process:\n" + "".join(traceback.format_exception(error))


@lru_cache(maxsize=1)
def _task(data: bytes) -> Task[Any, Any]:
    return pickle.loads(data)  # noqa: S301 - see above


def run_with_crew(
    task: Task[Item, Result],
    items: Sequence[Item],
    count: int,
    preload: Sequence[str],
    cost: Callable[[Item], float] | None,
) -> Iterator[Result]:
    """Give the results of the items in their order, from `count` processes, this one included.

    Raises:
        ToolError: an item killed worker processes twice.
    """
    costs = [1.0] * len(items) if cost is None else [cost(item) for item in items]
    crew = _Crew(task, items, costs, count - 1, preload)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    patience = END_SECONDS
    try:
        for index in range(len(items)):
            is_own = crew.work_until(index)
            yield crew.result(index)
            if is_own:
                task.finish()
        patience = _SAVE_SECONDS
    finally:
        # Reached early when the caller stops taking results.
        crew.close(patience)
        sys.setswitchinterval(interval)


class _Done(NamedTuple):
    """A result that this process made."""

    result: Any


class _Raised(NamedTuple):
    """An exception in place of a result."""

    error: Exception


class _Crew(Generic[Item, Result]):
    """Workers, and what is left to be done; its lock guards all that the pool's thread changes, too."""

    def __init__(
        self,
        task: Task[Item, Result],
        items: Sequence[Item],
        costs: Sequence[float],
        workers: int,
        preload: Sequence[str],
    ) -> None:
        self._task = task
        self._items = items
        self._costs = costs
        self._pickled_task = pickle.dumps(task)
        self._workers = workers
        self._preload = preload
        self._left = dict.fromkeys(sorted(range(len(items)), key=lambda index: -costs[index]))
        """Items that nobody has begun, the most costly first."""
        self._risky: deque[int] = deque()
        """Items that may have killed a process: only workers do them, each by itself."""
        self._kills: Counter[int] = Counter()
        self._outcomes: dict[int, Outcome | _Done | _Raised] = {}
        self._awaited = 0
        self._shares: dict[int, tuple[Ticket, deque[int]]] = {}
        """What workers have now, by a number of ours."""
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._pool = BackgroundPool(
            f"{run_share.__module__}:{run_share.__name__}",
            count=workers,
            preload=preload,
            niceness=0,
            keep_bytes=None,
            tries=1,
        )

    def close(self, seconds: float) -> None:
        """End the workers; they have so many seconds for what is to be saved."""
        self._pool.close(seconds)

    # --- this process --------------------------------------------------------------------------------------

    def work_until(self, awaited: int) -> bool:
        """Work, or wait, until there is a result; true if this process made it, and is to finish with it."""
        with self._changed:
            self._awaited = awaited
        self._hand_out()
        while True:
            with self._changed:
                while awaited not in self._outcomes and not self._can_take():
                    if self._withdraw():
                        continue
                    # Ends now and then, as some systems interrupt no wait.
                    self._changed.wait(1.0)
                if awaited in self._outcomes:
                    return False
                index = awaited if awaited in self._left else next(self._takeable())
                del self._left[index]
            outcome = self._do(index)
            with self._changed:
                self._outcomes[index] = outcome
            if index == awaited:
                return isinstance(outcome, _Done)
            if isinstance(outcome, _Done):
                self._task.finish()

    def result(self, index: int) -> Result:
        """Give a result that is there, or raise what became of it."""
        with self._changed:
            outcome = self._outcomes.pop(index)
        match outcome:
            case _Done(result):
                return result
            case _Raised(error):
                raise error
            case Outcome(data=data, is_raised=is_raised):
                result = pickle.loads(data)  # noqa: S301 - from a process that this one started
                if is_raised:
                    raise result
                return result

    def _do(self, index: int) -> _Done | _Raised:
        try:
            return _Done(self._task(self._items[index]))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            return _Raised(error)

    # --- with the lock held --------------------------------------------------------------------------------

    def _takeable(self) -> Iterator[int]:
        """Give the items that may be begun now, the most costly first."""
        return (index for index in self._left if index <= self._awaited + MOST_AHEAD)

    def _can_take(self) -> bool:
        return next(self._takeable(), None) is not None

    def _withdraw(self) -> bool:
        """Take back what no worker has begun, as this process has nothing to do; but nothing risky."""
        for number, (ticket, share) in self._shares.items():
            if share and not self._kills[share[0]] and ticket.withdraw():
                del self._shares[number]
                self._left = {**dict.fromkeys(share), **self._left}
                return True
        return False

    def _take_share(self) -> list[int]:
        """Take what a worker is to do next; nothing if there is nothing."""
        if self._risky:
            return [self._risky.popleft()]
        # Small towards the end, so that all end together.
        most = sum(self._costs[index] for index in self._left) / (4 * (self._workers + 1))
        share: list[int] = []
        for index in self._takeable():
            most -= self._costs[index]
            if share and (most < 0 or len(share) == LARGEST_SHARE):
                break
            share.append(index)
        for index in share:
            del self._left[index]
        return share

    # --- workers -------------------------------------------------------------------------------------------

    def _hand_out(self) -> None:
        """Give shares to all workers that have none."""
        with self._changed:
            while len(self._shares) < self._workers:
                share = self._take_share()
                if not share:
                    return
                number = next(self._numbers)
                ticket = self._pool.submit(
                    Share(self._pickled_task, [pickle.dumps(self._items[index]) for index in share]),
                    priority=0,
                    key=number,
                    on_message=partial(self._hear, number),
                )
                self._shares[number] = ticket, deque(share)

    def _hear(self, number: int, message: Message) -> None:
        """Take what a worker says about its share; on the pool's thread."""
        with self._changed:
            _, share = self._shares[number]
            if isinstance(message, Partial):
                self._outcomes[share.popleft()] = message.answer
            else:
                del self._shares[number]
                if isinstance(message, Failed):
                    self._take_back(share, message)
            self._changed.notify()
        if not isinstance(message, Partial):
            self._hand_out()

    def _take_back(self, share: deque[int], failed: Failed) -> None:
        """Let what a worker did not do be done again, or give it up."""
        if failed.kind is Failure.START:
            self._workers = 0
        elif share:
            first = share.popleft()
            self._kills[first] += 1
            if failed.kind is Failure.DEATH and self._kills[first] < TRIES:
                self._risky.append(first)
            else:
                self._outcomes[first] = _give_up(failed)
        self._left = {**dict.fromkeys(share), **self._left}
        if not self._workers:
            for index in self._risky:
                self._outcomes[index] = _give_up(failed)
            self._risky.clear()


def _give_up(failed: Failed) -> _Raised:
    return _Raised(ToolError(f"{failed.message}; try again with --jobs 1"))
