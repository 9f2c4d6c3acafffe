"""Nodes to value, in go-yaml's order and with its limits: the thorough way, for whatever is not simple.

Source: go.yaml.in/yaml/v2 decode.go; sigs.k8s.io/yaml yaml.go, convertToJSONableObject.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import yaml

from quarterdeck.yamldoc.compose import ComposedDocument, ComposeError, compose_next
from quarterdeck.yamldoc.dialect import Reading
from quarterdeck.yamldoc.events import MAX_DEPTH, YamlError, go_error, readable_before
from quarterdeck.yamldoc.floats import find_refusal, format_float32
from quarterdeck.yamldoc.go_syntax import go_syntax, go_type
from quarterdeck.yamldoc.nodes import LONG_TAG_PREFIX, AliasNode, ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.resolve import MAX_INT64
from quarterdeck.yamldoc.tags import TagError, resolve_scalar

if TYPE_CHECKING:
    from quarterdeck.yamldoc.simple import Origins

CONVERSION = "error converting YAML to JSON: "

_RATIO_RANGE_LOW = 400_000
_RATIO_RANGE_HIGH = 4_000_000
_MERGE_TAG = LONG_TAG_PREFIX + "merge"

_Job = tuple[Node, dict[str, Any] | None]
_Steps = Generator[_Job, Any, Any]


class DecodeError(Exception):
    """A document cannot become a value; `str()` is Go's text, `offset` the place."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def decode_text(text: str, *, strict: bool, forbidden: YamlError | None) -> tuple[Any, str | None]:
    """Give the value of the first document and Go's error text, like `load_yaml`.

    `forbidden` is the first character that YAML does not allow; a document that ends before it is still read.
    """
    readable = text if forbidden is None else readable_before(text, forbidden.offset)
    try:
        document = _compose_first(readable)
    except yaml.YAMLError as error:
        wrong = go_error(error, text)
        if forbidden is not None and wrong.offset >= len(readable):
            wrong = forbidden
        return None, f"{CONVERSION}yaml: {wrong.message}"
    except ComposeError as error:
        return None, f"{CONVERSION}yaml: {error}"
    if forbidden is not None and (document is None or document.end >= len(readable)):
        return None, f"{CONVERSION}yaml: {forbidden.message}"
    try:
        return decode_document(document, text, strict=strict), None
    except DecodeError as error:
        return None, str(error)


def _compose_first(text: str) -> ComposedDocument | None:
    """Compose the first document, in as many readings as it takes."""
    reading = Reading(text)
    while True:
        try:
            return compose_next(reading.start())
        except yaml.YAMLError as error:
            if not reading.can_go_on(go_error(error, text)):
                raise


def decode_document(
    document: ComposedDocument | None,
    text: str,
    *,
    strict: bool = False,
    origins: Origins | None = None,
) -> Any:
    """Give a document's value; None stands for no document.

    `origins` receives, by the identity of every container, string and number of the value, the node that
    wrote it (behind aliases the node at the anchor). Keys and values that were overwritten may be among them.

    Raises:
        DecodeError: Go refuses the document, though it is well-formed.
    """
    if document is None or document.root is None:
        return None
    if document.unknown_aliases:
        alias = document.unknown_aliases[0]
        raise DecodeError(f"{CONVERSION}yaml: unknown anchor '{alias.name}' referenced", alias.start)
    decoder = _Decoder(text, strict=strict, origins=origins)
    value = decoder.run(document.root)
    if decoder.repeated:
        lines = "\n  ".join(message for message, _ in decoder.repeated)
        raise DecodeError(f"{CONVERSION}yaml: unmarshal errors:\n  {lines}", decoder.repeated[0][1])
    if decoder.unconvertible is not None:
        raise decoder.unconvertible
    if decoder.deepest > MAX_DEPTH:
        raise DecodeError("error unmarshaling JSON: while decoding JSON: exceeded max depth", document.start)
    return value


