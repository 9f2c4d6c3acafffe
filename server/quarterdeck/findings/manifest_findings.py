"""What is wrong with rendered documents, told at the template text or action that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.diagnostics.catalog import (
    BAD_RENDERED_YAML,
    NO_API_VERSION,
    NO_KIND,
    NOT_A_MANIFEST,
    UNKNOWN_HOOK,
)
from quarterdeck.diagnostics.model import Finding, Place, Related, Severity
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.render.documents import HOOK, HOOK_EVENTS, read_documents, yaml_parse_error
from quarterdeck.render.written import place_in_text
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.parser import parse_manifests
from quarterdeck.yamldoc.path import find_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.render.documents import Document
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Origin

_LONGEST_LINE = 120


def find_manifest_problems(rendering: Rendering, file: str) -> Iterator[Finding]:
    """Give what is wrong with the documents of one rendered file."""
    text = rendering.templates[file]
    for document in read_documents(file, text):
        finding = _check(rendering, document, text)
        if finding is not None:
            yield finding


def _check(rendering: Rendering, document: Document, text: str) -> Finding | None:
    if document.error:
        return _unreadable(rendering, document, text)
    if document.value is None:
        return None  # comments alone
    head, start = document.head, document.span.start
    if not head.kind:
        lacking = "neither kind nor apiVersion" if not head.api_version else "no kind"
        return _incomplete(rendering, document, NO_KIND, lacking)
    if not head.api_version:
        return _incomplete(rendering, document, NO_API_VERSION, "no apiVersion")
    if document.hook_events == ():
        event = (head.hook or "").strip()
        offset = start + _offset_of(document, ("metadata", "annotations", HOOK))
        return Finding(
            code=UNKNOWN_HOOK,
            severity=Severity.HIGH,
            place=_place(rendering, document.file, offset),
            message=f"`{HOOK}: {event}` names an event that Helm does not know: it leaves the document out",
            proposal=did_you_mean(event, HOOK_EVENTS, f"Choose from {', '.join(HOOK_EVENTS)}."),
        )
    return None


def _incomplete(rendering: Rendering, document: Document, code: str, lacking: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.HIGH,
        place=_place(rendering, document.file, document.span.start),
        message=f"a rendered document has {lacking}: `helm template` prints it, `helm install` refuses it",
        proposal="Write both at the top of the document, or leave the document empty.",
        related=(_rendered(document.file, rendering.templates[document.file], document.span.start),),
    )


def _unreadable(rendering: Rendering, document: Document, text: str) -> Finding:
    """Report a document that Helm cannot read, at what made the characters in question."""
    code, message = NOT_A_MANIFEST, _plain(document.error)
    proposal, offset = "Render a map with apiVersion, kind and metadata.", document.span.start
    stream = parse_manifests(document.text)
    if stream.documents:
        damaged = stream.documents[0].problem or stream.documents[0].value_problem
        if damaged is not None:
            code, proposal = BAD_RENDERED_YAML, damaged.proposal
            message = f"the rendered text is no valid YAML: {damaged.message}"
            offset = document.span.start + damaged.offset
    offset = _visible(text, offset)
    related = [_rendered(document.file, text, offset)]
    origin = rendering.source_map.at(document.file, offset)
    if origin is not None and origin.value is not None and origin.value.origin is not None:
        key = ".".join(map(str, origin.value.path[1:]))
        related.insert(0, Related(origin.value.origin.place, f"the value `{key}` is written here"))
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        place=_place(rendering, document.file, offset),
        message=message,
        proposal=proposal,
        related=tuple(related),
        helm_message=yaml_parse_error(document),
    )


def _plain(error: str) -> str:
    """Say in plain words which part of a document has the wrong type."""
    found = error.partition("cannot unmarshal ")[2]
    kind, _, rest = found.partition(" into ")
    kind = {"object": "a map", "array": "a list", "bool": "a boolean"}.get(kind, f"a {kind}")
    if "SimpleHead" in rest:
        return f"a rendered document is {kind} and no map"
    field = rest.removeprefix("Go struct field .").partition(" of type ")[0]
    wanted = "a text" if rest.endswith("type string") else "a map"
    return f"`{field}` of a rendered document is {kind}, where Helm wants {wanted}"


def _offset_of(document: Document, path: tuple[str, ...]) -> int:
    tree = parse_manifests(document.text).documents
    found = find_value(tree[0], path) if tree else None
    return 0 if found is None else found.value_span.start


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
