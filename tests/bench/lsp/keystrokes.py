"""What is typed: characters inside actions and in text, in values and in keys, undone when they are done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

NEW_LINES = (
    "# a note",
    "{{ .Values.name | quote }}",
    "{{- if .Values.enabled }}{{- end }}",
    'note: {{ printf "%s-%d" .Release.Name 1 }}',
)
_VALUE = re.compile(r"\.Values(?:\.\w+)+")
_SCALAR = re.compile(r"^(?P<indent> *)(?P<key>[\w.-]+): +(?P<value>[\w./-]+)(?= *(?:#.*)?$)", re.MULTILINE)
_LINE = re.compile(r"^[^\n]*\n", re.MULTILINE)


class Keystroke(NamedTuple):
    """Replace the characters from `start` to `end` by `new`; both are offsets in the text of the moment."""

    start: int
    end: int
    new: str


def type_in_template(text: str, rng: random.Random) -> Iterator[Keystroke]:
    """Type something at a random place of a template: a new line, or in the name of a value."""
    names = list(_VALUE.finditer(text))
    if names and rng.random() < 0.5:
        yield from type_and_erase(rng.choice(names).end(), rng.choice(("x", "Name", "s")))
        return
    lines = list(_LINE.finditer(text))
    offset = rng.choice(lines).end() if lines else 0
    yield from type_and_remove(offset, rng.choice(NEW_LINES) + "\n")


def type_in_values(text: str, rng: random.Random) -> Iterator[Keystroke]:
    """Type something at a random place of a values file: in a value, in a key, or a new entry.

    Entries of the top and nested ones take turns.
    """
    every = list(_SCALAR.finditer(text))
    top = [entry for entry in every if not entry["indent"]]
    nested = [entry for entry in every if entry["indent"]]
    entry = rng.choice((top or nested) if rng.random() < 0.3 else (nested or top))
    what = rng.random()
    if what < 0.5:
        yield from type_and_erase(entry.end("value"), rng.choice(("1", "x", "-a2")))
    elif what < 0.75:
        yield from type_and_erase(entry.end("key"), rng.choice(("x", "Of")))
    else:
        yield from type_and_remove(entry.start(), entry["indent"] + "entry: some\n")


def type_and_erase(offset: int, typed: str) -> Iterator[Keystroke]:
    """Type characters and take them back one by one."""
    for index, character in enumerate(typed):
        yield Keystroke(offset + index, offset + index, character)
    for index in reversed(range(len(typed))):
        yield Keystroke(offset + index, offset + index + 1, "")


def type_and_remove(offset: int, typed: str) -> Iterator[Keystroke]:
    """Type characters and take all of them back at once."""
    for index, character in enumerate(typed):
        yield Keystroke(offset + index, offset + index, character)
    yield Keystroke(offset, offset + len(typed), "")
