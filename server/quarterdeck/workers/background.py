"""Long-lived worker processes for what must not disturb the typing path.

A pool has up to `count` processes. They start with the first job and end when there has been nothing to do
for a while. Jobs and answers are msgspec structs. Whatever happens to a process, the pool goes on: the job of
one that dies is begun once more in another, and then given up with a sentence.

Any thread may call a pool. It has one thread of its own, which starts processes, reads their answers and
calls `on_message`: such a function returns soon, hands on what it got, and may call the pool.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never

import msgspec

from quarterdeck.errors import ToolError
from quarterdeck.workers.hands import Hand, Stage
from quarterdeck.workers.jobs import (
    Dropped,
    Failed,
    Failure,
    Finished,
    Job,
    Message,
    OnMessage,
    Partial,
    State,
)
from quarterdeck.workers.modesty import fair_share
from quarterdeck.workers.roster import STUCK_SECONDS, Roster
from quarterdeck.workers.starting import START_SECONDS, Starter
from quarterdeck.workers.wire import (
    Abandoned,
    Answer,
    Begin,
    FromWorker,
    Leaving,
    Mistake,
    Ready,
    Useless,
    pack,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

IDLE_SECONDS = 60.0
"""How long a process without work is kept, with all that it remembers."""
NICENESS = 10
KEEP_BYTES = 200 * 1024 * 1024
TRIES = 2
"""How many processes a job may kill."""
MOST_FAILED_STARTS = 3
"""After so many in a row nothing is started until there is a new job."""
END_SECONDS = 0.15
"""How long a process may take for what is to be saved when the pool is closed."""
_MARGIN = 0.03
"""Seconds in which processes that were killed are gone."""


class PoolStatus(NamedTuple):
    """What a pool does now, and what happened since it was made."""

    waiting: int
    running: int
    pids: tuple[int, ...]
    """The worker processes, and the one that starts them."""
    started: int
    deaths: int


class Ticket:
    """A job that was given to a pool."""

    __slots__ = ("_job", "_pool")

    def __init__(self, pool: BackgroundPool, job: Job) -> None:
        self._pool = pool
        self._job = job

    @property
    def key(self) -> Hashable:
        """The job's key."""
        return self._job.key

    @property
    def is_ended(self) -> bool:
        """Whether the job's last message was given, or is about to be."""
        return self._job.state is State.ENDED

    def cancel(self) -> None:
        """Want no answer any more: `Dropped` is the last message, unless another one was.

        A message that is just being given on the pool's thread may overlap with this call; none but
        `Dropped` begins after it.
        """
        self._pool.cancel(self._job)

    def withdraw(self) -> bool:
        """Take the job back if it waits; then nothing more is said about it. False if it does not wait."""
        return self._pool.withdraw(self._job)


