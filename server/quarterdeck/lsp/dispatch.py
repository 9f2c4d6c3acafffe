"""The one wrapper between the protocol and our code: nothing gets past it.

pygls shows the user a message box for an exception in a notification, and a `BaseException` ends its loop
without an answer. Here an error is logged with all that is needed to mend it, and the server goes on.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pygls.exceptions import JsonRpcContentModified

from quarterdeck.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Parameters = ParamSpec("Parameters")
Subject = TypeVar("Subject")
Message = TypeVar("Message")

_log = logging.getLogger(__name__)


def run_safely(
    what: str, work: Callable[Parameters, None], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> bool:
    """Run `work`; tell whether it came to its end. An error is logged under the name `what`.

    False for work that was cancelled, too: whoever cancelled it knows.
    """
    try:
        return attempt(what, work, *args, **kwargs)
    except Cancelled:
        return False


def attempt(
    what: str, work: Callable[Parameters, None], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> bool:
    """Run `work`; tell whether it succeeded. An error is logged under the name `what`.

    Raises:
        Cancelled: the work was cancelled.
    """
    try:
        work(*args, **kwargs)
    except Exception:  # noqa: BLE001 - the edge of the server: user content or a bug, it goes on either way
        _log.exception("%s failed", what)
        return False
    return True


def handler(
    what: str, handle: Callable[[Subject, Message], None], subject: Subject
) -> Callable[[Message], None]:
    """Make the function that pygls calls for the notification `what`: `handle(subject, message)`, safely.

    The work happens on the event loop, in the order of the messages, and has to be short.
    """

    def answer(message: Message) -> None:
        run_safely(what, handle, subject, message)

    return answer


def answer(
    what: str, handle: Callable[[Subject, Message], object], subject: Subject
) -> Callable[[Message], object]:
    """Make the function that pygls calls for the request `what`; the answer is at hand."""

    def respond(message: Message) -> object:
        try:
            return handle(subject, message)
        except Cancelled as cancelled:
            raise JsonRpcContentModified from cancelled

    respond.__name__ = what
    return respond


def answer_later(
    what: str, handle: Callable[[Subject, Message], Awaitable[object]], subject: Subject
) -> Callable[[Message], Awaitable[object]]:
    """Make the function that pygls calls for the request `what`; the answer is waited for, or cancelled."""

    async def respond(message: Message) -> object:
        try:
            return await handle(subject, message)
        except Cancelled as cancelled:
            raise JsonRpcContentModified from cancelled

    respond.__name__ = what
    return respond
