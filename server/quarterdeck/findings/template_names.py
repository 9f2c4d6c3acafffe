"""Calls of templates that nobody defines, also where no value leads there today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.diagnostics.catalog import UNKNOWN_TEMPLATE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.gotmpl.symbols import find_symbols
from quarterdeck.render.failures import describe_unknown_template
from quarterdeck.render.problems import place_of
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quarterdeck.chart.model import Chart
    from quarterdeck.render.rendering import Rendering

_LITERAL = r'("(?:[^"\\\n]|\\.)*"|`[^`]*`)'
_CALLS = (re.compile(rf"include\s+{_LITERAL}"), re.compile(rf"template\s+{_LITERAL}"))
"""Where a template may be called by a constant name; what they find is looked at again in the tree."""
_PIPED = re.compile(r"\|\s*include\b")
_PIPED_NAME = re.compile(rf"{_LITERAL}\s*\|\s*include\b")


class _Unknown(NamedTuple):
    """A call of a template that does not exist."""

    name: str
    place: Place


class NameCheck:
    """Looks for unknown names of templates in the files of one rendering.

    `called` holds, by the text of a file, the names that it may call: at first those known from before, then
    those of this rendering's files.
    """

    def __init__(self, rendering: Rendering, called: Mapping[str, frozenset[str]]) -> None:
        self._called_before = called
        self.called: dict[str, frozenset[str]] = {}
        self._rendering = rendering
        self._inputs = rendering.inputs
        self._units = rendering.program.units
        self._texts: list[str] | None = None
        self._known_prefixes: set[str] | None = None
        self._unknown = list(self._find())

    def findings(self) -> list[Finding]:
        """Give a finding for each call: critical where the run came by, since Helm stops there."""
        failed = [one for one in self._rendering.problems if one.code == UNKNOWN_TEMPLATE]
        found: list[Finding] = []
        for unknown in self._unknown:
            failure = describe_unknown_template(unknown.name, self._units)
            run = next((one for one in failed if self._is_same(unknown, one)), None)
            found.append(
                Finding(
                    code=failure.code,
                    severity=self._severity(unknown.place.path) if run is None else Severity.CRITICAL,
                    place=unknown.place,
                    message=failure.message,
                    proposal=failure.proposal,
                    related=() if run is None else run.related,
                    helm_message="" if run is None else run.helm_message,
                )
            )
        return found

    def _severity(self, path: str) -> Severity:
        """Say how bad a call is that is not rendered today: nobody mends a chart that is vendored."""
        inside = path.removeprefix(self._inputs.chart.path)
        return Severity.LOW if inside.startswith("/charts/") else Severity.HIGH

    def covers(self, finding: Finding) -> bool:
        """Tell whether a failure of the run is reported here, or no mistake of the chart's."""
        if finding.code != UNKNOWN_TEMPLATE:
            return False
        if any(self._is_same(unknown, finding) for unknown in self._unknown):
            return True
        name = _name_in(finding)
        if self._may_be_missing(name):
            return True
        return bool(self._rendering.syntax_problems) and self._is_written(name)

    @staticmethod
    def _is_same(unknown: _Unknown, finding: Finding) -> bool:
        place, other = unknown.place, finding.place
        return (
            place.path == other.path
            and (other.line, other.column) <= (place.line, place.column)
            and (place.end_line, place.end_column) <= (other.end_line, other.end_column)
            and _name_in(finding) == unknown.name
        )

    def _find(self) -> Iterator[_Unknown]:
        units = self._units
        sources = {source.file: source for source in self._rendering.program.sources}
        for file in self._inputs.templates:
            called = self._called_before.get(file.text)
            if called is None:
                called = _called_names(file.text)
            self.called[file.text] = called
            if called <= units.keys():
                continue
            lines = LineIndex(file.text)
            for reference in find_symbols(sources[file.name].template).references:
                name = reference.name
                if name in units or reference.word == "block" or self._is_excused(name):
                    continue
                place = place_of(file.display_path, lines, reference.name_start, reference.name_end)
                yield _Unknown(name, place)

    def _is_excused(self, name: str) -> bool:
        """Tell whether something that is not there now may define the template."""
        return self._may_be_missing(name) or self._is_written(name)

    def _may_be_missing(self, name: str) -> bool:
        """Tell whether a dependency may define the template that is declared and not vendored.

        Templates are named after their chart. A name that begins as others which are there is not missing
        with a dependency.
        """
        missing = self._inputs.missing_dependencies
        if not missing:
            return False
        prefix = _prefix(name)
        if prefix in missing:
            return True
        if self._known_prefixes is None:
            defined = {_prefix(unit) for unit in self._units if "/" not in unit}
            self._known_prefixes = defined | {
                _prefix(chart.name) for chart in _all_charts(self._inputs.chart)
            }
        return prefix not in self._known_prefixes

    def _is_written(self, name: str) -> bool:
        """Tell whether a define of this name stands anywhere: in a disabled sub-chart, in a text for tpl."""
        if self._texts is None:
            self._texts = [text for chart in _all_charts(self._inputs.chart) for text in _texts_of(chart)]
        define = re.compile(rf'\b(?:define|block)\s+["`]{re.escape(name)}["`]')
        return any(name in text and define.search(text) for text in self._texts)


def _called_names(text: str) -> frozenset[str]:
    """Give the constant names in a text that may be those of called templates."""
    found = {match[1] for pattern in _CALLS for match in pattern.finditer(text)}
    if _PIPED.search(text):
        found |= {match[1] for match in _PIPED_NAME.finditer(text)}
    return frozenset(name[1:-1] for name in found)


def _name_in(finding: Finding) -> str:
    return finding.message.partition('"')[2].removesuffix('"')


def _prefix(name: str) -> str:
    return name.partition(".")[0]


def _all_charts(chart: Chart) -> Iterator[Chart]:
    """Give a chart and all its sub-charts, disabled ones too."""
    yield chart
    for sub in chart.dependencies:
        yield from _all_charts(sub)


def _texts_of(chart: Chart) -> Iterator[str]:
    for file in chart.templates:
        yield file.text
    if "define" in chart.values_text:
        # As it stands in YAML, quotes may be escaped.
        yield chart.values_text.replace('\\"', '"')
