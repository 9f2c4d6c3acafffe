"""Value to text as `sigs.k8s.io/yaml.Marshal` writes it: what `toYaml` gives, and a line feed that it trims.

The value goes through JSON (so every number is a float64, and 8080.0 is written as `8080`), then go-yaml v2
writes it: keys in natural order, sequences at the column of their key, lines folded after column 80.
Source: sigs yaml.go, Marshal and JSONToYAML; go.yaml.in/yaml/v2 encode.go, emitterc.go.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple, cast

from quarterdeck.yamldoc.block_writer import Dialect, Entries, Mark, write_value
from quarterdeck.yamldoc.floats import find_refusal, format_float
from quarterdeck.yamldoc.json_strings import MarshalError, check_key, through_json
from quarterdeck.yamldoc.key_order import sort_keys
from quarterdeck.yamldoc.resolve import MAX_INT64, MAX_UINT64
from quarterdeck.yamldoc.scalars import BEST_WIDTH, is_simple_key, string_form, write_lines

_FORMS_KEPT = 20_000
_LONGEST_FORM_KEPT = 100
_SHAPES_KEPT = 5_000

_forms: dict[str, str] = {}
"""Form by string."""
_shapes: dict[tuple[str, ...], Entries] = {}
"""What `_entries_of` gives, by a map's keys in their order: Kubernetes objects repeat their shapes."""


class Leaf(NamedTuple):
    """Where `container[key]` stands in emitted text: offsets in code points, half-open, quotes included.

    For a container as value: from its first key or dash (or bracket) to the end of its last value.
    """

    start: int
    end: int
    container: Any
    key: Any


def emit_yaml(value: Any) -> str:
    """Give Marshal's text, with its line feed at the end; `""` where Marshal fails (see `find_emit_problem`).

    `value` is made of dict, list, str, float, int, bool and None, or their subclasses; `bytes` are written in
    base64, and objects with a method `json_value()` as what it gives. A container that holds itself makes
    Marshal fail, too.
    """
    try:
        return "".join(write_value(value, _JSON_DIALECT, None))
    except MarshalError:
        return ""


def find_emit_problem(value: Any) -> str | None:
    """Give Go's error text where `emit_yaml` gives `""`, else None."""
    try:
        write_value(value, _JSON_DIALECT, None)
    except MarshalError as error:
        return str(error)
    return None


def emit_yaml_with_leaves(value: Any) -> tuple[str, list[Leaf]]:
    """Give `emit_yaml`'s text, and where each value stands in it; containers come before their content.

    The value itself is the leaf `holder[0]` of a list made for it.
    """
    return write_with_leaves(value, _JSON_DIALECT)


def write_with_leaves(value: Any, dialect: Dialect) -> tuple[str, list[Leaf]]:
    """Give the text of a dialect with its leaves, as `emit_yaml_with_leaves`; `"", []` where it fails."""
    marks: list[Mark] = []
    try:
        pieces = write_value(value, dialect, marks)
    except MarshalError:
        return "", []
    offsets = [0]
    total = 0
    for piece in pieces:
        total += len(piece)
        offsets.append(total)
    leaves = [
        Leaf(offsets[first] + skipped, offsets[after], container, key)
        for first, skipped, after, container, key in marks
    ]
    return "".join(pieces), leaves


def _plain_value(value: Any) -> Any:
    """Give a value of an exact class: what JSON makes of subclasses, bytes and objects."""
    kind = value.__class__
    if (
        kind is dict
        or kind is list
        or kind is str
        or kind is float
        or kind is int
        or kind is bool
        or value is None
    ):
        return value
    json_value = getattr(value, "json_value", None)
    if json_value is not None:
        return _plain_value(json_value())
    for base in (dict, list):
        if isinstance(value, base):
            return cast("Any", base)(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    raise MarshalError(f"error marshaling into JSON: json: unsupported type: {value.__class__.__name__}")


def _new_form(text: str) -> str:
    """Give the form of a string that has none yet, and keep it if it is short."""
    form = string_form(through_json(text))
    if len(text) <= _LONGEST_FORM_KEPT:
        if len(_forms) >= _FORMS_KEPT:
            _forms.clear()
        _forms[text] = form
    return form


def _float_text(number: float) -> str:
    """Write a float64 that has been JSON, where integers below 1e21 are digits, and stay so if they fit."""
    if number.is_integer():
        if -1e15 < number < 1e15:
            return str(int(number))
        if abs(number) < 1e21:
            digits = repr(number)
            mantissa, _, exponent = digits.partition("e")
            if exponent:
                whole, _, fraction = mantissa.partition(".")
                digits = whole + fraction + "0" * (int(exponent) - len(fraction))
            else:
                digits = mantissa.partition(".")[0]
            if -MAX_INT64 - 1 <= int(digits) <= MAX_UINT64:
                return digits
        return format_float(number)
    refusal = find_refusal(number)
    if refusal is not None:
        raise MarshalError(f"error marshaling into JSON: {refusal}")
    return format_float(number)


def _entries_of(value: dict[str, Any]) -> Entries:
    """Give a map's keys in the order of output, and how they are written."""
    shape = tuple(value)
    entries = _shapes.get(shape)
    if entries is None:
        written: dict[str, str] = {}
        for key in sorted(shape):
            check_key(key)
            written[through_json(key)] = key
        made: Entries = []
        for text in sort_keys(written):
            head = string_form(text) + ":" if is_simple_key(text) else ""
            made.append((written[text], head, len(head) or 1))
        if len(_shapes) >= _SHAPES_KEPT:
            _shapes.clear()
        _shapes[shape] = made
        return made
    return entries


def _write_lines(text: str, column: int, indent: int) -> str:
    return write_lines(through_json(text), column, indent)


_JSON_DIALECT = Dialect(
    forms=_forms,
    new_form=_new_form,
    write_lines=_write_lines,
    float_text=_float_text,
    entries_of=_entries_of,
    plain_value=_plain_value,
    width=BEST_WIDTH,
    list_step=0,
)
