"""Parts of the results of functions that print, quote, cut, join and replace text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.runtime.funcs.regex import compile_expression
from quarterdeck.runtime.kinds import sorted_keys
from quarterdeck.runtime.printing import format_value, sprintf
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.signatures import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quarterdeck.runtime.values import Value


class Part(NamedTuple):
    """`length` characters of a result.

    They are the characters of `operand` from `offset` on; or all stand for `operand` as a whole (`is_whole`:
    a number, a text that was written differently); or the function made them itself (`operand` None and not
    `is_whole`). `is_changed`: they stand for the operand's characters one by one, but are others (upper
    case); `is_escape`: all of them stand for the one character at `offset`. `is_key`: `operand` is the very
    key object of a map. `holder` is the map or list, and `entry` the key or index, at which the operand (or
    the value of the key that it is) stands.
    """

    length: int
    operand: Any = None
    offset: int = 0
    is_whole: bool = False
    is_key: bool = False
    is_changed: bool = False
    is_escape: bool = False
    holder: Any = None
    entry: Any = None


def printed(value: Any, text: str) -> list[Part]:
    """Give the parts of `text`, which is `value` as Go's `%v` prints it."""
    if value.__class__ in (str, bytes) and len(value) == len(text):
        return [Part(len(text), value)] if text else []
    if isinstance(value, dict | list):
        parts: list[Part] = []
        _add_container(value, parts)
        if sum(part.length for part in parts) == len(text):
            return parts
        # It was changed after it was printed: what was in it then is not known.
        return [Part(len(text), is_whole=True)]
    return [Part(len(text), value, is_whole=True)]


def _add_container(value: Any, parts: list[Part]) -> None:
    """Add the parts of `map[key:value …]` or `[item …]`. Source: fmt print.go, printValue."""
    is_map = isinstance(value, dict)
    parts.append(Part(4 if is_map else 1))
    for number, entry in enumerate(entries_of(value)):
        if number:
            parts.append(Part(1))
        if is_map:
            parts += (Part(len(entry), entry, is_key=True, holder=value, entry=entry), Part(1))
        item = value[entry]
        if isinstance(item, dict | list):
            _add_container(item, parts)
        else:
            parts += [part._replace(holder=value, entry=entry) for part in printed(item, format_value(item))]
    parts.append(Part(1))


