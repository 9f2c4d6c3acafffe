"""Value to text as Helm's `toYamlPretty` writes it: go-yaml v3 with an indent of 2, without JSON in between.

What differs from `toYaml`: lists stand deeper than their key, nothing is folded, numbers keep Go's form
(8080.0 is `8080`, 1e6 is `1e+06`), tabs may stand in blocks, and digits make a difference in the order of
keys. Source: Helm pkg/engine/funcs.go, toYAMLPretty; go.yaml.in/yaml/v3 encode.go, emitterc.go, sorter.go.
"""

from __future__ import annotations

import base64
import re
import sys
from typing import Any, cast

from quarterdeck.yamldoc.block_writer import Dialect, Entries, PlainText, write_value
from quarterdeck.yamldoc.emit import Leaf, write_with_leaves
from quarterdeck.yamldoc.floats import format_float
from quarterdeck.yamldoc.json_strings import MarshalError
from quarterdeck.yamldoc.key_order import sort_keys
from quarterdeck.yamldoc.scalars import can_be_block, double_quoted, is_simple_key, string_form, write_lines

_SURROGATE = re.compile("[\ud800-\udfff]")
_BASE64_LINE = 70


def emit_yaml_pretty(value: Any) -> str:
    """Give the encoder's text, with its line feed at the end (toYamlPretty trims it); `""` where it fails.

    Takes what `quarterdeck.yamldoc.emit.emit_yaml` takes, and `PlainText`.
    """
    try:
        return "".join(write_value(value, _PRETTY_DIALECT, None))
    except MarshalError:
        return ""


def emit_yaml_pretty_with_leaves(value: Any) -> tuple[str, list[Leaf]]:
    """Give `emit_yaml_pretty`'s text, and where each value stands in it; see `emit_yaml_with_leaves`."""
    return write_with_leaves(value, _PRETTY_DIALECT)


def _form(text: str) -> str:
    """Give the form of a string as go-yaml v3 has it: tabs may stand in blocks, and bad UTF-8 is binary."""
    if _SURROGATE.search(text):
        encoded = _base64_lines(text)
        return "" if "\n" in encoded else f"!!binary {string_form(encoded)}"
    if "\n" in text and "\t" in text:
        return "" if can_be_block(text.replace("\t", "-")) else double_quoted(text)
    return string_form(text)


def _write_lines(text: str, column: int, indent: int) -> str:
    if _SURROGATE.search(text):
        return "!!binary " + write_lines(_base64_lines(text), column, indent)
    return write_lines(text, column, indent)


def _base64_lines(text: str) -> str:
    """Encode octets that are no UTF-8. Source: yaml.v3 resolve.go, encodeBase64."""
    try:
        octets = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        octets = text.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(octets).decode("ascii")
    if len(encoded) < _BASE64_LINE:
        return encoded
    return "".join(encoded[at : at + _BASE64_LINE] + "\n" for at in range(0, len(encoded), _BASE64_LINE))


def _entries_of(value: dict[str, Any]) -> Entries:
    entries: Entries = []
    for key in sort_keys(value, digits_matter=True):
        head = f"{_form(key)}:" if is_simple_key(key) else ""
        entries.append((key, head, len(head) or 1))
    return entries


def _plain_value(value: Any) -> Any:
    """Give a value of an exact class; a `[]byte` is a list of numbers to the encoder."""
    exact: tuple[Any, ...] = (bool, int, float, str, dict, list, PlainText)
    if value is None or value.__class__ in exact:
        return value
    for base in (int, float, str, dict):
        if isinstance(value, base):
            return cast("Any", base)(value)
    for base in (list, bytes):
        if isinstance(value, base):
            return list(cast("Any", value))
    json_value = getattr(value, "json_value", None)
    if json_value is None:
        raise MarshalError(f"yaml: cannot marshal type: {value.__class__.__name__}")
    return _plain_value(json_value())


_PRETTY_DIALECT = Dialect(
    forms={},
    new_form=_form,
    write_lines=_write_lines,
    float_text=format_float,
    entries_of=_entries_of,
    plain_value=_plain_value,
    width=sys.maxsize,
    list_step=2,
)
