"""Puts together all that is wrong with a rendered chart, each mistake once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.problems import BAD_VALUES
from quarterdeck.findings.failures import join_repetitions, own_failures
from quarterdeck.findings.manifest_findings import find_manifest_problems
from quarterdeck.findings.template_names import NameCheck, NameMemory
from quarterdeck.render.callers import with_callers
from quarterdeck.render.documents import has_documents
from quarterdeck.render.problems import syntax_findings
from quarterdeck.render.rendering import Rendering

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quarterdeck.chart.origins import ValueOrigins
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.rendering import Frame


class CheckedManifests(NamedTuple):
    """What is wrong with the documents of one rendered file, and the run that gave its text.

    `is_read` tells whether they were read at all; `origins` says where values are written.
    """

    frame: Frame
    text: str
    is_read: bool
    findings: tuple[Finding, ...]
    origins: ValueOrigins

    def still_holds(self, frame: Frame, text: str, origins: ValueOrigins, *, is_read: bool) -> bool:
        """Tell whether the findings are those of this run, too: places may differ, clean text is clean."""
        if is_read != self.is_read:
            return False
        if not is_read:
            return True
        if not self.findings:
            return frame is self.frame or text == self.text
        return frame is self.frame and origins is self.origins


class FindingsMemory:
    """What looking at one rendering found out, for the next one of the same chart."""

    def __init__(self) -> None:
        self.names = NameMemory()
        self.manifests: dict[str, CheckedManifests] = {}
        """By the name of the rendered file."""


class Found(NamedTuple):
    """What is wrong with a rendered chart besides its syntax; in no order, doubles not taken out."""

    names: list[Finding]
    """Calls of templates that nobody defines."""
    failures: list[Finding]
    """Actions that failed, and rendered documents that are no manifests."""


def find_names(rendering: Rendering, memory: FindingsMemory) -> list[Finding]:
    """Give the calls of templates that nobody defines; the rendering need not have been run."""
    names = NameCheck(rendering, memory.names)
    return names.findings()


def find_all(rendering: Rendering, memory: FindingsMemory) -> Found:
    """Give what is wrong with a rendering; `memory` takes part and is brought up to date."""
    names = NameCheck(rendering, memory.names)
    failures = join_repetitions(own_failures(rendering, names))
    memory.manifests = _check_manifests(rendering, memory)
    for checked in memory.manifests.values():
        failures += checked.findings
    return Found(names.findings(), failures)


def collect_findings(rendering: Rendering, memory: FindingsMemory | None = None) -> list[Finding]:
    """Give all that is wrong, in order of place; `memory` takes part and is brought up to date."""
    found = find_all(rendering, memory or FindingsMemory())
    return in_order((*rendering.inputs.problems, *rendering.syntax_problems, *found.names, *found.failures))


def is_renderable(inputs: RenderInputs) -> bool:
    """Tell whether rendering says anything: not where a values file cannot be read.

    Helm stops there, and what templates make of the values that are left is not what anybody meant.
    """
    return not any(problem.code == BAD_VALUES for problem in inputs.problems)


def unrendered(inputs: RenderInputs, program: Program) -> Rendering:
    """Give a rendering of which nothing has run, for `find_names`."""
    rendering = Rendering(inputs)
    rendering.program = program
    rendering.syntax_problems = tuple(syntax_findings(program, inputs))
    return rendering


def collect_unrendered(rendering: Rendering) -> list[Finding]:
    """Give what texts alone tell, in order of place; nothing has run."""
    names = find_names(rendering, FindingsMemory())
    return in_order((*rendering.inputs.problems, *rendering.syntax_problems, *names))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by place, each once."""
    return sorted(dict.fromkeys(findings), key=lambda one: (one.place, one.code, one.message))


def _check_manifests(rendering: Rendering, memory: FindingsMemory) -> dict[str, CheckedManifests]:
    """Check the documents of each file that is whole; what was checked before is not checked again."""
    checked: dict[str, CheckedManifests] = {}
    damaged = _find_damaged(rendering, memory.names.called)
    origins = rendering.inputs.origins
    for file, frame in rendering.frames.items():
        text = rendering.templates[file]
        is_read = has_documents(file, text) and not rendering.errors.get(file) and file not in damaged
        known = memory.manifests.get(file)
        if known is not None and known.still_holds(frame, text, origins, is_read=is_read):
            known = known._replace(frame=frame, text=text, origins=origins)
        else:
            findings = tuple(find_manifest_problems(rendering, file)) if is_read else ()
            known = CheckedManifests(frame, text, is_read, findings, origins)
        checked[file] = known
    return checked


def _find_damaged(rendering: Rendering, called: Mapping[str, frozenset[str]]) -> set[str]:
    """Give the files that have a syntax error, or may call a template out of one that has.

    What they render to is not what is meant. `called` has the names that each text may call.
    """
    program, units = rendering.program, rendering.program.units
    damaged = {source.file for source in program.sources if source.problems}
    if not damaged:
        return damaged
    callees = {
        source.file: {units[name].file for name in called.get(source.text, ()) if name in units}
        for source in program.sources
    }
    return with_callers(damaged, callees)
