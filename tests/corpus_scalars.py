"""The scalars of a chart's values.yaml, and edits of one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.nodes import ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Scalar(NamedTuple):
    """A scalar of a values.yaml: the keys that lead to it, its span and its 1-based line in the text."""

    path: tuple[str | int, ...]
    start: int
    end: int
    line: int

    def replaced(self, text: str, new: str) -> str:
        """Give the text of the file with `new` in place of the scalar."""
        before = " " if self.start == self.end else ""
        after = "\n" if text[self.start : self.end].endswith("\n") else ""
        return f"{text[: self.start]}{before}{new}{after}{text[self.end :]}"


def read_values(folder: Path) -> str:
    """Give the text of a chart's values.yaml, empty if it has none."""
    file = folder / "values.yaml"
    return file.read_text("utf-8") if file.exists() else ""


def find_scalars(text: str) -> Iterator[Scalar]:
    """Give all scalars that are values in the first document of a text."""
    lines = LineIndex(text)
    waiting: list[tuple[Node | None, tuple[str | int, ...]]] = [
        (one.root, ()) for one in parse_yaml(text).documents[:1]
    ]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, MapNode):
            waiting += [
                (value, (*path, key.text)) for key, value in node.entries if isinstance(key, ScalarNode)
            ]
        elif isinstance(node, ListNode):
            waiting += [(item, (*path, index)) for index, item in enumerate(node.items)]
        elif isinstance(node, ScalarNode):
            yield Scalar(path, node.start, node.end, lines.position(node.start)[0])
