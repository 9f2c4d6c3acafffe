"""Value to text, exactly as `sigs.k8s.io/yaml.Marshal` writes it, which is what `toYaml` gives but for the last line feed.

The value goes through JSON (so every number is a float64, and 8080.0 is written as `8080`), then go-yaml v2 writes it:
keys in natural order, sequences at the column of their key, lines folded after column 80.
Source: sigs yaml.go, Marshal and JSONToYAML; go.yaml.in/yaml/v2 encode.go, emitterc.go.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

from quarterdeck.yamldoc.floats import format_float
from quarterdeck.yamldoc.json_strings import MarshalError, check_key, mend_utf8, through_json
from quarterdeck.yamldoc.key_order import sort_keys
from quarterdeck.yamldoc.resolve import MAX_INT64, MAX_UINT64
from quarterdeck.yamldoc.scalars import (
    BEST_WIDTH,
    OPEN_LINE,
    fold,
    is_simple_key,
    string_form,
    write_lines,
)

MAX_DEPTH = 10_000
MAX_PIECES = 40_000_000
"""How much may be written: a few lists that contain each other can stand for more text than there is memory."""

_FORMS_KEPT = 20_000
_LONGEST_FORM_KEPT = 100
_SHAPES_KEPT = 5_000

_Entries = list[tuple[str, str, int]]

_forms: dict[str, str] = {}
"""Form by string; only of strings that come through JSON unchanged."""
_shapes: dict[tuple[str, ...], _Entries] = {}
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
    """Give Marshal's text, with its line feed at the end; `""` where Marshal fails, as `find_emit_problem` tells.

    `value` is made of dict, list, str, float, int, bool and None, or their subclasses; `bytes` are written in base64, and
    objects with a method `json_value()` as what it gives.
    """
    try:
        return "".join(_pieces(value, None))
    except MarshalError:
        return ""


def find_emit_problem(value: Any) -> str | None:
    """Give Go's error text where `emit_yaml` gives `""`, else None."""
    try:
        _pieces(value, None)
    except MarshalError as error:
        return str(error)
    return None


def emit_yaml_with_leaves(value: Any) -> tuple[str, list[Leaf]]:
    """Give `emit_yaml`'s text, and where each value in it stands: scalars and containers, each before what it holds.

    The value itself is the leaf `holder[0]` of a list made for it.
    """
    marks: list[list[Any]] = []
    try:
        pieces = _pieces(value, marks)
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


def _pieces(value: Any, marks: list[list[Any]] | None) -> list[str]:
    """Write `value` as pieces: before each scalar one that ends where it begins, and the scalar.

    `marks` receives `[piece, characters skipped in it, piece after the end, container, key]` for each value. The
    state of an open collection is its iterator, the collection, whether it is a map, its indent, and the text
    before its next entry; Python's stack is not used, values may be nested deeply.
    """
    out: list[str] = []
    append = out.append
    holder = [value]
    value = _plain_value(value)
    if not (value.__class__ is dict or value.__class__ is list) or not value:
        append("")
        append(_scalar_text(value, 0, 2))
        append("\n")
        if marks is not None:
            marks.append([1, 0, 2, holder, 0])
        return _without_open_lines(out)
    forms = _forms
    stack: list[tuple[Iterator[Any], Any, bool, int, str, list[Any] | None]] = []
    mark: list[Any] | None = None
    if marks is not None:
        mark = [0, 0, 0, holder, 0]
        marks.append(mark)
    container: Any = value
    is_map = value.__class__ is dict
    indent = 0
    lead = ""
    next_lead = "\n"
    entries: Iterator[Any] = iter(_entries_of(value)) if is_map else iter(enumerate(value))
    while True:
        child: Any = None
        for entry in entries:
            if is_map:
                key, head, used = entry
                item = container[key]
                if not head:
                    head = _complex_head(key, indent)
            else:
                key, item = entry
                head = "-"
                used = 1
            kind = item.__class__
            if kind is str:
                form = forms.get(item)
                if form is None:
                    form = _new_form(item)
                if not form:
                    form = write_lines(through_json(item), indent + used + 1, indent + 2)
                elif indent + used + len(form) >= BEST_WIDTH and " " in form:
                    form = fold(form, indent + used + 1, indent + 2)
            elif kind is float:
                form = _float_text(item)
            elif item is None:
                form = "null"
            elif item is True:
                form = "true"
            elif item is False:
                form = "false"
            else:
                item = _plain_value(item)
                kind = item.__class__
                if (kind is dict or kind is list) and item:
                    child = item
                    break
                form = _scalar_text(item, indent + used + 1, indent + 2)
            if marks is not None:
                marks.append([len(out) + 1, 0, len(out) + 2, container, key])
            append(f"{lead}{head} ")
            append(form)
            lead = next_lead
        if child is None:
            if mark is not None:
                mark[2] = len(out)
            if not stack:
                break
            entries, container, is_map, indent, next_lead, mark = stack.pop()
            lead = next_lead
            continue
        stack.append((entries, container, is_map, indent, next_lead, mark))
        if len(stack) >= MAX_DEPTH or len(out) > MAX_PIECES:
            raise MarshalError(_too_much(child, stack))
        child_is_map = kind is dict
        if is_map and used > 1:
            append(lead + head)
            if child_is_map:
                indent += 2
            next_lead = "\n" + " " * indent
            lead = next_lead
        else:
            lead = f"{lead}{head} "
            indent += 2
            next_lead = "\n" + " " * indent
        if marks is not None:
            mark = [len(out), len(lead), 0, container, key]
            marks.append(mark)
        container = child
        is_map = child_is_map
        entries = iter(_entries_of(child)) if is_map else iter(enumerate(child))
    append("\n")
    return _without_open_lines(out)


