"""What values look like as text: `{{ value }}`, and Go's Sprint, Sprintln and Sprintf.

Source: text/template exec.go, printValue; fmt print.go.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.floats import format_general
from quarterdeck.runtime.kinds import go_type, sorted_keys
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import GoStruct, NamedInt
from quarterdeck.runtime.verbs import Spec, check_nesting, check_text_length, format_operand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NO_VALUE = "<no value>"
"""What `{{ nil }}` prints; Helm removes it from a template's finished text."""

_LONGEST_CACHED_LAYOUT = 1_000
"""Longer layouts are read anew each time, so that templates cannot fill the cache with large texts."""

_LARGEST_NUMBER = 1_000_000
"""The largest width, precision or argument number that `fmt` accepts."""


def print_value(value: Any) -> str:
    """Give what `{{ value }}` writes.

    Source: text/template exec.go, printableValue.
    """
    kind = value.__class__
    if kind is str:
        return value
    if kind is float:
        if value.is_integer() and -1e6 < value < 1e6 and value:
            return "%d" % value  # noqa: UP031  the fastest way there is, and this is hot
        return format_general(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return int.__repr__(value)
    if value is None:
        return NO_VALUE
    if isinstance(value, GoStruct):
        return value.format()
    return format_value(value)


def format_value(value: Any, depth: int = 0) -> str:
    """Give `fmt`'s plain `%v` of the value; nil is `<nil>`. `depth` counts the containers around it.

    Raises:
        BudgetError: it contains itself, or is nested too deeply.
    """
    kind = value.__class__
    if kind is str:
        return value
    if kind is float:
        return format_general(value)
    if value is None:
        return "<nil>"
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, NamedInt):
        return value.format()
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, dict):
        check_nesting(depth)
        mapping = cast("dict[str, Any]", value)
        pairs = [f"{key}:{format_value(mapping[key], depth + 1)}" for key in sorted_keys(mapping)]
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, list):
        check_nesting(depth)
        items = cast("list[Any]", value)
        return f"[{' '.join([format_value(item, depth + 1) for item in items])}]"
    if kind is bytes:
        return _format_bytes(value)
    return format_operand(value, "v", Spec())


@lru_cache(maxsize=64)
def _format_bytes(value: bytes) -> str:
    """Give the numbers of the bytes; kept, since a chart that prints its whole dot prints all its files."""
    return repr(list(value)).replace(",", "")


def sprint(arguments: Iterable[Any]) -> str:
    """Give fmt.Sprint: a space between two operands when neither is a string.

    Source: fmt print.go, doPrint.
    """
    pieces: list[str] = []
    needs_space = False
    for argument in arguments:
        is_string = argument.__class__ is str
        if needs_space and not is_string:
            pieces.append(" ")
        pieces.append(format_value(argument))
        needs_space = not is_string
    return "".join(pieces)


def sprintln(arguments: Iterable[Any]) -> str:
    """Give fmt.Sprintln: a space between all operands and a line feed at the end."""
    return " ".join([format_value(argument) for argument in arguments]) + "\n"


