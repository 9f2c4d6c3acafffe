"""What is wrong with rendered documents, told at the template text or action that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.diagnostics.model import Finding, Place, Related
from quarterdeck.findings.document_checks import DOCUMENT_CHECKS
from quarterdeck.render.written import place_in_text
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.parser import split_manifests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.findings.document_checks import DocumentProblem
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Origin

_LONGEST_LINE = 120


def find_manifest_problems(rendering: Rendering, file: str) -> Iterator[Finding]:
    """Give what is wrong with the documents of one rendered file."""
    text = rendering.templates[file]
    for span in split_manifests(text):
        for problem in DOCUMENT_CHECKS.check(text[span.start : span.end]):
            yield _placed(rendering, file, span.start, problem)


def _placed(rendering: Rendering, file: str, start: int, problem: DocumentProblem) -> Finding:
    """Give a problem of the document that begins at `start` as a finding in a template."""
    text = rendering.templates[file]
    offset = start + problem.offset
    if problem.helm_error:
        offset = _visible(text, offset)
    related = [_rendered(file, text, offset)] if problem.shows_line else []
    if problem.helm_error:
        origin = rendering.source_map.at(file, offset)
        if origin is not None and origin.value is not None and origin.value.origin is not None:
            key = ".".join(map(str, origin.value.path[1:]))
            related.insert(0, Related(origin.value.origin.place, f"the value `{key}` is written here"))
    return Finding(
        code=problem.code,
        severity=problem.severity,
        place=_place(rendering, file, offset),
        message=problem.message,
        proposal=problem.proposal,
        related=tuple(related),
        helm_message=f"YAML parse error on {file}: {problem.helm_error}" if problem.helm_error else "",
    )


def _visible(text: str, offset: int) -> int:
    """Give the offset of a character that is to be seen: this, the next on its line, or the last before."""
    offset = min(offset, len(text))
    end = text.find("\n", offset)
    rest = text[offset : len(text) if end < 0 else end]
    if rest.strip():
        return offset + len(rest) - len(rest.lstrip())
    return max(len(text[:offset].rstrip()) - 1, 0)


def _place(rendering: Rendering, file: str, offset: int) -> Place:
    """Give the place in a template of what wrote one rendered character."""
    origin: Origin | None = rendering.source_map.at(file, offset)
    if origin is None:
        paths = {one.name: one.display_path for one in rendering.inputs.templates}
        return Place(paths[file])
    if not origin.is_literal:
        return origin.place
    # The origin's text may be long; what is meant is this character to the end of its line.
    text = rendering.templates[file]
    rest = text[offset : origin.end].partition("\n")[0].rstrip()
    return place_in_text(text, origin, offset, offset + len(rest))


def _rendered(file: str, text: str, offset: int) -> Related:
    lines = LineIndex(text)
    line, column = lines.position(offset)
    shown = lines.line_text(line).strip()
    if len(shown) > _LONGEST_LINE:
        shown = shown[:_LONGEST_LINE] + "…"
    return Related(Place(file, line, column), f"rendered as `{shown}`")
