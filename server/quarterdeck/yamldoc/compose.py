"""Events to nodes: one document after the other, iteratively, so that no depth of nesting is too deep for Python."""

from __future__ import annotations

from typing import Any

import yaml

from quarterdeck.yamldoc.events import MAX_DEPTH
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node, ScalarNode, TargetNode
from quarterdeck.yamldoc.resolve import HINTS, Scalar, resolve_plain

_Scalar = yaml.events.ScalarEvent
_Alias = yaml.events.AliasEvent
_MappingStart = yaml.events.MappingStartEvent
_SequenceStart = yaml.events.SequenceStartEvent
_DocumentStart = yaml.events.DocumentStartEvent
_DocumentEnd = yaml.events.DocumentEndEvent
_StreamEnd = yaml.events.StreamEndEvent

_CHEAP_DEPTH = 200
_DEEP_WORK = 50_000_000
"""libyaml looks at every open flow collection for each token: the sum of depths that we are ready to pay for."""


class ComposeError(Exception):
    """What go-yaml's parser, one level above libyaml, refuses: `message` as after `yaml: `, and where it is."""

    def __init__(self, message: str, offset: int, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.offset = offset


class ComposedDocument:
    """One document of a stream: its root, the span of its content, and references to anchors that are not there.

    `root` is None only if an error came before any node. `is_explicit_start` tells that it begins with `---`,
    `end` is where libyaml saw its end.
    """

    __slots__ = ("end", "is_explicit_start", "root", "start", "unknown_aliases")

    def __init__(self, start: int, *, is_explicit_start: bool) -> None:
        self.start = start
        self.end = start
        self.is_explicit_start = is_explicit_start
        self.root: Node | None = None
        self.unknown_aliases: list[AliasNode] = []


def compose_next(
    parser: Any,
    shift: int = 0,
    *,
    allow_unknown_aliases: bool = False,
) -> ComposedDocument | None:
    """Read the next document of `parser`, None at the end of the stream; `shift` is added to every offset.

    Raises:
        yaml.YAMLError: libyaml refuses the text.
        ComposeError: it is nested too deeply, or refers to an anchor that is not there.
    """
    get_event = parser.get_event
    event = get_event()
    while event.__class__ is not _DocumentStart:
        if event.__class__ is _StreamEnd or event is None:
            return None
        event = get_event()
    if event.version is not None and event.version != (1, 1):
        # libyaml takes %YAML 1.2 as well.
        mark = event.start_mark
        raise ComposeError("found incompatible YAML document", mark.index + shift, mark.line)
    document = ComposedDocument(event.start_mark.index + shift, is_explicit_start=event.explicit)
    anchors: dict[str, TargetNode] = {}
    stack: list[tuple[Any, Node | None]] = []
    owner: Any = None
    key: Node | None = None
    deep_work = 0
    while True:
        event = get_event()
        kind = event.__class__
        if kind is _Scalar:
            text = event.value
            is_implicit = event.implicit[0]
            tag = event.tag
            value: Scalar = text
            if is_implicit and (not text or text[0] in HINTS):
                value = resolve_plain(text)
            if "?" in text and not event.style and owner is not None and owner.is_flow:
                raise _question_error(event, owner, shift)
            node: Any = ScalarNode(
                event.start_mark.index + shift,
                event.end_mark.index + shift,
                text,
                value=value,
                style=event.style or None,
                tag=tag or "",
                anchor=event.anchor or "",
                is_implicit=is_implicit,
            )
            if event.anchor:
                anchors[event.anchor] = node
        elif kind is _MappingStart or kind is _SequenceStart:
            make = MapNode if kind is _MappingStart else ListNode
            node = make(
                event.start_mark.index + shift,
                is_flow=event.flow_style,
                tag=event.tag or "",
                anchor=event.anchor or "",
            )
            if event.anchor:
                anchors[event.anchor] = node
        elif kind is _Alias:
            target = anchors.get(event.anchor)
            node = AliasNode(event.start_mark.index + shift, event.end_mark.index + shift, event.anchor, target)
            if target is None:
                if not allow_unknown_aliases:
                    raise ComposeError(f"unknown anchor '{event.anchor}' referenced", node.start)
                document.unknown_aliases.append(node)
        elif kind is _DocumentEnd:
            document.end = event.end_mark.index + shift
            return document
        else:  # the end of a collection
            owner.end = _content_end(owner, event.end_mark.index + shift)
            owner, key = stack.pop()
            continue
        if owner is None:
            document.root = node
        elif owner.__class__ is MapNode:
            if key is None:
                key = node
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
            if depth > _CHEAP_DEPTH:
                deep_work += depth * depth // 100
                if depth > MAX_DEPTH or deep_work > _DEEP_WORK:
                    mark = event.start_mark
                    line = mark.line + 1 if mark.line else 0
                    raise ComposeError(f"exceeded max depth of {MAX_DEPTH}", mark.index + shift, line)


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
    if owner.is_flow:
        return end
    if owner.__class__ is MapNode:
        last: Node | None = owner.entries[-1][1] if owner.entries else None
    else:
        last = owner.items[-1] if owner.items else None
    return end if last is None else max(last.end, owner.start)
