"""How Go's `%#v` prints keys and values of YAML; some of go-yaml's messages quote them so."""

from __future__ import annotations

from typing import Any

from quarterdeck.yamldoc.floats import format_float
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.resolve import MAX_INT64
from quarterdeck.yamldoc.tags import TagError, resolve_scalar

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}
_DEEPEST = 50
_GO_FLOATS = {".nan": "NaN", ".inf": "+Inf", "-.inf": "-Inf"}


def go_quote(text: str) -> str:
    """Give `text` as a Go string literal. Source: strconv quote.go, Quote."""
    return f'"{"".join(_escape(character) for character in text)}"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def go_type(value: Any) -> str:
    """Give what `%s` of the reflect.Type of a resolved key prints."""
    return "%!s(<nil>)" if value is None else "uint64"


def go_syntax(node: Node, *, is_nested: bool = False, depth: int = 0) -> str:
    """Give what `%#v` prints for the Go value of `node`; what is nested deeper than 50 levels is left out."""
    if depth > _DEEPEST:
        return "..."
    if isinstance(node, AliasNode):
        return "..." if node.target is None else go_syntax(node.target, is_nested=is_nested, depth=depth + 1)
    if isinstance(node, ListNode):
        items = ", ".join(go_syntax(item, is_nested=True, depth=depth + 1) for item in node.items)
        return f"[]interface {{}}{{{items}}}"
    if isinstance(node, MapNode):
        return f"map[interface {{}}]interface {{}}{{{_pairs(node, depth)}}}"
    return _scalar_syntax(node, is_nested=is_nested)


def _pairs(node: MapNode, depth: int) -> str:
    pairs = {
        go_syntax(key, is_nested=True, depth=depth + 1): go_syntax(value, is_nested=True, depth=depth + 1)
        for key, value in node.entries
    }
    return ", ".join(f"{key}:{pairs[key]}" for key in sorted(pairs))


def _scalar_syntax(node: ScalarNode, *, is_nested: bool) -> str:
    value: Any
    try:
        value = resolve_scalar(node, typed=True)
    except TagError:
        value = node.text
    if value is None:
        return "interface {}(nil)" if is_nested else "<nil>"
    if isinstance(value, str):
        return go_quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value <= MAX_INT64 else hex(value)
    text = format_float(value)
    return _GO_FLOATS.get(text, text)