class BackgroundPool:
    """A pool of processes that all run one function, `entry` = `module:function`.

    The function is called as `function(job, emit, is_cancelled)` on the main thread of a process:
    `emit(answer)` sends an answer on the way, the last one is returned. It asks `is_cancelled()` often, which
    is a look at an attribute, and raises `Cancelled` when that is so. Jobs and answers are instances of
    structs that are defined at the top level of a module.

    `preload` are modules that processes share, imported once. Processes run at `niceness`. Where the system
    can tell, each has at most `max_bytes` of memory of its own (half of the machine's for all together, if
    not said), and one that holds more than `keep_bytes` after a job ends, to give it back.
    """

    def __init__(
        self,
        entry: str,
        *,
        count: int,
        preload: Sequence[str] = (),
        niceness: int = NICENESS,
        max_bytes: int | None = None,
        keep_bytes: int | None = KEEP_BYTES,
        tries: int = TRIES,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._entry = entry
        self._niceness = niceness
        self._max_bytes = max_bytes
        self._keep_bytes = keep_bytes
        self._tries = tries
        self._starter = Starter((entry.partition(":")[0], *preload))
        self._lock = threading.Lock()
        self._roster = Roster(count, idle_seconds)
        self._failed_starts = 0
        self._started = 0
        self._deaths = 0
        self._is_starting = False
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._wake_from, self._wake_to = socket.socketpair()
        for end in (self._wake_from, self._wake_to):
            end.setblocking(False)  # noqa: FBT003 - its signature

    # --- for any thread ------------------------------------------------------------------------------------

    def submit(self, job: Any, *, priority: int, key: Hashable, on_message: OnMessage) -> Ticket:
        """Ask for a job; the lowest priority is begun first, then the one that has waited longest.

        It takes the place of a job with the same key: one that waits is dropped, one that runs is cancelled.
        When all processes work, it interrupts the least important job that is less important; that one is
        begun anew later.

        `on_message` is called on the pool's thread: any number of times with `Partial`, then exactly once
        with `Finished`, `Failed` or `Dropped`. Nothing is called after `close`.
        """
        made = Job(pack(job), priority, key, on_message)
        with self._lock:
            if self._is_closed:
                made.state = State.ENDED
                return Ticket(self, made)
            self._roster.add(made)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="worker pool", daemon=True)
                self._thread.start()
        self._wake()
        return Ticket(self, made)

    def cancel(self, job: Job) -> None:
        """See `Ticket.cancel`."""
        with self._lock:
            if job.state is State.ENDED or self._is_closed:
                return
            self._roster.drop(job)
        self._wake()

    def withdraw(self, job: Job) -> bool:
        """See `Ticket.withdraw`."""
        with self._lock:
            if job.state is not State.WAITING:
                return False
            job.state = State.ENDED
            self._roster.waiting.remove(job)
            return True

    def reprioritise(self, key: Hashable, priority: int) -> bool:
        """Give the job with this key another priority; false if none waits or runs."""
        with self._lock:
            found = self._roster.find(key)
            for job in found:
                job.priority = priority
        self._wake()
        return bool(found)

    def set_count(self, count: int) -> None:
        """Let there be up to `count` processes from now on; one too many ends after its job.

        With 0, jobs wait.
        """
        with self._lock:
            self._roster.count = count
        self._wake()

    def status(self) -> PoolStatus:
        """Tell what the pool does."""
        with self._lock:
            helper, hands = self._starter.pid, self._roster.hands
            return PoolStatus(
                waiting=len(self._roster.waiting),
                running=sum(hand.stage is Stage.BUSY for hand in hands),
                pids=(*(hand.process.pid for hand in hands), *(() if helper is None else (helper,))),
                started=self._started,
                deaths=self._deaths,
            )

    def close(self, seconds: float = END_SECONDS) -> None:
        """End all processes; no message is given any more.

        They are given so many seconds for what is to be saved, and then killed: by default all is over within
        200 ms.
        """
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._roster.close(seconds)
            thread = self._thread
            if self._is_starting:
                self._starter.kill()
        self._wake()
        if thread is None:
            self._wake_from.close()
            self._wake_to.close()
        elif thread is not threading.current_thread():
            thread.join(seconds + _MARGIN)
            if thread.is_alive():
                # It is in a function of somebody else's.
                with self._lock:
                    for hand in self._roster.hands:
                        hand.process.kill()
                    self._starter.kill()

    def _wake(self) -> None:
        # Full: it will wake anyway. Closed: nobody is left to wake.
        with contextlib.suppress(OSError):
            self._wake_to.send(b"w")

    # --- the pool's thread ---------------------------------------------------------------------------------

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector, self._wake_from, self._wake_to:
            selector.register(self._wake_from, selectors.EVENT_READ)
            while self._step(selector):
                with self._lock:
                    patience = self._roster.patience()
                for event, _ in selector.select(patience):
                    hand: Hand | None = event.data
                    if hand is None:
                        self._wake_from.recv(1 << 12)
                    else:
                        self._hear(hand, selector)
            self._starter.close()

    def _step(self, selector: selectors.BaseSelector) -> bool:
        """Do all that there is to do at this moment; false when the pool is closed and nothing is left."""
        self._start_missing(selector)
        with self._lock:
            roster = self._roster
            dropped, roster.dropped = roster.dropped, []
            if not self._is_closed:
                roster.decide()
            roster.kill_overdue()
            for hand in roster.hands:
                hand.flush()
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if hand.has_more else 0)
                selector.modify(hand.process.connection, wanted, hand)
            is_quiet = not roster.hands and not roster.waiting
            is_over = self._is_closed and not roster.hands
        for job in dropped:
            self._tell(job, Dropped())
        if is_quiet:
            # Gives back the memory of the process that starts the others, too.
            self._starter.close()
        return not is_over

    def _start_missing(self, selector: selectors.BaseSelector) -> None:
        """Start the processes that jobs wait for, up to `count`."""
        while True:
            with self._lock:
                if self._is_closed or self._roster.missing <= 0:
                    return
                self._is_starting = True
                count = self._roster.count
            try:
                process = self._starter.start(count)
            except ToolError as error:
                self._start_failed(str(error))
                continue
            finally:
                with self._lock:
                    self._is_starting = False
            hand = Hand(process, time.monotonic() + START_SECONDS)
            with self._lock:
                self._started += 1
                self._roster.hands.append(hand)
                limit = fair_share(count) if self._max_bytes is None else self._max_bytes
                hand.send(Begin(self._entry, self._niceness, limit, self._keep_bytes))
                if self._is_closed:
                    self._roster.close(END_SECONDS)
            selector.register(process.connection, selectors.EVENT_READ, hand)

    def _start_failed(self, why: str) -> None:
        """Take note that a process did not come to work; too often in a row, and nobody waits any more."""
        given_up: list[Job] = []
        with self._lock:
            self._failed_starts += 1
            if self._failed_starts >= MOST_FAILED_STARTS:
                given_up = self._roster.give_up()
        for job in given_up:
            self._tell(job, Failed(why, Failure.START))

    def _hear(self, hand: Hand, selector: selectors.BaseSelector) -> None:
        """Take what a worker says."""
        messages = hand.receive()
        if messages is None:
            selector.unregister(hand.process.connection)
            self._bury(hand)
            return
        for message in messages:
            self._take(hand, message)

    def _take(self, hand: Hand, message: FromWorker) -> None:
        match message:
            case Ready():
                self._rest(hand)
            case Useless():
                with self._lock:
                    hand.end(time.monotonic() + STUCK_SECONDS)
                    self._failed_starts = MOST_FAILED_STARTS
                self._start_failed(message.message)
            case Leaving():
                with self._lock:
                    hand.is_leaving = True
            case Answer(is_last=False):
                with self._lock:
                    job = hand.job
                if job is not None:
                    answer = _read(message)
                    if not isinstance(answer, Failed):
                        self._tell(job, Partial(answer))
            case Answer() | Mistake() | Abandoned():
                job = self._rest(hand)
                if job is not None:
                    self._tell(job, _last_message(message, hand.process.pid))
            case _:
                assert_never(message)

    def _rest(self, hand: Hand) -> Job | None:
        """Take note that a worker has nothing to do; give the job that it ended just now."""
        with self._lock:
            self._failed_starts = 0
            return self._roster.rest(hand)

    def _bury(self, hand: Hand) -> None:
        """Take a worker that is dead from the pool; its job is begun once more, or given up."""
        how = hand.process.reap()
        hand.process.connection.close()
        with self._lock:
            self._roster.hands.remove(hand)
            job = hand.job
            if hand.stage is Stage.ENDING:
                return
            self._deaths += 1
            if job is not None:
                job.deaths += 1
                if job.deaths < self._tries:
                    self._roster.put_back(job)
                    return
                job.state = State.ENDED
        if job is not None:
            times = "" if job.deaths == 1 else " twice" if job.deaths == 2 else f" {job.deaths} times"
            self._tell(job, Failed(f"the worker process died{times} ({how})", Failure.DEATH))
        elif hand.stage is Stage.STARTING:
            self._start_failed(f"a worker process died when it started ({how})")

    def _tell(self, job: Job, message: Message) -> None:
        with self._lock:
            if self._is_closed or (isinstance(message, Partial) and job.state is not State.RUNNING):
                return
        try:
            job.on_message(message)
        except Exception:  # noqa: BLE001 - others' answers must be taken all the same
            _log().exception("what a worker said could not be taken")


def _last_message(message: Answer | Mistake | Abandoned, pid: int) -> Message:
    match message:
        case Answer():
            answer = _read(message)
            return answer if isinstance(answer, Failed) else Finished(answer, pid)
        case Mistake():
            _log().error("a job failed: %s\n%s", message.message, message.detail)
            return Failed(message.message, Failure.MISTAKE)
        case Abandoned():
            return Dropped()


def _read(message: Answer) -> Any:
    """Give an answer; `Failed` if it is of a type that nobody finds."""
    try:
        return unpack(message.type_name, message.answer)
    except (ImportError, AttributeError, msgspec.MsgspecError) as error:
        _log().exception("an answer cannot be read")
        return Failed(f"an answer cannot be read: {error}", Failure.MISTAKE)


def _log() -> Any:
    import logging  # noqa: PLC0415 - the command line does without until something fails

    return logging.getLogger(__name__)
