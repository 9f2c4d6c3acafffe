"""The positioned tree of one YAML document: what stands where, and what it means.

Offsets are code points of the whole text, half-open. Nodes are made by `quarterdeck.yamldoc.compose` and not
changed afterwards; they are equal only to themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from quarterdeck.text.span import Span

if TYPE_CHECKING:
    from quarterdeck.yamldoc.resolve import Scalar

LONG_TAG_PREFIX = "tag:yaml.org,2002:"


class ScalarNode(msgspec.Struct, eq=False, gc=False):
    """A scalar: `text` is its content without quotes, folding and escapes, `value` what it means after JSON.

    `style` is None for a plain scalar, else the character that opens it: `'`, `"`, `|` or `>`. `is_implicit`
    tells that it is plain and untagged, so that its text decides its type. `tag` is the full tag or `""`.
    """

    start: int
    end: int
    text: str
    value: Scalar
    style: str | None = None
    is_implicit: bool = True
    tag: str = ""
    anchor: str = ""

    @property
    def span(self) -> Span:
        """Where it stands, quotes included."""
        return Span(self.start, self.end)


class MapNode(msgspec.Struct, eq=False):
    """A mapping: `entries` are its pairs of key and value in the order of the text, merges among them."""

    start: int
    end: int
    is_flow: bool
    tag: str = ""
    anchor: str = ""
    entries: list[tuple[Node, Node]] = []

    @property
    def span(self) -> Span:
        """From the first key (or the brace) to the end of the last value (or past the brace)."""
        return Span(self.start, self.end)


class ListNode(msgspec.Struct, eq=False):
    """A sequence: `items` in the order of the text."""

    start: int
    end: int
    is_flow: bool
    tag: str = ""
    anchor: str = ""
    items: list[Node] = []

    @property
    def span(self) -> Span:
        """From the first dash (or the bracket) to the end of the last item (or past the bracket)."""
        return Span(self.start, self.end)


class AliasNode(msgspec.Struct, eq=False):
    """A reference `*name`; `target` is the node at the anchor, None if there is no such anchor."""

    start: int
    end: int
    name: str
    target: TargetNode | None

    @property
    def span(self) -> Span:
        """Where the reference stands."""
        return Span(self.start, self.end)


TargetNode: TypeAlias = ScalarNode | MapNode | ListNode
Node: TypeAlias = ScalarNode | MapNode | ListNode | AliasNode
