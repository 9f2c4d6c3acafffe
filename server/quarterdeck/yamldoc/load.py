"""Text to value, as `sigs.k8s.io/yaml.Unmarshal` gives it: YAML to Go values to JSON to Go values.

Source: sigs.k8s.io/yaml yaml.go, unmarshal; go.yaml.in/yaml/v2 decode.go.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import yaml

from quarterdeck.yamldoc.compose import CHEAP_DEPTH
from quarterdeck.yamldoc.decode import CONVERSION, decode_text, key_text
from quarterdeck.yamldoc.dialect import has_inner_mark, is_refused_by_libyaml_alone
from quarterdeck.yamldoc.events import EventSource, find_forbidden, go_error, make_parser
from quarterdeck.yamldoc.resolve import (
    HINTS,
    NUMBER_HINTS,
    ODD_KEYS,
    own_string,
    resolve_plain,
    resolve_typed,
)

_Scalar = yaml.events.ScalarEvent
_MappingStart = yaml.events.MappingStartEvent
_SequenceStart = yaml.events.SequenceStartEvent
_MappingEnd = yaml.events.MappingEndEvent
_SequenceEnd = yaml.events.SequenceEndEvent
_DocumentEnd = yaml.events.DocumentEndEvent
_StreamEnd = yaml.events.StreamEndEvent


def load_yaml(text: str, *, strict: bool = False) -> tuple[Any, str | None]:
    """Give the value of the first document of `text`, and Go's error text or None.

    The value is made of `dict` (string keys, as written), `list`, `str`, `float`, `bool` and None; it is None
    with an error, and for a text without a document. Every string of one character or more and every number
    is an object of its own, so that its identity tells where it stands. `strict` refuses keys that come
    twice, as UnmarshalStrict does. Never raises on any text. Time is linear in the text, and bounded for
    aliases as in Go.
    """
    if len(text) <= _SHORT:
        quick = _QUICK.get(text)
        if quick is not None:
            return quick(), None
        if _WORD.fullmatch(text):
            return _own(resolve_plain(text)), None
    forbidden = find_forbidden(text)
    if forbidden is not None or strict or has_inner_mark(text):
        return decode_text(text, strict=strict, forbidden=forbidden)
    try:
        if len(text) <= _SHORT and _FLAT.fullmatch(text):
            return _load_flat(text), None
        value = _build(make_parser(text), text)
    except _NeedsTreeError:
        return decode_text(text, strict=strict, forbidden=None)
    except yaml.YAMLError as error:
        wrong = go_error(error, text)
        if is_refused_by_libyaml_alone(wrong):
            return decode_text(text, strict=strict, forbidden=None)
        return None, f"{CONVERSION}yaml: {wrong.message}"
    return value, None


class _NeedsTreeError(Exception):
    """The document has something that the direct way does not know: aliases, merges, tags, odd keys."""


_SHORT = 400
_QUICK: dict[str, Any] = {"": lambda: None, "{}": dict, "[]": list, "{}\n": dict}
_WORD = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./-]*+")
_FLAT = re.compile(r"(?:[A-Za-z_/][A-Za-z0-9_./-]*+: [A-Za-z0-9_/][A-Za-z0-9_./-]*+(?:\n|\Z))++")
"""One word, and lines of `key: word`: nothing in them means anything to YAML but the words themselves."""


def _own(value: Any) -> Any:
    return own_string(value) if value.__class__ is str and len(value) == 1 else value


def _load_flat(text: str) -> dict[str, Any]:
    """Build the map of a text that `_FLAT` matches.

    Raises:
        _NeedsTreeError: a key is null.
    """
    value: dict[str, Any] = {}
    for line in text.removesuffix("\n").split("\n"):
        key, _, word = line.partition(": ")
        if key in ODD_KEYS:
            key = _plain_key(key)
        value[key] = _own(resolve_plain(word))
    return value


def _build(parser: EventSource, text: str) -> Any:
    """Build the first document's value straight from the events, without recursion.

    `container` is the open collection, `key` the key that waits for its value (None in between), `stack` the
    enclosing collections with their keys. A question mark in brackets is left to the thorough way.
    """
    has_question = "?" in text
    get_event = parser.get_event
    get_event()  # stream start
    event = get_event()
    if event.__class__ is _StreamEnd:
        return None
    if event.version is not None:
        raise _NeedsTreeError
    root: list[Any] = []
    container: Any = root
    in_map = False
    key: str | None = None
    stack: list[tuple[Any, bool, str | None]] = []
    while True:
        event = get_event()
        kind = event.__class__
        if kind is _Scalar:
            value: Any = event.value
            if event.tag is not None:
                raise _NeedsTreeError
            if in_map and key is None:
                if event.implicit[0] and (value in ODD_KEYS or value[0] in NUMBER_HINTS):
                    value = _plain_key(value)
                key = value
                continue
            if event.implicit[0]:
                if not value or value[0] in HINTS:
                    value = resolve_plain(value)
                    if value.__class__ is float and not isfinite(value):
                        raise _NeedsTreeError
                if value.__class__ is str and len(value) == 1:
                    value = own_string(value)
            elif len(value) == 1:
                value = own_string(value)
            if in_map:
                container[key] = value
                key = None
            else:
                container.append(value)
        elif kind is _MappingStart or kind is _SequenceStart:
            if in_map and key is None:
                raise _NeedsTreeError
            if (
                has_question
                and event.flow_style
                and text[event.end_mark.index : event.end_mark.index + 1] not in "]}"
            ):
                raise _NeedsTreeError
            value = {} if kind is _MappingStart else []
            if in_map:
                container[key] = value
            else:
                container.append(value)
            stack.append((container, in_map, key))
            if len(stack) > CHEAP_DEPTH:
                raise _NeedsTreeError
            container = value
            in_map = kind is _MappingStart
            key = None
        elif kind is _MappingEnd or kind is _SequenceEnd:
            container, in_map, _ = stack.pop()
            key = None
        elif kind is _DocumentEnd:
            return root[0]
        else:
            raise _NeedsTreeError


def _plain_key(text: str) -> str:
    """Give the string that an untagged plain key becomes.

    Raises:
        _NeedsTreeError: it is a merge, null or a number that cannot be a key.
    """
    key = None if text == "<<" else key_text(resolve_typed(text)[1])
    if key is None:
        raise _NeedsTreeError
    return key
