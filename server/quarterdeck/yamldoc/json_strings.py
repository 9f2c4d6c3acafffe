"""What becomes of strings when a Go value is marshalled: they go through JSON text that is read as YAML.

`sigs.k8s.io/yaml.Marshal` writes JSON and lets go-yaml read it, which is not always the same: NEL folds like
a line break, some control characters stop it, and a long key is no key. Source: sigs yaml.go, JSONToYAML.
"""

from __future__ import annotations

import re

_SURROGATES = re.compile("[\ud800-\udfff]")
_REFUSED = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NEL = re.compile(" *\x85[ \x85]*")
_MARKER_AFTER_NEL = re.compile("\x85(?:---|\\.\\.\\.)[ \x85]")
_ESCAPED_LONG = re.compile("[\x00-\x07\x0b\x0e-\x1f<>&\u2028\u2029]")
_ESCAPED_SHORT = re.compile('["\\\\\b\f\n\r\t]')
_LONGEST_KEY = 1024


class MarshalError(Exception):
    """A value cannot be marshalled; `str()` is Go's text."""


def through_json(text: str) -> str:
    """Give what `text` has become after JSON and back.

    Raises:
        MarshalError: go-yaml refuses the JSON text.
    """
    if text.isascii() and "\x7f" not in text:
        return text
    if _SURROGATES.search(text):
        text = mend_utf8(text)
    if _REFUSED.search(text):
        raise MarshalError("yaml: control characters are not allowed")
    if "\x85" in text:
        if _MARKER_AFTER_NEL.search(text):
            raise MarshalError("yaml: line 2: found unexpected document indicator")
        text = _NEL.sub(_folded, text)
    return text


def mend_utf8(text: str) -> str:
    """Replace each octet that is no UTF-8 (in `text` a lone surrogate) by U+FFFD, as Go does."""
    try:
        octets = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return _SURROGATES.sub("\ufffd", octets.decode("utf-8", "surrogateescape"))


def check_key(key: str) -> None:
    """Refuse a key that go-yaml does not recognise in JSON text.

    Raises:
        MarshalError: it takes more than 1,024 characters in JSON, or more than one line.
    """
    if "\x85" in key or (len(key) * 6 + 2 > _LONGEST_KEY and _json_length(key) > _LONGEST_KEY):
        raise MarshalError("yaml: did not find expected ',' or '}'")


def _folded(match: re.Match[str]) -> str:
    count = match[0].count("\x85")
    return " " if count == 1 else "\n" * (count - 1)


def _json_length(key: str) -> int:
    return len(key) + 2 + 5 * len(_ESCAPED_LONG.findall(key)) + len(_ESCAPED_SHORT.findall(key))
