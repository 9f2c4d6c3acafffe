"""Where libyaml 0.2.5 differs from go-yaml v2, a port of an older libyaml, and how we follow go-yaml.

- A byte order mark at the start of a line is content in go-yaml; libyaml skips it.
- `[a:, b]` and `{a:, b}` have a colon in a plain scalar in go-yaml; libyaml refuses them.
- `[a?b]` is refused by go-yaml, where a question mark ends a plain scalar in brackets; libyaml takes it.
- `%YAML 1.2` is refused by go-yaml.

The first two are read with a stand-in: a character that the text does not contain and that means nothing to
YAML is put in place of the mark or colon, and taken out of what libyaml gives. The other two are checked in
`quarterdeck.yamldoc.compose`.

Two differences are left: libyaml notices a line without a colon earlier, so that of two mistakes it may
report the other one; and it refuses tags with brackets or commas (`!a[b`).
Source: yaml.v2 scannerc.go, yaml_parser_scan_to_next_token and yaml_parser_scan_plain_scalar; parserc.go,
yaml_parser_process_directives.
"""

from __future__ import annotations

from typing import Any

from quarterdeck.yamldoc.events import BOM, make_parser

UNEXPECTED_COLON = "found unexpected ':'"

_MOST_COLONS = 100
_MOST_READING = 20_000_000

_PRIVATE_USE = range(0xE000, 0xF8FF)


def has_inner_mark(text: str) -> bool:
    """Tell whether a byte order mark stands elsewhere than at the start of `text`."""
    return text.find(BOM, 1) >= 0


def may_replace(colons: set[int], text: str, offset: int) -> bool:
    """Tell whether libyaml stopped at a colon of `text` that may be replaced, too.

    Each colon costs a reading of the text: at most 100 are replaced, and 20 million characters read for them.
    """
    is_new = text[offset : offset + 1] == ":" and offset not in colons
    return is_new and len(colons) < _MOST_COLONS and (len(colons) + 1) * len(text) <= _MOST_READING


class StandInParser:
    """Reads a text in which some characters have been replaced, and puts them back into what it gives."""

    __slots__ = ("_get_event", "_originals")

    def __init__(self, text: str, colons: set[int]) -> None:
        """Replace the inner byte order marks and the colons at the offsets `colons`, and start libyaml."""
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
        self._get_event = make_parser(characters).get_event

    def get_event(self) -> Any:
        """Give the next event, with the characters of the text."""
        event = self._get_event()
        for stand_in, original in self._originals.items():
            for name in ("value", "anchor", "tag"):
                content = getattr(event, name, None)
                if content and stand_in in content:
                    setattr(event, name, content.replace(stand_in, original))
        return event
