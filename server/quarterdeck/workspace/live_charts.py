"""Charts in an editor: checked again after each edit, with as little work as the edit needs.

The findings are those of `check_chart`, whatever was kept. An edit of templates brings the last rendering up
to date; an edit of other open files makes the chart anew from the files read before; where files on the disk
may have changed, or open texts came and went, all is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import make_chart, read_chart_files
from quarterdeck.chart.overrides import ValuesInput
from quarterdeck.chart.prepare import Release, edit_templates, prepare
from quarterdeck.db.shared_engine import CHECK_SEED, shared_engine
from quarterdeck.findings.collect import FindingsMemory, find_all, in_order
from quarterdeck.runtime.context import Budget, Context
from quarterdeck.workspace.check import stop_if

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.chart.files_on_disk import FileSet
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.rendering import Rendering

MAX_CHARTS = 4
"""Charts that are kept ready; one of hundreds of templates takes some 50 MB."""


class LiveCharts:
    """The charts of one editor. Belongs to one thread."""

    def __init__(self) -> None:
        self._charts: OrderedDict[str, _LiveChart] = OrderedDict()

    def check(
        self,
        chart_path: str,
        overlay: Mapping[str, str],
        *,
        disk_revision: int,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> list[Finding]:
        """Give all that is wrong with a chart, in order of place.

        `overlay` has the open texts by their path inside the chart. As long as `disk_revision` is the same,
        files on the disk are taken to be the same.

        Raises:
            ChartNotFoundError: there is no chart at the path.
            ReadError: it cannot be read.
            Cancelled: `is_cancelled` said so.
        """
        chart = self._charts.get(chart_path)
        if chart is None:
            chart = self._charts[chart_path] = _LiveChart(chart_path)
        self._charts.move_to_end(chart_path)
        if len(self._charts) > MAX_CHARTS:
            self._charts.popitem(last=False)
        return chart.check(overlay, disk_revision, is_cancelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """One checked state of a chart: what it was made of, and its rendering."""

    disk_revision: int
    overlay: Mapping[str, str]
    files: FileSet
    rendering: Rendering

    def find_changed(self, overlay: Mapping[str, str], disk_revision: int) -> dict[str, str] | None:
        """Give the open texts that changed since; None where more than them may have changed."""
        if disk_revision != self.disk_revision or overlay.keys() != self.overlay.keys():
            return None
        return {path: text for path, text in overlay.items() if text != self.overlay[path]}


class _LiveChart:
    """One chart, as it was checked last."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._state: _State | None = None
        self._memory = FindingsMemory()

    def check(
        self, overlay: Mapping[str, str], disk_revision: int, is_cancelled: Callable[[], bool] | None
    ) -> list[Finding]:
        """Check the chart; where that is cancelled, what was known stays."""
        state = self._state
        changed = None if state is None else state.find_changed(overlay, disk_revision)
        files = None if state is None or changed is None else state.files.with_texts(changed)
        rendering: Rendering | None = None
        if files is None:
            files = read_chart_files(self._path, overlay)
            stop_if(is_cancelled)
        elif state is not None and changed is not None:
            rendering = self._update(state, changed, is_cancelled)
        if rendering is None:
            rendering = self._render(files, is_cancelled)
        stop_if(is_cancelled)
        self._state = _State(
            disk_revision=disk_revision, overlay=dict(overlay), files=files, rendering=rendering
        )
        found = find_all(rendering, self._memory)
        return in_order(
            (*rendering.inputs.problems, *rendering.syntax_problems, *found.names, *found.failures)
        )

    def _render(self, files: FileSet, is_cancelled: Callable[[], bool] | None) -> Rendering:
        previous = None if self._state is None else self._state.rendering.inputs.chart
        chart = make_chart(self._path, files, previous=previous)
        stop_if(is_cancelled)
        inputs = prepare(chart, ValuesInput(), Release(), make_capabilities(None, ()))
        stop_if(is_cancelled)
        engine = shared_engine()
        rendering = engine.render(inputs, _new_context(is_cancelled))
        engine.save_later(rendering.program)
        return rendering

    def _update(
        self, state: _State, changed: Mapping[str, str], is_cancelled: Callable[[], bool] | None
    ) -> Rendering | None:
        """Bring the rendering up to date; None where more than texts of templates changed."""
        counting = {file.path for file in state.files.files}
        edited = {
            f"{self._path}/{path}": text.removeprefix("\ufeff")
            for path, text in changed.items()
            if path in counting
        }
        if not edited:
            return state.rendering
        inputs = state.rendering.inputs
        if not _are_template_texts(edited, inputs):
            return None
        return shared_engine().update(
            state.rendering, edit_templates(inputs, edited), _new_context(is_cancelled)
        )


def _are_template_texts(edited: Mapping[str, str], inputs: RenderInputs) -> bool:
    """Tell whether nothing but these templates is another now."""
    if not edited.keys() <= {file.display_path for file in inputs.templates}:
        return False
    if any(problem.path in edited for problem in inputs.problems):
        return False  # bytes that are no text
    return all(text.isascii() or _is_encodable(text) for text in edited.values())


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _new_context(is_cancelled: Callable[[], bool] | None) -> Callable[[], Context]:
    budget = Budget(is_cancelled=is_cancelled)
    return lambda: Context(seed=CHECK_SEED, budget=budget)
