"""The walk over a value that writes it as block YAML; what scalars and keys look like is up to a `Dialect`.

Source: go.yaml.in/yaml/v2 emitterc.go, from yaml_emitter_emit_block_sequence_item to yaml_emitter_emit_node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from quarterdeck.yamldoc.json_strings import MarshalError
from quarterdeck.yamldoc.scalars import OPEN_LINE, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 10_000
MAX_PIECES = 40_000_000
"""How much may be written: a few lists that contain each other can stand for more text than memory holds."""

Entries: TypeAlias = list[tuple[str, str, int]]
"""A map's keys in the order of output, with `key:` as it is written (`""` if it needs `?`) and its length."""

Mark: TypeAlias = list[Any]
"""`[piece, characters skipped in it, piece after the end, container, key]`: where a value is written."""


class Dialect(NamedTuple):
    """What two emitters do not share.

    `forms` keeps the forms of strings, and `new_form` makes them; `write_lines(text, column, indent)` writes
    strings without a form; `float_text` writes numbers, `entries_of` maps' keys; `plain_value` makes exact
    classes of other objects. Forms are folded after column `width`; lists in maps stand `list_step` deeper
    than their key.
    """

    forms: dict[str, str]
    new_form: Callable[[str], str]
    write_lines: Callable[[str, int, int], str]
    float_text: Callable[[float], str]
    entries_of: Callable[[dict[str, Any]], Entries]
    plain_value: Callable[[Any], Any]
    width: int
    list_step: int


def write_value(value: Any, dialect: Dialect, marks: list[Mark] | None) -> list[str]:
    """Write `value` as pieces of text: before each scalar one that ends where it begins, and the scalar.

    `marks` receives a mark for each value, containers before what they hold; the root is item 0 of a list
    made for it. The state of an open collection is its iterator, the collection, whether it is a map, its
    indent, and the text before its next entry; Python's stack is not used, values may be nested deeply.

    Raises:
        MarshalError: Go refuses the value, or there is too much of it.
    """
    forms, new_form, write_lines, float_text, entries_of, plain_value, width, list_step = dialect
    out: list[str] = []
    append = out.append
    holder = [value]
    value = plain_value(value)
    if not (value.__class__ is dict or value.__class__ is list) or not value:
        if marks is not None:
            marks.append([1, 0, 2, holder, 0])
        return _without_open_lines(["", scalar_text(value, dialect, 0, 2), "\n"])
    stack: list[tuple[Iterator[Any], Any, bool, int, str, Mark | None]] = []
    mark: Mark | None = None
    if marks is not None:
        mark = [0, 0, 0, holder, 0]
        marks.append(mark)
    container: Any = value
    is_map = value.__class__ is dict
    indent = 0
    has_open_lines = False
    lead = ""
    next_lead = "\n"
    entries = _iterate(value, entries_of)
    key: Any = None
    while True:
        child: Any = None
        kind: Any = None
        head = "-"
        used = 1
        for entry in entries:
            if is_map:
                key, head, used = entry
                item = container[key]
                if not head:
                    head = _complex_head(key, dialect, indent)
            else:
                key, item = entry
                head = "-"
                used = 1
            kind = item.__class__
            if kind is str:
                form = forms.get(item)
                if form is None:
                    form = new_form(item)
                if not form:
                    form = write_lines(item, indent + used + 1, indent + 2)
                    has_open_lines |= form[-1] == OPEN_LINE
                elif indent + used + len(form) >= width and " " in form:
                    form = fold(form, indent + used + 1, indent + 2)
            elif kind is float:
                form = float_text(item)
            elif item is None:
                form = "null"
            elif item is True:
                form = "true"
            elif item is False:
                form = "false"
            else:
                item = plain_value(item)
                kind = item.__class__
                if (kind is dict or kind is list) and item:
                    child = item
                    break
                form = scalar_text(item, dialect, indent + used + 1, indent + 2)
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
            indent += 2 if child_is_map else list_step
            lead = next_lead = "\n" + " " * indent
        else:
            # After a dash, or the colon of a key after a question mark, the first entry is on the same line.
            lead = f"{lead}{head} "
            indent += 2
            next_lead = "\n" + " " * indent
        if marks is not None:
            mark = [len(out), len(lead), 0, stack[-1][1], key]
            marks.append(mark)
        container = child
        is_map = child_is_map
        entries = _iterate(child, entries_of)
    append("\n")
    return _without_open_lines(out) if has_open_lines else out


def _iterate(container: Any, entries_of: Callable[[dict[str, Any]], Entries]) -> Iterator[Any]:
    """Go through a map's entries, or a list's indexes and items."""
    return (
        iter(entries_of(container))
        if container.__class__ is dict
        else enumerate(cast("list[Any]", container))
    )


class PlainText(str):
    """A scalar's text that is written as it is, though it may be read as something else than a string."""

    __slots__ = ()


def scalar_text(value: Any, dialect: Dialect, column: int, indent: int) -> str:
    """Write a scalar or an empty collection that begins at `column`; further lines begin at `indent`."""
    kind = value.__class__
    if kind is str:
        form = dialect.new_form(value)
        if not form:
            return dialect.write_lines(value, column, indent)
        return fold(form, column, indent) if column + len(form) > dialect.width else form
    if kind is float:
        return dialect.float_text(value)
    if kind is int or kind is PlainText:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is dict:
        return "{}"
    return "[]" if kind is list else "null"


def _complex_head(key: str, dialect: Dialect, indent: int) -> str:
    """Write a key that cannot stand before a colon: after a question mark, the colon on a line of its own."""
    written = scalar_text(key, dialect, indent + 2, indent + 2)
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
