"""Which characters of a function's result are which characters of its operands.

For each function that keeps characters: a list of `Part`s that covers the result in order. What cannot be told
exactly is None, and the result then belongs to the action as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.runtime.funcs.regex import compile_expression
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.jsontext import encode_json
from quarterdeck.runtime.kinds import sorted_keys
from quarterdeck.runtime.printing import format_value, sprintf
from quarterdeck.runtime.quoting import quote
from quarterdeck.yamldoc.emit import emit_yaml_with_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SPACE = " \t\n\v\f\r"


class Part(NamedTuple):
    """`length` characters of a result.

    They are the characters of `operand` from `offset` on; or all stand for `operand` as a whole (`is_whole`: a number,
    a string that was quoted or folded); or the function made them itself (`operand` None).
    `key` set: they are that key, and `operand` the very key object. `is_changed`: they stand for the operand's
    characters one by one, but are others (upper case). `holder` is the map or list, and `entry` the key or
    index, at which the operand stands in it.
    """

    length: int
    operand: Any = None
    offset: int = 0
    is_whole: bool = False
    key: str | None = None
    is_changed: bool = False
    holder: Any = None
    entry: Any = None


def parts_of(entry: tuple[Any, ...]) -> list[Part] | None:
    """Give the parts of a derivation's result (`result, operation, *operands`), None where they cannot be told."""
    finder = _FINDERS.get(entry[1])
    if finder is None:
        return None
    result = entry[0]
    try:
        parts = finder(result, *entry[2:])
    except (ValueError, TypeError, GoError, RecursionError):
        return None
    # The finders know the functions; a result that is not covered exactly means that one of them is wrong.
    return parts if parts is not None and sum(part.length for part in parts) == len(result) else None


def _operand(value: Any, text: str) -> Part:
    """A part that is `value` printed as `text`."""
    if value.__class__ in (str, bytes) and len(value) == len(text):
        return Part(len(text), value)
    return Part(len(text), value, is_whole=True)


def _concatenate(_result: str, parts: tuple[str, ...]) -> list[Part]:
    return [Part(len(part), part) for part in parts]


def _print_one(result: str, value: Any) -> list[Part]:
    return [_operand(value, result)]


def _print(_result: str, *values: Any) -> list[Part]:
    """Go puts a space between two operands neither of which is a string."""
    parts: list[Part] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(Part(1))
        parts.append(_operand(value, format_value(value)))
    return parts


def _println(_result: str, *values: Any) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        parts += (_operand(value, format_value(value)), Part(1))
    return parts


def _quoted(value: str, escape: Callable[[str], str]) -> list[Part]:
    """A string between quotes: the characters that need no escape one to one, the escapes each as a whole."""
    inner = escape(value)[1:-1]
    if inner == value:
        return [Part(1), Part(len(value), value), Part(1)]
    parts = [Part(1)]
    start = 0
    for index, char in enumerate(value):
        escaped = escape(char)[1:-1]
        if escaped != char:
            if index > start:
                parts.append(Part(index - start, value, start))
            parts.append(Part(len(escaped), value, index, is_whole=True))
            start = index + 1
    if start < len(value):
        parts.append(Part(len(value) - start, value, start))
    parts.append(Part(1))
    return parts


def _quote(_result: str, *values: Any) -> list[Part]:
    return _spaced([v for v in values if v is not None], quote)


def _squote(_result: str, *values: Any) -> list[Part]:
    return _spaced([v for v in values if v is not None], lambda text: f"'{text}'")


def _spaced(values: Iterable[Any], escape: Callable[[str], str]) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        if parts:
            parts.append(Part(1))
        if isinstance(value, str):
            parts += _quoted(value, escape)
        else:
            text = format_value(value)
            parts += (Part(1), Part(len(text), value, is_whole=True), Part(1))
    return parts


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


def _trimmed(result: str, text: str, cutset: str) -> list[Part]:
    return [Part(len(result), text, len(text) - len(text.lstrip(cutset)))]


def _trim(result: str, text: str) -> list[Part]:
    return [Part(len(result), text, text.index(result, len(text) - len(text.lstrip())))]


def _trim_all(result: str, cutset: str, text: str) -> list[Part]:
    return _trimmed(result, text, cutset)


def _trim_suffix(result: str, _suffix: str, text: str) -> list[Part]:
    return [Part(len(result), text)]


def _trim_prefix(result: str, _prefix: str, text: str) -> list[Part]:
    return [Part(len(result), text, len(text) - len(result))]


def _trunc(result: str, length: int, text: str) -> list[Part] | None:
    offset = 0 if length >= 0 else len(text) - len(result)
    return [Part(len(result), text, offset)] if text.startswith(result, offset) else None


