"""Recorded reads are sound on real charts: a file whose text an edit changes is always said to be touched."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from corpus_scalars import find_scalars, read_values
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.render.reads import record_reads
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quarterdeck.chart.model import Chart

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)

EDITS = {"share": 3, "corpus": 5, "soak": 40}
"""How many scalars of each chart are edited, by profile."""
NEW_TEXTS = ("true", "false", "null", "7", "other", "{a: 1}", "[x]", '"{{ .Release.Name }}"')
RELEASE = Release(name="rel", namespace="ns")


def test_files_that_change_are_touched(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = random.Random(os.environ.get("QUARTERDECK_SEED"))
    engine = Engine(None)
    shares: list[float] = []
    wrong: list[str] = []
    changed_files = 0
    for name in corpus_charts.shared_names():
        folder = corpus_charts.unpack(name, tmp_path)
        plain = read_chart(folder)
        inputs = prepare(plain, {}, RELEASE, make_capabilities())
        rendering = engine.render(inputs, seeded)
        reads = record_reads(rendering, engine, seeded)
        wrong += [f"{name}: {file} differs" for file, one in reads.files.items() if not one.is_known]
        touched_files = files = 0
        for what, edited in edits(folder, plain, drawn):
            new = prepare(edited, {}, RELEASE, make_capabilities())
            texts = engine.render(new, seeded).templates
            touched = reads.touched_by_inputs(new)
            changed = {file for file, text in texts.items() if rendering.templates.get(file) != text}
            wrong += [f"{name}: {what}: {file}" for file in changed - touched]
            changed_files += len(changed)
            touched_files += len(touched)
            files += len(texts)
        if files:
            shares.append(touched_files / files)
    median = sorted(shares)[len(shares) // 2]
    useful = sum(share < 0.5 for share in shares)
    summary = (
        f"an edit touches {median:.0%} of a chart's files, below half in {useful} of {len(shares)} charts"
    )
    record_property("touched", summary)
    with capsys.disabled():
        print(summary)  # noqa: T201 - the share is to be seen in every run
    assert changed_files
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])
    assert useful > len(shares) / 2, summary


def seeded() -> Context:
    """Give a context whose random numbers are the same each time."""
    return Context(seed=1)


def edits(folder: Path, plain: Chart, drawn: random.Random) -> Iterator[tuple[str, Chart]]:
    """Give the chart with one scalar of its values.yaml replaced, several times."""
    text = read_values(folder)
    scalars = list(find_scalars(text))
    wanted = EDITS[os.environ.get("QUARTERDECK_PROFILE", "share")]
    for scalar in drawn.sample(scalars, min(wanted, len(scalars))):
        new = drawn.choice(NEW_TEXTS)
        overlay = {"values.yaml": scalar.replaced(text, new)}
        chart = read_chart(folder, overlay=overlay, previous=plain)
        if len(chart.problems) == len(plain.problems):
            yield f"{scalar.path} = {new}", chart
