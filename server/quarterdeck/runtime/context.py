"""What a rendering carries along while its templates run.

One `Context` serves one rendering of one chart, on one thread. Functions that need it (random numbers, the
clock, `include`, `tpl`, writes into shared maps) take it as their first argument; see `signatures.function`.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quarterdeck.errors import Cancelled
from quarterdeck.runtime.goerror import BudgetError, GoError

if TYPE_CHECKING:
    from collections.abc import Callable

TICKS_BETWEEN_CHECKS = 1_000
MOST_PRINTED = 4
"""Printed maps that are kept."""


class Budget:
    """How much one rendering may use: seconds of time, code points of output, depth of includes.

    `tick` is called with each include and each `range`, with the number of steps that follow; every
    `TICKS_BETWEEN_CHECKS` steps it looks at the clock and at `is_cancelled`.
    """

    __slots__ = (
        "_left",
        "deadline",
        "is_cancelled",
        "max_depth",
        "max_output",
        "max_steps",
        "output",
        "seconds",
        "steps",
    )

    def __init__(
        self,
        *,
        seconds: float = 10.0,
        max_output: int = 64 * 1024 * 1024,
        max_depth: int = 1_000,
        max_steps: int = 3_000_000,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self.max_output = max_output
        self.max_depth = max_depth
        self.max_steps = max_steps
        self.output = 0
        self.steps = 0
        self.is_cancelled = is_cancelled
        self._left = TICKS_BETWEEN_CHECKS

    def tick(self, steps: int = 1) -> None:
        """Count `steps`; now and then look whether the rendering may go on.

        Raises:
            BudgetError: the time or the steps are used up; each step of a `range` is kept in memory.
            Cancelled: the caller no longer wants the result.
        """
        self._left -= steps
        if self._left <= 0:
            self.steps += TICKS_BETWEEN_CHECKS - self._left
            self._left = TICKS_BETWEEN_CHECKS
            if self.steps > self.max_steps:
                raise BudgetError(f"rendering takes more than {self.max_steps} steps of range and include")
            self.check_cancelled()
            if time.monotonic() > self.deadline:
                raise BudgetError(f"rendering takes longer than {self.seconds:g} seconds")

    def check_cancelled(self) -> None:
        """Stop if nobody wants the result any more.

        Raises:
            Cancelled: nobody does.
        """
        if self.is_cancelled is not None and self.is_cancelled():
            raise Cancelled

    @property
    def is_used_up(self) -> bool:
        """Whether there is no time, output or step left for anything more."""
        return (
            self.output > self.max_output or self.steps > self.max_steps or time.monotonic() > self.deadline
        )

    def check_length(self, length: int) -> None:
        """Refuse one text of `length` code points that is larger than all output may be.

        Raises:
            BudgetError: it is.
        """
        if length > self.max_output:
            raise BudgetError(f"a text of {length} characters exceeds the limit of {self.max_output}")

    def add_output(self, length: int) -> None:
        """Count `length` code points of finished output.

        Raises:
            BudgetError: the output is too large.
        """
        self.output += length
        if self.output > self.max_output:
            raise BudgetError(f"the output exceeds the limit of {self.max_output} characters")


class Context:
    """The state of one rendering that functions may use.

    `seed` None means real randomness and the real clock; a number makes both deterministic.
    `volatile_calls` counts calls of functions whose result differs from run to run, `writes` those that
    changed a map or list that another template can see. `before_write` is told of each container before it is
    changed; `writes_to` counts those writes that a value may show, where somebody knows.
    """

    __slots__ = (
        "_file",
        "_printed",
        "_random",
        "before_write",
        "budget",
        "enable_dns",
        "include",
        "is_lint",
        "lookup",
        "seed",
        "tpl",
        "volatile_calls",
        "writes",
        "writes_to",
    )

    def __init__(self, *, seed: int | None = None, budget: Budget | None = None) -> None:
        self.seed = seed
        self._random: random.Random | None = None
        self._printed: dict[int, tuple[Any, int, str]] = {}
        self._file = ""
        self.budget = budget or Budget()
        self.include: Callable[[str, Any], str] = _unbound
        self.tpl: Callable[[str, Any], str] = _unbound
        self.before_write: Callable[[dict[str, Any] | list[Any]], None] = _ignore
        self.lookup: Callable[[str, str, str, str], Any] | None = None
        self.enable_dns = False
        self.is_lint = False
        self.volatile_calls = 0
        self.writes = 0
        self.writes_to: Callable[[Any], int] | None = None

    def take(self, other: Context) -> None:
        """Become what `other`, a new context, is: functions bound to this one serve another rendering."""
        self.seed = other.seed
        self.budget = other.budget
        self.lookup = other.lookup
        self.enable_dns = other.enable_dns
        self.is_lint = other.is_lint
        self.volatile_calls = 0
        self.writes = 0
        self._random = None
        self._printed = {}
        self._file = ""

    @property
    def random(self) -> random.Random:
        """The source of random numbers; a seeded one starts anew with each file."""
        found = self._random
        if found is None:
            found = random.SystemRandom() if self.seed is None else _seeded(f"{self.seed}:{self._file}")
            self._random = found
        return found

    def begin_file(self, name: str) -> None:
        """Tell that the file `name` is rendered from here on."""
        self._file = name
        self._random = None
        # A dot shows which file it is the dot of.
        if self._printed:
            self._printed = {}

    def printed_once(self, value: Any, make_text: Callable[[Any], str]) -> str:
        """Give `make_text(value)`, kept until some others are printed here, or anything is written.

        For maps that are keys of maps: charts hand `.Values` to `dict` as a key by mistake, again and again,
        and it is megabytes of text.
        """
        writes = self.writes if self.writes_to is None else self.writes_to(value)
        known = self._printed.get(id(value))
        if known is not None and known[1] == writes:
            return known[2]
        if len(self._printed) >= MOST_PRINTED:
            self._printed.clear()
        text = make_text(value)
        # The entry holds the value, so that its id is not given to another object.
        self._printed[id(value)] = (value, writes, text)
        return text

    def now(self) -> datetime:
        """Give the time: real, or always the same when seeded."""
        self.volatile_calls += 1
        if self.seed is None:
            return datetime.now().astimezone()
        return datetime.fromisoformat("2024-01-01T00:00:00+00:00")


def _seeded(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  wanted: the same each time


def _unbound(_name: str, _data: Any) -> str:
    raise GoError("templates cannot be called here")


def _ignore(_container: dict[str, Any] | list[Any]) -> None:
    return
