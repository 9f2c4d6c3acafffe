"""What each technique gains: functions that do the same work with the technique and without.

Each is run in processes of its own (`bench.techniques.one`), so that nothing is warm that should not be. The
chart is kube-prometheus-stack.
"""

from __future__ import annotations

import gc
import os
import time
import tracemalloc
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.figures import quantile
from bench.memory import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quarterdeck.workspace.analysis import Analysis, ChartState

KEYS = 40
SCENARIOS = 10
OBJECTS = 100_000
TEMPLATE = "templates/prometheus-operator/deployment.yaml"
OFF = {"QUARTERDECK_CACHES": "off", "QUARTERDECK_CACHE_DIR": "off"}


class Measure(NamedTuple):
    """One technique. `run(chart, is_on)` gives one figure, in seconds or bytes.

    `off` is the environment that switches it off, where that is how it is done; `warm_runs` are made before
    the figures count, with the same cache folder.
    """

    what: str
    of_what: str
    is_bytes: bool
    run: Callable[[Path, bool], float]
    off: dict[str, str] = {}  # noqa: RUF012 - a tuple's default, never changed
    warm_runs: int = 0


def open_chart(chart: Path, *, keeps: bool = True) -> tuple[Analysis, ChartState]:
    """Give an analysis and a state in which one template and values.yaml are open; nothing is known yet."""
    from quarterdeck.scenarios.model import DEFAULT_SCENARIO  # noqa: PLC0415 - what is imported is timed, too
    from quarterdeck.workspace.analysis import Analysis, ChartState  # noqa: PLC0415 - as above

    texts = {
        (chart / path).as_posix(): (chart / path).read_text("utf-8") for path in (TEMPLATE, "values.yaml")
    }
    return Analysis(keeps=keeps), ChartState(chart.as_posix(), texts, 1, DEFAULT_SCENARIO)


def with_text(state: ChartState, path: Path, text: str) -> ChartState:
    """Give the state with another open text."""
    return state._replace(overlay={**state.overlay, path.as_posix(): text})


def type_keys(chart: Path, analysis: Analysis, state: ChartState, path: str) -> list[float]:
    """Type comments at the end of a text, key by key; give the seconds that each took."""
    file = chart / path
    text = state.overlay[file.as_posix()]
    times: list[float] = []
    for number in range(KEYS):
        now = with_text(state, file, f"{text}\n# {'x' * number}")
        started = time.perf_counter()
        analysis.find(now)
        times.append(time.perf_counter() - started)
    return times


def first_findings(chart: Path, _is_on: bool) -> float:
    """The first findings of a fresh process."""
    analysis, state = open_chart(chart)
    started = time.perf_counter()
    analysis.find(state)
    seconds = time.perf_counter() - started
    analysis.save()
    return seconds


def keys_in_template(chart: Path, is_on: bool) -> float:
    """The median of keys in a template."""
    analysis, state = open_chart(chart, keeps=is_on)
    analysis.find(state)
    return quantile(type_keys(chart, analysis, state, TEMPLATE), 0.5)


def keys_in_values(chart: Path, is_on: bool) -> float:
    """The median of keys in values.yaml."""
    analysis, state = open_chart(chart, keeps=is_on)
    analysis.find(state)
    return quantile(type_keys(chart, analysis, state, "values.yaml"), 0.5)


def worst_key(chart: Path, is_on: bool) -> float:
    """The longest of keys in values.yaml, where what is known is hidden from the collector, or not."""
    analysis, state = open_chart(chart)
    analysis.find(state)
    gc.collect()
    if is_on:
        gc.freeze()
    return max(type_keys(chart, analysis, state, "values.yaml"))


def full_collection(chart: Path, is_on: bool) -> float:
    """One full collection after the chart is known."""
    analysis, state = open_chart(chart)
    analysis.find(state)
    gc.collect()
    if is_on:
        gc.freeze()
    started = time.perf_counter()
    gc.collect()
    return time.perf_counter() - started


def scenarios_seconds(chart: Path, is_on: bool) -> float:
    """Ten scenarios, by one analysis or each by its own."""
    return _find_scenarios(chart, is_on)[0]


def scenarios_bytes(chart: Path, is_on: bool) -> float:
    """What ten scenarios hold in memory."""
    return _find_scenarios(chart, is_on)[1]


