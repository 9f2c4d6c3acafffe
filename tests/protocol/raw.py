"""An editor on the wire whose abilities a test chooses, and that keeps every message of the server."""

from __future__ import annotations

import copy
import os
import time
from typing import TYPE_CHECKING, Any

from wire.client import PATIENCE
from wire.editor import CLIENT_CAPABILITIES, WireEditor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wire.client import Answer


class RawEditor(WireEditor):
    """A `WireEditor` with other abilities.

    `told` has every notification (method, parameters), `asked` every request of the server, in order.
    `answers` has what requests of the server are answered, by method.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
        more: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.capabilities: dict[str, Any] = copy.deepcopy(CLIENT_CAPABILITIES)
        for path in without:
            *folders, name = path.split("/")
            inside = self.capabilities
            for folder in folders:
                inside = inside[folder]
            del inside[name]
        merge(self.capabilities, more or {})
        self.options = {"reportAnalysis": True} if options is None else dict(options)
        self.told: list[tuple[str, Any]] = []
        self.asked: list[tuple[str, Any]] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.process_id = os.getpid()
        super().__init__(environment)

    def initialize(self, *folders: Path, options: Mapping[str, Any] | None = None) -> Answer:
        """Send `initialize` alone."""
        params = {
            "processId": self.process_id,
            "capabilities": self.capabilities,
            "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders],
            "initializationOptions": self.options | dict(options or {}),
        }
        return self.client.call("initialize", params)

    def _receive(self, method: str, params: Any, at: float) -> None:
        self.told.append((method, params))
        super()._receive(method, params, at)

    def _answer(self, method: str, params: Any) -> Any:
        with self.client.news:
            self.asked.append((method, params))
            self.client.news.notify_all()
        if method in self.answers:
            return self.answers[method](params)
        return super()._answer(method, params)

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self.client.notify(method, params)

    def ask(self, method: str, params: Any = None) -> Any:
        """Send a request and give its result."""
        answer = self.client.call(method, params)
        assert answer.error is None, answer.error
        return answer.result

    def refused(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request and give the error that it gets."""
        answer = self.client.call(method, params)
        assert answer.error is not None, answer.result
        return answer.error

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for messages of the server until a condition holds."""
        self.client.wait(condition, what)

    def until_true(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that no message tells of; nothing depends on how long it takes."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, what
            time.sleep(0.02)

    def names(self, kind: str) -> list[str]:
        """Give the kinds of progress that were told: begin, report, end."""
        return [params["value"]["kind"] for method, params in self.told if method == kind]

    def messages_of(self, file: Path) -> list[str]:
        """Give the messages that are shown of a file."""
        return [each["message"] for each in self.shown.get(file.as_uri(), [])]

    def is_shown(self, file: Path, part: str) -> bool:
        """Tell whether a message of a file has a part."""
        return any(part in message for message in self.messages_of(file))


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Enter abilities into those that are there."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value
