"""What is wrong with one rendered document, by its text alone; documents that were seen before are known.

Most documents are the same in all scenarios, and after most edits. So the check knows no file and no chart,
its offsets count from the document's start, and `DocumentChecks` remembers it by the hash of the text.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec

from quarterdeck.diagnostics.catalog import (
    BAD_RENDERED_YAML,
    NO_API_VERSION,
    NO_KIND,
    NOT_A_MANIFEST,
    UNKNOWN_HOOK,
)
from quarterdeck.diagnostics.model import Severity
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.measure.counters import VALIDATION, caches_are_on
from quarterdeck.measure.kept import Kept, text_key
from quarterdeck.render.documents import HOOK, HOOK_EVENTS, read_document
from quarterdeck.store.results import digest
from quarterdeck.yamldoc.parser import parse_manifests, split_manifests
from quarterdeck.yamldoc.path import find_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.store.results import Results

_MOST_BYTES: Final = 8 * 1024 * 1024
_ENTRY_SIZE: Final = 250
"""What one document without problems takes in memory: its hash, its place in the order, the time it took."""
_KIND: Final = "documents"


class DocumentProblem(msgspec.Struct, frozen=True, array_like=True):
    """One thing that is wrong with a document.

    `offset` counts from the document's start. `helm_error` is what Helm says, without the file; it is empty
    where Helm does read the document. `shows_line`: a reader needs to see the rendered line, too.
    """

    code: str
    severity: Severity
    offset: int
    message: str
    proposal: str
    shows_line: bool
    helm_error: str = ""


def check_document(text: str) -> tuple[DocumentProblem, ...]:
    """Give what is wrong with a document."""
    document = read_document("", text)
    if document.error:
        return (_unreadable(text, document.error),)
    if document.value is None:
        return ()  # comments alone
    head = document.head
    if not head.kind:
        lacking = "neither kind nor apiVersion" if not head.api_version else "no kind"
        return (_incomplete(NO_KIND, lacking),)
    if not head.api_version:
        return (_incomplete(NO_API_VERSION, "no apiVersion"),)
    if document.hook_events == ():
        event = (head.hook or "").strip()
        message = f"`{HOOK}: {event}` names an event that Helm does not know: it leaves the document out"
        proposal = did_you_mean(event, HOOK_EVENTS, f"Choose from {', '.join(HOOK_EVENTS)}.")
        offset = _offset_of(text, ("metadata", "annotations", HOOK))
        return (DocumentProblem(UNKNOWN_HOOK, Severity.HIGH, offset, message, proposal, shows_line=False),)
    return ()


def _incomplete(code: str, lacking: str) -> DocumentProblem:
    message = f"a rendered document has {lacking}: `helm template` prints it, `helm install` refuses it"
    proposal = "Write both at the top of the document, or leave the document empty."
    return DocumentProblem(code, Severity.HIGH, 0, message, proposal, shows_line=True)


def _unreadable(text: str, error: str) -> DocumentProblem:
    """Describe a document that Helm cannot read, at the characters in question."""
    code, message, offset = NOT_A_MANIFEST, _plain(error), 0
    proposal = "Render a map with apiVersion, kind and metadata."
    stream = parse_manifests(text)
    if stream.documents:
        damaged = stream.documents[0].problem or stream.documents[0].value_problem
        if damaged is not None:
            code, proposal, offset = BAD_RENDERED_YAML, damaged.proposal, damaged.offset
            message = f"the rendered text is no valid YAML: {damaged.message}"
    return DocumentProblem(
        code, Severity.CRITICAL, offset, message, proposal, shows_line=True, helm_error=error
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


def _offset_of(text: str, path: tuple[str, ...]) -> int:
    tree = parse_manifests(text).documents
    found = find_value(tree[0], path) if tree else None
    return 0 if found is None else found.value_span.start


# --- documents that were seen before -----------------------------------------------------------------------


class _Checked(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of one document: the hash of its text, its problems, the seconds that the check took."""

    key: bytes
    problems: tuple[DocumentProblem, ...]
    seconds: float

    @property
    def size(self) -> int:
        texts = sum(len(one.message) + len(one.helm_error) + len(one.proposal) + 200 for one in self.problems)
        return _ENTRY_SIZE + texts


_DECODE = msgspec.msgpack.Decoder(list[_Checked]).decode
_ENCODE = msgspec.msgpack.Encoder().encode


class DocumentChecks:
    """Checks documents, each text once; all charts and scenarios share what is known.

    The least recently used are forgotten when they are too many bytes, by an estimate.
    """

    def __init__(self, *, max_bytes: int = _MOST_BYTES, keeps: bool | None = None) -> None:
        self._keeps = caches_are_on() if keeps is None else keeps
        self._known: Kept[_Checked] = Kept(VALIDATION, max_bytes)
        self._stored: dict[str, frozenset[bytes]] = {}
        """What the disk has of each subject, as far as this process knows."""

    def check(self, text: str) -> tuple[DocumentProblem, ...]:
        """Give what is wrong with a document."""
        if not self._keeps:
            return check_document(text)
        key = text_key(text)
        known = self._known.use(key)
        if known is not None:
            return known.problems
        begun = time.perf_counter()
        problems = check_document(text)
        self._known.enter(key, _Checked(key, problems, time.perf_counter() - begun))
        return problems

    def load(self, results: Results, *subject: str) -> None:
        """Take what an earlier process knew of the documents of a subject (a chart and a scenario, say)."""
        key = digest(subject)
        if not self._keeps or key in self._stored:
            return
        self._stored[key] = frozenset()
        data = results.get(_KIND, key)
        if data is None:
            return
        try:
            found = _DECODE(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        self._stored[key] = frozenset(one.key for one in found)
        for one in found:
            self._known.enter(one.key, one)

    def save(self, results: Results, texts: Iterable[str], *subject: str) -> None:
        """Write what is known of the documents in a subject's rendered texts, unless the disk has it."""
        if not self._keeps:
            return
        keys = dict.fromkeys(
            text_key(text[span.start : span.end]) for text in texts for span in split_manifests(text)
        )
        known = [one for one in map(self._known.get, keys) if one is not None]
        current = frozenset(one.key for one in known)
        subject_key = digest(subject)
        if known and self._stored.get(subject_key) != current:
            self._stored[subject_key] = current
            results.put(_KIND, subject_key, _ENCODE(known), sum(one.seconds for one in known))

    @property
    def bytes(self) -> int:
        """What is known takes so many bytes in memory, about."""
        return self._known.bytes

    def forget(self) -> None:
        """Drop all that is known."""
        self._known.forget()
        self._stored.clear()


DOCUMENT_CHECKS = DocumentChecks()
"""What this process knows of documents."""
