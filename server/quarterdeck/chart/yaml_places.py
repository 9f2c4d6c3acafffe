"""Where the keys and values of one YAML document stand, worked out when first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import yaml

from quarterdeck.diagnostics.model import Place
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.compose import ComposeError, compose_next
from quarterdeck.yamldoc.decode import key_text
from quarterdeck.yamldoc.events import find_forbidden, make_parser
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.resolve import parse_integer, resolve_typed

if TYPE_CHECKING:
    from quarterdeck.text.span import Span

YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from the root of a document."""


class YamlPlaces:
    """The places of one YAML document of a file.

    `line_offset` is how many lines of the file come before the document's text.
    """

    __slots__ = ("_index", "_is_parsed", "_root", "display_path", "line_offset", "text")

    def __init__(self, text: str, display_path: str, *, line_offset: int = 0) -> None:
        self.text = text
        self.display_path = display_path
        self.line_offset = line_offset
        self._index: LineIndex | None = None
        self._root: Node | None = None
        self._is_parsed = False

    def find(self, path: YamlPath) -> tuple[Node | None, Node] | None:
        """Give the nodes of key and value at `path`; the key's is None for list items and the root."""
        root = self._document()
        if root is None:
            return None
        key: Node | None = None
        node = root
        for part in path:
            step = _child(_resolved(node), part)
            if step is None:
                return None
            key, node = step
        return key, node

    def value(self, path: YamlPath) -> Place:
        """Give the place of the value at `path`, or of the nearest thing above it that is there."""
        while True:
            found = self.find(path)
            if found is not None:
                return self.place(found[1].span)
            if not path:
                return Place(self.display_path, 1 + self.line_offset)
            path = path[:-1]

    def key(self, path: YamlPath) -> Place:
        """Give the place of the key at `path`, or of the item where it is one of a list."""
        found = self.find(path)
        if found is None or found[0] is None:
            return self.value(path)
        return self.place(found[0].span)

    def integer(self, path: YamlPath) -> int | None:
        """Give the number at `path` where it is written as an integer."""
        found = self.find(path)
        node = None if found is None else _resolved(found[1])
        return parse_integer(node.text.replace("_", "")) if isinstance(node, ScalarNode) else None

    def place(self, span: Span) -> Place:
        """Turn a span of the document's text into lines and columns of the file."""
        if self._index is None:
            self._index = LineIndex(self.text)
        line, column = self._index.position(span.start)
        end_line, end_column = self._index.position(span.end)
        shift = self.line_offset
        return Place(self.display_path, line + shift, column, end_line + shift, end_column)

    def _document(self) -> Node | None:
        if not self._is_parsed:
            self._is_parsed = True
            self._root = parse_root(self.text)
        return self._root


def parse_root(text: str) -> Node | None:
    """Give the root node of the first document; None where there is none or it is damaged."""
    if find_forbidden(text) is not None:
        return None
    try:
        document = compose_next(make_parser(text))
    except (yaml.YAMLError, ComposeError):
        return None
    return None if document is None else document.root


def _resolved(node: Node) -> Node | None:
    return node.target if isinstance(node, AliasNode) else node


def _child(node: Node | None, part: str | int) -> tuple[Node | None, Node] | None:
    """Find one key of a map (the last of equal ones, then what is merged in) or one item of a list."""
    if isinstance(node, ListNode):
        if isinstance(part, int) and 0 <= part < len(node.items):
            return None, node.items[part]
        return None
    if not isinstance(node, MapNode) or not isinstance(part, str):
        return None
    merged: list[Node] = []
    for key, value in reversed(node.entries):
        if not isinstance(key, ScalarNode):
            continue
        if key.text == part and (not key.is_implicit or key.text != "<<"):
            return key, value
        if key.is_implicit and key.text == "<<":
            merged.append(value)
        elif key.is_implicit and key_text(resolve_typed(key.text)[1]) == part:
            return key, value
    for value in merged:
        target = _resolved(value)
        for source in target.items if isinstance(target, ListNode) else [value]:
            found = _child(_resolved(source), part)
            if found is not None:
                return found
    return None
