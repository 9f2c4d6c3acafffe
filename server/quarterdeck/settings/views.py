"""One look at settings, whether they stand in YAML or come from an editor as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from quarterdeck.yamldoc.decode import is_merge
from quarterdeck.yamldoc.nodes import ListNode, MapNode, ScalarNode
from quarterdeck.yamldoc.path import key_of, target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.diagnostics.model import Place
    from quarterdeck.text.span import Span
    from quarterdeck.yamldoc.nodes import Node

Kind = Literal["map", "list", "text", "number", "boolean", "nothing"]

MAX_DEPTH = 8
"""No setting is nested deeper; what is deeper is taken for nothing."""


MAX_VIEWS = 50_000


class View(NamedTuple):
    """A value: what kind it is, and what is in it.

    `text` is a scalar as it is written (`1.30`, `off`), `entries` are triples of key, the key's place and the
    value. `place` is None where no file holds it.
    """

    kind: Kind
    place: Place | None = None
    text: str = ""
    is_true: bool = False
    entries: tuple[Entry, ...] = ()
    items: tuple[View, ...] = ()


Entry: TypeAlias = tuple[str, "Place | None", View]
"""A key, where it stands, and its value."""


class NodeViewer:
    """Looks at nodes of YAML; what an alias or a merge leads to is shown where it is used.

    `has_more` tells that it was too much, which only aliases of aliases are, and that the rest was left out.
    """

    def __init__(self, locate: Callable[[Span], Place]) -> None:
        self._locate = locate
        self._left = MAX_VIEWS

    @property
    def has_more(self) -> bool:
        """Whether something was left out."""
        return self._left < 0

    def view(self, node: Node, depth: int = MAX_DEPTH) -> View:
        """Look at a node and what is in it."""
        target, place = target_of(node), self._locate(node.span)
        self._left -= 1
        if isinstance(target, ScalarNode):
            return _view_of_scalar(target, place)
        if depth == 0 or target is None or self._left < 0:
            return View("nothing", place)
        if isinstance(target, ListNode):
            return View("list", place, items=tuple(self.view(item, depth - 1) for item in target.items))
        return View("map", place, entries=tuple(self._entries(target, depth - 1)))

    def _entries(self, node: MapNode, depth: int) -> list[Entry]:
        """Give the entries of a map; those that it merges come first, so that its own count."""
        merged: list[Entry] = []
        own: list[Entry] = []
        for key_node, value in node.entries:
            if is_merge(key_node):
                target = target_of(value)
                for source in target.items if isinstance(target, ListNode) else [value]:
                    inner = target_of(source)
                    if isinstance(inner, MapNode) and depth > 0 and self._left > 0:
                        merged += self._entries(inner, depth - 1)
                continue
            key = key_of(key_node)
            place = self._locate(key_node.span)
            own.append(("" if key is None else key, place, self.view(value, depth)))
        names = {key for key, _, _ in own}
        return [*(entry for entry in merged if entry[0] not in names), *own]


def _view_of_scalar(node: ScalarNode, place: Place) -> View:
    value = node.value
    if value is None:
        return View("nothing", place)
    if isinstance(value, bool):
        return View("boolean", place, node.text, value)
    return View("text" if isinstance(value, str) else "number", place, node.text)


def view_of_data(value: Any, depth: int = MAX_DEPTH) -> View:
    """Look at plain data, as JSON gives it; what JSON does not have is taken for nothing."""
    match value:
        case bool():
            return View("boolean", None, str(value).lower(), value)
        case str():
            return View("text", None, value)
        case int() | float():
            return View("number", None, str(value))
        case list() | tuple() if depth > 0:
            items = cast("list[Any]", value)
            return View("list", None, items=tuple(view_of_data(item, depth - 1) for item in items))
        case dict() if depth > 0:
            entries = cast("dict[Any, Any]", value)
            shown = tuple((str(key), None, view_of_data(item, depth - 1)) for key, item in entries.items())
            return View("map", None, entries=shown)
        case _:
            return View("nothing", None)
