"""Texts that templates took apart: what `fromYaml`, `fromJson` and `splitList` gave, and where in the text it stood.

The pieces are objects of their own, so a string that turns up later names the place in the text that it was read from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.render.value_index import is_distinct
from quarterdeck.yamldoc.nodes import ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml
from quarterdeck.yamldoc.path import find_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.yamldoc.parser import YamlDocument

PARSERS = frozenset({"fromYaml", "fromYamlArray", "fromJson", "fromJsonArray"})
SPLITTERS = frozenset({"splitList", "split"})


class Slice(NamedTuple):
    """Characters `start` to `end` of the text object `text`; `is_whole`: the piece stands for them as a whole."""

    text: str
    start: int
    end: int
    is_whole: bool


class TakenApart:
    """Finds the slice of text that an object was read from; built in one walk over a rendering's records."""

    def __init__(self, derivations: Mapping[int, tuple[Any, ...]]) -> None:
        self._places: dict[int, tuple[str, tuple[str | int, ...], bool]] = {}
        self._slices: dict[int, Slice] = {}
        self._documents: dict[int, YamlDocument | None] = {}
        for entry in derivations.values():
            if entry[1] in PARSERS and isinstance(entry[2], str):
                self._add(entry[0], entry[2], ())
            elif entry[1] in SPLITTERS:
                self._add_split(entry[0], entry[2], entry[3])

    def _add(self, value: Any, text: str, path: tuple[str | int, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if is_distinct(key):
                    self._places[id(key)] = (text, (*path, key), True)
                self._add(inner, text, (*path, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                self._add(inner, text, (*path, index))
        elif is_distinct(value):
            self._places[id(value)] = (text, path, False)

    def _add_split(self, result: Any, separator: str, text: str) -> None:
        start = 0
        for piece in result.values() if isinstance(result, dict) else result:
            if piece is not text and is_distinct(piece):
                self._slices[id(piece)] = Slice(text, start, start + len(piece), is_whole=False)
            start += len(piece) + len(separator)

    def find(self, value: Any) -> Slice | None:
        """Give the slice that this very object was read from."""
        found = self._slices.get(id(value))
        if found is not None:
            return found
        place = self._places.get(id(value))
        return None if place is None else self._locate(value, *place)

    def _locate(self, value: Any, text: str, path: tuple[str | int, ...], is_key: bool) -> Slice | None:  # noqa: FBT001 - as stored
        key = id(text)
        if key not in self._documents:
            documents = parse_yaml(text).documents
            self._documents[key] = documents[0] if documents else None
        document = self._documents[key]
        found = None if document is None else find_value(document, path)
        if found is None:
            return None
        span = found.key_span if is_key else found.value_span
        if span is None:
            return None
        if not is_key and not isinstance(found.target, ScalarNode):
            return None
        written = text[span.start : span.end]
        if written == value:
            return Slice(text, span.start, span.end, is_whole=False)
        if isinstance(value, str) and written[1:-1] == value:
            return Slice(text, span.start + 1, span.end - 1, is_whole=False)
        return Slice(text, span.start, span.end, is_whole=True)
