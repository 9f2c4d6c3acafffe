"""Progress that the client shows for what takes long, with a way to cancel it.

Belongs to the event loop.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from quarterdeck.lsp.messages import Progress, WorkBegin, WorkEnd, WorkReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.lsp.charts import CallLater, Timer

PATIENCE_SECONDS = 0.5
"""How long something may take before it is shown."""
CREATE = "window/workDoneProgress/create"
PROGRESS = "$/progress"

_numbers = itertools.count(1)


class Job:
    """Something that may take long. It is shown only if it does, and only to a client that can."""

    def __init__(self, desk: ProgressDesk, title: str, cancel: Callable[[], None] | None) -> None:
        self._desk = desk
        self._title = title
        self.cancel = cancel
        self.token = f"quarterdeck-{next(_numbers)}"
        self._message = ""
        self._percentage: int | None = None
        self._is_shown = False
        self._is_ended = False
        self._timer: Timer | None = desk.call_later(PATIENCE_SECONDS, self._create)

    def report(self, message: str, percentage: int | None = None) -> None:
        """Say how far it is."""
        if (message, percentage) == (self._message, self._percentage) or self._is_ended:
            return
        self._message, self._percentage = message, percentage
        if self._is_shown:
            self._desk.tell(PROGRESS, Progress(self.token, WorkReport(message, percentage)))

    def end(self, message: str = "") -> None:
        """Say that it is over; nothing follows."""
        if self._is_ended:
            return
        self._is_ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._is_shown:
            self._desk.tell(PROGRESS, Progress(self.token, WorkEnd(message)))
        self._desk.jobs.pop(self.token, None)

    def _create(self) -> None:
        self._timer = None
        self._desk.jobs[self.token] = self
        self._desk.ask(CREATE, {"token": self.token}, self._created)

    def _created(self) -> None:
        """The client has agreed; it may be over already."""
        if self._is_ended:
            return
        self._is_shown = True
        begin = WorkBegin(self._title, self._message, self.cancel is not None, self._percentage)
        self._desk.tell(PROGRESS, Progress(self.token, begin))


class ProgressDesk:
    """All that takes long. `ask(method, params, agreed)` calls `agreed` if the client says yes."""

    def __init__(
        self,
        *,
        tell: Callable[[str, Any], None],
        ask: Callable[[str, Any, Callable[[], None]], None],
        call_later: CallLater,
    ) -> None:
        self.tell = tell
        self.ask = ask
        self.call_later = call_later
        self.can_show = False
        self.jobs: dict[str, Job] = {}

    def begin(self, title: str, cancel: Callable[[], None] | None = None) -> Job | None:
        """Begin something; None where the client shows nothing."""
        return Job(self, title, cancel) if self.can_show else None

    def cancel(self, token: object) -> None:
        """Cancel what the user no longer wants."""
        job = self.jobs.get(token) if isinstance(token, str) else None
        if job is not None and job.cancel is not None:
            job.cancel()
            job.end("cancelled")