def _plain_value(value: Any) -> Any:
    """Give a value of an exact class: what JSON makes of subclasses, bytes and objects."""
    kind = value.__class__
    if kind is dict or kind is list or kind is str or kind is float or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    json_value = getattr(value, "json_value", None)
    if json_value is None:
        raise MarshalError(f"error marshaling into JSON: json: unsupported type: {value.__class__.__name__}")
    return _plain_value(json_value())


def _scalar_text(value: Any, column: int, indent: int) -> str:
    """Write a scalar or an empty collection that begins at `column`; folded lines begin at `indent`."""
    kind = value.__class__
    if kind is str:
        text = through_json(value)
        form = string_form(text)
        return fold(form, column, indent) if form else write_lines(text, column, indent)
    if kind is float:
        return _float_text(value)
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is dict:
        return "{}"
    return "[]" if kind is list else "null"


def _new_form(text: str) -> str:
    """Give the form of a string that has none yet, and keep it if it is short."""
    form = string_form(through_json(text))
    if len(text) <= _LONGEST_FORM_KEPT:
        if len(_forms) >= _FORMS_KEPT:
            _forms.clear()
        _forms[text] = form
    return form


def _float_text(number: float) -> str:
    """Write a float64 that has been JSON: an integer below 1e21 has been digits, and is read as an integer if it fits."""
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
    if number - number != 0.0:
        name = "NaN" if number != number else "+Inf" if number > 0 else "-Inf"  # noqa: PLR0124 - the test for NaN
        raise MarshalError(f"error marshaling into JSON: json: unsupported value: {name}")
    return format_float(number)


def _entries_of(value: dict[str, Any]) -> _Entries:
    """Give a map's keys in the order of output, with `key:` as it is written (`""` if it needs `?`) and its length."""
    shape = tuple(value)
    entries = _shapes.get(shape)
    if entries is None:
        written: dict[str, str] = {}
        for key in sorted(shape):
            check_key(key)
            written[through_json(key)] = key
        entries = []
        for text in sort_keys(written):
            head = string_form(text) + ":" if is_simple_key(text) else ""
            entries.append((written[text], head, len(head) or 1))
        if len(_shapes) >= _SHAPES_KEPT:
            _shapes.clear()
        _shapes[shape] = entries
    return entries


def _complex_head(key: str, indent: int) -> str:
    """Write a key that cannot stand before a colon: after a question mark, the colon on a line of its own."""
    written = _scalar_text(key, indent + 2, indent + 2)
    end = "" if written.endswith(OPEN_LINE) else "\n"
    return f"? {written.removesuffix(OPEN_LINE)}{end}{' ' * indent}:"


def _without_open_lines(pieces: list[str]) -> list[str]:
    """Take out the line feeds after blocks that ended with U+2028 or U+2029."""
    for index, piece in enumerate(pieces[:-1]):
        if piece[-1:] == OPEN_LINE:
            pieces[index] = piece[:-1]
            pieces[index + 1] = pieces[index + 1].removeprefix("\n")
    return pieces


def _too_much(child: Any, stack: list[Any]) -> str:
    """Say why writing stopped: a container within itself, or too much of everything."""
    if any(frame[1] is child for frame in stack):
        go_type = "map[string]interface {}" if child.__class__ is dict else "[]interface {}"
        return f"error marshaling into JSON: json: unsupported value: encountered a cycle via {go_type}"
    return f"yaml: exceeded max depth of {MAX_DEPTH}"


__all__ = ["Leaf", "emit_yaml", "emit_yaml_with_leaves", "find_emit_problem", "mend_utf8"]
