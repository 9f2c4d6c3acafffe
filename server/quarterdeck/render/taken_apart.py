"""Texts that templates took apart: what `fromYaml`, `fromJson` and `splitList` gave, and where it stood.

The pieces are objects of their own, so a string that turns up later names the place in the text that it was
read from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.chart.scalar_offsets import find_source_offsets
from quarterdeck.render.text_parts import character_offsets
from quarterdeck.render.value_index import is_distinct
from quarterdeck.runtime.funcs.regex import compile_expression
from quarterdeck.yamldoc.nodes import ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml
from quarterdeck.yamldoc.path import find_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quarterdeck.yamldoc.parser import YamlDocument

PARSERS = frozenset({"fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "mustFromJson"})
SEPARATORS = frozenset({"splitList", "split", "splitn"})
FINDERS = frozenset({"regexFindAll", "mustRegexFindAll"})
REGEX_SPLITTERS = frozenset({"regexSplit", "mustRegexSplit"})
SPLITTERS = SEPARATORS | FINDERS | REGEX_SPLITTERS

_Path = tuple[str | int, ...]
_CONTAINERS: tuple[type[Any], ...] = (dict, list)


class Slice(NamedTuple):
    """Characters `start` to `end` of the text object `text`.

    They are those of the piece one by one; or `offsets` says where in the text each character of the piece,
    `value`, stands; or `is_whole`: the piece stands for them as a whole.
    """

    text: str
    start: int
    end: int
    is_whole: bool = False
    value: str = ""
    offsets: list[int] | None = None

    def stretches(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Give the spans of the text for the piece's characters `first` to `last`, in order.

        The flag tells that the text has another character there: a line feed for a space, an escape.
        """
        offsets = self.offsets or []
        while first < last:
            start = offsets[first]
            end = first + 1
            if self.text[start] != self.value[first]:
                yield start, start + 1, True
                first = end
                continue
            while (
                end < last
                and offsets[end] - start == end - first
                and self.text[offsets[end]] == self.value[end]
            ):
                end += 1
            yield start, start + end - first, False
            first = end


class TakenApart:
    """Finds the slice of text that an object was read from; takes in a run's records as they come."""

    def __init__(self) -> None:
        self._count = 0
        self._places: dict[int, list[tuple[str, _Path, bool]]] = {}
        """Texts and paths where an object may have been read; the last: whether it is a key there.

        Several where a template put what it had read from one text into what it had read from another.
        """
        self._slices: dict[int, Slice] = {}
        self._documents: dict[int, YamlDocument | None] = {}

    def add_new(self, records: Sequence[tuple[Any, ...]]) -> None:
        """Take in what was added to `records`, derivations of maps and lists, since the last call."""
        for entry in records[self._count :]:
            if entry[1] in PARSERS and isinstance(entry[2], str):
                self._add(entry[0], entry[2], ())
            elif entry[1] in SEPARATORS:
                self._add_split(entry[0], entry[2], entry[-1])
            elif entry[1] in SPLITTERS:
                self._add_matches(entry[0], entry[2], entry[3], is_between=entry[1] in REGEX_SPLITTERS)
        self._count = len(records)

    def _add(self, root: Any, text: str, path: _Path) -> None:
        waiting: list[tuple[Any, _Path]] = [(root, path)]
        open_containers: set[int] = set()
        while waiting:
            value, path = waiting.pop()
            if isinstance(value, _CONTAINERS):
                if id(value) in open_containers:
                    continue
                open_containers.add(id(value))
                self._enter(value, text, path, is_key=False)
                container: dict[str, Any] | list[Any] = value
                if isinstance(container, dict):
                    for key, inner in container.items():
                        if is_distinct(key):
                            self._enter(key, text, (*path, key), is_key=True)
                        waiting.append((inner, (*path, key)))
                else:
                    waiting += [(inner, (*path, index)) for index, inner in enumerate(container)]
            elif is_distinct(value):
                self._enter(value, text, path, is_key=False)

    def _enter(self, value: Any, text: str, path: _Path, *, is_key: bool) -> None:
        self._places.setdefault(id(value), []).append((text, path, is_key))

    def _add_split(self, result: dict[str, str] | list[str], separator: str, text: str) -> None:
        start = 0
        for piece in result.values() if isinstance(result, dict) else result:
            if piece is not text and is_distinct(piece):
                self._slices.setdefault(id(piece), Slice(text, start, start + len(piece)))
            start += len(piece) + len(separator)

    def _add_matches(self, result: list[str], source: str, text: str, *, is_between: bool) -> None:
        """Enter the matches of an expression, or (`is_between`) what stands between them."""
        data = text.encode("utf-8", "surrogateescape")
        where = character_offsets(text, data)
        spans = list(compile_expression(source).matches(data, len(data) + 1))
        if is_between:
            # Source: regexp.go, Split: an empty match in front of the text separates nothing.
            marks = [span for span in spans if span[1] > 0]
            begins = [0, *(end for _, end in marks)]
            spans = list(zip(begins, [*(begin for begin, _ in marks), len(data)], strict=True))
        for piece, (begin, _end) in zip(result, spans, strict=False):
            start = where(begin)
            if is_distinct(piece) and text.startswith(piece, start):
                self._slices.setdefault(id(piece), Slice(text, start, start + len(piece)))

    def find(self, value: Any) -> Slice | None:
        """Give the slice that this very string or number was read from."""
        found = self._slices.get(id(value))
        if found is not None:
            return found
        for text, path, is_key in self._places.get(id(value), ()):
            found = self._locate(value, text, path, is_key=is_key)
            if found is not None:
                return found
        return None

    def find_entry(self, holder: Any, entry: str | int, value: Any) -> Slice | None:
        """Give the slice of the boolean, number or letter that stands in `holder` at the very key `entry`."""
        for text, path, is_key in self._places.get(id(holder), ()):
            found = None if is_key else self._locate(value, text, (*path, entry), is_key=False)
            if found is not None:
                return found
        for text, path, is_key in self._places.get(id(entry), ()) if is_distinct(entry) else ():
            found = self._locate(value, text, path, is_key=False) if is_key else None
            if found is not None:
                return found
        return None

    def find_key(self, holder: Any, key: str) -> Slice | None:
        """Give the slice of a key of a map, which may be a copy of one that was read."""
        for text, path, is_key in self._places.get(id(holder), ()):
            found = None if is_key else self._locate(key, text, (*path, key), is_key=True)
            if found is not None:
                return found
        return self.find(key) if is_distinct(key) else None

    def _locate(self, value: Any, text: str, path: _Path, *, is_key: bool) -> Slice | None:
        """Give the slice where `text` says `value` at `path`; None if something else stands there."""
        key = id(text)
        if key not in self._documents:
            documents = parse_yaml(text).documents
            self._documents[key] = documents[0] if documents else None
        document = self._documents[key]
        found = None if document is None else find_value(document, path)
        node = None if found is None else found.key if is_key else found.target
        if not isinstance(node, ScalarNode):
            return None
        start, end = node.start, node.end
        if not isinstance(value, str):
            is_same = node.value.__class__ is value.__class__ and node.value == value
            return Slice(text, start, end, is_whole=True) if is_same else None
        if node.text != value:
            return None
        written = text[start:end]
        if written == value:
            return Slice(text, start, end)
        if written[1:-1] == value:
            return Slice(text, start + 1, end - 1)
        offsets = find_source_offsets(written, node.style, value)
        if offsets is None:
            return Slice(text, start, end, is_whole=True)
        return Slice(text, start, end, value=value, offsets=[start + offset for offset in offsets])
