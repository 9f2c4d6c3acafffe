"""A stream of YAML documents with positions, as far as it can be read.

A document that is damaged is reported and kept up to the damage; the others are read all the same. Two ways
of finding the documents: YAML's own (`parse_yaml`), and Helm's for what templates have rendered
(`parse_manifests`).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quarterdeck.text.span import Span
from quarterdeck.yamldoc.compose import ComposedDocument, compose_partial
from quarterdeck.yamldoc.decode import DecodeError, decode_document
from quarterdeck.yamldoc.dialect import Reading
from quarterdeck.yamldoc.events import find_forbidden
from quarterdeck.yamldoc.explain import YamlProblem, explain
from quarterdeck.yamldoc.simple import Origins, build_simple, find_origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.yamldoc.nodes import Node

_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n\x85\u2028\u2029]|\Z)", re.MULTILINE)
_HELM_SEPARATOR = re.compile(r"^---[ \t]*", re.MULTILINE)
_SPACES = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's unicode.IsSpace takes for space."""


class YamlDocument:
    """One document: its tree with positions in the whole text, what is wrong with it, and its value.

    `span` is the document's text without its separator, `root` its tree (what came before the damage, if
    there is a `problem`), None where there is nothing but comments.
    """

    def __init__(self, text: str, composed: ComposedDocument, span: Span) -> None:
        self.text = text
        self.span = span
        self.root: Node | None = composed.root
        self.problem: YamlProblem | None = None
        self._composed = composed
        if composed.error is not None:
            self.problem = explain(text, composed.error.message, composed.error.offset)
        elif composed.unknown_aliases:
            alias = composed.unknown_aliases[0]
            self.problem = explain(text, f"unknown anchor '{alias.name}' referenced", alias.start)

    @property
    def value(self) -> Any:
        """The value as Helm has it: dict, list, str, float, bool, None; None where there is a problem."""
        return self._decoded[0]

    @property
    def value_problem(self) -> YamlProblem | None:
        """What keeps a well-formed document from being a value, such as a key that is a map."""
        return self._decoded[1]

    @cached_property
    def origins(self) -> Origins:
        """The node behind each container, string and number of `value`, by `id`; true while `value` lives."""
        value, _, origins = self._decoded
        if self._composed.is_simple and self.problem is None and self.root is not None:
            return find_origins(self.root, value)
        return origins

    @cached_property
    def _decoded(self) -> tuple[Any, YamlProblem | None, Origins]:
        origins: Origins = {}
        if self.problem is not None or self.root is None:
            return None, None, origins
        if self._composed.is_simple:
            return build_simple(self.root), None, origins
        try:
            return decode_document(self._composed, self.text, origins=origins), None, origins
        except DecodeError as error:
            return None, explain(self.text, str(error), error.offset), {}


class YamlStream:
    """The documents of `text` in order, and all that is wrong with them, in the order of the text."""

    def __init__(self, text: str, documents: tuple[YamlDocument, ...]) -> None:
        self.text = text
        self.documents = documents
        self.problems = tuple(d.problem for d in documents if d.problem is not None)

    def document_at(self, offset: int) -> YamlDocument | None:
        """Give the document whose text contains the offset or ends before it, None before the first."""
        found: YamlDocument | None = None
        for document in self.documents:
            if document.span.start > offset:
                break
            found = document
        return found


def parse_yaml(text: str) -> YamlStream:
    """Read every document of `text`, separated as YAML says.

    The lines in Go's messages count from the document's separator, since Helm reads a stream piece by piece.

    Raises:
        ToolError: PyYAML lacks libyaml.
    """
    if find_forbidden(text) is None:
        documents = list(_read_stream(text))
    else:
        documents = [document for span in _split(text, 0) for document in _read_slice(text, span)]
    return YamlStream(text, tuple(documents))


def parse_manifests(text: str) -> YamlStream:
    """Read every document of rendered `text`, separated as by Helm: also where a line only begins with `---`.

    Of each piece the first document counts, since that is what Helm reads. Pieces of white space are left
    out. Source: Helm pkg/release/v1/util/manifest.go, SplitManifests.

    Raises:
        ToolError: PyYAML lacks libyaml.
    """
    documents: list[YamlDocument] = []
    for span in split_manifests(text):
        read = next(_read_slice(text, span), None)
        documents.append(
            read or YamlDocument(text, ComposedDocument(span.start, is_explicit_start=False), span)
        )
    return YamlStream(text, tuple(documents))


def split_manifests(text: str) -> list[Span]:
    """Give the spans of the manifests of rendered text: without separators and white space before them."""
    spans: list[Span] = []
    start = len(text) - len(text.lstrip(_SPACES))
    # A separator counts at the start of the text that is left, too.
    matches = [match.span() for match in _HELM_SEPARATOR.finditer(text, start)]
    if text.startswith("---", start) and (not matches or matches[0][0] != start):
        after = start + 3
        while text[after : after + 1] in {" ", "\t"}:
            after += 1
        matches.insert(0, (start, after))
    for end, next_start in [*matches, (len(text), len(text))]:
        piece = text[start:end]
        stripped = piece.lstrip(_SPACES)
        if stripped:
            spans.append(Span(end - len(stripped), end))
        start = next_start
    return spans


def _read_stream(text: str) -> Iterator[YamlDocument]:
    """Read a whole stream with one parser; from the first damaged document on, slice by slice."""
    parser = Reading(text).start()
    done = 0
    while True:
        composed = compose_partial(parser, text, 0)
        if composed is None:
            return
        if composed.error is not None:
            break
        done = composed.end
        yield YamlDocument(text, composed, _span_of(text, composed))
    # What was read of the damaged document begins with its separator, or there is none.
    for span in _split(text, max(composed.start, done)):
        yield from _read_slice(text, span)


def _span_of(text: str, composed: ComposedDocument) -> Span:
    """Give the text of a document without its `---`."""
    start = composed.start + 3 if composed.is_explicit_start else composed.start
    return Span(min(start, len(text)), max(composed.end, start))


def _split(text: str, start: int) -> Iterator[Span]:
    """Give the texts between the separators from `start` on, each but the first with its `---`."""
    for match in _DOCUMENT_START.finditer(text, start):
        if match.start() > start:
            yield Span(start, match.start())
            start = match.start()
    if start < len(text):
        yield Span(start, len(text))


def _read_slice(text: str, span: Span) -> Iterator[YamlDocument]:
    """Read the documents of one slice up to a damaged one, which takes the rest of the slice."""
    piece = text[span.start : span.end]
    forbidden = find_forbidden(piece)
    readable = piece if forbidden is None else piece[: forbidden.offset]
    reading = Reading(readable)
    while True:
        parser = reading.start()
        documents: list[ComposedDocument] = []
        while True:
            composed = compose_partial(parser, readable, span.start)
            if composed is None:
                break
            documents.append(composed)
            if composed.error is not None:
                break
        error = documents[-1].error if documents else None
        if error is None or not reading.can_go_on(error._replace(offset=error.offset - span.start)):
            break
    if forbidden is not None:
        if not documents:
            documents.append(ComposedDocument(span.start, is_explicit_start=piece.startswith("---")))
        last = documents[-1]
        if last.error is None or last.error.offset >= span.start + len(readable):
            last.error = forbidden._replace(offset=forbidden.offset + span.start)
    for composed in documents:
        if composed.error is not None:
            composed.end = span.end
        yield YamlDocument(text, composed, _span_of(text, composed))
