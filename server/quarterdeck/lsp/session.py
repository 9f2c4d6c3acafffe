"""What the client says happens: texts open, change and close, files and folders come and go, settings change.

Belongs to the event loop; each change asks for the analysis of the charts that it may touch.
"""

from __future__ import annotations

import logging
import re
from posixpath import basename
from typing import TYPE_CHECKING

from quarterdeck.lsp.lanes import Lane
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.settings.names import FILE_NAMES
from quarterdeck.text.edits import Unit, apply_edits
from quarterdeck.text.uri import path_from_uri
from quarterdeck.workspace.buffers import OpenBuffers
from quarterdeck.workspace.discovery import CHART_FILE, find_chart_root, is_chart, path_in_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quarterdeck.lsp.analyst import Analyst
    from quarterdeck.lsp.background import Background
    from quarterdeck.lsp.charts import CallLater, Charts, Timer
    from quarterdeck.lsp.publisher import Publisher
    from quarterdeck.lsp.results import Results
    from quarterdeck.text.edits import Replacement
    from quarterdeck.workspace.buffers import Buffer

MANIFESTS_SECONDS = 1.0
"""How long files that may deploy charts are let change before that is looked at."""
_AT_ONCE = 5
"""Charts that are taken in one step of the event loop."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_log = logging.getLogger(__name__)


class Session:
    """One client's session. `search(folders)` looks for the charts of workspace folders, and tells them."""

    def __init__(
        self,
        *,
        analyst: Analyst,
        background: Background,
        charts: Charts,
        publisher: Publisher,
        results: Results,
        search: Callable[[Sequence[str]], None],
        call_later: CallLater,
    ) -> None:
        self.unit = Unit.UTF16
        self.is_shut_down = False
        self.settings: Settings = DEFAULTS
        self._analyst = analyst
        self._background = background
        self._charts = charts
        self._publisher = publisher
        self._results = results
        self._search = search
        self._call_later = call_later
        self._manifests_timer: Timer | None = None
        self._buffers = OpenBuffers()
        self._folders: tuple[str, ...] = ()
        self._is_stopped = False
        self._new_charts: list[str] = []

    # --- folders -------------------------------------------------------------------------------------------

    def set_folders(self, folders: Iterable[str]) -> None:
        """Take the workspace's folders; a chart outside is shown only while one of its files is open."""
        self._folders = tuple(dict.fromkeys(folders))
        self._configured()
        self._forget_unused_charts()

    @property
    def folders(self) -> tuple[str, ...]:
        """The workspace's folders, as paths."""
        return self._folders

    def search(self) -> None:
        """Look for the charts of the workspace."""
        if self._folders and not self._is_stopped:
            self._search(self._folders)

    def charts_found(self, charts: Iterable[str]) -> None:
        """Take the charts of the workspace, all that there are: new ones are analysed, others forgotten."""
        if self._is_stopped:
            return
        found = set(charts)
        used = {buffer.chart for buffer in self._buffers}
        for chart in self._charts.paths:
            # One in another chart's `charts/` was a chart of its own only as long as that one was none.
            is_part = chart not in used and self._is_in_workspace(chart)
            if chart not in found and (is_part or not is_chart(chart)):
                self._charts.forget(chart)
        self._forget_unused_charts()
        self._new_charts = sorted(chart for chart in found if chart not in self._charts)
        self._take_new_charts()

    def _take_new_charts(self) -> None:
        """Analyse some of the charts that were found; others wait for what came meanwhile."""
        some, self._new_charts = self._new_charts[:_AT_ONCE], self._new_charts[_AT_ONCE:]
        for chart in some:
            if chart not in self._charts and self._is_in_workspace(chart):
                self._charts.analyse(chart, Lane.WORKSPACE)
        if self._new_charts:
            self._call_later(0, self._take_new_charts)

    # --- open texts ----------------------------------------------------------------------------------------

    def buffer(self, uri: str) -> Buffer | None:
        """Give the open text of a document."""
        path = path_from_uri(uri)
        return None if path is None else self._buffers.get(path)

    def open(self, uri: str, version: int | None, text: str) -> None:
        """An editor opened a file: from now on its text counts, not the disk's."""
        path = path_from_uri(uri)
        if path is None:
            return
        if self._buffers.get(path) is not None:
            _log.warning("%s was opened, and is open already; the new text counts", uri)
        buffer = self._buffers.open(uri=uri, path=path, version=version, text=_valid(text))
        self._analyst.post_disk_changed([path])
        self._texts_changed()
        self._touched(buffer, Lane.OPEN)

    def change(self, uri: str, version: int | None, edits: Sequence[Replacement | str]) -> None:
        """An open text was edited; edits of a text that is not open are ignored."""
        buffer = self.buffer(uri)
        if buffer is None:
            if path_from_uri(uri) is not None:
                _log.warning("%s was changed, and is not open", uri)
            return
        if version is not None and buffer.version is not None and version <= buffer.version:
            _log.warning("version %s of %s came after version %s", version, uri, buffer.version)
        text, moves = apply_edits(buffer.text, edits, self.unit)
        buffer = self._buffers.change(buffer, version=version, text=_valid(text))
        if moves:
            self._results.post_moves(buffer.path, moves)
        self._texts_changed()
        self._touched(buffer, Lane.TYPED)

    def close(self, uri: str) -> None:
        """An editor closed a file: the disk counts again."""
        path = path_from_uri(uri)
        buffer = self._buffers.close(path) if path is not None else None
        if buffer is None:
            if path is not None:
                _log.warning("%s was closed, and is not open", uri)
            return
        self._analyst.post_disk_changed([buffer.path])
        self._background.disk_revision += 1
        self._texts_changed()
        self._forget_unused_charts()
        if buffer.chart is not None and buffer.chart in self._charts:
            self._charts.analyse(buffer.chart, Lane.OPEN)
        self._outside_touched([buffer.path])

    def save(self, uri: str) -> None:
        """An editor saved a file: its text counted already, but what others changed is not always told."""
        path = path_from_uri(uri)
        if path is None:
            return
        self._disk_changed([path])
        if basename(path) == CHART_FILE:
            self._find_charts_again()
        buffer = self._buffers.get(path)
        if buffer is not None and buffer.chart is not None:
            self._charts.analyse(buffer.chart, Lane.OPEN)

    # --- the disk ------------------------------------------------------------------------------------------

    def files_changed(self, paths: Iterable[str]) -> None:
        """Files on disk were made, changed or deleted; of open ones only that counts, not their texts."""
        changed = list(dict.fromkeys(paths))
        if not changed or self._is_stopped:
            return
        self._disk_changed(changed)
        if any(_is_marker(path) or self._is_above_charts(path) for path in changed):
            self._find_charts_again()
            self.search()
        touched: dict[str, None] = {}
        for path in changed:
            touched.update(dict.fromkeys(self._charts.around(path)))
        for chart in sorted(touched):
            self._charts.analyse(chart, self._lane_of(chart))
        self._outside_touched(changed)
        if any(_may_deploy(path) and not self._charts.around(path) for path in changed):
            self._manifests_changed()

    def _manifests_changed(self) -> None:
        """Look at all charts anew, once no more files come that may deploy them."""
        if self._manifests_timer is not None:
            self._manifests_timer.cancel()
        self._manifests_timer = self._call_later(MANIFESTS_SECONDS, self._manifests_settled)

    def _manifests_settled(self) -> None:
        self._manifests_timer = None
        self._analyse_everything()

    def _disk_changed(self, paths: Sequence[str]) -> None:
        self._analyst.post_disk_changed(paths)
        self._background.disk_revision += 1

    def _is_above_charts(self, path: str) -> bool:
        """Tell whether a path is a folder of charts, which came or went as a whole."""
        return any(path_in_chart(chart, path) is not None for chart in self._charts.paths) or any(
            path_in_chart(buffer.path, path) is not None for buffer in self._buffers
        )

    def _find_charts_again(self) -> None:
        for chart in sorted(self._buffers.find_charts_again()):
            self._texts_changed()
            self._charts.analyse(chart, Lane.OPEN)
        for chart in self._charts.paths:
            if not is_chart(chart):
                self._charts.forget(chart)

    # --- settings and scenarios ----------------------------------------------------------------------------

    def set_settings(self, settings: Settings) -> None:
        """Take what the editor's configuration wants of findings."""
        if settings == self.settings:
            return
        self.settings = settings
        self._configured()
        self._analyse_everything()

    def choose_scenario(self, chart: str | None, scenario: str | None) -> None:
        """Focus a scenario, of one chart or of all; None takes back what was chosen."""
        key = chart or ""
        if scenario is None:
            self._charts.chosen.pop(key, None)
        else:
            self._charts.chosen[key] = scenario
        if chart is None:
            self._analyse_everything()
        elif chart in self._charts:
            self._charts.analyse(chart, Lane.FOCUSED)

    def chart_of(self, path: str) -> str | None:
        """Give the chart in use that a file or a folder belongs to."""
        if path in self._charts:
            return path
        buffer = self._buffers.get(path)
        chart = find_chart_root(path) if buffer is None else buffer.chart
        return chart if chart is not None and chart in self._charts else None

    @property
    def is_waiting(self) -> bool:
        """Whether something is put off until more comes."""
        return self._manifests_timer is not None or bool(self._new_charts)

    def stop(self) -> None:
        """End the analysis; nothing is published any more."""
        self._is_stopped = True
        if self._manifests_timer is not None:
            self._manifests_timer.cancel()
        self._publisher.is_stopped = True
        self._charts.stop()

    # --- what is touched -----------------------------------------------------------------------------------

    def _configured(self) -> None:
        self._analyst.post_configuration(self._folders, self.settings)
        self._background.roots = self._folders
        self._background.settings = self.settings

    def _texts_changed(self) -> None:
        self._charts.buffers = self._publisher.buffers = self._buffers.by_path

    def _touched(self, buffer: Buffer, lane: Lane) -> None:
        """Analyse what an open text takes part in."""
        if buffer.chart is not None:
            self._charts.analyse(buffer.chart, lane)
        self._outside_touched([buffer.path])

    def _outside_touched(self, paths: Sequence[str]) -> None:
        """Analyse the charts that files outside of them may matter to: values files, settings, manifests."""
        for record in self._charts:
            chart = record.path
            if any(
                path_in_chart(path, chart) is None
                and (self._charts.reads(chart, path) or _may_decide(path, chart))
                for path in paths
            ):
                self._charts.analyse(chart, self._lane_of(chart))

    def _lane_of(self, chart: str) -> Lane:
        return Lane.OPEN if any(buffer.chart == chart for buffer in self._buffers) else Lane.WORKSPACE

    def _analyse_everything(self) -> None:
        for chart in self._charts.paths:
            self._charts.analyse(chart, self._lane_of(chart))

    def _forget_unused_charts(self) -> None:
        """Forget the charts that have no open text and lie outside the workspace."""
        used = {buffer.chart for buffer in self._buffers}
        for chart in self._charts.paths:
            if chart not in used and not self._is_in_workspace(chart):
                self._charts.forget(chart)

    def _is_in_workspace(self, chart: str) -> bool:
        return any(
            chart == folder
            or path_in_chart(chart, folder) is not None
            or path_in_chart(folder, chart) is not None
            for folder in self._folders
        )


def _is_marker(path: str) -> bool:
    return basename(path) == CHART_FILE


def _may_decide(path: str, chart: str) -> bool:
    """Tell whether a file outside of a chart may say with what it is rendered."""
    name = basename(path)
    if name in FILE_NAMES:
        return path_in_chart(chart, path[: -len(name)].rstrip("/") or "/") is not None
    return False


def _may_deploy(path: str) -> bool:
    """Tell whether a file may be a manifest of a tool that deploys charts."""
    return path.endswith((".yaml", ".yml", ".gotmpl")) and basename(path) not in FILE_NAMES


def _valid(text: str) -> str:
    """Replace halves of characters, which JSON can carry and no file can."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
