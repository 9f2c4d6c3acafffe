"""Parts of YAML, JSON and TOML that was made of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.chart.scalar_offsets import find_source_offsets
from quarterdeck.render.text_parts import Part, entries_of, quoted
from quarterdeck.runtime.jsontext import encode_json
from quarterdeck.yamldoc.emit import emit_yaml_with_leaves
from quarterdeck.yamldoc.pretty import emit_yaml_pretty_with_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quarterdeck.yamldoc.emit import Leaf

_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


# --- YAML ------------------------------------------------------------------------------------------------


def aligned(written: str, value: str) -> list[Part]:
    """Give the parts of a scalar of YAML, quotes or block header included, that says `value`."""
    if written == value:
        return [Part(len(written), value)] if value else []
    if written[:1] == "|":
        parts = _block(written, value)
        if parts is not None:
            return parts
    style = written[0] if written[:1] in tuple("'\"|>") else None
    offsets = find_source_offsets(written, style, value)
    if offsets is None:
        return [Part(len(written), value, is_whole=True)]
    return _from_offsets(written, value, offsets, style)


def _from_offsets(written: str, value: str, offsets: list[int], style: str | None) -> list[Part]:
    """Parts from the offset in `written` of what stands for each character of `value`."""
    parts: list[Part] = []
    done = index = 0
    while index < len(offsets):
        start = offsets[index]
        if start > done:
            parts.append(Part(start - done))
        length = _source_length(written, start, style)
        is_changed = written[start] != value[index]
        if length > 1 or is_changed:
            parts.append(Part(length, value, index, is_changed=length == 1, is_escape=length > 1))
            done = start + length
            index += 1
            continue
        end = index + 1
        while (
            end < len(offsets)
            and offsets[end] - start == end - index
            and written[offsets[end]] == value[end]
            and _source_length(written, offsets[end], style) == 1
        ):
            end += 1
        parts.append(Part(end - index, value, index))
        done = start + end - index
        index = end
    if done < len(written):
        parts.append(Part(len(written) - done))
    return parts


def _source_length(written: str, start: int, style: str | None) -> int:
    """Give how many characters stand for the one that begins at `start`."""
    if style == '"' and written[start] == "\\":
        return _ESCAPE_LENGTHS.get(written[start + 1], 2)
    return 2 if style == "'" and written[start] == "'" else 1


def _block(written: str, value: str) -> list[Part] | None:
    """A block scalar, line by line: each line of the value behind its indentation."""
    header, _, body = written.partition("\n")
    parts = [Part(len(header) + 1)]
    position = 0
    for line in body.split("\n"):
        end = value.find("\n", position)
        content = value[position:] if end < 0 else value[position:end]
        if not line.endswith(content):
            return None
        if len(line) > len(content):
            parts.append(Part(len(line) - len(content)))
        if content:
            parts.append(Part(len(content), value, position))
        if end < 0:
            break
        parts.append(Part(1, value, end))
        position = end + 1
    excess = sum(part.length for part in parts) - len(written)
    if excess == 1 and parts[-1].length == 1:
        # The line feed that ends the value is the one that ends the block's last line.
        parts.pop()
        excess = 0
    return parts if excess == 0 else None


def _from_leaves(result: str, text: str, leaves: Iterable[Leaf]) -> list[Part] | None:
    """Parts of an emitted text from the spans of its values, containers before their content.

    In front of a value stand its key, and punctuation.
    """
    if not text.startswith(result):
        return None
    parts: list[Part] = []
    held: dict[int, dict[str, str]] = {}
    done = 0
    for start, end, container, key in leaves:
        if start > len(result):
            break
        value = container[key]
        identity = id(container)
        content: Iterable[Any] = container
        is_map = isinstance(container, dict)
        entry: Any = key
        if is_map:
            keys = held.get(identity)
            if keys is None:
                # The key objects of the map: other strings of the same text would name nothing.
                keys = held[identity] = {one: one for one in content}
            entry = keys[key]
        if start > done:
            if is_map:
                parts += _before_value(result[done:start], container, entry)
            else:
                parts.append(Part(start - done))
            done = start
        if isinstance(value, dict | list) and value:
            continue
        stop = min(end, len(result))
        parts += _scalar_in(result[start:stop], container, entry)
        done = max(done, stop)
    if done < len(result):
        parts.append(Part(len(result) - done))
    return parts


def _scalar_in(written: str, container: Any, key: Any) -> list[Part]:
    value = container[key]
    found = aligned(written, value) if isinstance(value, str) else [Part(len(written), value, is_whole=True)]
    return [
        part._replace(holder=container, entry=key) if part.operand is not None or part.is_whole else part
        for part in found
    ]


def _before_value(text: str, container: Any, key: str) -> list[Part]:
    """Line feed, indentation, dashes, then the key: as it is, or quoted with escapes."""
    start = text.rfind(key) if key else -1
    if start >= 0:
        before, after = start, len(text) - start - len(key)
        named = Part(len(key), key, is_key=True, holder=container, entry=key)
    else:
        before = len(text) - len(text.lstrip("\n -?"))
        after = len(text) - len(text.rstrip("\n :"))
        length = len(text) - before - after
        named = Part(length, key, is_whole=True, is_key=True, holder=container, entry=key)
    return [Part(before), named, Part(after)]


def _to_yaml(result: str, value: Any) -> list[Part] | None:
    if isinstance(value, dict | list):
        return _from_leaves(result, *emit_yaml_with_leaves(value))
    return _scalar(result, value)


def _to_yaml_pretty(result: str, value: Any) -> list[Part] | None:
    if isinstance(value, dict | list):
        return _from_leaves(result, *emit_yaml_pretty_with_leaves(value))
    return _scalar(result, value)


def _scalar(result: str, value: Any) -> list[Part]:
    return aligned(result, value) if isinstance(value, str) else [Part(len(result), value, is_whole=True)]


# --- JSON ------------------------------------------------------------------------------------------------


class _JsonWriter:
    """Collects the parts of JSON; `indent` None means compact."""

    def __init__(self, *, indent: str | None, escape_html: bool) -> None:
        self.parts: list[Part] = []
        self._indent = indent
        self._escape_html = escape_html

    def add(self, value: Any, depth: int, holder: Any, entry: Any) -> None:
        """Add the parts of a value that stands in `holder` at `entry`, in a line of this depth."""
        if isinstance(value, dict | list) and value:
            self._add_container(value, depth)
            return
        if isinstance(value, str):
            found = quoted(value, self._encode)
        else:
            found = [Part(len(self._encode(value)), value, is_whole=True)]
        self._add_placed(found, holder, entry)

    def _add_container(self, value: Any, depth: int) -> None:
        is_map = isinstance(value, dict)
        separation = 0 if self._indent is None else 1 + len(self._indent) * (depth + 1)
        self.parts.append(Part(1))
        for number, entry in enumerate(entries_of(value)):
            self.parts.append(Part(bool(number) + separation))
            if is_map:
                for part in quoted(entry, self._encode):
                    named = part._replace(is_key=True, holder=value, entry=entry)
                    self.parts.append(part if part.operand is None else named)
                self.parts.append(Part(1 if self._indent is None else 2))
            self.add(value[entry], depth + 1, value, entry)
        self.parts.append(Part(1 if self._indent is None else 2 + len(self._indent) * depth))

    def _add_placed(self, found: list[Part], holder: Any, entry: Any) -> None:
        for part in found:
            is_inserted = part.operand is None and not part.is_whole
            self.parts.append(part if is_inserted else part._replace(holder=holder, entry=entry))

    def _encode(self, value: Any) -> str:
        return encode_json(value, escape_html=self._escape_html)


def _json_finder(*, indent: str | None = None, escape_html: bool = True) -> Callable[..., list[Part]]:
    def find(_result: str, value: Any) -> list[Part]:
        writer = _JsonWriter(indent=indent, escape_html=escape_html)
        writer.add(value, 0, None, None)
        return writer.parts

    return find


_COMPACT = _json_finder()
_RAW = _json_finder(escape_html=False)
_PRETTY = _json_finder(indent="  ")

FINDERS: Mapping[str, Callable[..., list[Part] | None]] = {
    "mustToJson": _COMPACT,
    "mustToPrettyJson": _PRETTY,
    "mustToRawJson": _RAW,
    "mustToYaml": _to_yaml,
    "toJson": _COMPACT,
    "toPrettyJson": _PRETTY,
    "toRawJson": _RAW,
    "toYaml": _to_yaml,
    "toYamlPretty": _to_yaml_pretty,
}
"""Of each function that writes a document, what finds the parts of its results."""
