"""Syntax errors and failed runs as findings at the place where a person mends them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.diagnostics.catalog import SYNTAX_CODES
from quarterdeck.diagnostics.model import Finding, Place, Related, Severity
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.render.failures import describe_failure
from quarterdeck.render.helm_errors import parse_message, run_message
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import TemplateError
    from quarterdeck.gotmpl.nodes import SyntaxProblem
    from quarterdeck.render.rendering import Rendering

_VARIABLE = re.compile(r"\$\w+")


def syntax_findings(program: Program, inputs: RenderInputs) -> list[Finding]:
    """Give the syntax errors of all files, in the order in which Helm parses them."""
    findings: list[Finding] = []
    paths: dict[str, str] | None = None
    for source in program.damaged:
        if paths is None:
            paths = {file.name: file.display_path for file in inputs.templates}
        lines = LineIndex(source.text)
        findings += [
            Finding(
                code=SYNTAX_CODES[problem.code],
                severity=Severity.CRITICAL,
                place=place_of(paths[source.file], lines, problem.start, problem.end),
                message=problem.message,
                proposal=_proposal(problem, source.text, program.library.functions),
                helm_message=parse_message(source.file, problem),
            )
            for problem in source.problems
        ]
    return findings


def _proposal(problem: SyntaxProblem, text: str, functions: Mapping[str, object]) -> str:
    """Give what to do about a syntax error: for a mistyped name, the one that was meant."""
    name = text[problem.start : problem.end]
    match problem.code:
        case "unknown-function":
            return did_you_mean(name, functions, problem.proposal)
        case "undefined-variable":
            known = dict.fromkeys(_VARIABLE.findall(text))
            return did_you_mean(name, known, problem.proposal)
        case _:
            return problem.proposal


def run_findings(
    errors: Iterable[TemplateError], inputs: RenderInputs, rendering: Rendering
) -> Iterator[Finding]:
    """Give a finding for each failed action, in the order of failing, the same failure once."""
    files = {file.name: file for file in inputs.templates}
    paths = {file.name: file.display_path for file in inputs.templates}
    seen: set[tuple[object, int, str]] = set()
    for error in errors:
        key = (error.unit, error.offset, error.cause)
        if key in seen:
            continue
        seen.add(key)
        unit = error.unit
        start = unit.start + error.offset
        related: tuple[Related, ...] = ()
        rendered = paths.get(error.file, error.file)
        if unit.file in paths:
            place = place_of(paths[unit.file], LineIndex(unit.text), start, unit.start + error.end)
            if unit.file != error.file:
                related = (Related(Place(rendered), "while this file was rendered"),)
        else:
            # A text that was given to tpl: it stands in a values file, or was made by a template.
            text = rendering.failed_texts.get(error.file, {}).get(unit, "")
            place = rendering.source_map.place_in_text(text, start) or Place(rendered)
            related = (Related(Place(rendered), "in a text that this file hands to tpl"),)
        values = files[error.file].context["Values"] if error.file in files else None
        failure = describe_failure(error, values, rendering.program.units)
        yield Finding(
            code=failure.code,
            severity=Severity.CRITICAL,
            place=place,
            message=failure.message,
            proposal=failure.proposal,
            related=related,
            helm_message=run_message(error.file, error),
        )


def place_of(path: str, lines: LineIndex, start: int, end: int) -> Place:
    """Give the place of a span of a file."""
    line, column = lines.position(start)
    end_line, end_column = lines.position(end)
    return Place(path, line, column, end_line, end_column)
