"""From a path to its place in a document, and from a place to its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from quarterdeck.yamldoc.decode import is_merge, key_text
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node, ScalarNode, TargetNode
from quarterdeck.yamldoc.tags import TagError, resolve_scalar

if TYPE_CHECKING:
    from quarterdeck.text.span import Span
    from quarterdeck.yamldoc.parser import YamlDocument

YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys (as in the value: `"10"`, `"true"`) and indexes from the root: `("containers", 0, "name")`."""

_MOST_STEPS = 100
"""How many aliases and merges are followed one after the other: a document can refer to itself."""


class Found(NamedTuple):
    """A value and where it stands: `key` is None for list items and the root, `node` may be an alias."""

    key: ScalarNode | None
    node: Node

    @property
    def key_span(self) -> Span | None:
        """Where its key stands."""
        return None if self.key is None else self.key.span

    @property
    def value_span(self) -> Span:
        """Where the value stands; behind an alias, the alias."""
        return self.node.span

    @property
    def target(self) -> TargetNode | None:
        """The value's own node, behind any alias."""
        return target_of(self.node)


def target_of(node: Node | None) -> TargetNode | None:
    """Give the node that holds the value: behind an alias the one at the anchor, None if there is none."""
    return node.target if isinstance(node, AliasNode) else node


def find_value(document: YamlDocument, path: YamlPath) -> Found | None:
    """Give the value at `path`, as Helm would find it: of equal keys the last, merged maps included."""
    if document.root is None:
        return None
    found = Found(None, document.root)
    for part in path:
        step = _find_child(target_of(found.node), part, _MOST_STEPS)
        if step is None:
            return None
        found = step
    return found


def find_nearest(document: YamlDocument, path: YamlPath) -> tuple[YamlPath, Found] | None:
    """Give the longest part of `path` that is there, and its value; None for an empty document."""
    for length in range(len(path), -1, -1):
        found = find_value(document, path[:length])
        if found is not None:
            return path[:length], found
    return None


def find_path(document: YamlDocument, offset: int) -> tuple[YamlPath, Found] | None:
    """Give the path of the key or value that the offset is in (or right behind), None outside of the root.

    On a key it is the path of the key's value. Between entries it is the path of their collection.
    """
    node = document.root
    if node is None or not node.start <= offset <= node.end:
        return None
    path: list[str | int] = []
    found = Found(None, node)
    while True:
        step = _step_to(found.node, offset)
        if step is None:
            return tuple(path), found
        part, found, is_at_key = step
        path.append(part)
        if is_at_key:
            return tuple(path), found


def key_of(node: Node) -> str | None:
    """Give the key that a key node stands for in the value, None for what cannot be one."""
    scalar = target_of(node)
    if not isinstance(scalar, ScalarNode):
        return None
    if not scalar.tag and not scalar.is_implicit:
        return scalar.text
    try:
        return key_text(resolve_scalar(scalar, typed=True))
    except TagError:
        return None


def _step_to(node: Node, offset: int) -> tuple[str | int, Found, bool] | None:
    """Find the entry or item at the offset: its part of the path, and whether the offset is at its key."""
    if isinstance(node, ListNode):
        for index, item in enumerate(node.items):
            if item.start <= offset <= item.end:
                return index, Found(None, item), False
    if isinstance(node, MapNode):
        for key_node, value in node.entries:
            at_key = key_node.start <= offset <= key_node.end
            if not at_key and not value.start <= offset <= value.end:
                continue
            key = key_of(key_node)
            scalar = target_of(key_node)
            if key is not None and isinstance(scalar, ScalarNode):
                own_key = key_node if isinstance(key_node, ScalarNode) else scalar
                return key, Found(own_key, value), at_key
    return None


def _find_child(node: TargetNode | None, part: str | int, steps: int) -> Found | None:
    """Find an entry or item of a collection; the last of equal keys and merges wins, as in go-yaml."""
    if isinstance(node, ListNode):
        is_index = part.__class__ is int and 0 <= int(part) < len(node.items)
        return Found(None, node.items[int(part)]) if is_index else None
    if not isinstance(node, MapNode) or not isinstance(part, str):
        return None
    for key_node, value in reversed(node.entries):
        if is_merge(key_node):
            found = _find_merged(value, part, steps - 1)
            if found is not None:
                return found
        elif key_of(key_node) == part:
            scalar = target_of(key_node)
            return Found(scalar if isinstance(scalar, ScalarNode) else None, value)
    return None


def _find_merged(value: Node, part: str, steps: int) -> Found | None:
    """Find an entry of what `<<` merges: in a list of maps the first one wins."""
    if steps <= 0:
        return None
    target = target_of(value)
    sources = target.items if isinstance(value, ListNode) and isinstance(target, ListNode) else [value]
    for source in sources:
        found = _find_child(target_of(source), part, steps)
        if found is not None:
            return found
    return None