class _Decoder:
    """One run over one document's tree.

    Python's stack does not grow with nesting: each collection is a generator that yields the nodes that it
    needs, and `run` keeps them on a list.
    """

    def __init__(self, text: str, *, strict: bool, origins: Origins | None) -> None:
        self.text = text
        self.strict = strict
        self.origins = origins
        self.repeated: list[tuple[str, int]] = []
        self.unconvertible: DecodeError | None = None
        self.deepest = 0
        self._seen: dict[int, set[tuple[type, Any]]] = {}
        self._active: set[AliasNode] = set()
        self._decode_count = 0
        self._alias_count = 0
        self._alias_depth = 0

    def run(self, root: Node) -> Any:
        """Decode `root` with everything in it."""
        stack: list[_Steps] = [self._start(root, None)]
        result: Any = None
        while stack:
            try:
                node, target = stack[-1].send(result)
            except StopIteration as stop:
                stack.pop()
                result = stop.value
                continue
            if isinstance(node, ScalarNode):
                self._count(node)
                result = self._scalar(node)
                continue
            stack.append(self._start(node, target))
            result = None
            self.deepest = max(self.deepest, len(stack) - self._alias_depth)
        return result

    def _start(self, node: Node, target: dict[str, Any] | None) -> _Steps:
        """Begin with a node; `target` is the map that a merge fills."""
        if isinstance(node, AliasNode):
            return self._alias(node, target)
        if isinstance(node, MapNode):
            return self._map(node, target)
        if isinstance(node, ListNode):
            return self._list(node)
        return self._lone_scalar(node)

    def _count(self, node: Node) -> None:
        """Count one decoding; refuse bombs of aliases. Source: yaml.v2 decode.go, allowedAliasRatio."""
        self._decode_count += 1
        if not self._alias_depth:
            return
        self._alias_count += 1
        count = self._decode_count
        if self._alias_count <= 100 or count <= 1000:
            return
        if count <= _RATIO_RANGE_LOW:
            allowed = 0.99
        elif count >= _RATIO_RANGE_HIGH:
            allowed = 0.10
        else:
            allowed = 0.99 - 0.89 * ((count - _RATIO_RANGE_LOW) / (_RATIO_RANGE_HIGH - _RATIO_RANGE_LOW))
        if self._alias_count / count > allowed:
            raise DecodeError(f"{CONVERSION}yaml: document contains excessive aliasing", node.start)

    def _resolve(self, node: ScalarNode) -> Any:
        """Give a scalar's value; as a key it may also be infinite or no number."""
        try:
            return resolve_scalar(node)
        except TagError as error:
            raise DecodeError(f"{CONVERSION}yaml: {error}", node.start) from None

    def _scalar(self, node: ScalarNode) -> Any:
        value = self._resolve(node)
        refusal = find_refusal(value) if value.__class__ is float else None
        if refusal is not None:
            self._refuse(refusal, node.start)
        if self.origins is not None and value is not None and value.__class__ is not bool:
            self.origins[id(value)] = node
        return value

    def _lone_scalar(self, node: ScalarNode) -> _Steps:
        self._count(node)
        return self._scalar(node)
        yield  # makes this a generator like the others

    def _alias(self, node: AliasNode, target: dict[str, Any] | None) -> _Steps:
        self._count(node)
        if node in self._active:
            raise DecodeError(f"{CONVERSION}yaml: anchor '{node.name}' value contains itself", node.start)
        self._active.add(node)
        self._alias_depth += 1
        # Documents with unknown anchors do not come here; the alias itself stands in for the type checker.
        value = yield node.target or node, target
        self._alias_depth -= 1
        self._active.discard(node)
        return value

    def _list(self, node: ListNode) -> _Steps:
        self._count(node)
        values: list[Any] = []
        if self.origins is not None:
            self.origins[id(values)] = node
        for item in node.items:
            values.append((yield item, None))  # noqa: PERF401 - a comprehension cannot yield
        return values

    def _map(self, node: MapNode, target: dict[str, Any] | None) -> _Steps:
        self._count(node)
        values: dict[str, Any] = {} if target is None else target
        if self.origins is not None and target is None:
            self.origins[id(values)] = node
        for key_node, value_node in node.entries:
            if is_merge(key_node):
                yield from self._merge(value_node, values)
                continue
            if isinstance(key_node, ScalarNode):
                self._count(key_node)
                key_value = self._resolve(key_node)
            else:
                key_value = yield key_node, None
            if key_value.__class__ is dict or key_value.__class__ is list:
                raise DecodeError(f"{CONVERSION}yaml: invalid map key: {go_syntax(key_node)}", key_node.start)
            key = self._key(key_node, value_node)
            value = yield value_node, None
            if self.strict and self._is_repeated(values, key_node, value_node):
                continue
            values[key] = value
        return values

    def _merge(self, node: Node, values: dict[str, Any]) -> _Steps:
        """Fill `values` from what follows `<<`, which overwrites what is there. Source: decode.go, merge."""
        nodes = list(reversed(node.items)) if isinstance(node, ListNode) else [node]
        for one in nodes:
            meant = one.target if isinstance(one, AliasNode) else one
            if not isinstance(meant, MapNode):
                raise DecodeError(
                    f"{CONVERSION}yaml: map merge requires map or sequence of maps as the value", one.start
                )
            yield one, values

    def _key(self, node: Node, value_node: Node) -> str:
        """Give the JSON key for a scalar key. Source: sigs yaml.go, convertToJSONableObject."""
        typed = typed_key(node)
        key = key_text(typed)
        if key is None:
            self._refuse(
                f"unsupported map key of type: {go_type(typed)}, key: {go_syntax(node)}, "
                f"value: {go_syntax(value_node)}",
                node.start,
            )
            return ""
        return key

    def _is_repeated(self, values: dict[str, Any], key_node: Node, value_node: Node) -> bool:
        """Tell whether the map has the key, of the same Go type, already; note it as UnmarshalStrict does."""
        typed = typed_key(key_node)
        seen = self._seen.setdefault(id(values), set())
        entry = (typed.__class__, typed)
        if entry in seen:
            line = self.text.count("\n", 0, value_node.start) + 1
            self.repeated.append(
                (f"line {line}: key {go_syntax(key_node)} already set in map", key_node.start)
            )
            return True
        seen.add(entry)
        return False

    def _refuse(self, message: str, offset: int) -> None:
        """Note what cannot become JSON; Go says so only after the whole document was decoded."""
        if self.unconvertible is None:
            self.unconvertible = DecodeError(CONVERSION + message, offset)


def typed_key(node: Node) -> Any:
    """Give the value of a key that is a scalar or an alias of one, integers as `int`; None for others.

    Raises:
        TagError: the tag does not fit.
    """
    scalar = node.target if isinstance(node, AliasNode) else node
    return resolve_scalar(scalar, typed=True) if isinstance(scalar, ScalarNode) else None


def key_text(key: Any) -> str | None:
    """Give the JSON key for a resolved key (integers as `int`), None if JSON has no such key."""
    if key.__class__ is str:
        return key
    if key is True:
        return "true"
    if key is False:
        return "false"
    if key.__class__ is int:
        return str(key) if key <= MAX_INT64 else None
    if key.__class__ is float:
        return format_float32(key)
    return None


def is_merge(node: Node) -> bool:
    """Tell whether a key is `<<`, which merges. Source: yaml.v2 decode.go, isMerge."""
    return isinstance(node, ScalarNode) and node.text == "<<" and (node.is_implicit or node.tag == _MERGE_TAG)
