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
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never, cast

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
    Waiting,
)
from quarterdeck.workers.modesty import fair_share
from quarterdeck.workers.starting import START_SECONDS, Starter
from quarterdeck.workers.wire import (
    Abandoned,
    Answer,
    Begin,
    FromWorker,
    Mistake,
    Ready,
    Stop,
    Useless,
    pack,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

IDLE_SECONDS = 60.0
"""How long a process without work is kept, with all that it remembers."""
NICENESS = 10
TRIES = 2
"""How many processes a job may kill."""
MOST_FAILED_STARTS = 3
"""After so many in a row nothing is started until there is a new job."""
STUCK_SECONDS = 5.0
"""How long a process may go on with a cancelled job before it is killed."""
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

    `preload` are modules that processes share, imported once. Processes run at `niceness`, with at most
    `max_bytes` of memory of their own where the system can tell (half of the machine's, if not said).
    """

    def __init__(
        self,
        entry: str,
        *,
        count: int,
        preload: Sequence[str] = (),
        niceness: int = NICENESS,
        max_bytes: int | None = None,
        tries: int = TRIES,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._begin = Begin(entry, niceness, fair_share() if max_bytes is None else max_bytes)
        self._count = count
        self._tries = tries
        self._idle_seconds = idle_seconds
        self._starter = Starter((entry.partition(":")[0], *preload))
        self._lock = threading.Lock()
        self._waiting = Waiting()
        self._hands: list[Hand] = []
        self._dropped: list[Job] = []
        """Jobs whose last message is still to be given."""
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
            for older in (self._waiting.find(key), *(hand.job for hand in self._hands)):
                if older is not None and older.key == key:
                    self._drop(older)
            self._waiting.add(made)
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
            self._drop(job)
        self._wake()

    def withdraw(self, job: Job) -> bool:
        """See `Ticket.withdraw`."""
        with self._lock:
            if job.state is not State.WAITING:
                return False
            job.state = State.ENDED
            self._waiting.remove(job)
            return True

    def reprioritise(self, key: Hashable, priority: int) -> bool:
        """Give the job with this key another priority; false if none waits or runs."""
        with self._lock:
            jobs = [self._waiting.find(key), *(hand.job for hand in self._hands)]
            found = [job for job in jobs if job is not None and job.key == key]
            for job in found:
                job.priority = priority
        self._wake()
        return bool(found)

    def set_count(self, count: int) -> None:
        """Let there be up to `count` processes from now on; one too many ends after its job.

        With 0, jobs wait.
        """
        with self._lock:
            self._count = count
        self._wake()

    def status(self) -> PoolStatus:
        """Tell what the pool does."""
        with self._lock:
            helper = self._starter.pid
            return PoolStatus(
                waiting=len(self._waiting),
                running=sum(hand.stage is Stage.BUSY for hand in self._hands),
                pids=(*(hand.process.pid for hand in self._hands), *(() if helper is None else (helper,))),
                started=self._started,
                deaths=self._deaths,
            )

    def close(self) -> None:
        """End all processes: within 200 ms, killed if need be. No message is given any more."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            for job in (*self._waiting.clear(), *(hand.job for hand in self._hands)):
                if job is not None:
                    job.state = State.ENDED
            for hand in self._hands:
                self._end(hand, END_SECONDS)
            thread = self._thread
            if self._is_starting:
                self._starter.kill()
        self._wake()
        if thread is None:
            self._wake_from.close()
            self._wake_to.close()
        elif thread is not threading.current_thread():
            thread.join(END_SECONDS + _MARGIN)
            if thread.is_alive():
                # It is in a function of somebody else's.
                with self._lock:
                    for hand in self._hands:
                        hand.process.kill()
                    self._starter.kill()

    def _wake(self) -> None:
        # Full: it will wake anyway. Closed: nobody is left to wake.
        with contextlib.suppress(OSError):
            self._wake_to.send(b"w")

    # --- with the lock held --------------------------------------------------------------------------------

    def _drop(self, job: Job) -> None:
        """Want no answer to a job any more."""
        job.state = State.ENDED
        self._waiting.remove(job)
        self._dropped.append(job)
        for hand in self._hands:
            if hand.job is job:
                hand.stop(time.monotonic() + STUCK_SECONDS)

    def _end(self, hand: Hand, seconds: float) -> None:
        """Let a worker end; after so many seconds it is killed."""
        hand.stage = Stage.ENDING
        hand.job = None
        hand.deadline = time.monotonic() + seconds
        hand.send(Stop())

    def _hand_out(self) -> None:
        """Give jobs to those that have none; end those that are too many, or had none for too long."""
        now = time.monotonic()
        at_work = [hand for hand in self._hands if hand.stage is not Stage.ENDING]
        idle = [hand for hand in at_work if hand.stage is Stage.IDLE]
        surplus = len(at_work) - self._count
        for hand in idle:
            if surplus > 0:
                surplus -= 1
                self._end(hand, STUCK_SECONDS)
            elif self._waiting:
                job = self._waiting.take()
                job.state = State.RUNNING
                hand.run(job)
            elif now - hand.since >= self._idle_seconds:
                self._end(hand, STUCK_SECONDS)

    def _interrupt(self) -> None:
        """Stop the least important jobs, if more important ones have nobody to do them."""
        if not self._waiting or self._missing() > 0:
            return
        coming = sum(hand.stage in (Stage.STARTING, Stage.STOPPING) for hand in self._hands)
        busy = [hand for hand in self._hands if hand.stage is Stage.BUSY and hand.job is not None]
        busy.sort(key=lambda hand: cast("Job", hand.job).rank, reverse=True)
        for job, hand in zip(self._waiting.in_order()[coming:], busy, strict=False):
            running = hand.job
            if running is None or running.priority <= job.priority:
                return
            hand.stop(time.monotonic() + STUCK_SECONDS)
            running.state = State.WAITING
            self._waiting.add(running)

    def _missing(self) -> int:
        """Give how many processes are to be started."""
        if self._is_closed:
            return 0
        at_work = sum(hand.stage is not Stage.ENDING for hand in self._hands)
        ready = sum(hand.stage in (Stage.STARTING, Stage.IDLE, Stage.STOPPING) for hand in self._hands)
        return min(self._count - at_work, len(self._waiting) - ready)

    # --- the pool's thread ---------------------------------------------------------------------------------

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector, self._wake_from, self._wake_to:
            selector.register(self._wake_from, selectors.EVENT_READ)
            while self._step(selector):
                for event, _ in selector.select(self._patience()):
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
            dropped, self._dropped = self._dropped, []
            if not self._is_closed:
                self._hand_out()
                self._interrupt()
            now = time.monotonic()
            for hand in self._hands:
                if hand.deadline is not None and now >= hand.deadline:
                    hand.process.kill()
                    hand.deadline = None
                hand.flush()
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if hand.has_more else 0)
                selector.modify(hand.process.connection, wanted, hand)
            is_over = self._is_closed and not self._hands
            is_quiet = not self._hands and not self._waiting
        for job in dropped:
            self._tell(job, Dropped())
        if is_quiet:
            # Gives back the memory of the process that starts the others, too.
            self._starter.close()
        return not is_over

    def _patience(self) -> float | None:
        """Give the seconds until something is to be done without being woken."""
        with self._lock:
            if self._dropped or (not self._is_closed and self._missing() > 0):
                return 0
            times = [hand.deadline for hand in self._hands if hand.deadline is not None]
            times += [hand.since + self._idle_seconds for hand in self._hands if hand.stage is Stage.IDLE]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _start_missing(self, selector: selectors.BaseSelector) -> None:
        """Start the processes that jobs wait for, up to `count`."""
        while True:
            with self._lock:
                if self._missing() <= 0:
                    return
                self._is_starting = True
                count = self._count
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
                self._hands.append(hand)
                hand.send(self._begin)
                if self._is_closed:
                    self._end(hand, END_SECONDS)
            selector.register(process.connection, selectors.EVENT_READ, hand)

    def _start_failed(self, why: str) -> None:
        """Take note that a process did not come to work; too often in a row, and nobody waits any more."""
        given_up: list[Job] = []
        with self._lock:
            self._failed_starts += 1
            if self._failed_starts >= MOST_FAILED_STARTS:
                given_up = self._waiting.clear()
                for job in given_up:
                    job.state = State.ENDED
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
                    self._end(hand, STUCK_SECONDS)
                    self._failed_starts = MOST_FAILED_STARTS
                self._start_failed(message.message)
            case Answer(is_last=False):
                with self._lock:
                    job = hand.job
                if job is not None:
                    self._tell(job, Partial(unpack(message.type_name, message.answer)))
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
            job = hand.job
            if job is not None:
                job.state = State.ENDED
            if hand.stage is not Stage.ENDING:
                hand.rest(time.monotonic())
            return job

    def _bury(self, hand: Hand) -> None:
        """Take a worker that is dead from the pool; its job is begun once more, or given up."""
        how = hand.process.reap()
        hand.process.connection.close()
        with self._lock:
            self._hands.remove(hand)
            job = hand.job
            if hand.stage is Stage.ENDING:
                return
            self._deaths += 1
            if job is not None:
                job.deaths += 1
                if job.deaths < self._tries:
                    job.state = State.WAITING
                    self._waiting.add(job)
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
            return Finished(unpack(message.type_name, message.answer), pid)
        case Mistake():
            _log().error("a job failed: %s\n%s", message.message, message.detail)
            return Failed(message.message, Failure.MISTAKE)
        case Abandoned():
            return Dropped()


def _log() -> Any:
    import logging  # noqa: PLC0415 - the command line does without until something fails

    return logging.getLogger(__name__)
