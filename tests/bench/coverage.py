"""How much of the output has an origin, and whether literal text comes from equal text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import quarterdeck
from bench.engines import NAME, NAMESPACE
from bench.figures import Row
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.subjects import Subject
    from quarterdeck.chart.model import Chart, ChartFile
    from quarterdeck.render.source_map import Origin

FALLBACK_LIMIT = 0.03
"""The share of characters that may be known by their action alone."""


class Coverage:
    """Counts over all charts."""

    def __init__(self) -> None:
        self.characters = 0
        self.covered = 0
        self.literal = 0
        self.mismatched: list[str] = []
        self.incomplete: list[str] = []
        self.fallbacks: Counter[str] = Counter()

    def add(self, subject: Subject) -> None:
        """Look at every character of one chart's output."""
        chart = quarterdeck.load_chart(subject.folder)
        rendering = quarterdeck.render_chart(chart, subject.values, name=NAME, namespace=NAMESPACE)
        sources = {file.display_path: Source(file.text) for file in template_files(chart)}
        for name, text in rendering.templates.items():
            position = 0
            for origin in rendering.source_map.origins(name):
                if origin.start != position:
                    break
                position = origin.end
                self.add_origin(origin, text[origin.start : origin.end], sources)
            self.characters += len(text)
            self.covered += min(position, len(text))
            if position != len(text):
                self.incomplete.append(f"{subject.name}: {name} is covered up to {position} of {len(text)}")

    def add_origin(self, origin: Origin, written: str, sources: dict[str, Source]) -> None:
        """Count one origin's characters by their kind, and compare literal text with its source."""
        if origin.kind == "computed":
            self.fallbacks[origin.function or "(action)"] += len(written)
        source = sources.get(origin.place.path)
        if origin.is_literal and source is not None:
            self.literal += len(written)
            if source.text_at(origin.place.line, origin.place.column, len(written)) != written:
                self.mismatched.append(f"{origin.place.path}:{origin.place.line}: {written[:40]!r}")


class Source:
    """The text of one template."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = LineIndex(text)

    def text_at(self, line: int, column: int, length: int) -> str:
        """Give the characters at a place."""
        start = self.lines.offset(line, column)
        return self.text[start : start + length]


def template_files(chart: Chart) -> Iterator[ChartFile]:
    """Give the templates of a chart and of all charts in it."""
    yield from chart.templates
    for dependency in chart.dependencies:
        yield from template_files(dependency)


def coverage_row(subjects: Sequence[Subject]) -> Row:
    """Look at every character of every chart."""
    coverage = Coverage()
    for subject in subjects:
        coverage.add(subject)
    share = coverage.covered / max(coverage.characters, 1)
    fallback = sum(coverage.fallbacks.values()) / max(coverage.characters, 1)
    is_whole = not coverage.incomplete and not coverage.mismatched and coverage.literal > 0
    worst = ", ".join(
        f"{function} {count / max(coverage.characters, 1):.2%}"
        for function, count in coverage.fallbacks.most_common(12)
    )
    return Row(
        what="source map: characters with an origin",
        reach="100 %, on all charts; literal text maps to equal text",
        measured=f"{share:.2%} of {coverage.characters} characters of {len(subjects)} charts; "
        f"{len(coverage.mismatched)} mismatches in {coverage.literal} literal characters",
        has_reached=is_whole,
        details=(
            f"known by their action alone: {fallback:.2%} (at most {FALLBACK_LIMIT:.0%}): {worst}",
            *coverage.incomplete[:20],
            *coverage.mismatched[:20],
        ),
    )