def entries_of(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    """Give the keys of a map in Go's order, or the indexes of a list."""
    if isinstance(value, dict):
        return sorted_keys(value)
    return range(len(value))


def quoted(value: str, escape: Callable[[str], str]) -> list[Part]:
    """Give the parts of a string between quotes: an escape stands for one character."""
    inner = escape(value)[1:-1]
    if inner == value:
        return [Part(1), Part(len(value), value), Part(1)]
    parts = [Part(1)]
    start = 0
    escapes: dict[str, str] = {}
    for index, char in enumerate(value):
        escaped = escapes.get(char)
        if escaped is None:
            escaped = escapes[char] = escape(char)[1:-1]
        if escaped != char:
            if index > start:
                parts.append(Part(index - start, value, start))
            parts.append(Part(len(escaped), value, index, is_escape=True))
            start = index + 1
    if start < len(value):
        parts.append(Part(len(value) - start, value, start))
    parts.append(Part(1))
    return parts


# --- printing --------------------------------------------------------------------------------------------


def _concatenate(_result: str, parts: tuple[str, ...]) -> list[Part]:
    return [Part(len(part), part) for part in parts]


def _print_one(result: str, value: Any) -> list[Part]:
    return printed(value, result)


def _print(_result: str, *values: Any) -> list[Part]:
    """Go puts a space between two operands neither of which is a string."""
    parts: list[Part] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(Part(1))
        parts += printed(value, format_value(value))
    return parts


def _println(_result: str, *values: Any) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        parts += (*printed(value, format_value(value)), Part(1))
    return parts


def _cat(_result: str, *values: Any) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        if value is None:
            continue
        if parts:
            parts.append(Part(1))
        parts += printed(value, format_value(value))
    return parts


def _quote(_result: str, *values: Any) -> list[Part]:
    return _quoted_values(values, quote)


def _squote(_result: str, *values: Any) -> list[Part]:
    return _quoted_values(values, lambda text: f"'{text}'")


def _quoted_values(values: Iterable[Any], escape: Callable[[str], str]) -> list[Part]:
    """Quoted values with a space between two; nil is left out."""
    parts: list[Part] = []
    for value in values:
        if value is None:
            continue
        if parts:
            parts.append(Part(1))
        text = format_value(value)
        if isinstance(value, str):
            parts += quoted(value, escape)
        elif escape(text)[1:-1] == text:
            parts += (Part(1), *printed(value, text), Part(1))
        else:
            parts.append(Part(len(escape(text)), value, is_whole=True))
    return parts


_VERB = re.compile(r"%[-+# 0]*[0-9]*(?:\.[0-9]*)?[a-zA-Z%]")


def _printf(result: str, layout: str, *values: Any) -> list[Part] | None:
    """The layout between its verbs, operands as their verbs write them, and Go's words on wrong ones."""
    parts: list[Part] = []
    start = 0
    rest = list(values)
    for match in _VERB.finditer(layout):
        parts.append(Part(match.start() - start, layout, start))
        start = match.end()
        verb = match[0]
        if verb == "%%":
            parts.append(Part(1, layout, match.start()))
        elif verb[-1] == "%":
            return None
        elif rest:
            parts += _formatted(verb, rest.pop(0))
        else:
            parts.append(Part(len(f"%!{verb[-1]}(MISSING)")))
    parts.append(Part(len(layout) - start, layout, start))
    if "%" in _VERB.sub("", layout):
        return None
    if rest:
        # `%!(EXTRA string=…)` ends the text.
        parts.append(Part(len(result) - sum(part.length for part in parts)))
    return parts


def _formatted(verb: str, value: Any) -> list[Part]:
    """Give the parts of one operand as its verb writes it."""
    text = sprintf(verb, (value,))
    if not isinstance(value, str):
        return printed(value, text)
    if verb == "%q":
        return quoted(value, quote)
    if text == value:
        return [Part(len(text), value)]
    lead = text.find(value) if value else 0
    if lead >= 0 and not text[:lead].strip(" ") and not text[lead + len(value) :].strip(" "):
        # Filled up to a width.
        return [Part(lead), Part(len(value), value), Part(len(text) - lead - len(value))]
    if verb[:2] == "%." and value.startswith(text):
        return [Part(len(text), value)]
    return [Part(len(text), value, is_whole=True)]


def _join(result: str, separator: str, values: Value) -> list[Part] | None:
    if not isinstance(values, list):
        return printed(values, result)
    parts: list[Part] = []
    is_first = True
    for value in values:
        if value is None:
            continue
        if not is_first:
            parts.append(Part(len(separator), separator))
        is_first = False
        parts += printed(value, format_value(value))
    return parts


# --- layout and cutting ----------------------------------------------------------------------------------


def _indent(_result: str, width: int, text: str) -> list[Part]:
    parts: list[Part] = []
    start = 0
    while True:
        if width > 0:
            parts.append(Part(width))
        end = text.find("\n", start)
        if end < 0:
            parts.append(Part(len(text) - start, text, start))
            return parts
        parts.append(Part(end + 1 - start, text, start))
        start = end + 1


def _nindent(result: str, width: int, text: str) -> list[Part]:
    return [Part(1), *_indent(result, width, text)]


def _wrap(result: str, _width: int, text: str) -> list[Part] | None:
    return _wrap_with(result, _width, "\n", text)


def _wrap_with(result: str, _width: int, separator: str, text: str) -> list[Part] | None:
    """A line's end stands where spaces were, or between two letters of a long word."""
    separator = separator or "\n"
    parts: list[Part] = []
    position = 0
    for number, line in enumerate(result.split(separator)):
        if number:
            parts.append(Part(len(separator)))
        while not text.startswith(line, position) and text.startswith(" ", position):
            position += 1
        if not text.startswith(line, position):
            return None
        parts.append(Part(len(line), text, position))
        position += len(line)
        if text.startswith(" ", position):
            position += 1
    return parts


def _trim(result: str, text: str) -> list[Part]:
    return [Part(len(result), text, text.index(result, len(text) - len(text.lstrip())))]


def _trim_all(result: str, cutset: str, text: str) -> list[Part]:
    return [Part(len(result), text, len(text) - len(text.lstrip(cutset)) if cutset else 0)]


def _trim_suffix(result: str, _suffix: str, text: str) -> list[Part]:
    return [Part(len(result), text)]


def _trim_prefix(result: str, _prefix: str, text: str) -> list[Part]:
    return [Part(len(result), text, len(text) - len(result))]


def _trunc(result: str, length: int, text: str) -> list[Part]:
    """Go cuts between bytes: at the cut a character may be left in pieces."""
    if length >= 0:
        kept = _common_length(result, text)
        return [Part(kept, text), Part(len(result) - kept, text, is_whole=True)]
    kept = _common_length(result[::-1], text[::-1])
    return [Part(len(result) - kept, text, is_whole=True), Part(kept, text, len(text) - kept)]


def _common_length(one: str, other: str) -> int:
    """Give with how many equal characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _substr(result: str, start: int, _end: int, text: str) -> list[Part] | None:
    offset = max(start, 0)
    return [Part(len(result), text, offset)] if text.startswith(result, offset) else None


def _base(result: str, text: str) -> list[Part] | None:
    """The last element of a path, whatever slashes follow it."""
    stripped = text.rstrip("/")
    return [Part(len(result), text, len(stripped) - len(result))] if stripped.endswith(result) else None


def _beginning(result: str, text: str) -> list[Part] | None:
    return [Part(len(result), text)] if text.startswith(result) else None


def _abbrev(result: str, _width: int, text: str) -> list[Part] | None:
    if result == text:
        return [Part(len(result), text)]
    kept = len(result) - 3
    return [Part(kept, text), Part(3)] if text.startswith(result[:kept]) else None


def _nospace(_result: str, text: str) -> list[Part]:
    return [Part(match.end() - match.start(), text, match.start()) for match in re.finditer(r"\S+", text)]


def _same_length(result: str, text: str) -> list[Part] | None:
    """Letters that may have changed their case, each for its own."""
    if len(result) != len(text):
        return None
    if result == text:
        return [Part(len(result), text)]
    parts: list[Part] = []
    start = 0
    while start < len(text):
        is_changed = result[start] != text[start]
        end = start + 1
        while end < len(text) and (result[end] != text[end]) is is_changed:
            end += 1
        parts.append(Part(end - start, text, start, is_changed=is_changed))
        start = end
    return parts


def _repeat(_result: str, count: int, text: str) -> list[Part]:
    return [Part(len(text), text)] * count


def _whole(result: str, text: str) -> list[Part]:
    return [Part(len(result), text, is_whole=True)]


def _escaped(name: str) -> Callable[..., list[Part] | None]:
    """Give the finder for a function that writes some characters as escapes, whatever stands around them."""

    def find(_result: str, *values: Any) -> list[Part] | None:
        if len(values) != 1 or not isinstance(values[0], str):
            return None
        escape = FUNCTIONS[name].call
        return quoted(values[0], lambda text: f" {escape(text)} ")[1:-1]

    return find


# --- replacing -------------------------------------------------------------------------------------------


def _replace(_result: str, old: str, new: str, text: str) -> list[Part] | None:
    if not old:
        return None
    parts: list[Part] = []
    start = 0
    while (found := text.find(old, start)) >= 0:
        parts += (Part(found - start, text, start), Part(len(new), new))
        start = found + len(old)
    parts.append(Part(len(text) - start, text, start))
    return parts


def _regex_replace(_result: str, source: str, text: str, replacement: str) -> list[Part]:
    """Between the matches characters stay, and so do those of groups; the rest is the replacement's."""
    expression = compile_expression(source)
    template = expression.template(replacement)
    is_literal = "$" not in replacement
    data = text.encode("utf-8", "surrogateescape")
    where = character_offsets(text, data)
    parts: list[Part] = []
    done = 0
    for match in expression.replaced(data):
        begin, end = match.span()
        parts.append(_between(text, where, done, begin))
        done = end
        for piece in template:
            if isinstance(piece, int):
                first, last = match.span(piece)
                if first >= 0:
                    parts.append(_between(text, where, first, last))
            elif is_literal:
                parts.append(Part(len(replacement), replacement))
            else:
                length = len(piece.decode("utf-8", "surrogateescape"))
                parts.append(Part(length, replacement, is_whole=True))
    parts.append(_between(text, where, done, len(data)))
    return parts


def _regex_replace_literal(_result: str, source: str, text: str, replacement: str) -> list[Part]:
    data = text.encode("utf-8", "surrogateescape")
    where = character_offsets(text, data)
    parts: list[Part] = []
    done = 0
    for match in compile_expression(source).replaced(data):
        begin, end = match.span()
        parts += (_between(text, where, done, begin), Part(len(replacement), replacement))
        done = end
    parts.append(_between(text, where, done, len(data)))
    return parts


def _regex_find(result: str, source: str, text: str) -> list[Part] | None:
    data = text.encode("utf-8", "surrogateescape")
    match = compile_expression(source).search(data)
    if match is None:
        return None
    return [Part(len(result), text, character_offsets(text, data)(match.span()[0]))]


def _between(text: str, where: Callable[[int], int], first: int, last: int) -> Part:
    start = where(first)
    return Part(where(last) - start, text, start)


def character_offsets(text: str, data: bytes) -> Callable[[int], int]:
    """Give the function from offsets in the bytes of a text to its characters."""
    if len(text) == len(data):
        return int
    return lambda offset: len(data[:offset].decode("utf-8", "surrogateescape"))


FINDERS: Mapping[str, Callable[..., list[Part] | None]] = {
    "abbrev": _abbrev,
    "b64dec": _whole,
    "base": _base,
    "cat": _cat,
    "clean": _beginning,
    "concatenate": _concatenate,
    "dir": _beginning,
    "html": _escaped("html"),
    "indent": _indent,
    "join": _join,
    "js": _escaped("js"),
    "lower": _same_length,
    "mustRegexFind": _regex_find,
    "mustRegexReplaceAll": _regex_replace,
    "mustRegexReplaceAllLiteral": _regex_replace_literal,
    "nindent": _nindent,
    "nospace": _nospace,
    "print": _print,
    "printed": _print_one,
    "printf": _printf,
    "println": _println,
    "quote": _quote,
    "regexFind": _regex_find,
    "regexQuoteMeta": _escaped("regexQuoteMeta"),
    "regexReplaceAll": _regex_replace,
    "regexReplaceAllLiteral": _regex_replace_literal,
    "repeat": _repeat,
    "replace": _replace,
    "squote": _squote,
    "substr": _substr,
    "swapcase": _same_length,
    "title": _same_length,
    "toString": _print_one,
    "trim": _trim,
    "trimAll": _trim_all,
    "trimPrefix": _trim_prefix,
    "trimSuffix": _trim_suffix,
    "trimall": _trim_all,
    "trunc": _trunc,
    "untitle": _same_length,
    "urlquery": _escaped("urlquery"),
    "upper": _same_length,
    "wrap": _wrap,
    "wrapWith": _wrap_with,
}
"""Of each function of text that keeps characters, what finds the parts of its results."""