def sprintf(layout: str, arguments: Sequence[Any]) -> str:
    """Give fmt.Sprintf with Go's notes on bad verbs, and on missing and extra operands.

    Raises:
        BudgetError: widths and precisions ask for more than `LARGEST_TEXT` characters.

    Source: fmt print.go, doPrintf.
    """
    plan = _plan(layout) if len(layout) <= _LONGEST_CACHED_LAYOUT else None
    if plan is None or len(plan[1]) != len(arguments):
        return _Formatter(layout, arguments).run()
    pieces = [plan[0]]
    for (verb, text), argument in zip(plan[1], arguments, strict=True):
        kind = argument.__class__
        if kind is str and verb != "d":
            pieces.append(quote(argument) if verb == "q" else argument)
        elif verb == "v":
            pieces.append(format_value(argument))
        elif kind is int and verb == "d":
            pieces.append(int.__repr__(argument))
        else:
            pieces.append(format_operand(argument, verb, Spec()))
        pieces.append(text)
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _plan(layout: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Split a layout of bare `%s`, `%v`, `%d`, `%q` and `%%` into its first text and pairs of verb and text.

    None if there is any other verb in it.
    """
    parts = re.split("%([svdq%])", layout)
    texts = [parts[0]]
    verbs: list[str] = []
    for verb, text in zip(parts[1::2], parts[2::2], strict=True):
        if "%" in text:
            return None
        if verb == "%":
            texts[-1] += f"%{text}"
        else:
            verbs.append(verb)
            texts.append(text)
    if "%" in parts[0]:
        return None
    return texts[0], tuple(zip(verbs, texts[1:], strict=True))


class _Formatter:
    """One call of Sprintf: where it stands in the layout and among the operands."""

    __slots__ = ("arguments", "has_good_number", "is_reordered", "layout", "next", "place")

    def __init__(self, layout: str, arguments: Sequence[Any]) -> None:
        self.layout = layout
        self.arguments = arguments
        self.place = 0
        self.next = 0
        self.is_reordered = False
        self.has_good_number = True

    def run(self) -> str:
        pieces: list[str] = []
        length = 0
        layout = self.layout
        while True:
            percent = layout.find("%", self.place)
            if percent < 0:
                pieces.append(layout[self.place :])
                break
            pieces.append(layout[self.place : percent])
            self.place = percent + 1
            self._directive(pieces)
            length += len(pieces[-1])
            check_text_length(length)
        if not self.is_reordered and self.next < len(self.arguments):
            extra = [_describe(argument) for argument in self.arguments[self.next :]]
            pieces.append(f"%!(EXTRA {', '.join(extra)})")
        return "".join(pieces)

    def _directive(self, pieces: list[str]) -> None:
        """Read what follows a percent sign and print its operand."""
        spec = Spec()
        self.has_good_number = True
        self._flags(spec)
        after_number = self._argument_number()
        if self._accept("*"):
            spec.width = self._number_argument()
            if spec.width is None:
                pieces.append("%!(BADWIDTH)")
            elif spec.width < 0:
                spec.width = -spec.width
                spec.minus = True
                spec.zero = False
            after_number = False
        else:
            spec.width = self._number()
            if after_number and spec.width is not None:
                self.has_good_number = False
        if self.layout.startswith(".", self.place) and self.place + 1 < len(self.layout):
            after_number = self._precision(spec, pieces, after_number=after_number)
        if not after_number:
            self._argument_number()
        self._verb(spec, pieces)

    def _flags(self, spec: Spec) -> None:
        while self.place < len(self.layout):
            match self.layout[self.place]:
                case "#":
                    spec.sharp = True
                case "0":
                    spec.zero = True
                case "+":
                    spec.plus = True
                case "-":
                    spec.minus = True
                case " ":
                    spec.space = True
                case _:
                    return
            self.place += 1

    def _precision(self, spec: Spec, pieces: list[str], *, after_number: bool) -> bool:
        """Read `.n` or `.*`; tell whether an argument number stands last."""
        self.place += 1
        if after_number:
            self.has_good_number = False
        after_number = self._argument_number()
        if self._accept("*"):
            spec.precision = self._number_argument()
            if spec.precision is not None and spec.precision < 0:
                spec.precision = None
            if spec.precision is None:
                pieces.append("%!(BADPREC)")
            return False
        spec.precision = self._number() or 0
        return after_number

    def _verb(self, spec: Spec, pieces: list[str]) -> None:
        if self.place >= len(self.layout):
            pieces.append("%!(NOVERB)")
            return
        verb = self.layout[self.place]
        self.place += 1
        if "\ud800" <= verb <= "\udfff":
            verb = "\ufffd"
        if verb == "%":
            pieces.append("%")
        elif not self.has_good_number:
            pieces.append(f"%!{verb}(BADINDEX)")
        elif self.next >= len(self.arguments):
            pieces.append(f"%!{verb}(MISSING)")
        else:
            if verb == "v" or verb == "w":  # noqa: PLR1714  as short
                spec.sharp_v, spec.sharp = spec.sharp, False
                spec.plus_v, spec.plus = spec.plus, False
            pieces.append(format_operand(self.arguments[self.next], verb, spec))
            self.next += 1

    def _accept(self, char: str) -> bool:
        if self.layout.startswith(char, self.place):
            self.place += 1
            return True
        return False

    def _number(self) -> int | None:
        """Read digits; None when there are none, or too many: then the rest of the layout is lost."""
        number, is_number, self.place = _parse_number(self.layout, self.place, len(self.layout))
        return number if is_number else None

    def _argument_number(self) -> bool:
        """Read `[n]`; tell whether one stands here, good or bad.

        Source: fmt print.go, argNumber.
        """
        if not self.layout.startswith("[", self.place):
            return False
        self.is_reordered = True
        layout, start = self.layout, self.place
        close = layout.find("]", start + 1)
        if len(layout) - start < 3 or close < 0:
            self.place += 1
            self.has_good_number = False
            return False
        number, is_number, end = _parse_number(layout, start + 1, close)
        self.place = close + 1
        is_number = is_number and end == close
        if is_number and 0 < number <= len(self.arguments):
            self.next = number - 1
            return True
        self.has_good_number = False
        return is_number

    def _number_argument(self) -> int | None:
        """Take the operand that a `*` stands for; None when it is no integer, or a huge one."""
        if self.next >= len(self.arguments):
            return None
        value = self.arguments[self.next]
        self.next += 1
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_NUMBER:
            return None
        return int(value)


def _parse_number(layout: str, start: int, end: int) -> tuple[int, bool, int]:
    """Read digits of `layout[start:end]`: their number, whether there are any, and where they end."""
    number = 0
    place = start
    while place < end and "0" <= layout[place] <= "9":
        if number > _LARGEST_NUMBER:
            return 0, False, end
        number = number * 10 + ord(layout[place]) - ord("0")
        place += 1
    return number, place > start, place


def _describe(argument: Any) -> str:
    if argument is None:
        return "<nil>"
    return f"{go_type(argument)}={format_operand(argument, 'v', Spec())}"
