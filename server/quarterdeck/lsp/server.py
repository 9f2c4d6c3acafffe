"""The language server put together: which message goes to which handler, and what we take from pygls.

pygls does the wire: framing, JSON, the handshake. Texts are ours (see `session`), so its own copies, which
split lines at form feeds and U+2028, are switched off.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from quarterdeck.lsp.dispatch import handler, run_safely
from quarterdeck.lsp.handlers import documents, lifecycle, watched_files, workspace_folders
from quarterdeck.lsp.session import Check, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pygls.server import ServerErrors

SERVER_NAME = "quarterdeck"

_KEPT_BY_US = (lsp.TEXT_DOCUMENT_DID_OPEN, lsp.TEXT_DOCUMENT_DID_CHANGE, lsp.TEXT_DOCUMENT_DID_CLOSE)

_log = logging.getLogger(__name__)


class _Protocol(LanguageServerProtocol):
    """pygls' protocol without its own copies of texts, and with an answer to requests it cannot read."""

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()
        for method in _KEPT_BY_US:
            self.fm.builtin_features.pop(method, None)  # pyright: ignore[reportUnknownMemberType] - an untyped dict

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise


class QuarterdeckServer(LanguageServer):
    """The server of one client; `check` is what finds the mistakes."""

    def __init__(self, version: str, check: Check) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - untyped *args
            SERVER_NAME,
            version,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=_Protocol,
            max_workers=2,
        )
        self.session = Session(check=check, publish=self._publish, call_soon=self._call_soon)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._register()

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """Log what went wrong at the wire; a message box would not help the user."""
        _log.error("%s: %s", source.__name__, error)

    def watch_files(self, patterns: Sequence[str]) -> None:
        """Ask the client to tell of files that change on disk."""
        watchers = [lsp.FileSystemWatcher(glob_pattern=pattern) for pattern in patterns]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        registration = lsp.Registration(
            id="quarterdeck-files", method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
        )
        self.client_register_capability(lsp.RegistrationParams(registrations=[registration]))

    def remember_loop(self) -> None:
        """Note the running event loop as the one on which the session lives."""
        self._loop = asyncio.get_running_loop()

    def _register(self) -> None:
        session = self.session
        self._on(lsp.INITIALIZE, handler("initialize", lifecycle.initialize, self))
        self._on(lsp.INITIALIZED, handler("initialized", lifecycle.initialized, self))
        self._on(lsp.SHUTDOWN, handler("shutdown", lifecycle.shutdown, self))
        self._on(lsp.TEXT_DOCUMENT_DID_OPEN, handler("didOpen", documents.did_open, session))
        self._on(lsp.TEXT_DOCUMENT_DID_CHANGE, handler("didChange", documents.did_change, session))
        self._on(lsp.TEXT_DOCUMENT_DID_CLOSE, handler("didClose", documents.did_close, session))
        self._on(
            lsp.TEXT_DOCUMENT_DID_SAVE,
            handler("didSave", documents.did_save, session),
            lsp.SaveOptions(include_text=False),
        )
        self._on(
            lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            handler("didChangeWatchedFiles", watched_files.did_change, session),
        )
        self._on(
            lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
            handler("didChangeWorkspaceFolders", workspace_folders.did_change, session),
        )
        self._on(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, _ignore)

    def _on(self, method: str, handle: Callable[[Any], None], options: Any = None) -> None:
        self.feature(method, options)(handle)

    def _publish(self, uri: str, version: int | None, diagnostics: Sequence[lsp.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=list(diagnostics))
        )

    def _call_soon(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: run_safely("publishing", work))


def _ignore(_message: object) -> None:
    """Take a message that changes nothing: there are no settings on the server's side."""
