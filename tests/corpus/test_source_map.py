"""The source map is no pretence: it finds values replaced by unique strings, and leaves no character out."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

import corpus_charts
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.nodes import ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quarterdeck.chart.model import Chart
    from quarterdeck.render.rendering import Rendering

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)

CHARTS = 40
REPLACED = {"share": 60, "corpus": 60, "soak": 2_000}
"""How many scalars are replaced, over all charts, by profile."""
COMPUTED_LIMIT = 0.03
"""The share of characters that may be known by their action alone."""


class Scalar(NamedTuple):
    """A scalar of a values.yaml: the keys that lead to it, and its node in the text."""

    path: tuple[str | int, ...]
    node: ScalarNode


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(None)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


def test_replaced_values_are_found_by_the_map(engine: Engine, unpacked: Path) -> None:
    drawn = random.Random(os.environ.get("QUARTERDECK_SEED"))
    wanted = REPLACED[os.environ.get("QUARTERDECK_PROFILE", "share")]
    per_chart = -(-wanted // CHARTS)
    names = corpus_charts.chart_names()
    drawn.shuffle(names)
    replaced = shown = charts = 0
    wrong: list[str] = []
    for name in names:
        if charts == CHARTS:
            break
        folder = corpus_charts.unpack(name, unpacked)
        text = (folder / "values.yaml").read_text("utf-8") if (folder / "values.yaml").exists() else ""
        scalars = list(find_scalars(text))
        if len(scalars) < per_chart:
            continue
        charts += 1
        for scalar in drawn.sample(scalars, per_chart):
            unique = f"uq{drawn.randrange(10**9):09}zx"
            rendering = render_replaced(engine, folder, text, scalar, unique)
            line = LineIndex(text).position(scalar.node.start)[0]
            found = [
                f"{name} {scalar.path}: {one}" for one in check_map(rendering, unique, scalar.path, line)
            ]
            wrong += filter(None, (one.removesuffix(": ") and one for one in found if not one.endswith("ok")))
            replaced += 1
            shown += bool(found)
    assert charts == CHARTS
    assert replaced >= wanted
    assert shown > replaced / 4, "most replaced values never appear: the test tests nothing"
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])


def find_scalars(text: str) -> Iterator[Scalar]:
    """Give all scalars that are values in the first document of a text."""
    documents = parse_yaml(text).documents
    waiting: list[tuple[Node | None, tuple[str | int, ...]]] = [(one.root, ()) for one in documents[:1]]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, MapNode):
            waiting += [
                (value, (*path, key.text)) for key, value in node.entries if isinstance(key, ScalarNode)
            ]
        elif isinstance(node, ListNode):
            waiting += [(item, (*path, index)) for index, item in enumerate(node.items)]
        elif isinstance(node, ScalarNode):
            yield Scalar(path, node)


def render_replaced(engine: Engine, folder: Path, text: str, scalar: Scalar, unique: str) -> Rendering:
    """Render the chart with `unique` in place of one scalar of its values.yaml."""
    node = scalar.node
    before = " " if node.start == node.end else ""
    after = "\n" if text[node.start : node.end].endswith("\n") else ""
    edited = f"{text[: node.start]}{before}{unique}{after}{text[node.end :]}"
    chart = read_chart(folder, overlay={"values.yaml": edited})
    inputs = prepare(chart, {}, Release(name="rel", namespace="ns"), make_capabilities())
    return engine.render(inputs, lambda: Context(seed=1))


def check_map(rendering: Rendering, unique: str, path: tuple[str | int, ...], line: int) -> Iterator[str]:
    """Give for each time that `unique` appears in the output what the map says wrongly of it, or `ok`."""
    for file, text in rendering.templates.items():
        start = text.find(unique)
        while start >= 0:
            end = start + len(unique)
            yield describe(rendering, file, start, end, path, line)
            start = text.find(unique, end)


def describe(
    rendering: Rendering, file: str, start: int, end: int, path: tuple[str | int, ...], line: int
) -> str:
    """Say what is wrong with the origin of one occurrence; it must be one origin that covers it exactly."""
    origin = rendering.source_map.at(file, start)
    if origin is None:
        return f"{file}: no origin"
    where = f"{origin.place}"
    if origin.kind != "value" or origin.value is None:
        return f"{file}: {origin.kind} of {origin.function or 'action'} at {where}"
    if origin.value.path != ("Values", *path):
        return f"{file}: said to be {origin.value.path}, at {where}"
    if (origin.start, origin.end, origin.value_offset) != (start, end, 0):
        span = (origin.start - start, origin.end - end)
        return f"{file}: span is off by {span}, begins at {origin.value_offset}, at {where}"
    written = origin.value.origin
    if written is None or not written.path.endswith("/values.yaml") or written.line != line:
        return f"{file}: said to stand at {written and written.place}, not in line {line}"
    return "ok"


class Counts:
    """What the map says of the characters of renderings."""

    def __init__(self) -> None:
        self.characters = 0
        self.computed: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, rendering: Rendering) -> None:
        """Count every character of a rendering."""
        sources = template_texts(rendering.inputs.chart)
        for file, text in rendering.templates.items():
            position = 0
            for origin in rendering.source_map.origins(file):
                written = text[origin.start : origin.end]
                if origin.start != position or not written:
                    self.wrong.append(f"{file}: hole in the map at {position}")
                position = origin.end
                if origin.kind == "computed":
                    self.computed[origin.function or "(action)"] += len(written)
                if origin.kind == "text" and origin.place.path in sources:
                    self._compare_text(
                        file, written, sources[origin.place.path], origin.place.line, origin.place.column
                    )
                if origin.kind in ("value", "key") and origin.value_offset is not None:
                    assert origin.value is not None
                    said = text_at(rendering.inputs.context, origin.value.path, is_key=origin.kind == "key")
                    if said[origin.value_offset :][: len(written)] != written:
                        self.wrong.append(f"{file}: {written!r} is not in {origin.value.path}")
            if position != len(text):
                self.wrong.append(f"{file}: the map ends at {position} of {len(text)}")
            self.characters += len(text)

    def _compare_text(self, file: str, written: str, source: LineIndex, line: int, column: int) -> None:
        start = source.offset(line, column)
        if source.text[start : start + len(written)] != written:
            self.wrong.append(f"{file}: {written[:40]!r} does not stand at line {line}")


def template_texts(chart: Chart) -> dict[str, LineIndex]:
    """Give the texts of all templates of a chart by the paths to show."""
    found = {file.display_path: LineIndex(file.text) for file in chart.templates}
    for dependency in chart.dependencies:
        found |= template_texts(dependency)
    return found


def text_at(dot: object, path: tuple[str | int, ...], *, is_key: bool) -> str:
    """Give the string (or the key) at a path below the outermost chart's dot."""
    if is_key:
        return str(path[-1])
    for part in path:
        dot = dot[part]  # type: ignore[index]
    assert isinstance(dot, str)
    return dot


def test_every_character_of_the_corpus_has_an_origin(
    engine: Engine, unpacked: Path, record_property: pytest.RecordProperty
) -> None:
    counts = Counts()
    for name in corpus_charts.shared_names():
        chart = read_chart(corpus_charts.unpack(name, unpacked))
        for scenario in corpus_charts.scenarios(name):
            if not scenario.error:
                release = Release(name="rel", namespace="ns")
                inputs = prepare(chart, scenario.values, release, make_capabilities())
                counts.add(engine.render(inputs, lambda: Context(seed=1)))
    computed = {
        function: f"{count / counts.characters:.3%}" for function, count in counts.computed.most_common()
    }
    record_property("computed", str(computed))
    assert counts.characters > 0
    assert not counts.wrong, "\n".join(counts.wrong[:20])
    assert counts.computed.total() <= COMPUTED_LIMIT * counts.characters, computed
