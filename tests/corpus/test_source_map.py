"""The source map is no pretence: it finds values replaced by unique strings, and leaves no character out."""

from __future__ import annotations

import base64
import os
import random
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pytest

import corpus_charts
from corpus_scalars import find_scalars, read_values
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus_scalars import Scalar
    from quarterdeck.chart.model import Chart
    from quarterdeck.diagnostics.model import Place
    from quarterdeck.render.rendering import Rendering

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)

CHARTS = 40
REPLACED = {"share": 80, "corpus": 400, "soak": 2_000}
"""How many scalars are replaced, over all charts, by profile."""
COMPUTED_LIMIT = 0.03
"""The share of characters that may be known by their action alone."""
RELEASE = Release(name="rel", namespace="ns")


class Replaced(NamedTuple):
    """A rendering with a unique string in the place of one scalar."""

    rendering: Rendering
    scalar: Scalar
    unique: str


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(None)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


def test_replaced_values_are_found_by_the_map(engine: Engine, unpacked: Path) -> None:
    drawn = random.Random(os.environ.get("QUARTERDECK_SEED"))
    per_chart = -(-REPLACED[os.environ.get("QUARTERDECK_PROFILE", "share")] // CHARTS)
    forms: Counter[str] = Counter()
    chosen = list(islice(charts_with_scalars(unpacked, drawn, per_chart), CHARTS))
    shown = 0
    wrong: list[str] = []
    for folder, text, scalars in chosen:
        plain = read_chart(folder)
        for scalar in drawn.sample(scalars, per_chart):
            unique = f"uq{drawn.randrange(10**11):011}zx"
            one = Replaced(render_replaced(engine, plain, folder, text, scalar, unique), scalar, unique)
            found = list(check_map(one))
            wrong += [f"{folder.name} {scalar.path}: {problem}" for _form, problem in found if problem]
            forms.update(form for form, _problem in found)
            shown += bool(found)
    replaced = len(chosen) * per_chart
    assert len(chosen) == CHARTS
    assert shown > replaced / 4, "most replaced values never appear: the test tests nothing"
    assert not wrong, f"{len(wrong)} of {forms} wrong:\n" + "\n".join(wrong[:40])


def charts_with_scalars(
    unpacked: Path, drawn: random.Random, count: int
) -> Iterator[tuple[Path, str, list[Scalar]]]:
    """Unpack charts in a random order; give the folder, values.yaml and scalars of those with so many."""
    names = corpus_charts.chart_names()
    drawn.shuffle(names)
    for name in names:
        folder = corpus_charts.unpack(name, unpacked)
        text = read_values(folder)
        scalars = list(find_scalars(text))
        if len(scalars) >= count:
            yield folder, text, scalars


def render_replaced(
    engine: Engine, plain: Chart, folder: Path, text: str, scalar: Scalar, unique: str
) -> Rendering:
    """Render a chart, read before as `plain`, with `unique` in place of one scalar of its values.yaml."""
    chart = read_chart(folder, overlay={"values.yaml": scalar.replaced(text, unique)}, previous=plain)
    inputs = prepare(chart, {}, RELEASE, make_capabilities())
    return engine.render(inputs, lambda: Context(seed=1))


def check_map(one: Replaced) -> Iterator[tuple[str, str]]:
    """Give each form in which the unique string appears, and what the map says wrongly of it."""
    unique = one.unique
    forms = {
        "as it is": unique,
        "upper": unique.upper(),
        "title": unique.title(),
        # Fifteen characters: no character of the encoded text stands for two values.
        "b64enc": base64.b64encode(unique.encode()).decode(),
    }
    for file, text in one.rendering.templates.items():
        for form, written in forms.items():
            start = text.find(written)
            while start >= 0:
                end = start + len(written)
                is_exact = form == "as it is"
                yield form, describe(one, file, start, end, is_exact=is_exact)
                start = text.find(written, end)


def describe(one: Replaced, file: str, start: int, end: int, *, is_exact: bool) -> str:
    """Say what is wrong with the origins of one occurrence; empty if nothing is.

    Exact: one origin that covers it and nothing else, from the value's first character on. Otherwise all
    origins name the value, and cover the occurrence and nothing else.
    """
    position = start
    while position < end:
        origin = one.rendering.source_map.at(file, position)
        if origin is None:
            return f"{file}: no origin"
        where = f"{file}: {one.rendering.templates[file][origin.start : origin.end]!r} at {origin.place}"
        if origin.kind != "value" or origin.value is None:
            return f"{where}: {origin.kind} of {origin.function or 'action'}"
        if origin.value.path != ("Values", *one.scalar.path):
            return f"{where}: said to be {origin.value.path}"
        if origin.start < start or origin.end > end:
            return f"{where}: covers more than the value"
        if is_exact and (origin.start, origin.end, origin.value_offset) != (start, end, 0):
            return f"{where}: covers a part, begins at {origin.value_offset}"
        written = origin.value.origin
        if written is None or not written.path.endswith("/values.yaml") or written.line != one.scalar.line:
            return f"{where}: said to stand at {written and written.place}, not in line {one.scalar.line}"
        position = origin.end
    return ""


class Counts:
    """What the map says of the characters of renderings."""

    def __init__(self) -> None:
        self.characters = 0
        self.literal = 0
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
                if origin.is_literal and origin.place.path in sources:
                    self.literal += len(written)
                    if not sources[origin.place.path].says(written, origin.place):
                        self.wrong.append(f"{file}: {written[:40]!r} does not stand at {origin.place}")
                if origin.kind in ("value", "key") and origin.value_offset is not None:
                    assert origin.value is not None
                    said = text_at(rendering.inputs.context, origin.value.path, is_key=origin.kind == "key")
                    if said[origin.value_offset :][: len(written)] != written:
                        self.wrong.append(f"{file}: {written!r} is not in {origin.value.path}")
            if position != len(text):
                self.wrong.append(f"{file}: the map ends at {position} of {len(text)}")
            self.characters += len(text)


class Source:
    """The text of one template or file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = LineIndex(text)

    def says(self, written: str, place: Place) -> bool:
        """Tell whether `written` is all that stands between the ends of a place."""
        start = self._lines.offset(place.line, place.column)
        return self._text[start : self._lines.offset(place.end_line, place.end_column)] == written


def template_texts(chart: Chart) -> dict[str, Source]:
    """Give the texts of all templates and other files of a chart by the paths to show."""
    files = (*chart.templates, *chart.file_index.values())
    found = {file.display_path: Source(file.text) for file in files}
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
    engine: Engine, unpacked: Path, record_property: Callable[[str, object], None]
) -> None:
    counts = Counts()
    for name in corpus_charts.shared_names():
        chart = read_chart(corpus_charts.unpack(name, unpacked))
        for scenario in corpus_charts.scenarios(name):
            if not scenario.error:
                inputs = prepare(chart, scenario.values, RELEASE, make_capabilities())
                counts.add(engine.render(inputs, lambda: Context(seed=1)))
    computed = {
        function: f"{count / counts.characters:.3%}" for function, count in counts.computed.most_common()
    }
    record_property("computed", str(computed))
    assert counts.literal > 0
    assert not counts.wrong, "\n".join(counts.wrong[:20])
    assert counts.computed.total() <= COMPUTED_LIMIT * counts.characters, computed
