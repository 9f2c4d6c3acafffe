"""The positioned tree of one YAML document: what stands where, and what it means.

Offsets are code points of the whole text, half-open. Nodes are made by `quarterdeck.yamldoc.compose` and not changed
afterwards.
"""

from __future__ import annotations

from typing import TypeAlias

from quarterdeck.text.span import Span
from quarterdeck.yamldoc.resolve import Scalar

LONG_TAG_PREFIX = "tag:yaml.org,2002:"


class ScalarNode:
    """A scalar: `text` is its content with quotes, folding and escapes undone, `value` what it means after JSON.

    `style` is None for a plain scalar, else the character that opens it: `'`, `"`, `|` or `>`. `is_implicit`
    tells that its text decides its type (plain without a tag, or the tag `!`). `tag` is the full tag or `""`.
    """

    __slots__ = ("anchor", "end", "is_implicit", "start", "style", "tag", "text", "value")

    def __init__(
        self,
        start: int,
        end: int,
        text: str,
        *,
        value: Scalar,
        style: str | None = None,
        tag: str = "",
        anchor: str = "",
        is_implicit: bool = True,
    ) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.value = value
        self.style = style
        self.tag = tag
        self.anchor = anchor
        self.is_implicit = is_implicit

    @property
    def span(self) -> Span:
        """Where it stands, quotes included."""
        return Span(self.start, self.end)


class MapNode:
    """A mapping: `entries` are its pairs of key and value in the order of the text, merges (`<<`) among them."""

    __slots__ = ("anchor", "end", "entries", "is_flow", "start", "tag")

    def __init__(self, start: int, *, is_flow: bool, tag: str = "", anchor: str = "") -> None:
        self.start = start
        self.end = start
        self.entries: list[tuple[Node, Node]] = []
        self.is_flow = is_flow
        self.tag = tag
        self.anchor = anchor

    @property
    def span(self) -> Span:
        """From the first key (or the brace) to the end of the last value (or past the brace)."""
        return Span(self.start, self.end)


class ListNode:
    """A sequence: `items` in the order of the text."""

    __slots__ = ("anchor", "end", "is_flow", "items", "start", "tag")

    def __init__(self, start: int, *, is_flow: bool, tag: str = "", anchor: str = "") -> None:
        self.start = start
        self.end = start
        self.items: list[Node] = []
        self.is_flow = is_flow
        self.tag = tag
        self.anchor = anchor

    @property
    def span(self) -> Span:
        """From the first dash (or the bracket) to the end of the last item (or past the bracket)."""
        return Span(self.start, self.end)


class AliasNode:
    """A reference `*name`; `target` is the node that the anchor stands at, None if there is no such anchor."""

    __slots__ = ("end", "name", "start", "target")

    def __init__(self, start: int, end: int, name: str, target: TargetNode | None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.target = target

    @property
    def span(self) -> Span:
        """Where the reference stands."""
        return Span(self.start, self.end)


TargetNode: TypeAlias = ScalarNode | MapNode | ListNode
Node: TypeAlias = ScalarNode | MapNode | ListNode | AliasNode
