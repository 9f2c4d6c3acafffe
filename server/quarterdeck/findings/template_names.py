"""Calls of templates that nobody defines, also where no value leads there today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.diagnostics.catalog import UNKNOWN_TEMPLATE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.diagnostics.spelling import Spellings
from quarterdeck.render.failures import describe_unknown_template
from quarterdeck.render.problems import place_of
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quarterdeck.chart.model import Chart, ChartFile
    from quarterdeck.chart.prepare import TemplateFile
    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import Source
    from quarterdeck.findings.patterns import Call
    from quarterdeck.render.rendering import Rendering

_LITERAL = r'("(?:[^"\\\n]|\\.)*"|`[^`]*`)'
_CALLS = (re.compile(rf"include\s+{_LITERAL}"), re.compile(rf"template\s+{_LITERAL}"))
"""Where a template may be called by a constant name; the file's patterns tell whether it really is."""
_PIPED = re.compile(r"\|\s*include\b")
_PIPED_NAME = re.compile(rf"{_LITERAL}\s*\|\s*include\b")
_DEFINES = tuple(
    re.compile(rf"""{word}(?<!\w{word})\s+["`](?=([^"`]*)["`])""") for word in ("define", "block")
)
"""Two, since a pattern that begins with a fixed text is looked for several times as fast."""


class _Unknown(NamedTuple):
    """A call of a template that does not exist."""

    name: str
    place: Place


class NameMemory:
    """What one look at the names of a chart found out in its texts, for the next one."""

    def __init__(self) -> None:
        self.called: dict[str, frozenset[str]] = {}
        """The names of templates that may be called, by the text of a file; some texts may be old ones."""
        self._calls: dict[str, tuple[Call, ...]] = {}
        """The calls by a quoted name, by the text of a file that may call what nobody defines."""
        self._files: tuple[TemplateFile, ...] = ()
        self._suspects: list[int] = []
        """Which of the files may call what nobody defines."""
        self._written: dict[str, _Written] = {}
        """What stands in the texts of each chart, by its path."""
        self._names: frozenset[str] = frozenset()
        self._spellings = Spellings(())
        self._prefixes: frozenset[str] = frozenset()

    def spellings(self, units: Mapping[str, object]) -> Spellings:
        """Give the names of all templates, arranged for questions about similar ones."""
        if len(units) != len(self._names) or not self._names >= units.keys():
            self._names = frozenset(units)
            self._spellings = Spellings(units)
            self._prefixes = frozenset(_prefix(name) for name in units if "/" not in name)
            self._files = ()
        return self._spellings

    def prefixes(self, units: Mapping[str, object]) -> frozenset[str]:
        """Give what stands before the first dots of all names but those of files."""
        self.spellings(units)
        return self._prefixes

    def suspects(self, files: tuple[TemplateFile, ...], units: Mapping[str, object]) -> list[TemplateFile]:
        """Give the files that may call templates which are not in `units`, in order.

        Only files that changed are looked at, unless names came or went.
        """
        self.spellings(units)
        indices = range(len(files))
        if len(files) == len(self._files) and len(self.called) < 2 * len(files) + 100:
            changed = [index for index, file in enumerate(files) if file is not self._files[index]]
            indices = sorted({*self._suspects, *changed})
            known = self.called
        else:
            known, self.called = self.called, {}
        self._files, self._suspects = files, []
        for index in indices:
            text = files[index].text
            called = known.get(text)
            self.called[text] = called = _called_names(text) if called is None else called
            if not called <= units.keys():
                self._suspects.append(index)
        return [files[index] for index in self._suspects]

    def calls(self, suspects: list[TemplateFile], program: Program) -> Iterator[tuple[TemplateFile, Call]]:
        """Give the calls by a quoted name in these files; those in others are forgotten."""
        known, self._calls = self._calls, {}
        for file in suspects:
            calls = known.get(file.text)
            if calls is None:
                source = next(source for source in program.sources if source.file == file.name)
                calls = _quoted_calls(source)
            self._calls[file.text] = calls
            for call in calls:
                yield file, call

    def is_written(self, name: str, chart: Chart) -> bool:
        """Tell whether a define of this name stands anywhere in the texts of a chart and its sub-charts."""
        before, self._written = self._written, {}
        is_found = False
        for one in _all_charts(chart):
            known = before.get(one.path)
            if known is None or known.templates != one.templates or known.values_text != one.values_text:
                known = _find_written(one, {} if known is None else known.by_text)
            self._written[one.path] = known
            is_found |= name in known.names
        return is_found


