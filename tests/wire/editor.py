"""An editor on the wire: opens and types, and knows when the server has said what about which version."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from quarterdeck.text.edits import EditorLines, Unit
from quarterdeck.text.uri import normal_path
from wire.client import PATIENCE, Client, ServerGoneError
from wire.processes import MARK, new_mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from wire.client import Answer

NAMES, RENDER, SCENARIOS = 1, 2, 4
"""The tiers that are waited for: names and syntax, the focused scenario rendered, all other scenarios."""
STATUS = "quarterdeck/status"
LOOK_SECONDS = 0.02
PUBLISHED = "textDocument/publishDiagnostics"
ANALYSIS = "quarterdeck/analysis"
CLIENT_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceFolders": True,
    },
    "textDocument": {
        "publishDiagnostics": {
            "relatedInformation": True,
            "versionSupport": True,
            "codeDescriptionSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        }
    },
}


class Change(NamedTuple):
    """One version of a text that was sent; `at` is the moment before its first byte left."""

    uri: str
    version: int
    at: float


class Stage(NamedTuple):
    """One `quarterdeck/analysis`: a tier of a chart is published for these versions of open texts."""

    chart: str
    tier: int
    scenario: str
    versions: Mapping[str, int | None]
    is_complete: bool
    at: float


class WireEditor:
    """One started server with what is open in it and what it said.

    `shown` has the newest diagnostics by URI; empty ones are left out. `stages` has what was analysed, newest
    last, since `forget_stages` was called.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.mark = new_mark()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self.stages: list[Stage] = []
        self.messages: list[str] = []
        self._published: dict[str, tuple[int | None, float]] = {}
        self._analysed: dict[tuple[str, int], tuple[int, float]] = {}
        self.settings: dict[str, Any] = {}
        self.selected: str | None = None
        self.client = Client(
            self._receive, self._answer, environment={**(environment or {}), MARK: self.mark}
        )

    def __enter__(self) -> Self:
        """Use the server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server: in order where all went well, at once where not."""
        try:
            if kind is None and self.client.process.poll() is None:
                self.client.shut_down()
        finally:
            self.client.close()

    def start(self, *folders: Path, options: Mapping[str, Any] | None = None) -> Answer:
        """Shake hands, with these workspace folders and `initializationOptions`."""
        answer = self.initialize(*folders, options=options)
        assert answer.error is None, answer.error
        self.client.notify("initialized", {})
        return answer

    def initialize(self, *folders: Path, options: Mapping[str, Any] | None = None) -> Answer:
        """Send `initialize` alone."""
        params = {
            "processId": os.getpid(),
            "clientInfo": {"name": "wire", "version": "1"},
            "capabilities": CLIENT_CAPABILITIES,
            "rootUri": folders[0].as_uri() if folders else None,
            "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders],
            "initializationOptions": {"reportAnalysis": True, **(options or {})},
        }
        return self.client.call("initialize", params)

    # --- documents ------------------------------------------------------------------------------------------

    def open(self, file: Path, text: str | None = None) -> Change:
        """Open a file, with a text other than its own if given."""
        uri = file.as_uri()
        self.texts[uri] = read_text(file) if text is None else text
        self.versions[uri] = self.versions.get(uri, 0) + 1
        document = {
            "uri": uri,
            "languageId": "helm",
            "version": self.versions[uri],
            "text": self.texts[uri],
        }
        at = self.client.notify("textDocument/didOpen", {"textDocument": document})
        return Change(uri, self.versions[uri], at)

    def edit(self, uri: str, start: int, end: int, new: str) -> Change:
        """Replace the characters from `start` to `end`; both are offsets in code points."""
        text = self.texts[uri]
        lines = EditorLines(text, Unit.UTF16)
        first, last = lines.position(start), lines.position(end)
        change = {
            "range": {
                "start": {"line": first.line, "character": first.character},
                "end": {"line": last.line, "character": last.character},
            },
            "text": new,
        }
        self.texts[uri] = text[:start] + new + text[end:]
        return self._change(uri, change)

    def rewrite(self, uri: str, text: str) -> Change:
        """Replace the whole text."""
        self.texts[uri] = text
        return self._change(uri, {"text": text})

    def _change(self, uri: str, change: dict[str, Any]) -> Change:
        self.versions[uri] += 1
        version = self.versions[uri]
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": [change]}
        return Change(uri, version, self.client.notify("textDocument/didChange", params))

    def save(self, uri: str) -> None:
        """Say that a text was written to the disk."""
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def close(self, uri: str) -> None:
        """Close a file."""
        del self.texts[uri]
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def files_changed(self, changes: Mapping[Path, int]) -> None:
        """Say that files were made (1), changed (2) or deleted (3) on the disk."""
        events = [{"uri": file.as_uri(), "type": kind} for file, kind in changes.items()]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": events})

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Change the editor's settings of this server, and tell it."""
        self.settings = dict(settings)
        self.client.notify("workspace/didChangeConfiguration", {"settings": {"quarterdeck": self.settings}})

    def select(self, scenario: str | None) -> Answer:
        """Focus a scenario in all charts; None takes back what was chosen."""
        self.selected = scenario
        return self.client.call("quarterdeck/selectScenario", {"scenario": scenario})

    # --- what the server said -------------------------------------------------------------------------------

    def when(self, change: Change, tier: int, patience: float = PATIENCE) -> float:
        """Wait until a tier is published for a version or a later one; give the moment at which it was."""

        def is_there() -> bool:
            return self._analysed.get((change.uri, tier), (-1, 0.0))[0] >= change.version

        self.client.wait(is_there, f"tier {tier} of version {change.version} of {change.uri}", patience)
        return self._analysed[change.uri, tier][1]

    def until_idle(self, patience: float = PATIENCE) -> None:
        """Wait until the server has nothing left to analyse, in the background neither.

        Raises:
            ServerGoneError: it never has.
        """
        end = time.monotonic() + patience
        while not self.is_idle():
            if time.monotonic() > end:
                raise ServerGoneError(f"the server is busy after {patience:g} s: {self.status()}")
            time.sleep(LOOK_SECONDS)

    def is_idle(self) -> bool:
        """Tell whether the server says that it has nothing left to analyse."""
        return bool(self.status()["isIdle"])

    def status(self) -> Any:
        """Ask for `quarterdeck/status`."""
        return self.client.call(STATUS, None).result

    def forget_stages(self) -> None:
        """Forget which charts were analysed so far."""
        with self.client.news:
            self.stages.clear()

    def _receive(self, method: str, params: Any, at: float) -> None:
        if method == PUBLISHED:
            self._publish(params, at)
        elif method == ANALYSIS:
            self._analyse(params, at)
        elif method == "window/showMessage":
            self.messages.append(params["message"])

    def _answer(self, method: str, params: Any) -> Any:
        """Give the settings that are asked for; to registrations and progress tokens say yes."""
        return [self.settings for _ in params["items"]] if method == "workspace/configuration" else None

    def _publish(self, params: dict[str, Any], at: float) -> None:
        uri = params["uri"]
        if params["diagnostics"]:
            self.shown[uri] = params["diagnostics"]
        else:
            self.shown.pop(uri, None)
        self._published[uri] = (params.get("version"), at)

    def _analyse(self, params: dict[str, Any], at: float) -> None:
        """Note a tier; it counts for a version once that version's diagnostics are here."""
        stage = Stage(
            chart=normal_path(params["chart"]),
            tier=int(params["tier"]),
            scenario=params["scenario"],
            versions=params["versions"],
            is_complete=params["isComplete"],
            at=at,
        )
        self.stages.append(stage)
        for uri, version in stage.versions.items():
            published, _ = self._published.get(uri, (None, 0.0))
            if version is not None and published is not None and published >= version:
                self._analysed[uri, stage.tier] = (version, at)


def read_text(file: Path) -> str:
    """Give a file's text as editors take it: line ends as they are, without a byte order mark."""
    return file.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
