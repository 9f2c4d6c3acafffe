"""Renderings of real charts that are brought up to date after edits of values are fresh renderings."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

import corpus_charts
from corpus_scalars import find_scalars, read_values
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Budget, Context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.render.rendering import Rendering

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)

EDITS = {"share": 3, "corpus": 4, "soak": 30}
"""Edits of each chart, by profile."""
NEW_TEXTS = ("true", "false", "null", "7", "other", "{a: 1}", "[x]", '"{{ .Release.Name }}"')
PIECES = (
    "# more\n",
    "{{ $_ := set .Values `made` (dict `by` .Chart.Name) }}",
    "{{ .Values.made }}",
    "{{ range $k, $v := .Values.global }}{{ if kindIs `map` $v }}{{ $_ := set $v `x` 1 }}{{ end }}{{ end }}",
    "{{ toYaml .Values.global }}",
    "{{ fail .Chart.Name }}",
)


def new_context() -> Context:
    """Give a context whose random numbers are the same each time."""
    return Context(seed=1, budget=Budget(seconds=600.0))


def said(rendering: Rendering) -> tuple[Any, ...]:
    """Give what a rendering says."""
    errors = {name: [str(error) for error in found] for name, found in rendering.errors.items()}
    return list(rendering.templates), rendering.templates, errors, list(map(repr, rendering.problems))


def test_real_charts_are_brought_up_to_date(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = random.Random(os.environ.get("QUARTERDECK_SEED"))
    engine = Engine(None)
    wrong: list[str] = []
    kept = files = 0
    for name in corpus_charts.shared_names():
        folder = corpus_charts.unpack(name, tmp_path)
        overlay: dict[str, str] = {}
        chart = read_chart(folder)
        rendering = engine.render(prepared(folder, overlay), new_context)
        templates = [file.display_path[len(chart.path) + 1 :] for file in rendering.inputs.templates]
        for _ in range(EDITS[os.environ.get("QUARTERDECK_PROFILE", "share")]):
            path = edit(folder, overlay, templates, drawn)
            chart = read_chart(folder, overlay=overlay, previous=chart)
            before = rendering
            rendering = engine.update(before, prepare(chart, {}, Release(), make_capabilities()), new_context)
            if said(rendering) != said(Engine().render(prepared(folder, overlay), new_context)):
                wrong.append(f"{name}: {path}")
                break
            kept += sum(before.frames.get(file) is frame for file, frame in rendering.frames.items())
            files += len(rendering.frames)
    summary = f"{kept / files:.0%} of all rendered files were kept"
    record_property("kept", summary)
    with capsys.disabled():
        print(summary)  # noqa: T201 - the share is to be seen in every run
    assert not wrong
    assert kept


def prepared(folder: Path, overlay: dict[str, str]) -> RenderInputs:
    """Read and prepare a chart as if for the first time."""
    return prepare(read_chart(folder, overlay=overlay), {}, Release(), make_capabilities())


def edit(folder: Path, overlay: dict[str, str], templates: list[str], drawn: random.Random) -> str:
    """Change a scalar of values.yaml, or a template; give the path of what was changed."""
    if templates and drawn.random() < 0.5:
        path = drawn.choice(templates)
        text = overlay.get(path) or (folder / path).read_text("utf-8", "surrogateescape")
        overlay[path] = text + drawn.choice(PIECES)
        return path
    text = overlay.get("values.yaml") or read_values(folder)
    scalars = list(find_scalars(text))
    if scalars:
        overlay["values.yaml"] = drawn.choice(scalars).replaced(text, drawn.choice(NEW_TEXTS))
    return "values.yaml"
