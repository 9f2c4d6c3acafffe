"""What `helm template` prints of a rendering: the documents in Helm's order, with their sources.

Source: Helm pkg/action/action.go, renderResources; pkg/cmd/template.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from quarterdeck.chart.glob import PatternError, compile_file_pattern
from quarterdeck.chart.prepare import list_crds
from quarterdeck.compiler.units import GO_SPACE
from quarterdeck.errors import RenderStoppedError
from quarterdeck.render.documents import sort_documents
from quarterdeck.yamldoc.parser import split_manifests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quarterdeck.render.rendering import Rendering

_SOURCE = re.compile("# Source: [^/\n]+/(.+)")


class Printed(NamedTuple):
    """One document that Helm prints: the file it is from, its text, and what it is."""

    source: str
    text: str
    kind: Literal["crd", "resource", "hook"]

    @property
    def block(self) -> str:
        """The document as Helm prints it, with its separator and source."""
        return f"---\n# Source: {self.source}\n{self.text}\n"


def printed_documents(
    rendering: Rendering,
    *,
    with_crds: bool = False,
    with_hooks: bool = True,
    with_tests: bool = True,
) -> list[Printed]:
    """Give the documents of a strict rendering in the order in which Helm prints them.

    Custom resource definitions of `crds/` come first, then resources in the order of their installation, then
    hooks.

    Raises:
        RenderStoppedError: a rendered document cannot be read, so that Helm prints nothing.
    """
    manifests = sort_documents(rendering.templates)
    printed: list[Printed] = []
    if with_crds:
        printed += (Printed(crd.name, crd.text, "crd") for crd in list_crds(rendering.inputs.instance))
    printed += (Printed(one.file, one.text, "resource") for one in manifests.resources)
    if with_hooks:
        printed += (
            Printed(one.file, one.text, "hook")
            for one in manifests.hooks
            if with_tests or "test" not in (one.hook_events or ())
        )
    return printed


def helm_text(documents: Iterable[Printed]) -> Iterator[str]:
    """Give the text that Helm prints for documents, piece by piece.

    Space at the end of the last resource is cut; hooks are printed as they are.
    """
    last: str | None = None
    has_ended = False
    for document in documents:
        if document.kind == "hook" and not has_ended:
            has_ended = True
            yield _end_of_resources(last)
            last = None
        if last is not None:
            yield last
        last = document.block
    if has_ended:
        yield last or ""
    else:
        yield _end_of_resources(last)


def _end_of_resources(last: str | None) -> str:
    return (last or "").rstrip(GO_SPACE) + "\n"


def select_documents(text: str, patterns: Sequence[str]) -> Iterator[str]:
    """Give the documents of Helm's text whose files match patterns (`templates/a*.yaml`), pattern by pattern.

    Source: template.go, `--show-only`.

    Raises:
        RenderStoppedError: nothing matches a pattern.
    """
    documents = [text[span.start : span.end] for span in split_manifests(text)]
    sources = [_SOURCE.search(document) for document in documents]
    selected: list[str] = []
    for pattern in patterns:
        try:
            expression = compile_file_pattern(pattern.replace("\\", "/"))
        except PatternError:
            expression = None
        found = [
            document
            for document, source in zip(documents, sources, strict=True)
            if expression is not None and source is not None and expression.fullmatch(source[1])
        ]
        if not found:
            raise RenderStoppedError(f"could not find template {pattern} in chart")
        selected += found
    for document in selected:
        yield f"---\n{document}\n"
