"""The charts that are opened: M, L and U of the table, and the corpus as one workspace."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import yaml

import corpus_charts
from bench.subjects import KUBE_PROMETHEUS_STACK, Subject
from bench.umbrella import SUB_CHARTS, compose, makes_keys

if TYPE_CHECKING:
    from pathlib import Path

KAFKA = ("prometheus-community__prometheus-kafka-exporter", "charts/kafka")
LARGE_TEMPLATES = 3
SMOKE_STRIDE = 12
"""A quick run takes one chart of the corpus in so many, also for its umbrella."""


class BenchChart(NamedTuple):
    """A chart on the disk, and its files that are opened and typed in.

    `templates` are the largest, those with the most defines, and some others, all of them really rendered;
    the first one is opened first.
    """

    name: str
    folder: Path
    templates: tuple[Path, ...]
    values: Path


def unpack_all(folder: Path, *, is_smoke: bool) -> tuple[Path, list[BenchChart]]:
    """Unpack and compose everything below `folder`; give the corpus workspace, and M, L and U."""
    names = corpus_charts.chart_names()
    chosen = names[::SMOKE_STRIDE] if is_smoke else names
    workspace = folder / "corpus"
    for name in chosen:
        corpus_charts.unpack(name, workspace)
    apart = folder / "charts"
    kafka = shutil.copytree(corpus_charts.unpack(KAFKA[0], folder / "m") / KAFKA[1], apart / "kafka")
    stack = corpus_charts.unpack(KUBE_PROMETHEUS_STACK, apart)
    platform = compose_platform(chosen, workspace, apart)
    return workspace, [look_at("M", kafka), look_at("L", stack), look_at("U", platform)]


def compose_platform(names: list[str], workspace: Path, folder: Path) -> Path:
    """Make the umbrella of charts that render with their defaults and make no private keys.

    Its values.yaml says of each sub-chart what such files say: some scalars and small maps of the sub-chart's
    own values, unchanged.
    """
    found: list[Subject] = []
    for name in names:
        default = next((each for each in corpus_charts.scenarios(name) if each.name == "default"), None)
        if default is not None and not default.error:
            subject = Subject(name, workspace / name, default.values)
            if not makes_keys(subject):
                found.append(subject)
    umbrella = compose(found, folder, min(SUB_CHARTS, len(found) // 2))
    values: dict[str, Any] = {}
    for sub_chart in sorted((umbrella.folder / "charts").iterdir()):
        own: dict[str, Any] = yaml.safe_load((sub_chart / "values.yaml").read_text("utf-8")) or {}
        picked = {key: value for key, value in own.items() if is_small(value)}
        values[sub_chart.name] = dict(list(picked.items())[:8]) | umbrella.values.get(sub_chart.name, {})
    (umbrella.folder / "values.yaml").write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")
    return umbrella.folder


def is_small(value: Any) -> bool:
    """Tell whether a value is a scalar, or a map of a few scalars."""
    if isinstance(value, dict):
        inside = list(cast("dict[str, Any]", value).values())
        return 0 < len(inside) <= 4 and not any(isinstance(each, dict | list) for each in inside)
    return value is not None and not isinstance(value, list)


def look_at(name: str, folder: Path) -> BenchChart:
    """Choose the files of a chart that are typed in, the same in each run."""
    every = sorted(
        path
        for path in folder.rglob("templates/**/*")
        if path.suffix in (".yaml", ".tpl") and "tests" not in path.parts
    )
    rendered = [path for path in every if not path.name.startswith("_")]
    helpers = [path for path in every if path.name.startswith("_")]
    largest = sorted(rendered, key=lambda path: path.stat().st_size)[-LARGE_TEMPLATES:]
    defines = sorted(helpers, key=lambda path: path.read_text("utf-8").count("{{- define"))[-2:]
    own = [path for path in rendered if path.is_relative_to(folder / "templates")] or rendered
    others = [path for path in spread(own, 3) + spread(rendered, 2) if path not in largest]
    chosen = dict.fromkeys((*others, *largest, *defines))
    return BenchChart(name, folder, tuple(chosen), folder / "values.yaml")


def spread(paths: list[Path], count: int) -> list[Path]:
    """Take some paths, evenly spaced."""
    return [paths[(2 * number + 1) * len(paths) // (2 * count)] for number in range(count)]
