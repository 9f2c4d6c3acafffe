"""An editor without a screen: starts the real server, types, and keeps what the server tells of each file."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from quarterdeck.text.edits import EditorLines, Position, Unit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATIENCE = 30.0
"""Seconds after which a test gives up; nothing depends on how long things take."""

SERVER = Path(__file__).parents[2] / "server"
COMMAND = [sys.executable, "-m", "quarterdeck", "lsp"]


def environment() -> dict[str, str]:
    """Give the environment in which the server of this checkout is found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(SERVER), os.environ.get("PYTHONPATH", "")])}


class Editor:
    """One editor with open texts; `shown` has the newest diagnostics of each file, `history` all of them."""

    def __init__(self, unit: Unit = Unit.UTF16) -> None:
        self.client = LanguageClient("test-editor", "1")
        self.unit = unit
        self.shown: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.history: list[lsp.PublishDiagnosticsParams] = []
        self.watched: list[str] = []
        self.errors: list[str] = []
        self.texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._news = asyncio.Condition()
        self._listen()

    def _listen(self) -> None:
        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def published(params: lsp.PublishDiagnosticsParams) -> None:
            async with self._news:
                self.shown[params.uri] = params
                self.history.append(params)
                self._news.notify_all()

        @self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        async def registered(params: lsp.RegistrationParams) -> None:
            async with self._news:
                self.watched += [each.method for each in params.registrations]
                self._news.notify_all()

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def message(params: lsp.ShowMessageParams) -> None:
            self.errors.append(params.message)

    async def start(self, *folders: Path, **capabilities: Any) -> lsp.InitializeResult:
        """Shake hands, with these workspace folders."""
        result = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    general=lsp.GeneralClientCapabilities(
                        position_encodings=[lsp.PositionEncodingKind(self.unit.value)]
                    ),
                    **capabilities,
                ),
                process_id=os.getpid(),
                workspace_folders=[
                    lsp.WorkspaceFolder(uri=folder.as_uri(), name=folder.name) for folder in folders
                ],
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return result

    def open(self, file: Path, text: str | None = None) -> str:
        """Open a file, with a text other than its own if given; give its URI."""
        self.open_uri(file.as_uri(), file.read_text() if text is None else text)
        return file.as_uri()

    def open_uri(self, uri: str, text: str) -> None:
        """Open a text under any URI."""
        self.texts[uri] = text
        self._versions[uri] = 1
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(
                text_document=lsp.TextDocumentItem(uri=uri, language_id="helm", version=1, text=text)
            )
        )

    def edit(self, uri: str, *edits: tuple[int, int, str]) -> None:
        """Send one change of edits: from offset, to offset, new text; each in the outcome of those before."""
        changes: list[lsp.TextDocumentContentChangeEvent] = []
        for start, end, new in edits:
            text = self.texts[uri]
            lines = EditorLines(text, self.unit)
            span = lsp.Range(lsp.Position(*lines.position(start)), lsp.Position(*lines.position(end)))
            changes.append(lsp.TextDocumentContentChangePartial(range=span, text=new))
            self.texts[uri] = text[:start] + new + text[end:]
        self._change(uri, *changes)

    def replace(self, uri: str, old: str, new: str) -> None:
        """Replace the first `old` by `new`."""
        start = self.texts[uri].index(old)
        self.edit(uri, (start, start + len(old), new))

    def rewrite(self, uri: str, text: str) -> None:
        """Replace the whole text."""
        self.texts[uri] = text
        self._change(uri, lsp.TextDocumentContentChangeWholeDocument(text=text))

    def _change(self, uri: str, *changes: lsp.TextDocumentContentChangeEvent) -> None:
        self._versions[uri] += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                text_document=lsp.VersionedTextDocumentIdentifier(version=self._versions[uri], uri=uri),
                content_changes=list(changes),
            )
        )

    def close(self, uri: str) -> None:
        """Close a file."""
        del self.texts[uri]
        self.client.text_document_did_close(
            lsp.DidCloseTextDocumentParams(text_document=lsp.TextDocumentIdentifier(uri=uri))
        )

    def changed_on_disk(self, *files: Path) -> None:
        """Tell that someone else changed files."""
        self.client.workspace_did_change_watched_files(
            lsp.DidChangeWatchedFilesParams(
                changes=[lsp.FileEvent(uri=file.as_uri(), type=lsp.FileChangeType.Changed) for file in files]
            )
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the server until `condition` holds."""
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(condition), PATIENCE)
            except TimeoutError:
                raise AssertionError(f"still not so; shown: {self.shown}") from None

    async def mistakes(self, uri: str) -> list[lsp.Diagnostic]:
        """Wait until a file has diagnostics for its newest version, and give them."""
        await self.until(
            lambda: uri in self.shown and bool(self.shown[uri].diagnostics) and self._is_newest(uri)
        )
        return list(self.shown[uri].diagnostics)

    async def clean(self, uri: str) -> None:
        """Wait until the server says that a file's newest version is clean."""
        await self.until(
            lambda: uri in self.shown and not self.shown[uri].diagnostics and self._is_newest(uri)
        )

    def _is_newest(self, uri: str) -> bool:
        return uri not in self.texts or self.shown[uri].version == self._versions[uri]

    def covered(self, uri: str, diagnostic: lsp.Diagnostic, text: str | None = None) -> str:
        """Give the text under a diagnostic's squiggle."""
        text = self.texts[uri] if text is None else text
        lines = EditorLines(text, self.unit)
        start, end = diagnostic.range.start, diagnostic.range.end
        return text[
            lines.offset(Position(start.line, start.character)) : lines.offset(
                Position(end.line, end.character)
            )
        ]


@asynccontextmanager
async def running_server(unit: Unit = Unit.UTF16) -> AsyncIterator[Editor]:
    """Start the server over standard input and output; it is ended in the orderly way."""
    editor = Editor(unit)
    await editor.client.start_io(*COMMAND, env=environment())
    try:
        yield editor
    finally:
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        await editor.client.stop()