def _substr(result: str, start: int, _end: int, text: str) -> list[Part] | None:
    offset = max(start, 0)
    return [Part(len(result), text, offset)] if text.startswith(result, offset) else None


def _abbrev(result: str, _width: int, text: str) -> list[Part] | None:
    kept = len(result) - 3
    return [Part(kept, text), Part(3)] if text.startswith(result[:kept]) else None


def _same_length(result: str, text: str) -> list[Part] | None:
    return [Part(len(result), text, is_changed=True)] if len(result) == len(text) else None


def _regex_replace(result: str, source: str, text: str, replacement: str) -> list[Part] | None:
    """Between the matches characters stay; each match's replacement stands for the match as a whole."""
    expression = compile_expression(source)
    if not text.isascii() or any(isinstance(piece, int) for piece in expression.template(replacement)):
        return None
    return _replaced(text, expression.matches(text.encode(), len(text) + 1), replacement)


def _regex_replace_literal(_result: str, source: str, text: str, replacement: str) -> list[Part] | None:
    if not text.isascii():
        return None
    return _replaced(text, compile_expression(source).matches(text.encode(), len(text) + 1), replacement)


def _replaced(text: str, spans: Iterable[tuple[int, int]], replacement: str) -> list[Part]:
    parts: list[Part] = []
    done = 0
    for start, end in spans:
        if start > done:
            parts.append(Part(start - done, text, done))
        if replacement:
            parts.append(Part(len(replacement), replacement))
        done = end
    if done < len(text):
        parts.append(Part(len(text) - done, text, done))
    return parts


def _nospace(result: str, text: str) -> list[Part]:
    return [Part(match.end() - match.start(), text, match.start()) for match in re.finditer(r"\S+", text)]


def _repeat(_result: str, count: int, text: str) -> list[Part]:
    return [Part(len(text), text)] * count


def _replace(_result: str, old: str, new: str, text: str) -> list[Part] | None:
    if not old:
        return None
    parts: list[Part] = []
    start = 0
    while (found := text.find(old, start)) >= 0:
        if found > start:
            parts.append(Part(found - start, text, start))
        if new:
            parts.append(Part(len(new), new))
        start = found + len(old)
    if start < len(text):
        parts.append(Part(len(text) - start, text, start))
    return parts


def _join(_result: str, separator: str, values: Any) -> list[Part] | None:
    if not isinstance(values, list):
        return [_operand(values, _result)]
    parts: list[Part] = []
    for value in values:
        if value is None:
            continue
        if parts and separator:
            parts.append(Part(len(separator), separator))
        parts.append(_operand(value, format_value(value)))
    return parts


def _cat(_result: str, *values: Any) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        if value is None:
            continue
        if parts:
            parts.append(Part(1))
        parts.append(_operand(value, format_value(value)))
    return parts


_VERB = re.compile(r"%[-+# 0]*[0-9]*(?:\.[0-9]*)?[a-zA-Z%]")


def _printf(_result: str, layout: str, *values: Any) -> list[Part] | None:
    parts: list[Part] = []
    start = 0
    rest = list(values)
    for match in _VERB.finditer(layout):
        if match.start() > start:
            parts.append(Part(match.start() - start, layout, start))
        start = match.end()
        verb = match[0]
        if verb == "%%":
            parts.append(Part(1, layout, match.start()))
            continue
        if not rest:
            return None
        value = rest.pop(0)
        text = sprintf(verb, (value,))
        if verb == "%q" and isinstance(value, str):
            parts += _quoted(value, quote)
        elif isinstance(value, str) and text.strip(" ") == value.strip(" "):
            lead = len(text) - len(text.lstrip(" ")) if text != value else 0
            if lead:
                parts.append(Part(lead))
            parts.append(Part(len(value), value))
            if len(text) > lead + len(value):
                parts.append(Part(len(text) - lead - len(value)))
        else:
            parts.append(Part(len(text), value, is_whole=True))
    if rest:
        return None
    if start < len(layout):
        parts.append(Part(len(layout) - start, layout, start))
    return parts


def _from_leaves(result: str, text: str, leaves: Iterable[tuple[int, int, Any, Any]]) -> list[Part] | None:
    """Parts of an emitted text from the spans of its values, containers before their content.

    In front of a value stand its key, and punctuation.
    """
    if not text.startswith(result):
        return None
    parts: list[Part] = []
    done = 0
    for start, end, container, key in leaves:
        if start > len(result):
            break
        value = container[key]
        if start > done:
            parts += _before_value(result[done:start], container, key)
            done = start
        if isinstance(value, dict | list):
            continue
        stop = min(end, len(result))
        parts += [
            part._replace(holder=container, entry=key) if part.operand is not None or part.is_whole else part
            for part in _emitted(result[start:stop], value)
        ]
        done = max(done, stop)
    if done < len(result):
        parts.append(Part(len(result) - done))
    return parts


