"""Events to nodes: one document after the other, without recursion, however deep they are nested."""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

import yaml

from quarterdeck.yamldoc.events import BOM, MAX_DEPTH, EventSource, YamlError, go_error
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node, ScalarNode, TargetNode
from quarterdeck.yamldoc.resolve import HINTS, NUMBER_HINTS, ODD_KEYS, Scalar, own_string, resolve_plain
from quarterdeck.yamldoc.tags import find_tagged_value

_Scalar = yaml.events.ScalarEvent
_Alias = yaml.events.AliasEvent
_MappingStart = yaml.events.MappingStartEvent
_SequenceStart = yaml.events.SequenceStartEvent
_DocumentStart = yaml.events.DocumentStartEvent
_DocumentEnd = yaml.events.DocumentEndEvent
_StreamEnd = yaml.events.StreamEndEvent

CHEAP_DEPTH = 200
_DEEP_WORK = 200_000_000
"""libyaml looks at every open flow collection for each token: the sum of depths that we pay for."""


class ComposeError(Exception):
    """What go-yaml refuses and libyaml does not: `str()` is Go's text after `yaml: `, `offset` the place."""

    def __init__(self, message: str, offset: int, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.offset = offset


class ComposedDocument:
    """One document of a stream.

    `root` is None only if an error came before any node. `end` is where libyaml saw its end.
    `is_explicit_start` tells that it begins with `---`, `is_simple` that its value needs no more than the
    nodes' own: no alias, merge, tag or odd key. `unknown_aliases` refer to anchors that are not there.
    `error` is what broke the document off; its tree is then what came before.
    """

    __slots__ = ("end", "error", "is_explicit_start", "is_simple", "root", "start", "unknown_aliases")

    def __init__(self, start: int, *, is_explicit_start: bool) -> None:
        self.start = start
        self.end = start
        self.is_explicit_start = is_explicit_start
        self.is_simple = True
        self.root: Node | None = None
        self.unknown_aliases: list[AliasNode] = []
        self.error: YamlError | None = None


def compose_next(parser: EventSource) -> ComposedDocument | None:
    """Read the next document of `parser`, None at the end of the stream.

    Raises:
        yaml.YAMLError: libyaml refuses the text.
        ComposeError: go-yaml refuses it: nested too deeply, or an anchor that is not there.
    """
    document = _begin(parser, 0)
    if document is not None:
        _fill(document, parser, 0, allow_unknown_aliases=False)
    return document


def compose_partial(parser: EventSource, text: str, shift: int) -> ComposedDocument | None:
    """Read the next document of `parser` as far as it goes; `shift` is added to every offset.

    `text` is what the parser reads. References to unknown anchors are kept in `unknown_aliases`.
    """
    document: ComposedDocument | None = None
    start = shift + text.startswith(BOM)  # libyaml does not count it
    try:
        document = _begin(parser, start)
        if document is not None:
            _fill(document, parser, start, allow_unknown_aliases=True)
    except (yaml.YAMLError, ComposeError) as error:
        if isinstance(error, ComposeError):
            wrong = YamlError(str(error), error.offset)
        else:
            message, offset = go_error(error, text)
            wrong = YamlError(message, offset + shift)
        if document is None:
            document = ComposedDocument(shift, is_explicit_start=False)
        document.error = wrong
        document.end = max(document.start, wrong.offset)
        _close(document.root)
    return document


def _begin(parser: EventSource, shift: int) -> ComposedDocument | None:
    """Read up to the start of a document."""
    event = parser.get_event()
    while event.__class__ is not _DocumentStart:
        if event is None or event.__class__ is _StreamEnd:
            return None
        event = parser.get_event()
    if event.version is not None and event.version != (1, 1):
        # libyaml takes %YAML 1.2 as well.
        mark = event.start_mark
        raise ComposeError("found incompatible YAML document", mark.index + shift, mark.line)
    return ComposedDocument(event.start_mark.index + shift, is_explicit_start=event.explicit)


def _fill(
    document: ComposedDocument, parser: EventSource, shift: int, *, allow_unknown_aliases: bool
) -> None:
    """Read a document's nodes; `stack` holds the collections around `owner`, each with the key that waits."""
    get_event = parser.get_event
    anchors: dict[str, TargetNode] = {}
    stack: list[tuple[Any, Node | None]] = []
    owner: Any = cast("Any", None)
    key: Node | None = None
    flow_depth = 0  # counted only where it is beyond CHEAP_DEPTH
    deep_work = 0
    while True:
        event = get_event()
        kind = event.__class__
        if flow_depth:
            deep_work += flow_depth
            if deep_work > _DEEP_WORK:
                raise _depth_error(event, shift)
        if kind is _Scalar:
            text = event.value
            tag = event.tag
            anchor = event.anchor
            is_implicit = event.implicit[0]
            value: Scalar = text
            if is_implicit:
                if not text or text[0] in HINTS:
                    value = resolve_plain(text)
                    if isinstance(value, float) and not isfinite(value):
                        document.is_simple = False
                style = event.style or None
                if "?" in text and style is None and stack and owner.is_flow:
                    raise _question_error(event, owner, shift)
            else:
                style = event.style or None
            if len(text) == 1 and value is text:
                value = own_string(text)
            node: Any = ScalarNode(
                event.start_mark.index + shift, event.end_mark.index + shift, text, value, style, is_implicit
            )
            if tag:
                document.is_simple = False
                node.tag = tag
                node.value = find_tagged_value(node)
            if anchor:
                node.anchor = anchor
                anchors[anchor] = node
            # Most nodes are scalars in maps: they need not come by the checks below.
            if owner.__class__ is MapNode:
                if key is None:
                    key = node
                    if is_implicit and (text in ODD_KEYS or text[0] in NUMBER_HINTS):
                        document.is_simple = False
                else:
                    owner.entries.append((key, node))
                    key = None
                continue
        elif kind is _MappingStart or kind is _SequenceStart:
            make = MapNode if kind is _MappingStart else ListNode
            start = event.start_mark.index + shift
            anchor = event.anchor
            node = make(start, start, event.flow_style, event.tag or "", anchor or "")
            if anchor:
                anchors[anchor] = node
        elif kind is _Alias:
            target = anchors.get(event.anchor)
            document.is_simple = False
            node = AliasNode(
                event.start_mark.index + shift, event.end_mark.index + shift, event.anchor, target
            )
            if target is None:
                if not allow_unknown_aliases:
                    raise ComposeError(f"unknown anchor '{event.anchor}' referenced", node.start)
                document.unknown_aliases.append(node)
        elif kind is _DocumentEnd:
            document.end = event.end_mark.index + shift
            return
        else:  # the end of a collection
            owner.end = _content_end(owner, event.end_mark.index + shift)
            owner, key = stack.pop()
            if flow_depth:
                flow_depth = len(stack) if len(stack) > CHEAP_DEPTH and owner.is_flow else 0
            continue
        if not stack:
            document.root = node
        elif owner.__class__ is MapNode:
            if key is None:
                key = node
                document.is_simple = False
            else:
                owner.entries.append((key, node))
                key = None
        else:
            owner.items.append(node)
        if kind is _MappingStart or kind is _SequenceStart:
            stack.append((owner, key))
            owner = node
            key = None
            depth = len(stack)
            if depth > CHEAP_DEPTH:
                if depth > MAX_DEPTH:
                    raise _depth_error(event, shift)
                flow_depth = depth if event.flow_style else 0


def _depth_error(event: Any, shift: int) -> ComposeError:
    mark = event.start_mark
    return ComposeError(
        f"exceeded max depth of {MAX_DEPTH}", mark.index + shift, mark.line + 1 if mark.line else 0
    )


def _question_error(event: Any, owner: MapNode | ListNode, shift: int) -> ComposeError:
    """Give go-yaml's error for a plain scalar in brackets that a question mark ends."""
    before = event.value[: event.value.index("?")]
    line = event.start_mark.line + before.count("\n")
    closing = "}" if owner.__class__ is MapNode else "]"
    return ComposeError(
        f"did not find expected ',' or '{closing}'", event.start_mark.index + len(before) + shift, line
    )


def _content_end(owner: MapNode | ListNode, end: int) -> int:
    """Give where a collection's text ends: past its bracket, or where its last content ends.

    libyaml ends a block collection only where the next token begins.
    """
    if owner.is_flow and end > owner.start:
        return end
    if isinstance(owner, MapNode):
        last: Node | None = owner.entries[-1][1] if owner.entries else None
    else:
        last = owner.items[-1] if owner.items else None
    return end if last is None else max(last.end, owner.start)


def _close(root: Node | None) -> None:
    """Give the collections that an error left open their ends: where their last content ends."""
    open_nodes: list[MapNode | ListNode] = []
    node = root
    while isinstance(node, (MapNode, ListNode)):
        if node.end == node.start:
            open_nodes.append(node)
        if isinstance(node, MapNode):
            node = node.entries[-1][1] if node.entries else None
        else:
            node = node.items[-1] if node.items else None
    for node in reversed(open_nodes):
        node.end = _content_end(node, node.start)
