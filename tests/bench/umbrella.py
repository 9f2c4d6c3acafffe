"""A chart of 80 sub-charts, composed from the open corpus: what a whole platform in one release looks
like."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING, Any

import yaml

import quarterdeck
from bench.subjects import Subject
from official_engine import ask_helm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "platform"
SUB_CHARTS = 80
KEY_MARKS = ("PRIVATE KEY-----", base64.b64encode(b"-----BEGIN RSA PRIVATE KEY").decode()[:32])


def compose(subjects: Sequence[Subject], folder: Path, count: int = SUB_CHARTS) -> Subject:
    """Write a chart with `count` sub-charts to `folder` and give it, with the values that they need.

    Some charts do not get along in one release: named templates share one space, and the last definition
    wins. What Helm refuses is left out and the next chart of the corpus takes its place, so the chart
    renders without an error.

    Raises:
        RuntimeError: Helm's message names no sub-chart, or no charts are left.
    """
    waiting = distinct(subjects)
    chosen = dict(take(waiting, count))
    while True:
        umbrella = write(chosen, folder / NAME)
        error = ask_helm(umbrella.folder, umbrella.values).error
        if not error:
            return umbrella
        refused = [name for name in chosen if f"{NAME}/charts/{name}/" in error]
        if not refused or not waiting:
            raise RuntimeError(f"the chart of {count} sub-charts cannot be composed: {error}")
        del chosen[refused[0]]
        chosen.update(take(waiting, 1))


def distinct(subjects: Sequence[Subject]) -> dict[str, Subject]:
    """Give the charts by the name in their Chart.yaml; of two with one name, the first."""
    found: dict[str, Subject] = {}
    for subject in subjects:
        metadata = yaml.safe_load((subject.folder / "Chart.yaml").read_text("utf-8"))
        if metadata.get("type", "application") == "application":
            found.setdefault(metadata["name"], subject)
    return found


def makes_keys(subject: Subject) -> bool:
    """Tell whether rendering the chart makes private keys, as PEM or in base64."""
    rendering = quarterdeck.render_chart(subject.folder, subject.values, name="rel", namespace="ns")
    return any(mark in text for text in rendering.templates.values() for mark in KEY_MARKS)


def take(waiting: dict[str, Subject], count: int) -> list[tuple[str, Subject]]:
    """Remove the first `count` charts from those that wait, and give them."""
    taken = list(waiting.items())[:count]
    for name, _ in taken:
        del waiting[name]
    return taken


def write(chosen: dict[str, Subject], folder: Path) -> Subject:
    """Write the chart, its sub-charts vendored."""
    shutil.rmtree(folder, ignore_errors=True)
    dependencies: list[dict[str, Any]] = []
    for name, subject in chosen.items():
        shutil.copytree(subject.folder, folder / "charts" / name)
        metadata = yaml.safe_load((subject.folder / "Chart.yaml").read_text("utf-8"))
        dependencies.append({"name": name, "version": str(metadata["version"])})
    chart = {"apiVersion": "v2", "name": NAME, "version": "1.0.0", "dependencies": dependencies}
    (folder / "Chart.yaml").write_text(json.dumps(chart), "utf-8")  # JSON is YAML
    values = {name: subject.values for name, subject in chosen.items() if subject.values}
    return Subject(NAME, folder, values)
