"""Tells the client of diagnostics: at once to those that wait for word, when asked to those that ask.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from quarterdeck.lsp.board import NOTHING, Board, Shown
from quarterdeck.lsp.messages import (
    AnalysisNote,
    FullReport,
    Progress,
    Publication,
    UnchangedReport,
    WorkspaceFullReport,
    WorkspaceReport,
    WorkspaceUnchangedReport,
)
from quarterdeck.text.uri import path_from_uri, uri_from_path
from quarterdeck.workspace.discovery import path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.lsp.analyst import Outcome
    from quarterdeck.workspace.buffers import Buffer

PUBLISH = "textDocument/publishDiagnostics"
ANALYSIS = "quarterdeck/analysis"
REFRESH = "workspace/diagnostic/refresh"
PROGRESS = "$/progress"


class Publisher:
    """What the client knows of diagnostics.

    `tell(method, params)` sends a notification, `ask(method, params)` a request whose answer says nothing.
    """

    def __init__(self, tell: Callable[[str, Any], None], ask: Callable[[str, Any], None]) -> None:
        self._tell = tell
        self._ask = ask
        self._board = Board()
        self._news = asyncio.Event()
        self.buffers: Mapping[str, Buffer] = {}
        self.pulls = False
        """Whether the client asks for diagnostics; others are told."""
        self.can_refresh = False
        """Whether a client that asks can be told that it is time to."""
        self.reports_analysis = False
        """Whether the client wants to know of each tier."""
        self.is_stopped = False

    # --- told ----------------------------------------------------------------------------------------------

    def take(self, outcome: Outcome) -> None:
        """Tell what was found."""
        if self.is_stopped:
            return
        snapshot = outcome.snapshot
        if outcome.batch is not None:
            versions = {
                path: buffer.version
                for path, buffer in snapshot.buffers.items()
                if buffer.chart == snapshot.chart
            }
            self._show(self._board.replace(snapshot.chart, outcome.batch.diagnostics, versions), versions)
        if self.reports_analysis and outcome.tier >= 0:
            note = AnalysisNote(
                chart=snapshot.chart,
                tier=outcome.tier,
                scenario=outcome.scenario,
                versions={
                    buffer.uri: buffer.version
                    for buffer in snapshot.buffers.values()
                    if buffer.chart == snapshot.chart
                },
                is_complete=outcome.is_complete,
                findings=outcome.findings,
            )
            self._tell(ANALYSIS, note)

    def clear(self, chart: str) -> None:
        """Tell that nothing is wrong with a chart any more, as it is none."""
        if self.is_stopped:
            return
        versions = {
            path: buffer.version
            for path, buffer in self.buffers.items()
            if path_in_chart(path, chart) is not None
        }
        self._show(self._board.replace(chart, {}, versions), versions)

    def _show(self, changed: Mapping[str, Any], versions: Mapping[str, int | None]) -> None:
        if self.pulls:
            if changed:
                self._news.set()
                self._news = asyncio.Event()
            return
        for path, diagnostics in changed.items():
            self._tell(PUBLISH, Publication(self._uri(path), diagnostics, versions.get(path)))

    def refresh(self) -> None:
        """Let a client that asks for diagnostics ask again."""
        if self.pulls and self.can_refresh and not self.is_stopped:
            self._ask(REFRESH, None)

    # --- asked ---------------------------------------------------------------------------------------------

    @property
    def changes(self) -> int:
        """How often diagnostics changed."""
        return self._board.changes

    def document(self, uri: str, previous: str | None) -> FullReport | UnchangedReport:
        """Give the diagnostics of one document, as far as they are known."""
        path = path_from_uri(uri)
        shown = NOTHING if path is None else self._board.shown(path)
        if previous == shown.result_id:
            return UnchangedReport(shown.result_id)
        return FullReport(shown.result_id, shown.diagnostics)

    def workspace(self, previous: Mapping[str, str], told: Mapping[str, str]) -> WorkspaceReport:
        """Give the diagnostics of all files that are not as the client knows them.

        `previous` has the ids of what it knew by path when it asked, `told` of what it was sent since. That a
        file is as it knew it is said once.
        """
        items: list[WorkspaceFullReport | WorkspaceUnchangedReport] = []
        for path, shown in self._board.everything():
            item = self._item(path, shown, previous.get(path), told.get(path))
            if item is not None:
                items.append(item)
        return WorkspaceReport(tuple(items))

    def _item(
        self, path: str, shown: Shown, previous: str | None, told: str | None
    ) -> WorkspaceFullReport | WorkspaceUnchangedReport | None:
        if told == shown.result_id:
            return None
        buffer = self.buffers.get(path)
        version = None if buffer is None else buffer.version
        if told is None and previous == shown.result_id:
            return WorkspaceUnchangedReport(self._uri(path), version, shown.result_id)
        if told is None and previous is None and not shown.diagnostics:
            return None
        return WorkspaceFullReport(self._uri(path), version, shown.result_id, shown.diagnostics)

    async def news(self) -> None:
        """Wait until diagnostics change."""
        await self._news.wait()

    def stream(self, token: str | int, report: WorkspaceReport) -> None:
        """Send a part of an answer."""
        self._tell(PROGRESS, Progress(token, report))

    def _uri(self, path: str) -> str:
        buffer = self.buffers.get(path)
        return uri_from_path(path) if buffer is None else buffer.uri
