"""The language server put together: which message goes to which handler, and which part tells which.

pygls does the handshake and knows the protocol's types; see `protocol` for what we do ourselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from functools import partial
from posixpath import basename
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from quarterdeck.lsp.analyst import Analyst
from quarterdeck.lsp.background import Background
from quarterdeck.lsp.charts import Charts
from quarterdeck.lsp.dispatch import answer, answer_later, handler, run_safely
from quarterdeck.lsp.handlers import (
    configuration,
    diagnostics,
    documents,
    lifecycle,
    progress,
    scenarios,
    status,
    watched_files,
    workspace_folders,
)
from quarterdeck.lsp.lanes import Lane, LaneThread, Task
from quarterdeck.lsp.progress import Job, ProgressDesk
from quarterdeck.lsp.protocol import OWN_PREFIX, FastProtocol
from quarterdeck.lsp.publisher import Publisher
from quarterdeck.lsp.results import Results
from quarterdeck.lsp.session import Session
from quarterdeck.lsp.threads import ClientWatch, Search, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pygls.server import ServerErrors

    from quarterdeck.lsp.analyst import Outcome
    from quarterdeck.lsp.charts import Timer
    from quarterdeck.lsp.results import Snapshot
    from quarterdeck.workers.background import BackgroundPool
    from quarterdeck.workspace.analysis import Analysis

SERVER_NAME = "quarterdeck"
SWITCH_SECONDS = 0.0005
"""How long a thread that computes may go on while another one has something to do, such as the event loop."""

PROGRESS_SECONDS = 0.2
"""How often progress is shown at most."""
SETTINGS_SECONDS = 5.0
"""How long a client may take to tell its settings until it counts as one that does not."""
REFRESH_SECONDS = 0.05
"""How long diagnostics are gathered before a client is told to ask for them."""
Subject = TypeVar("Subject")

_log = logging.getLogger(__name__)


class QuarterdeckServer(LanguageServer):
    """The server of one client.

    `make_analysis` gives what analyses charts, on the thread on which it lives; `make_pool` worker processes.
    """

    protocol: FastProtocol  # pyright: ignore[reportIncompatibleVariableOverride] - it is what we ask for

    def __init__(
        self, version: str, make_analysis: Callable[[], Analysis], make_pool: Callable[[], BackgroundPool]
    ) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - untyped *args
            SERVER_NAME,
            version,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=FastProtocol,
            max_workers=1,
        )
        self.exit_code = 1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._exited = asyncio.Event()
        self._is_stopped = False
        self._refresh_timer: Timer | None = None
        self._settings_timer: Timer | None = None
        self._settings_wanted = 0
        self._progress_timer: Timer | None = None
        self._working: Job | None = None
        self._most = 0
        self._client_watch: ClientWatch | None = None
        self.protocol.on_exit = self._exit
        self.progress_desk = ProgressDesk(tell=self.protocol.tell, ask=self._ask, call_later=self._call_later)
        self.publisher = Publisher(self.protocol.tell, partial(self._ask, agreed=lambda: None))
        self.results = Results()
        self.analyst = Analyst(make_analysis, self.results, self._deliver)
        self.lanes = LaneThread(self.analyst.idle)
        self.background = Background(self.analyst, self.results, make_pool, self._fall_back)
        self.charts = Charts(
            analyst=self.analyst,
            results=self.results,
            lanes=self.lanes,
            background=self.background,
            call_later=self._call_later,
            tell=self._tell,
            forgotten=self.publisher.clear,
        )
        self.charts.on_change = self._something_changed
        self._search = Search(partial(self._on_loop, self._searched))
        self._watcher = Watcher(partial(self._on_loop, self._files_changed))
        self._is_searching = False
        self.session = Session(
            analyst=self.analyst,
            background=self.background,
            charts=self.charts,
            publisher=self.publisher,
            results=self.results,
            search=self._start_search,
            call_later=self._call_later,
        )
        self._register()

    # --- from the transport --------------------------------------------------------------------------------

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Note the event loop on which everything here lives."""
        self._loop = loop
        sys.setswitchinterval(SWITCH_SECONDS)

    async def until_exit(self) -> None:
        """Wait until the client ends the server, or is gone."""
        await self._exited.wait()

    def client_gone(self) -> None:
        """End, as there is nobody to serve."""
        self._exited.set()

    def _exit(self, code: int) -> None:
        self.exit_code = code
        self._exited.set()

    def stop(self) -> None:
        """End the analysis, worker processes and everything that waits; may be called again."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.session.stop()
        self.lanes.stop()
        self._search.stop()
        self._watcher.stop()
        if self._client_watch is not None:
            self._client_watch.stop()
        self.background.stop()

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """Log what went wrong at the wire; a message box would not help the user."""
        _log.error("%s: %s", source.__name__, error)

    # --- what the client is asked --------------------------------------------------------------------------

    def register(self, registrations: Sequence[lsp.Registration]) -> None:
        """Ask the client to tell of more."""
        converted = self.protocol.unstructure(lsp.RegistrationParams(registrations=registrations))
        self._ask(lsp.CLIENT_REGISTER_CAPABILITY, converted, agreed=lambda: None)

    def ask_for_settings(self) -> bool:
        """Ask the client for its settings; false where it cannot be asked."""
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return False
        self._settings_wanted += 1
        if self._settings_timer is None:
            self._settings_timer = self._call_later(SETTINGS_SECONDS, self._settings_refused)
            self._ask_for_settings()
        return True

    def _ask_for_settings(self) -> None:
        """Ask once for all who wanted to know until now."""
        self._settings_wanted = 0
        items = {"items": [{"section": configuration.SECTION}]}
        self.protocol.ask(lsp.WORKSPACE_CONFIGURATION, items, self._settings_answered, self._settings_refused)

    def _settings_answered(self, result: Any) -> None:
        run_safely("settings", configuration.take_answer, self.session, result)
        if self._settings_wanted:
            self._ask_for_settings()
        else:
            self._settings_refused()

    def _settings_refused(self) -> None:
        """Wait for an answer no longer."""
        if self._settings_timer is not None:
            self._settings_timer.cancel()
        self._settings_timer = None

    def take_settings(self, data: Any) -> None:
        """Take settings that came with the handshake."""
        configuration.take(self.session, data)

    def watch_again(self) -> None:
        """Watch the folders that there are now, if the client does not."""
        if not lifecycle.client_watches(self.client_capabilities):
            self._watcher.watch(self.session.folders)

    def watch_client(self, process_id: int) -> None:
        """End when the client's process does."""
        gone = partial(self._on_loop, QuarterdeckServer.client_gone, self)
        self._client_watch = ClientWatch(process_id, gone)

    def begin(self) -> None:
        """Load what analysing takes; the handshake is over. Then look at the workspace."""
        done = partial(self._on_loop, QuarterdeckServer._warm, self)
        work = partial(self.analyst.warm_up, self.background.load, done)
        self.lanes.ask(Task("warm up", Lane.TYPED, "loading", work, seconds=60.0))
        self._is_searching = True

    def _warm(self) -> None:
        self._is_searching = False
        self.session.search()

    def _ask(self, method: str, params: Any, agreed: Callable[[], None]) -> None:
        self.protocol.ask(method, params, lambda _: agreed())

    # --- what is told --------------------------------------------------------------------------------------

    def _deliver(self, outcome: Outcome) -> None:
        """Hand an outcome to the event loop; called on any thread."""
        self._on_loop(self.charts.take, outcome)

    def _tell(self, outcome: Outcome) -> None:
        before = self.publisher.changes
        self.publisher.take(outcome)
        if self.publisher.pulls and self.publisher.changes != before and self._refresh_timer is None:
            self._refresh_timer = self._call_later(REFRESH_SECONDS, self._refresh)

    def _refresh(self) -> None:
        self._refresh_timer = None
        self.publisher.refresh()

    def _fall_back(self, snapshot: Snapshot, lane: Lane) -> None:
        self._on_loop(partial(self.charts.fall_back, snapshot), lane)

    # --- the workspace -------------------------------------------------------------------------------------

    def _files_changed(self, paths: set[str]) -> None:
        self.session.files_changed(sorted(paths))

    def _start_search(self, folders: Sequence[str]) -> None:
        self._is_searching = True
        self._something_changed()
        self._search.start(folders)

    def _searched(self, charts: list[str]) -> None:
        self._is_searching = False
        self.session.charts_found(charts)
        self._something_changed()

    @property
    def is_idle(self) -> bool:
        """Whether everything is analysed, in the background too."""
        is_waiting = self._is_searching or self._settings_timer is not None or self.session.is_waiting
        return self.charts.is_idle and not is_waiting

    def _something_changed(self) -> None:
        if self._progress_timer is None and self.progress_desk.can_show and not self._is_stopped:
            self._progress_timer = self._call_later(PROGRESS_SECONDS, self._show_progress)

    def _show_progress(self) -> None:
        """Begin, report and end what the client shows of long work."""
        self._progress_timer = None
        if not self.progress_desk.can_show or self._is_stopped:
            return
        records = [record for record in self.charts if record.is_asked]
        is_busy = self._is_searching or bool(records)
        if is_busy and self._working is None:
            self._working = self.progress_desk.begin("Quarterdeck", self._cancel_background)
            self._most = 0
        if self._working is None:
            return
        if not is_busy:
            self._working.end()
            self._working = None
            return
        self._most = max(self._most, len(records))
        done = self._most - len(records)
        if len(records) == 1:
            self._working.report(f"analysing {basename(records[0].path)}")
        elif records:
            self._working.report(f"{done} of {self._most} charts", 100 * done // self._most)
        else:
            self._working.report("looking for charts")

    def _cancel_background(self) -> None:
        self._working = None
        self._search.stop()
        self._is_searching = False
        self.charts.cancel_background()

    # --- the loop ------------------------------------------------------------------------------------------

    def _on_loop(self, work: Callable[[Subject], None], subject: Subject) -> None:
        """Call a function on the event loop; from any thread."""
        loop = self._loop
        if loop is not None and not self._is_stopped:
            # A loop that was closed meanwhile has nobody to tell.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_take_news, work, subject)

    def _call_later(self, seconds: float, work: Callable[[], None]) -> Timer:
        assert self._loop is not None  # noqa: S101 - messages come over the loop
        return self._loop.call_later(seconds, partial(run_safely, "what was put off", work))

    # --- which message goes where --------------------------------------------------------------------------

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
            handler("didChangeWorkspaceFolders", workspace_folders.did_change, self),
        )
        self._on(
            lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
            handler("didChangeConfiguration", configuration.did_change, self),
        )
        self._on(lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL, handler("progress/cancel", progress.did_cancel, self))
        self._on(
            lsp.TEXT_DOCUMENT_DIAGNOSTIC,
            answer_later("diagnostic", diagnostics.document, self),
            lsp.DiagnosticOptions(
                identifier=SERVER_NAME, inter_file_dependencies=True, workspace_diagnostics=True
            ),
        )
        self._on(lsp.WORKSPACE_DIAGNOSTIC, answer_later("workspace diagnostic", diagnostics.workspace, self))
        for name, handle in OWN_REQUESTS.items():
            respond = answer(name, handle, self)
            self._on(f"{OWN_PREFIX}{name}", respond)
            self.command(f"{SERVER_NAME}.{name}")(_command(respond))

    def _on(self, method: str, handle: Callable[[Any], object], options: Any = None) -> None:
        self.feature(method, options)(handle)


def _take_news(work: Callable[[Subject], None], subject: Subject) -> None:
    run_safely("taking news", work, subject)


def _command(respond: Callable[[Any], object]) -> Callable[..., object]:
    """Make a request of ours a command; its first argument is the request's parameters."""

    def run(*arguments: Any) -> object:
        return respond(arguments[0] if arguments else None)

    return run


OWN_REQUESTS: dict[str, Callable[[QuarterdeckServer, Any], object]] = {
    "status": status.status,
    "caches": status.caches,
    "scenarios": scenarios.scenarios,
    "selectScenario": scenarios.select,
}
"""Requests beyond the protocol, which are commands, too."""
