"""Reads values files: one or more YAML documents, merged from first to last.

Source: Helm pkg/chart/v2/loader/load.go, LoadValues and MergeMaps; k8s.io/apimachinery
pkg/util/yaml/decoder.go, YAMLReader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.problems import stop
from quarterdeck.chart.yaml_places import YamlPlaces
from quarterdeck.diagnostics.model import Place
from quarterdeck.text.span import Span
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.yamldoc.path import Found, YamlPath

MAX_VALUES_SIZE = 16 * 1024 * 1024
"""Code points of a values file of the user's; files in a chart have Helm's own limit."""
MAX_VALUES_DEPTH = 200
"""How deep maps and lists of values may be nested: what walks them is recursive."""

_ALIAS = re.compile(r"(?:^|[\s\[{,])\*([\w.-]+)")
_ERROR_LINE = re.compile(r"\bline (\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesError:
    """Why a values file cannot be read: Helm's words, and the 1-based line of the file.

    `line_offset` and `document` are the part of the file that is damaged. `is_helms` is false for a limit of
    ours, which Helm does not have.
    """

    message: str
    line: int
    line_offset: int = 0
    document: str = ""
    is_helms: bool = True


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
    prefix = "cannot unmarshal yaml document: "
    if error is not None:
        match = _ERROR_LINE.search(error)
        line = line_offset + (int(match[1]) if match else 1)
        damaged = ValuesError(message=prefix + error, line=line, line_offset=line_offset, document=text)
        return None, damaged
    if value is None:
        return None, None
    if value.__class__ is not dict:
        kind = {list: "array", str: "string", bool: "bool"}.get(value.__class__, "number")
        reason = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
        message = f"{prefix}error unmarshaling JSON: while decoding JSON: {reason}"
        return None, ValuesError(message=message, line=line_offset + 1)
    if _may_be_deep(text) and depth_exceeds(value, MAX_VALUES_DEPTH):
        message = f"the values are nested more than {MAX_VALUES_DEPTH} deep"
        return None, ValuesError(message=message, line=line_offset + 1, is_helms=False)
    return value, None


def _may_be_deep(text: str) -> bool:
    """Tell whether the text can be nested deeply at all; quick, and right for every text that cannot."""
    if text.count("[") + text.count("{") + text.count("- ") + text.count("*") >= MAX_VALUES_DEPTH // 2:
        return True
    return "\n" + " " * (MAX_VALUES_DEPTH // 2 - 1) in text


def depth_exceeds(tree: Any, limit: int) -> bool:
    """Tell whether maps and lists are nested deeper than `limit`."""
    level = [tree]
    for _ in range(limit):
        inner: list[Any] = []
        for container in level:
            items = container.values() if container.__class__ is dict else container
            inner.extend([item for item in items if item.__class__ is dict or item.__class__ is list])
        if not inner:
            return False
        level = inner
    return True


def values_finding(
    code: str, display_path: str, error: ValuesError, *, helm_prefix: str, start: Place | None = None
) -> Finding:
    """Make the finding of a values file that cannot be read, in plain words where we have some.

    `start` is where the values begin in a file of another kind.
    """
    helm = helm_prefix + error.message if error.is_helms else ""
    lines, columns = _shift(start)
    if error.document:
        places = YamlPlaces(
            error.document, display_path, line_offset=error.line_offset + lines, column_offset=columns
        )
        problem = places.problem
        if problem is not None:
            place = places.place(Span(problem.offset, problem.offset))
            return stop(code, place, problem.message, helm=helm, proposal=problem.proposal)
    reason = _ERROR_LINE.sub("", error.message.rsplit("yaml: ", 1)[-1], count=1)
    if "cannot unmarshal" in reason:
        reason = "a values file must be a map of names to values"
    return stop(code, Place(display_path, error.line + lines, 1 + columns), reason, helm=helm)


def _shift(start: Place | None) -> tuple[int, int]:
    """Give the lines above and the columns before values that begin at `start`."""
    return (0, 0) if start is None else (start.line - 1, start.column - 1)


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
        # A separator with nothing before it belongs to the document after it, as in Kubernetes' reader.
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
    """Where the keys of a values file stand, over all its documents.

    `start` is where the text begins, for values inside a file of another kind.
    """

    __slots__ = ("_documents", "_has_aliases", "_start", "display_path", "text")

    def __init__(self, text: str, display_path: str, start: Place | None = None) -> None:
        self.text = text
        self.display_path = display_path
        self._start = start
        self._documents: list[YamlPlaces] | None = None
        self._has_aliases: bool | None = None

    def find(self, path: YamlPath) -> tuple[YamlPlaces, Found] | None:
        """Give the value at `path` with the document that it is in: the last that has it."""
        if self._documents is None:
            pieces, _ = split_documents(self.text)
            lines, columns = _shift(self._start)
            self._documents = [
                YamlPlaces(text, self.display_path, line_offset=lines + offset, column_offset=columns)
                for offset, text in reversed(pieces)
            ]
        for document in self._documents:
            found = document.find(path)
            if found is not None:
                return document, found
        return None

    @property
    def has_aliases(self) -> bool:
        """Whether anything in the file refers to an anchor; tells without parsing it."""
        if self._has_aliases is None:
            names = _ALIAS.findall(self.text) if "&" in self.text else ()
            self._has_aliases = any(f"&{name}" in self.text for name in names)
        return self._has_aliases

    def written_path(self, path: YamlPath) -> YamlPath:
        """Give the path at which the text of the value at `path` stands, behind aliases and merges."""
        found = self.find(path)
        if found is None:
            return path
        document, value = found
        target = value.target
        written = None if target is None else document.path_at(target.start)
        again = None if written is None else document.find(written)
        return path if written is None or again is None or again.target is not target else written
