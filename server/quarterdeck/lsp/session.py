"""What the server knows while it runs: open texts, charts in use, and what it has told the client.

All state belongs to the event loop's thread. The analyst's thread gets immutable snapshots and hands its
results back through `call_soon`; a result for an older state is dropped.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import basename
from typing import TYPE_CHECKING, Protocol

from quarterdeck.chart.problems import UNREADABLE_FILE
from quarterdeck.diagnostics.catalog import OUR_MISTAKE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.errors import ChartNotFoundError, QuarterdeckError
from quarterdeck.lsp.analyst import Analyst, IsCancelled, Request
from quarterdeck.lsp.board import Board
from quarterdeck.lsp.convert import Abilities, Converter, Diagnostics
from quarterdeck.lsp.dispatch import attempt
from quarterdeck.text.edits import Replacement, apply_replacements
from quarterdeck.text.uri import path_from_uri, uri_from_path
from quarterdeck.workspace.buffers import OpenBuffers
from quarterdeck.workspace.discovery import CHART_FILE, is_chart, path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lsprotocol import types as lsp


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Check(Protocol):
    """Finds what is wrong in a chart, given its folder and the open texts by their paths inside it.

    As long as `disk_revision` is the same, files on the disk are, too.
    """

    def __call__(
        self,
        chart_path: str,
        overlay: Mapping[str, str],
        *,
        disk_revision: int,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> list[Finding]:
        """Give the findings; may raise `Cancelled` once `is_cancelled` says so."""
        ...


class Session:
    """One client's session.

    `check` analyses a chart, `publish(uri, version, diagnostics)` tells the client, `call_soon` runs a
    function on the event loop from any thread.
    """

    def __init__(
        self,
        *,
        check: Check,
        publish: Callable[[str, int | None, Sequence[lsp.Diagnostic]], None],
        call_soon: Callable[[Callable[[], None]], None],
    ) -> None:
        self.abilities = Abilities()
        self.is_shut_down = False
        self._check = check
        self._publish = publish
        self._call_soon = call_soon
        self._buffers = OpenBuffers()
        self._folders: list[str] = []
        self._revisions: dict[str, int] = {}
        self._last_revision = 0
        self._disk_revision = 0
        self._board = Board()
        self._analyst = Analyst(self._analyse)

    def set_folders(self, folders: Iterable[str]) -> None:
        """Take the workspace's folders; a chart outside is shown only while one of its files is open."""
        self._folders = list(folders)
        self._forget_unused_charts()

    @property
    def folders(self) -> Sequence[str]:
        """The workspace's folders, as paths."""
        return tuple(self._folders)

    def open(self, uri: str, version: int | None, text: str) -> None:
        """An editor opened a file: from now on its text counts, not the disk's."""
        path = path_from_uri(uri)
        if path is None:
            return
        buffer = self._buffers.open(uri=uri, path=path, version=version, text=_valid(text))
        self._disk_revision += 1
        self._request(buffer.chart)

    def change(self, uri: str, version: int | None, edits: Sequence[Replacement | str]) -> None:
        """An open text was edited; edits of a text that is not open are ignored."""
        path = path_from_uri(uri)
        buffer = self._buffers.get(path) if path is not None else None
        if buffer is None:
            return
        text = _valid(apply_replacements(buffer.text, edits, self.abilities.unit))
        self._buffers.change(buffer, version=version, text=text)
        self._request(buffer.chart)

    def close(self, uri: str) -> None:
        """An editor closed a file: the disk counts again."""
        path = path_from_uri(uri)
        buffer = self._buffers.close(path) if path is not None else None
        if buffer is None or buffer.chart is None:
            return
        self._disk_revision += 1
        self._forget_unused_charts()
        if buffer.chart in self._revisions:
            self._request(buffer.chart)

    def save(self, uri: str) -> None:
        """An editor saved a file: its text counted already, but what others changed is not always told."""
        self._disk_revision += 1
        path = path_from_uri(uri)
        if path is None:
            return
        if basename(path) == CHART_FILE:
            self._find_charts_again()
        buffer = self._buffers.get(path)
        if buffer is not None:
            self._request(buffer.chart)

    def files_changed(self, uris: Iterable[str]) -> None:
        """Files on disk were made, changed or deleted; those that are open do not count."""
        paths = [path for uri in uris if (path := path_from_uri(uri)) is not None]
        self._disk_revision += 1
        self._find_charts_again()
        charts: set[str] = set()
        for path in paths:
            if self._buffers.get(path) is None:
                charts.update(chart for chart in self._revisions if path_in_chart(path, chart) is not None)
        for chart in sorted(charts):
            self._request(chart)

    def stop(self) -> None:
        """End the analysis; nothing is published any more."""
        self._revisions.clear()
        self._analyst.stop()

    def _find_charts_again(self) -> None:
        for chart in sorted(self._buffers.find_charts_again()):
            self._request(chart)
        for chart in tuple(self._revisions):
            if not is_chart(chart):
                self._forget(chart)

    def _forget_unused_charts(self) -> None:
        """Forget the charts that have no open text and lie outside the workspace."""
        used = {buffer.chart for buffer in self._buffers}
        for chart in tuple(self._revisions):
            if chart not in used and not self._is_in_workspace(chart):
                self._forget(chart)

    def _is_in_workspace(self, chart: str) -> bool:
        return any(chart == folder or path_in_chart(chart, folder) is not None for folder in self._folders)

    def _request(self, chart: str | None) -> None:
        if chart is None:
            return
        if not is_chart(chart):
            self._forget(chart)
            return
        self._last_revision += 1
        self._revisions[chart] = self._last_revision
        self._analyst.request(
            Request(
                chart=chart,
                revision=self._last_revision,
                disk_revision=self._disk_revision,
                buffers=self._buffers.of_chart(chart),
            )
        )

    def _forget(self, chart: str) -> None:
        self._revisions.pop(chart, None)
        self._analyst.forget(chart)
        self._send(self._board.clear(chart), {buffer.path: buffer.version for buffer in self._buffers})

    def _analyse(self, request: Request, is_cancelled: IsCancelled) -> None:
        """Check a chart and hand the diagnostics to the loop; runs on the analyst's thread."""
        findings: list[Finding] = []
        what = f"the analysis of {request.chart}"
        if not attempt(what, lambda: findings.extend(self._find(request, is_cancelled))):
            # Findings of an older text, left standing, would look like those of this one.
            findings.append(_our_mistake(request.chart))
        open_files = {buffer.path: buffer for buffer in request.buffers.values()}

        def read_text(path: str) -> str | None:
            return open_files[path].text if path in open_files else _read(path)

        def uri_of(path: str) -> str:
            return open_files[path].uri if path in open_files else uri_from_path(path)

        diagnostics = Converter(self.abilities, read_text, uri_of).diagnostics(findings, request.chart)
        if not is_cancelled():
            self._call_soon(lambda: self._deliver(request, diagnostics))

    def _find(self, request: Request, is_cancelled: IsCancelled) -> list[Finding]:
        """Check a chart; one that cannot be read is a finding, one that vanished has none."""
        overlay = {path: buffer.text for path, buffer in request.buffers.items()}
        try:
            return self._check(
                request.chart, overlay, disk_revision=request.disk_revision, is_cancelled=is_cancelled
            )
        except ChartNotFoundError:
            return []
        except QuarterdeckError as error:
            place = Place(f"{request.chart}/{CHART_FILE}")
            return [
                Finding(code=UNREADABLE_FILE, severity=Severity.CRITICAL, place=place, message=str(error))
            ]

    def _deliver(self, request: Request, diagnostics: Diagnostics) -> None:
        if self._revisions.get(request.chart) != request.revision:
            return
        versions = {buffer.path: buffer.version for buffer in request.buffers.values()}
        self._send(self._board.replace(request.chart, diagnostics, versions), versions)

    def _send(
        self, to_publish: Mapping[str, Sequence[lsp.Diagnostic]], versions: Mapping[str, int | None]
    ) -> None:
        for path, diagnostics in to_publish.items():
            buffer = self._buffers.get(path)
            uri = buffer.uri if buffer is not None else uri_from_path(path)
            self._publish(uri, versions.get(path), diagnostics)


def _our_mistake(chart: str) -> Finding:
    return Finding(
        code=OUR_MISTAKE,
        severity=Severity.LOW,
        place=Place(f"{chart}/{CHART_FILE}"),
        message="Quarterdeck failed while it checked this chart: a mistake of ours",
        proposal="Please file an issue with the server's log.",
    )


def _valid(text: str) -> str:
    """Replace halves of characters, which JSON can carry and no file can."""
    return _LONE_SURROGATE.sub("�", text)


def _read(path: str) -> str | None:
    """Read a file as an editor would show it, without a byte order mark; None where it cannot be read."""
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    except OSError:
        return None
