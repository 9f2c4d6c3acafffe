"""What a scalar with or without a tag means.

Source: go.yaml.in/yaml/v2 decode.go, scalar; resolve.go, resolve.
"""

from __future__ import annotations

import binascii
import re
from typing import Any

from quarterdeck.yamldoc.nodes import LONG_TAG_PREFIX, ScalarNode
from quarterdeck.yamldoc.resolve import MAX_INT64, Scalar, own_string, resolve_typed

_SURROGATES = re.compile("[\ud800-\udfff]")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_RESOLVABLE = {LONG_TAG_PREFIX + name for name in ("bool", "int", "float", "null", "timestamp")}


class TagError(Exception):
    """A tag does not fit its scalar; `str()` is Go's text after `yaml: `."""


def resolve_scalar(node: ScalarNode, *, typed: bool = False) -> Any:
    """Give a scalar's value, a new object each time: every number as float, but integers as `int` if `typed`.

    Raises:
        TagError: the tag and the text do not go together.
    """
    text = node.text
    tag = node.tag
    if tag in _RESOLVABLE:
        value: Any = _resolve_tagged(tag, text)
    elif tag == LONG_TAG_PREFIX + "binary":
        value = _decode_binary(text)
    elif tag or not node.is_implicit:
        value = text
    else:
        value = resolve_typed(text)[1]
    if value.__class__ is str:
        return own_string(value) if len(value) == 1 else value[:1] + value[1:]
    if value.__class__ is int and not typed:
        return float(value)
    return value


def find_tagged_value(node: ScalarNode) -> Scalar:
    """Give a tagged scalar's value, or its text where the tag does not fit."""
    try:
        value: Scalar = resolve_scalar(node)
    except TagError:
        return node.text
    return value


def _resolve_tagged(tag: str, text: str) -> Any:
    short = "!!" + tag[len(LONG_TAG_PREFIX) :]
    kind, value = resolve_typed(text, allow_timestamp=short == "!!timestamp")
    if kind in {"!!timestamp", short}:
        return value
    if short == "!!float" and isinstance(value, int) and value <= MAX_INT64:
        return float(value)
    raise TagError(f"cannot decode {kind} `{text}` as a {short}")


def _decode_binary(text: str) -> str:
    """Decode base64 as Go does, line breaks allowed; JSON turns bytes that are not UTF-8 into U+FFFD."""
    compact = text.replace("\n", "").replace("\r", "")
    if _BASE64.fullmatch(compact) is None:
        raise TagError("!!binary value contains invalid base64 data")
    octets = binascii.a2b_base64(compact)
    return _SURROGATES.sub("\ufffd", octets.decode("utf-8", "surrogateescape"))
