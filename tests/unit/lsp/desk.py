"""A session by itself: an event loop that the test turns, and analyses that it holds back."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any

from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.errors import Cancelled, ChartNotFoundError, ReadError
from quarterdeck.lsp.analyst import Analyst
from quarterdeck.lsp.background import Background
from quarterdeck.lsp.charts import Charts
from quarterdeck.lsp.lanes import LaneThread
from quarterdeck.lsp.publisher import PUBLISH, Publisher
from quarterdeck.lsp.results import Results
from quarterdeck.lsp.session import Session
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.settings.model import DEFAULTS
from quarterdeck.workspace.analysis import ChartState, Stage, Tier
from quarterdeck.workspace.chart_scenarios import ChartScenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quarterdeck.lsp.analyst import Outcome

PATIENCE = 20.0
FAILURES = {
    "bug": RuntimeError("a bug of ours"),
    "vanished": ChartNotFoundError("there is no chart"),
    "locked": ReadError("cannot read values.yaml"),
}


class FakeAnalysis:
    """Finds each line of a template that says `bad`; rendering waits until the test lets it go on."""

    def __init__(self) -> None:
        self.news: list[list[str] | None] = []
        self.may_go_on = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.overlays: list[dict[str, str]] = []
        self.cancelled = 0

    def stages(self, state: ChartState, is_cancelled: Callable[[], bool]) -> Iterator[Stage]:
        self.overlays.append(dict(state.overlay))
        self.begun.release()
        while not self.may_go_on.acquire(timeout=0.001):
            if is_cancelled():
                self.cancelled += 1
                raise Cancelled
        text = state.overlay.get(f"{state.chart}/templates/a.yaml", "")
        if text in FAILURES:
            raise FAILURES[text]
        found = []
        for number, line in enumerate(text.split("\n"), 1):
            if "bad" in line:
                place = Place(f"{state.chart}/templates/a.yaml", number, 1, number, len(line) + 1)
                found.append(Finding(code="QD101", severity=Severity.HIGH, place=place, message=line))
        yield Stage(Tier.SYNTAX, "default", tuple(one for one in found if "syntax" in one.message))
        yield Stage(Tier.NAMES, "default", ())
        yield Stage(Tier.RENDER, "default", tuple(one for one in found if "syntax" not in one.message))

    def scenarios(self, _chart: str, **_options: Any) -> ChartScenarios:
        return ChartScenarios(DEFAULTS, (DEFAULT_SCENARIO,), (), ())

    def disk_changed(self, paths: list[str] | None) -> None:
        self.news.append(paths)

    def set_roots(self, _roots: tuple[str, ...]) -> None: ...

    def set_editor_settings(self, _settings: object) -> None: ...

    def bring_up_to_date(self, _state: ChartState) -> None: ...

    def warm(self, *_question: object) -> None: ...

    def save_findings(self) -> None: ...

    def save(self, _is_cancelled: Callable[[], bool]) -> None: ...


class NoTimer:
    """Something that never happens by itself."""

    def cancel(self) -> None: ...


class Desk:
    """A session of one chart with a fake analysis. `turn` does what was handed to the loop."""

    def __init__(self, chart: Path) -> None:
        self.chart = chart.as_posix()
        self.uri = (chart / "templates/a.yaml").as_uri()
        self.published: list[tuple[str, int | None, list[str]]] = []
        self.searched: list[tuple[str, ...]] = []
        self.analysis = FakeAnalysis()
        self._loop: queue.Queue[Outcome] = queue.Queue()
        results = Results()
        analyst = Analyst(lambda: self.analysis, results, self._loop.put)
        self.lanes = LaneThread()
        self.background = Background(analyst, results, self._no_pool, lambda _snapshot, _lane: None)
        publisher = Publisher(self._tell, lambda _method, _params: None)
        self.charts = Charts(
            analyst=analyst,
            results=results,
            lanes=self.lanes,
            background=self.background,
            call_later=lambda _seconds, _work: NoTimer(),
            tell=publisher.take,
            forgotten=publisher.clear,
        )
        self.session = Session(
            analyst=analyst,
            background=self.background,
            charts=self.charts,
            publisher=publisher,
            results=results,
            search=lambda folders: self.searched.append(tuple(folders)),
            call_later=lambda _seconds, _work: NoTimer(),
        )

    def _no_pool(self) -> Any:
        raise AssertionError("one chart needs no worker processes")

    def _tell(self, method: str, params: Any) -> None:
        if method == PUBLISH:
            self.published.append((params.uri, params.version, [each.message for each in params.diagnostics]))

    def turn(self, count: int = 1) -> None:
        """Do the next pieces of work that were handed to the loop."""
        for _ in range(count):
            self.charts.take(self._loop.get(timeout=PATIENCE))

    def next(self) -> Outcome:
        """Take the next piece of work off the loop without doing it."""
        return self._loop.get(timeout=PATIENCE)

    def is_idle(self) -> bool:
        return self._loop.empty()

    def close(self) -> None:
        self.session.stop()
        self.lanes.stop()
        self.analysis.may_go_on.release(10)