def _find_scenarios(chart: Path, is_shared: bool) -> tuple[float, float]:
    from quarterdeck.scenarios.model import Scenario, SetFlag  # noqa: PLC0415 - as above

    analysis, state = open_chart(chart)
    analysis.find(state)
    kept: list[Any] = []
    before = resident_bytes()
    started = time.perf_counter()
    for number in range(SCENARIOS):
        flag = SetFlag("set", f"nameOverride=n{number}")
        scenario = Scenario(name=f"s{number}", source="declared", flags=(flag,))
        if not is_shared:
            analysis, _ = open_chart(chart)
        kept.append((analysis, analysis.find(state._replace(scenario=scenario))))
    return time.perf_counter() - started, resident_bytes() - before


def reparsed_key(_chart: Path, is_on: bool) -> float:
    """A key in a template of 50 KB: the tree of before mended, or parsed anew."""
    from bench.latency import long_template  # noqa: PLC0415 - as above
    from quarterdeck.gotmpl.incremental import reparse  # noqa: PLC0415 - as above
    from quarterdeck.gotmpl.parser import parse_template  # noqa: PLC0415 - as above
    from quarterdeck.runtime.funcs.table import function_table  # noqa: PLC0415 - as above

    functions = frozenset(function_table())
    tree = parse_template(long_template(), functions)
    times: list[float] = []
    for number in range(KEYS):
        offset = len(tree.text) * number // KEYS
        started = time.perf_counter()
        if is_on:
            reparse(tree, offset, offset, "x", functions)
        else:
            parse_template(tree.text[:offset] + "x" + tree.text[offset:], functions)
        times.append(time.perf_counter() - started)
    return quantile(times, 0.5)


class _Plain:
    """What a node would be as an ordinary class."""

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start = start
        self.end = end
        self.name = name


def nodes_bytes(_chart: Path, is_on: bool) -> float:
    """A hundred thousand nodes of a tree, as structs and as ordinary objects."""
    from quarterdeck.gotmpl.nodes import Variable  # noqa: PLC0415 - as above

    make: Callable[[int], object] = (
        (lambda number: Variable(number, number, "x"))
        if is_on
        else (lambda number: _Plain(number, number, "x"))
    )
    tracemalloc.start()
    kept = [make(number) for number in range(OBJECTS)]
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size if kept else 0


def traced_keys(chart: Path, is_on: bool) -> float:
    """The median of keys in a template while a trace is written, or not."""
    from quarterdeck.measure import trace  # noqa: PLC0415 - as above

    analysis, state = open_chart(chart)
    analysis.find(state)
    if is_on:
        trace.start(os.environ["QUARTERDECK_CACHE_DIR"] + ".trace")
    return quantile(type_keys(chart, analysis, state, "values.yaml"), 0.5)


MEASURES = {
    "disk": Measure(
        "what an earlier process left on the disk",
        "first findings of kube-prometheus-stack in a fresh process",
        is_bytes=False,
        run=first_findings,
        off=OFF,
        warm_runs=2,
    ),
    "queries-template": Measure(
        "queries that keep their results", "a key in a template -> all findings", False, keys_in_template
    ),
    "queries-values": Measure(
        "the same", "a key in a comment of values.yaml -> all findings", False, keys_in_values
    ),
    "caches": Measure(
        "the four caches (`QUARTERDECK_CACHES`)",
        "a key in values.yaml -> all findings",
        False,
        lambda chart, _is_on: keys_in_values(chart, True),
        off=OFF,
    ),
    "scenarios-seconds": Measure(
        "scenarios share what is equal", "ten scenarios of a chart that is known", False, scenarios_seconds
    ),
    "scenarios-bytes": Measure("the same", "what they hold in memory", True, scenarios_bytes),
    "reparse": Measure(
        "a tree is mended after an edit", "a key in a template of 50 KB -> its tree", False, reparsed_key
    ),
    "nodes": Measure(
        "nodes are structs with slots, not looked at by the collector", "100,000 nodes", True, nodes_bytes
    ),
    "freeze": Measure(
        "`gc.freeze` after warm-up", "a full collection with the chart known", False, full_collection
    ),
    "freeze-key": Measure("the same", "the longest of 40 keys in values.yaml", False, worst_key),
    "trace": Measure("`--trace` (it costs)", "a key in values.yaml -> all findings", False, traced_keys),
}
