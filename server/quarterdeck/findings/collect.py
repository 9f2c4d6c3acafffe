"""Puts together all that is wrong with a rendered chart, each mistake once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.findings.failures import join_repetitions, own_failures
from quarterdeck.findings.manifest_findings import find_manifest_problems
from quarterdeck.findings.template_names import NameCheck
from quarterdeck.render.callers import with_callers
from quarterdeck.render.documents import has_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.rendering import Frame, Rendering


class CheckedManifests(NamedTuple):
    """What is wrong with the documents of one rendered file, and the run that gave its text.

    `is_read` tells whether they were read at all.
    """

    frame: Frame
    text: str
    is_read: bool
    findings: tuple[Finding, ...]

    def still_holds(self, frame: Frame, text: str, *, is_read: bool) -> bool:
        """Tell whether the findings are those of this run, too: places may differ, clean text is clean."""
        if is_read != self.is_read:
            return False
        return frame is self.frame or not is_read or (not self.findings and text == self.text)


class FindingsMemory:
    """What looking at one rendering found out, for the next one of the same chart."""

    def __init__(self) -> None:
        self.called: dict[str, frozenset[str]] = {}
        """The names of templates that may be called, by the text of a file."""
        self.manifests: dict[str, CheckedManifests] = {}
        """By the name of the rendered file."""


def collect_findings(rendering: Rendering, memory: FindingsMemory | None = None) -> list[Finding]:
    """Give all that is wrong, in order of place; `memory` takes part and is brought up to date."""
    memory = memory or FindingsMemory()
    names = NameCheck(rendering, memory.called)
    memory.called = names.called
    found = [*rendering.inputs.problems, *rendering.syntax_problems]
    found += names.findings()
    found += join_repetitions(own_failures(rendering, names))
    memory.manifests = _check_manifests(rendering, memory)
    for checked in memory.manifests.values():
        found += checked.findings
    return sorted(dict.fromkeys(found), key=lambda one: (one.place, one.code, one.message))


def _check_manifests(rendering: Rendering, memory: FindingsMemory) -> dict[str, CheckedManifests]:
    """Check the documents of each file that is whole; what was checked before is not checked again."""
    checked: dict[str, CheckedManifests] = {}
    damaged = _find_damaged(rendering, memory.called)
    for file, frame in rendering.frames.items():
        text = rendering.templates[file]
        is_read = has_documents(file, text) and not rendering.errors.get(file) and file not in damaged
        known = memory.manifests.get(file)
        if known is not None and known.still_holds(frame, text, is_read=is_read):
            known = known._replace(frame=frame)
        else:
            findings = tuple(find_manifest_problems(rendering, file)) if is_read else ()
            known = CheckedManifests(frame, text, is_read, findings)
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
