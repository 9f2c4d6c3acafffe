"""What follows from what expressions stand for: fields behind it, its elements, one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from quarterdeck.findings.patterns import (
    ELEMENT,
    AnyOf,
    Computed,
    Constant,
    Entry,
    Fields,
    Items,
    Path,
    Pieces,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quarterdeck.findings.patterns import Given

MOST_STEPS: Final = 16
"""Names of a path that is followed; a template that calls itself makes longer and longer ones."""
_MOST_OPTIONS: Final = 8
_MOST_PARTS: Final = 64
"""Parts of what a text makes (keys, elements, options) that are followed, all levels together."""


def any_of(options: Iterable[Given]) -> Given:
    """Give what is one of these."""
    flat: dict[Given, None] = {}
    for option in options:
        flat.update(dict.fromkeys(option.options) if isinstance(option, AnyOf) else {option: None})
    if len(flat) == 1:
        return next(iter(flat))
    return _bounded(AnyOf(tuple(flat))) if 0 < len(flat) <= _MOST_OPTIONS else Computed()


def path_behind(given: Given, names: Sequence[str]) -> Given:
    """Give what stands behind names, from what is given."""
    for index, name in enumerate(names):
        match given:
            case Path():
                found = (*given.names, *names[index:])
                return Path(found) if len(found) <= MOST_STEPS else Computed()
            case Fields():
                given = _field(given, name)
            case Items():
                given = _item(given, name)
            case AnyOf():
                rest = names[index:]
                found = [path_behind(option, rest) for option in given.options]
                known = [one for one in found if one != Constant(None)]
                return any_of(known or found)
            case Constant(value=None):
                return given
            case _:
                return Computed()
    return given


def _field(given: Fields, name: str) -> Given:
    if name == ELEMENT:
        values = [entry.value for entry in given.entries]
        return any_of([*values, Computed()] if given.has_others else values)
    entry = given.find(name)
    if entry is not None:
        return entry.value
    return Computed() if given.has_others else Constant(None)


def _item(given: Items, name: str) -> Given:
    number = name[1:-1]
    if number.isdecimal() and not given.has_others:
        index = int(number)
        return given.items[index] if index < len(given.items) else Constant(None)
    return any_of([*given.items, Computed()] if given.has_others else given.items)


def element_of(given: Given) -> Given:
    """Give what an element of a list or map stands for."""
    return path_behind(given, (ELEMENT,))


def step_of(key: Given) -> str:
    """Give the step of a path to the element with a key, as far as the key is known."""
    match key:
        case Constant(value=str() as name):
            return name
        case Constant(value=int() as number) if not isinstance(key.value, bool):
            return f"[{number}]"
        case _:
            return ELEMENT


def made_map(entries: Iterable[Entry], *, has_others: bool) -> Given:
    """Give a map that a text makes."""
    return _bounded(Fields(tuple(entries), has_others))


def made_list(items: Iterable[Given], *, has_others: bool) -> Given:
    """Give a list that a text makes."""
    return _bounded(Items(tuple(items), has_others))


def with_entry(given: Given, entry: Entry) -> Given:
    """Give a map after `set`."""
    match given:
        case Fields():
            kept = tuple(one for one in given.entries if one.key != entry.key)
            return made_map((*kept, entry), has_others=given.has_others)
        case Path() | AnyOf():
            return any_of((made_map((entry,), has_others=False), given))
        case _:
            return made_map((entry,), has_others=True)


def _bounded(given: Given) -> Given:
    """Give it as it is, unless it has too many parts: a text could double it with each line."""
    return given if _count(given) <= _MOST_PARTS else Computed()


def _count(given: Given) -> int:
    match given:
        case Fields():
            return 1 + sum(_count(entry.value) for entry in given.entries)
        case Items():
            return 1 + sum(map(_count, given.items))
        case AnyOf():
            return 1 + sum(map(_count, given.options))
        case _:
            return 1


# --- texts -------------------------------------------------------------------------------------------------

_LONGEST_TEXT: Final = 1_000


def joined(parts: Iterable[Given]) -> Given:
    """Give the text that `print` makes of parts, as far as it is known."""
    pieces = [""]
    length = 0
    for part in parts:
        match part:
            case Constant(value=str() as text):
                pieces[-1] += text
                length += len(text)
            case Pieces():
                pieces[-1] += part.parts[0]
                pieces += part.parts[1:]
                length += sum(map(len, part.parts))
            case _:
                pieces.append("")
        if length > _LONGEST_TEXT or len(pieces) > _MOST_PARTS:
            return Pieces(("", ""))
    return Constant(pieces[0]) if len(pieces) == 1 else Pieces(tuple(pieces))


def formatted(template: Given, arguments: Sequence[Given]) -> Given:
    """Give the text that `printf` makes, as far as it is known. Verbs other than `%s`, `%v`, `%d` are not."""
    if not isinstance(template, Constant) or not isinstance(template.value, str):
        return Pieces(("", ""))
    parts: list[Given] = []
    rest, left = template.value, iter(arguments)
    while rest:
        before, percent, after = rest.partition("%")
        parts.append(Constant(before))
        verb, rest = after[:1], after[1:]
        if verb == "%":
            parts.append(Constant("%"))
        elif verb and verb in "svd":
            parts.append(_in_text(next(left, Computed()), verb))
        elif percent:
            # Flags, widths and other verbs: what follows cannot be told from them.
            return joined([*parts, Computed()])
    return joined(parts)


def _in_text(argument: Given, verb: str) -> Given:
    if isinstance(argument, Constant) and argument.value.__class__ is int and verb != "s":
        return Constant(str(argument.value))
    return argument if verb != "d" else Computed()