def _before_value(text: str, container: Any, key: Any) -> list[Part]:
    if isinstance(container, dict):
        start = text.rfind(key)
        if start >= 0 and key:
            # The key object of the map: another string of the same text would name nothing.
            held = next(held for held in container if held == key)
            parts = [Part(start)] if start else []
            parts.append(Part(len(key), held, key=key))
            if start + len(key) < len(text):
                parts.append(Part(len(text) - start - len(key)))
            return parts
    return [Part(len(text))]


def _emitted(written: str, value: Any) -> list[Part]:
    if isinstance(value, str):
        if written == value:
            return [Part(len(written), value)]
        if written[:1] in ("'", '"') and written[1:-1] == value:
            return [Part(1), Part(len(value), value), Part(1)]
        if written[:1] == "|":
            return _block(written, value)
    return [Part(len(written), value, is_whole=True)]


def _block(written: str, value: str) -> list[Part]:
    """A block scalar: each line of the value behind its indentation."""
    header, _, body = written.partition("\n")
    parts = [Part(len(header) + 1)]
    position = 0
    for line in body.split("\n"):
        end = value.find("\n", position)
        content = value[position:] if end < 0 else value[position:end]
        if not line.endswith(content):
            return [Part(len(written), value, is_whole=True)]
        if len(line) > len(content):
            parts.append(Part(len(line) - len(content)))
        if content:
            parts.append(Part(len(content), value, position))
        if end < 0:
            parts.append(Part(1))
            break
        parts.append(Part(1, value, end))
        position = end + 1
    excess = sum(part.length for part in parts) - len(written)
    if excess > 0 and parts[-1].length >= excess:
        parts[-1] = parts[-1]._replace(length=parts[-1].length - excess)
    if sum(part.length for part in parts) != len(written):
        return [Part(len(written), value, is_whole=True)]
    return [part for part in parts if part.length]


def _to_yaml(result: str, value: Any) -> list[Part] | None:
    if isinstance(value, dict | list):
        return _from_leaves(result, *emit_yaml_with_leaves(value))
    return _scalar(result, value)


def _to_json(result: str, value: Any) -> list[Part] | None:
    if isinstance(value, dict | list):
        leaves: list[tuple[int, int, Any, Any]] = []
        _find_json_leaves(value, 0, leaves)
        return _from_leaves(result, result, leaves)
    return _scalar(result, value)


def _find_json_leaves(value: Any, start: int, leaves: list[tuple[int, int, Any, Any]]) -> int:
    """Collect the spans of the scalars of compact JSON that begins at `start`; give where it ends."""
    if isinstance(value, dict):
        keys: list[Any] = sorted_keys(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return start + len(encode_json(value))
    position = start + 1
    for index, key in enumerate(keys):
        position += bool(index)
        if isinstance(value, dict):
            position += len(encode_json(key)) + 1
        inner = value[key]
        end = _find_json_leaves(inner, position, leaves)
        if not isinstance(inner, dict | list):
            leaves.append((position, end, value, key))
        position = end
    return position + 1


def _scalar(result: str, value: Any) -> list[Part] | None:
    if not isinstance(value, str):
        return [Part(len(result), value, is_whole=True)]
    if result == value:
        return [Part(len(result), value)]
    if result[1:-1] == value:
        return [Part(1), Part(len(value), value), Part(1)]
    return [Part(len(result), value, is_whole=True)]


def _to_string(result: str, value: Any) -> list[Part]:
    return [_operand(value, result)]


_FINDERS: dict[str, Callable[..., list[Part] | None]] = {
    "abbrev": _abbrev,
    "cat": _cat,
    "concatenate": _concatenate,
    "indent": _indent,
    "join": _join,
    "lower": _same_length,
    "nindent": _nindent,
    "nospace": _nospace,
    "print": _print,
    "printed": _print_one,
    "printf": _printf,
    "println": _println,
    "quote": _quote,
    "mustRegexReplaceAll": _regex_replace,
    "mustRegexReplaceAllLiteral": _regex_replace_literal,
    "regexReplaceAll": _regex_replace,
    "regexReplaceAllLiteral": _regex_replace_literal,
    "repeat": _repeat,
    "replace": _replace,
    "squote": _squote,
    "substr": _substr,
    "title": _same_length,
    "toJson": _to_json,
    "toRawJson": _to_json,
    "mustToJson": _to_json,
    "toString": _to_string,
    "toYaml": _to_yaml,
    "mustToYaml": _to_yaml,
    "trim": _trim,
    "trimAll": _trim_all,
    "trimall": _trim_all,
    "trimPrefix": _trim_prefix,
    "trimSuffix": _trim_suffix,
    "trunc": _trunc,
    "untitle": _same_length,
    "upper": _same_length,
}
