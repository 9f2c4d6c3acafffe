"""Where libyaml 0.2.5 and 0.2.6 differ from go-yaml v2, a port of an older one, and how we follow go-yaml.

- A byte order mark at the start of a line is content in go-yaml; libyaml skips it.
- `[a:, b]` and `{a:, b}` have a colon in a plain scalar in go-yaml; libyaml refuses them.
- `[a?b]` is refused by go-yaml, where a question mark ends a plain scalar in brackets; libyaml takes it.
- `%YAML 1.2` is refused by go-yaml.
- libyaml 0.2.6 nests 1,000 deep only; `quarterdeck.yamldoc.deep` reads the rest.

The first two are read with a stand-in: a character that the text does not contain and that means nothing to
YAML is put in place of the mark or colon, and taken out of what libyaml gives. The next two are checked in
`quarterdeck.yamldoc.compose`.

Two differences are left: libyaml notices a line without a colon earlier, so that of two mistakes it may
report the other one; and it refuses tags with brackets or commas (`!a[b`).
Source: yaml.v2 scannerc.go, yaml_parser_scan_to_next_token and yaml_parser_scan_plain_scalar; parserc.go,
yaml_parser_process_directives.
"""

from __future__ import annotations

from typing import Any

from quarterdeck.yamldoc.deep import MAX_DEEP_SIZE, TOO_DEEP, DeepParser
from quarterdeck.yamldoc.events import BOM, EventSource, YamlError, make_parser

UNEXPECTED_COLON = "found unexpected ':'"

_MOST_COLONS = 100
_MOST_READING = 20_000_000

_PRIVATE_USE = range(0xE000, 0xF8FF)


def has_inner_mark(text: str) -> bool:
    """Tell whether a byte order mark stands elsewhere than at the start of `text`."""
    return text.find(BOM, 1) >= 0


def is_refused_by_libyaml_alone(error: YamlError) -> bool:
    """Tell whether go-yaml may well read the text all the same: see `Reading`."""
    return UNEXPECTED_COLON in error.message or TOO_DEEP in error.message


class Reading:
    """How one text is read: again and otherwise where libyaml alone refuses it.

    Each colon costs a reading of the text: at most 100 are replaced, and 20 million characters read for them.
    """

    __slots__ = ("_colons", "_is_deep", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._colons: set[int] = set()
        self._is_deep = False

    def start(self) -> EventSource:
        """Begin to read from the start."""
        if self._colons or has_inner_mark(self._text):
            return StandInParser(self._text, self._colons, is_deep=self._is_deep)
        return DeepParser(self._text) if self._is_deep else make_parser(self._text)

    def can_go_on(self, error: YamlError) -> bool:
        """Tell whether what stopped a reading does not stop the next one."""
        text, offset = self._text, error.offset
        if TOO_DEEP in error.message and not self._is_deep:
            self._is_deep = len(text) <= MAX_DEEP_SIZE
            return self._is_deep
        if UNEXPECTED_COLON not in error.message or text[offset : offset + 1] != ":":
            return False
        count = len(self._colons)
        if offset in self._colons or count >= _MOST_COLONS or (count + 1) * len(text) > _MOST_READING:
            return False
        self._colons.add(offset)
        return True


class StandInParser:
    """Reads a text in which some characters have been replaced, and puts them back into what it gives."""

    __slots__ = ("_get_event", "_originals")

    def __init__(self, text: str, colons: set[int], *, is_deep: bool = False) -> None:
        """Replace the inner byte order marks and the colons at the offsets `colons`, and start reading."""
        unused = (chr(code) for code in _PRIVATE_USE if chr(code) not in text)
        self._originals: dict[str, str] = {}
        characters = text
        if has_inner_mark(text):
            mark = next(unused, BOM)
            characters = text[:1] + text[1:].replace(BOM, mark)
            self._originals[mark] = BOM
        if colons:
            colon = next(unused, ":")
            pieces = list(characters)
            for offset in colons:
                pieces[offset] = colon
            characters = "".join(pieces)
            self._originals[colon] = ":"
        parser = DeepParser(characters) if is_deep else make_parser(characters)
        self._get_event = parser.get_event

    def get_event(self) -> Any:
        """Give the next event, with the characters of the text."""
        event = self._get_event()
        for stand_in, original in self._originals.items():
            for name in ("value", "anchor", "tag"):
                content = getattr(event, name, None)
                if content and stand_in in content:
                    setattr(event, name, content.replace(stand_in, original))
        return event
