"""What a template file defines and calls, what it hands over, and which values it reads: its patterns.

They are found by following the text without running it: a variable, `with`, `range`, `index`, `dict` and
their like are followed back to paths from the context that the template is given. A path is the names behind
that context: `.Values.image.tag` of a file's own text is `("Values", "image", "tag")`, `.tag` of a define
that is given `.Values.image` is `("tag",)`. `ELEMENT` stands for any element of a list or map, `[0]` for the
first one of a list.

Where several ways through the text lead to a value, all are given (`AnyOf`). What cannot be followed is
`Computed`. All offsets count from the start of the file. Patterns depend on the file's text alone, so all
charts that have the text share them (`findings.pattern_cache`).
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, Union

import msgspec

ELEMENT: Final = "[]"
"""The step of a path from a list or map to one of its elements."""


class Path(msgspec.Struct, frozen=True, array_like=True, tag="path", gc=False):
    """What lies behind these names, from the context that the template was given; none: the context."""

    names: tuple[str, ...]


class Constant(msgspec.Struct, frozen=True, array_like=True, tag="constant", gc=False):
    """A constant of the text."""

    value: str | int | float | bool | None


class Pieces(msgspec.Struct, frozen=True, array_like=True, tag="pieces", gc=False):
    """A text of which these parts are known, in order: between each two stands something unknown.

    `printf "%s-labels" $name` is `("", "-labels")`.
    """

    parts: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Tell whether a text has the parts."""
        first, *others = self.parts
        if not text.startswith(first):
            return False
        at = len(first)
        *between, last = others or [""]
        for part in between:
            found = text.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(text) - len(last) >= at and text.endswith(last)


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One key of a map that the text makes, with the span of the key."""

    key: str
    start: int
    end: int
    value: Given


class Fields(msgspec.Struct, frozen=True, array_like=True, tag="fields"):
    """A map that the text makes with `dict`; `has_others`: it may have keys that the text does not tell."""

    entries: tuple[Entry, ...]
    has_others: bool = False

    def find(self, key: str) -> Entry | None:
        """Give the entry of a key; the last one counts."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)


class Items(msgspec.Struct, frozen=True, array_like=True, tag="items"):
    """A list that the text makes with `list` and its like; `has_others`: it may have more elements."""

    items: tuple[Given, ...]
    has_others: bool = False


class AnyOf(msgspec.Struct, frozen=True, array_like=True, tag="any"):
    """One of these, or (`merge`) made of several of them."""

    options: tuple[Given, ...]


class Computed(msgspec.Struct, frozen=True, array_like=True, tag="computed", gc=False):
    """Something that only a run knows; `function` made it (empty: something else)."""

    function: str = ""


Given: TypeAlias = Union["Path", "Constant", "Pieces", "Fields", "Items", "AnyOf", "Computed"]
"""What an expression stands for, as far as the text tells."""

Use: TypeAlias = Literal["value", "tested", "entered", "passed"]
"""What becomes of a value that is read: it is printed or handed to a function; `if` and comparisons look at
it; `with` or `range` go into it; a variable, a `dict` or a template gets it."""


class Read(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One place where a path is read, with the span of the expression that does."""

    names: tuple[str, ...]
    start: int
    end: int
    use: Use


class Pipe(msgspec.Struct, frozen=True, array_like=True):
    """A function that the text of a call is handed to as its last argument, with the arguments before."""

    function: str
    arguments: tuple[Given, ...]


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One place where another template is run.

    `start` and `end` bound the call (an `include` with its arguments; the whole tag of `template` and
    `block`), `name_start` and `name_end` the expression that names the template, or gives the text for `tpl`.
    `is_literal`: that is one quoted name. `target` is the name as far as it is known (for `tpl`: the text).
    `given` is the context; None where there is none. `pipes` are the functions that get the text, in order.
    """

    word: Literal["include", "template", "block", "tpl"]
    start: int
    end: int
    name_start: int
    name_end: int
    is_literal: bool
    target: Given
    given: Given | None
    pipes: tuple[Pipe, ...]

    @property
    def name(self) -> str | None:
        """The name of the template where the text tells it; None for `tpl`, too."""
        if self.word == "tpl" or not isinstance(self.target, Constant):
            return None
        return self.target.value if isinstance(self.target.value, str) else None


class UnitPatterns(msgspec.Struct, frozen=True, array_like=True):
    """A file's own text (its name is empty here), or one `define` or `block`.

    `start` and `end` bound all of it, `name_start` and `name_end` the quoted name. Reads and calls are in the
    order in which a run would come by; those of a block belong to the block.
    """

    name: str
    start: int
    end: int
    name_start: int
    name_end: int
    is_block: bool
    reads: tuple[Read, ...]
    calls: tuple[Call, ...]


class FilePatterns(msgspec.Struct, frozen=True, array_like=True):
    """The patterns of a file: its own text first, then defines and blocks in the order of their starts.

    `is_whole` is false where a part of the text is nested too deeply to be followed.
    """

    units: tuple[UnitPatterns, ...]
    is_whole: bool = True