class NameCheck:
    """Looks for unknown names of templates in the files of one rendering.

    `memory` holds what is known of texts from before, and afterwards of those of this rendering.
    """

    def __init__(self, rendering: Rendering, memory: NameMemory) -> None:
        self._memory = memory
        self._rendering = rendering
        self._inputs = rendering.inputs
        self._units = rendering.program.units
        self._known_prefixes: frozenset[str] | None = None
        self._written: dict[str, bool] = {}
        self._unknown = list(self._find())

    def findings(self) -> list[Finding]:
        """Give a finding for each call: critical where the run came by, since Helm stops there."""
        failed = [one for one in self._rendering.problems if one.code == UNKNOWN_TEMPLATE]
        found: list[Finding] = []
        for unknown in self._unknown:
            failure = describe_unknown_template(unknown.name, self._memory.spellings(self._units))
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
        program = self._rendering.program
        suspects = self._memory.suspects(self._inputs.templates, program.units)
        lines: dict[str, LineIndex] = {}
        for file, call in self._memory.calls(suspects, program):
            name = call.name or ""
            if name in self._units or call.word == "block" or self._is_excused(name):
                continue
            if file.name not in lines:
                lines[file.name] = LineIndex(file.text)
            place = place_of(file.display_path, lines[file.name], call.name_start, call.name_end)
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
            charts = {_prefix(chart.name) for chart in _all_charts(self._inputs.chart)}
            self._known_prefixes = self._memory.prefixes(self._units) | charts
        return prefix not in self._known_prefixes

    def _is_written(self, name: str) -> bool:
        """Tell whether a define of this name stands anywhere: in a disabled sub-chart, in a text for tpl."""
        is_written = self._written.get(name)
        if is_written is None:
            is_written = self._written[name] = self._memory.is_written(name, self._inputs.chart)
        return is_written


def _quoted_calls(source: Source) -> tuple[Call, ...]:
    """Give the calls by a quoted name in order of place."""
    from quarterdeck.findings.pattern_cache import PATTERN_CACHE  # noqa: PLC0415 - most charts need it not

    calls = [call for unit in PATTERN_CACHE.of(source).units for call in unit.calls if call.is_literal]
    return tuple(sorted((call for call in calls if call.name is not None), key=lambda call: call.name_start))


def _called_names(text: str) -> frozenset[str]:
    """Give the constant names in a text that may be those of called templates."""
    found = {match[1] for pattern in _CALLS for match in pattern.finditer(text)}
    if _PIPED.search(text):
        found |= {match[1] for match in _PIPED_NAME.finditer(text)}
    return frozenset(name[1:-1] for name in found)


class _Written(NamedTuple):
    """The names behind `define` and `block` in a chart's own texts."""

    templates: tuple[ChartFile, ...]
    values_text: str
    by_text: dict[str, tuple[str, ...]]
    names: frozenset[str]


def _find_written(chart: Chart, known: dict[str, tuple[str, ...]]) -> _Written:
    """Find them; `known` has those of texts from before."""
    by_text: dict[str, tuple[str, ...]] = {}
    values_text = ""
    if "define" in chart.values_text:
        # As it stands in YAML, quotes may be escaped.
        values_text = chart.values_text.replace('\\"', '"')
    for text in (*(file.text for file in chart.templates), values_text):
        found = known.get(text)
        by_text[text] = _written_names(text) if found is None else found
    names = frozenset(name for found in by_text.values() for name in found)
    return _Written(chart.templates, chart.values_text, by_text, names)


def _written_names(text: str) -> tuple[str, ...]:
    return tuple(name for pattern in _DEFINES for name in pattern.findall(text))


def _name_in(finding: Finding) -> str:
    return finding.message.partition('"')[2].removesuffix('"')


def _prefix(name: str) -> str:
    return name.partition(".")[0]


def _all_charts(chart: Chart) -> Iterator[Chart]:
    """Give a chart and all its sub-charts, disabled ones too."""
    yield chart
    for sub in chart.dependencies:
        yield from _all_charts(sub)
