"""Reads values files: one or more YAML documents, merged from first to last.

Source: Helm pkg/chart/v2/loader/load.go, LoadValues and MergeMaps; k8s.io/apimachinery
pkg/util/yaml/decoder.go, YAMLReader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.yaml_places import YamlPath, YamlPlaces
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Place

_ERROR_LINE = re.compile(r"\bline (\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesError:
    """Why a values file cannot be read: Helm's words, and the 1-based line of the file."""

    message: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesText:
    """What a values file says."""

    values: dict[str, Any]
    error: ValuesError | None = None


def read_values_text(text: str) -> ValuesText:
    """Merge the documents of a values file; with an error, the values are those of documents before it."""
    if "\n---" not in text and not text.startswith("---"):
        values, error = _read_document(text, 0)
        return ValuesText(values=values or {}, error=error)
    merged: dict[str, Any] = {}
    documents, error = split_documents(text)
    for line_offset, document in documents:
        values, problem = _read_document(document, line_offset)
        if problem is not None:
            return ValuesText(values=merged, error=problem)
        merged = merge_maps(merged, values or {})
    return ValuesText(values=merged, error=error)


def _read_document(text: str, line_offset: int) -> tuple[dict[str, Any] | None, ValuesError | None]:
    value, error = load_yaml(text.replace("\r\n", "\n") if "\r" in text else text)
    if error is not None:
        return None, _located(f"cannot unmarshal yaml document: {error}", line_offset)
    if value is None or value.__class__ is dict:
        return value, None
    kind = {list: "array", str: "string", bool: "bool"}.get(value.__class__, "number")
    reason = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    message = f"cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: {reason}"
    return None, ValuesError(message=message, line=line_offset + 1)


def _located(message: str, line_offset: int) -> ValuesError:
    match = _ERROR_LINE.search(message)
    return ValuesError(message=message, line=line_offset + (int(match[1]) if match else 1))


def split_documents(text: str) -> tuple[list[tuple[int, str]], ValuesError | None]:
    """Cut a values file at its `---` lines into pairs of lines before it and text.

    A separator with other text on its line ends the file with an error.
    """
    documents: list[tuple[int, str]] = []
    lines = text.split("\n")
    start = 0
    for number, line in enumerate(lines):
        if not line.startswith("---"):
            continue
        rest = line[3:].strip()
        if rest and not rest.startswith("#"):
            message = f"error reading yaml document: invalid Yaml document separator: {rest}"
            return documents, ValuesError(message=message, line=number + 1)
        if number > start:
            documents.append((start, "\n".join(lines[start:number]) + "\n"))
            start = number + 1
        # A separator with nothing before it belongs to the document that follows, as in Kubernetes' reader.
    if start < len(lines):
        documents.append((start, "\n".join(lines[start:])))
    return documents, None


def merge_maps(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Lay `upper` over `lower`, map by map; nulls win like any value. Neither is changed."""
    if not lower:
        return upper
    merged = {**lower, **upper}
    for key, value in upper.items():
        if value.__class__ is dict:
            below: Any = lower.get(key)
            if below.__class__ is dict:
                merged[key] = merge_maps(below, value)
    return merged


class ValuesPlaces:
    """Where the keys of a values file stand, over all its documents."""

    __slots__ = ("_documents", "display_path", "text")

    def __init__(self, text: str, display_path: str) -> None:
        self.text = text
        self.display_path = display_path
        self._documents: list[YamlPlaces] | None = None

    def find(self, path: YamlPath) -> tuple[Place | None, Place] | None:
        """Give the places of key and value at `path`, from the last document that has it."""
        if self._documents is None:
            pieces, _ = split_documents(self.text)
            self._documents = [
                YamlPlaces(text, self.display_path, line_offset=offset) for offset, text in reversed(pieces)
            ]
        for document in self._documents:
            found = document.find(path)
            if found is not None:
                key, value = found
                return (None if key is None else document.place(key.span)), document.place(value.span)
        return None
