"""Values as texts: toString, toStrings, quote, squote, cat, join, sortAlpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime import printing, quoting
from quarterdeck.runtime.funcs.bytewise import byte_order, from_bytes
from quarterdeck.runtime.funcs.sequences import elements
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.runtime.context import Context


def text_of(value: Any) -> str:
    """Give a value as sprig's functions read it as text. Source: sprig strings.go, strval."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return from_bytes(value)
    return printing.format_value(value)


def texts_of(value: Any) -> list[str]:
    """Give a list's elements as texts without the nils, and another value as the only one.

    Source: sprig strings.go, strslice.
    """
    if value is None:
        return []
    items = elements(value)
    if items is None:
        return [text_of(value)]
    return [text_of(item) for item in items if item is not None]


@function("toString", "func(any) string")
def to_string(value: Any) -> str:
    """Give the value as a text."""
    return text_of(value)


@function("toStrings", "func(any) []string")
def to_strings(value: Any) -> GoList:
    """Give the elements as texts; a list of strings stays the same list."""
    if isinstance(value, GoList) and value.go_type == "[]string":
        return value
    return GoList(texts_of(value))


@function("quote", "func(...any) string")
def quote(*values: Any) -> str:
    """Give the values between double quotes, nils left out. Source: sprig strings.go, quote."""
    return " ".join([quoting.quote(text_of(value)) for value in values if value is not None])


@function("squote", "func(...any) string")
def squote(*values: Any) -> str:
    """Give the values between single quotes, nils left out. Source: sprig strings.go, squote."""
    return " ".join([f"'{printing.format_value(value)}'" for value in values if value is not None])


@function("cat", "func(...any) string")
def cat(*values: Any) -> str:
    """Give the values with spaces between them, nils left out. Source: sprig strings.go, cat."""
    return " ".join([printing.format_value(value) for value in values if value is not None])


@function("join", "func(string, any) string", effect="context")
def join(context: Context, separator: str, value: Any) -> str:
    """Join the elements as texts. Source: sprig strings.go, join."""
    texts = texts_of(value)
    context.budget.check_length(_total_length(texts) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


@function("sortAlpha", "func(any) []string", effect="context")
def sort_alpha(context: Context, value: Any) -> GoList:
    """Give the elements as texts, in the order of their bytes; a list of strings is sorted itself.

    Source: sprig list.go, sortAlpha, where strslice hands a []string back and sort.StringSlice sorts it in
    place.
    """
    texts = to_strings("<nil>" if value is None else value)
    ordered = sorted(texts, key=None if all(map(str.isascii, texts)) else byte_order)
    if texts is not value:
        return GoList(ordered)
    if texts != ordered:
        context.before_write(texts)
        context.writes += 1
        texts[:] = ordered
    return texts


def _total_length(texts: Iterable[str]) -> int:
    return sum(map(len, texts))
