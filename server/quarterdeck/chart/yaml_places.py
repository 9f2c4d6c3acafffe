"""Where the keys and values of one YAML document stand, worked out when first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.diagnostics.model import Place
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.nodes import ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml
from quarterdeck.yamldoc.path import Found, YamlPath, find_nearest, find_path, find_value
from quarterdeck.yamldoc.resolve import parse_integer

if TYPE_CHECKING:
    from quarterdeck.text.span import Span
    from quarterdeck.yamldoc.explain import YamlProblem
    from quarterdeck.yamldoc.parser import YamlDocument


class YamlPlaces:
    """The places of one YAML document of a file.

    `line_offset` is how many lines of the file come before the document's text, `column_offset` how many
    characters before each of its lines.
    """

    __slots__ = ("_document", "_index", "_is_parsed", "column_offset", "display_path", "line_offset", "text")

    def __init__(self, text: str, display_path: str, *, line_offset: int = 0, column_offset: int = 0) -> None:
        self.text = text
        self.display_path = display_path
        self.line_offset = line_offset
        self.column_offset = column_offset
        self._index: LineIndex | None = None
        self._document: YamlDocument | None = None
        self._is_parsed = False

    @property
    def problem(self) -> YamlProblem | None:
        """What is wrong with the document."""
        document = self._parsed()
        return None if document is None else document.problem or document.value_problem

    def find(self, path: YamlPath) -> Found | None:
        """Give the nodes of key and value at `path`."""
        document = self._parsed()
        return None if document is None else find_value(document, path)

    def path_at(self, offset: int) -> YamlPath | None:
        """Give the path of the key or value that stands at an offset of the document's text."""
        document = self._parsed()
        found = None if document is None else find_path(document, offset)
        return None if found is None else found[0]

    def value(self, path: YamlPath) -> Place:
        """Give the place of the value at `path`, or of the nearest thing above it that is there."""
        document = self._parsed()
        nearest = None if document is None else find_nearest(document, path)
        if nearest is None or (path and not nearest[0]):
            return Place(self.display_path, 1 + self.line_offset)
        return self.place(nearest[1].value_span)

    def key(self, path: YamlPath) -> Place:
        """Give the place of the key at `path`, or of the item where it is one of a list."""
        found = self.find(path)
        if found is None or found.key_span is None:
            return self.value(path)
        return self.place(found.key_span)

    def integer(self, path: YamlPath) -> int | None:
        """Give the number at `path` where it is written as an integer."""
        found = self.find(path)
        node = None if found is None else found.target
        return parse_integer(node.text.replace("_", "")) if isinstance(node, ScalarNode) else None

    def place(self, span: Span) -> Place:
        """Turn a span of the document's text into lines and columns of the file."""
        if self._index is None:
            self._index = LineIndex(self.text)
        line, column = self._index.position(span.start)
        end_line, end_column = self._index.position(span.end)
        shift, indent = self.line_offset, self.column_offset
        return Place(self.display_path, line + shift, column + indent, end_line + shift, end_column + indent)

    def _parsed(self) -> YamlDocument | None:
        if not self._is_parsed:
            self._is_parsed = True
            documents = parse_yaml(self.text).documents
            self._document = documents[0] if documents else None
        return self._document
