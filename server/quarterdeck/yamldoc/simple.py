"""Nodes to value for documents that have nothing special: the nodes' own values, put into dicts and lists."""

from __future__ import annotations

from typing import Any, TypeAlias

from quarterdeck.yamldoc.nodes import ListNode, MapNode, Node, ScalarNode

Origins: TypeAlias = dict[int, Node]
"""The node that a value was written by, by `id(value)`; true only while the value lives."""


def build_simple(root: Node) -> Any:
    """Give the value of a document that `ComposedDocument.is_simple`."""
    if root.__class__ is ScalarNode:
        return root.value  # type: ignore[union-attr]
    value: Any = {} if root.__class__ is MapNode else []
    todo: list[tuple[Any, Any]] = [(root, value)]
    for node, container in todo:  # the list grows while it is walked
        if node.__class__ is MapNode:
            for key, child in node.entries:
                kind = child.__class__
                if kind is ScalarNode:
                    container[key.text] = child.value
                else:
                    inner: Any = {} if kind is MapNode else []
                    container[key.text] = inner
                    todo.append((child, inner))
        else:
            for child in node.items:
                kind = child.__class__
                if kind is ScalarNode:
                    container.append(child.value)
                else:
                    inner = {} if kind is MapNode else []
                    container.append(inner)
                    todo.append((child, inner))
    return value


def find_origins(root: Node, value: Any) -> Origins:
    """Give the nodes behind the containers, strings and numbers of what `build_simple` made of `root`."""
    origins: Origins = {}
    todo: list[tuple[Node, Any]] = [(root, value)]
    for node, part in todo:
        if isinstance(node, ScalarNode):
            if part is not None and part.__class__ is not bool:
                origins[id(part)] = node
            continue
        origins[id(part)] = node
        if isinstance(node, MapNode):
            last = {key.text: child for key, child in node.entries if isinstance(key, ScalarNode)}
            todo.extend((child, part[key]) for key, child in last.items())
        elif isinstance(node, ListNode):
            todo.extend(zip(node.items, part, strict=True))
    return origins
