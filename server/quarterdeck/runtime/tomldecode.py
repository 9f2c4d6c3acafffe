"""TOML as BurntSushi/toml reads it, which Helm's `fromToml` calls: Go's types, and the library's error texts.

Source: github.com/BurntSushi/toml 1.6 parse.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Never, cast

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.quoting import quote, quote_rune
from quarterdeck.runtime.tomlscan import BLANKS, LINE_ENDS, Scanner, TomlSyntaxError, Word
from quarterdeck.runtime.tomltext import dotted_key
from quarterdeck.runtime.values import GoList, Int64

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES_TYPE = "[]map[string]interface {}"

_DATE_MARKS = str.maketrans("zt ", "ZTT")
_DATE_LAYOUTS = (
    ("2006-01-02T15:04:05.999999999Z07:00", ""),
    ("2006-01-02T15:04:05.999999999", "datetime-local"),
    ("2006-01-02", "date-local"),
    ("15:04:05.999999999", "time-local"),
    ("2006-01-02T15:04Z07:00", ""),
    ("2006-01-02T15:04", "datetime-local"),
    ("15:04", "time-local"),
)
"""Layouts of dates and times in the order in which they are tried, and their zones; no name is Go's Local."""

_LEADING_ZERO = re.compile(r"0[^box]|[-+]0.", re.DOTALL)
_GOOD_UNDERSCORES = re.compile(r"(?:[^_]*[0-9a-fA-F]_)*[^_]*[0-9a-fA-F]|[-+]?(?:nan|inf)")
"""Every underscore, and the end, stand after a digit of some base: the library refuses more than it says."""
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|inf|nan)")

_Key = tuple[str, ...]


def decode_toml(text: str, read_time: Callable[[str, str, str], Any]) -> tuple[dict[str, Any], str]:
    """Give the tables of a TOML text and an empty text, or no tables and the library's error.

    Integers are int64, lists of tables `[]map[string]interface {}`. `read_time(layout, value, zone)` gives a
    time.Time, or raises a GoError if the value does not fit Go's layout; the zone is `datetime-local`,
    `date-local`, `time-local`, or empty for Go's Local.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text[:6]:
        return {}, (
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"
        )
    parser = _Parser(text, read_time)
    try:
        parser.run()
    except TomlSyntaxError as error:
        key = parser.last_key()
        shown = f" (last key {quote(key)})" if key else ""
        return {}, f"toml: line {error.line}{shown}: {error}"
    except RecursionError:
        return {}, f"toml: line {parser.scanner.line()}: nested too deep"
    return parser.root, ""


class _Parser:
    """Reads one text into `root`.

    `context` is the key of the table in scope and `current` that of the value being read. A table is
    `implicit` while it is only known from the key of another, and `arrays` are the keys of plain lists.
    """

    def __init__(self, text: str, read_time: Callable[[str, str, str], Any]) -> None:
        self.scanner = Scanner(text)
        self.read_time = read_time
        self.root: dict[str, Any] = {}
        self.context: _Key = ()
        self.current = ""
        self.key_place = 0
        self.implicit: set[_Key] = set()
        self.arrays: set[_Key] = set()

    def last_key(self) -> str:
        """Give the dotted key that errors name."""
        if not self.current:
            return dotted_key(self.context)
        return f"{dotted_key(self.context)}.{self.current}" if self.context else self.current

    def run(self) -> None:
        """Read the whole text.

        Raises:
            TomlSyntaxError: it is not TOML.
        """
        scanner = self.scanner
        while char := scanner.next():
            if char in BLANKS or char in LINE_ENDS:
                continue
            if char == "#":
                scanner.comment()
                continue
            if char == "[":
                self._header()
            else:
                scanner.back()
                outer = self.context
                self._pair({})
                self.context = outer
                self.current = ""
            self._end_of_item()

    def _end_of_item(self) -> None:
        while char := self.scanner.next():
            if char == "#":
                self.scanner.comment()
                return
            if char in LINE_ENDS:
                return
            if char not in BLANKS:
                self.scanner.fail(
                    "expected a top-level item to end with a newline, comment, or EOF, "
                    f"but got {_shown(char)} instead"
                )

    def _header(self) -> None:
        """Read `[a.b]` or `[[a.b]]` after its first bracket."""
        scanner = self.scanner
        is_list = scanner.accept("[")
        names: list[str] = []
        while True:
            scanner.skip_blanks()
            char = scanner.peek()
            if char in {"]", ""}:
                scanner.fail("unexpected end of table name (table names cannot be empty)")
            if char == ".":
                scanner.fail("unexpected table separator (table names cannot be empty)")
            names.append(self._name(char, is_first=not names))
            scanner.skip_blanks()
            char = scanner.next()
            if char == "]":
                break
            if char != ".":
                scanner.fail(f"expected '.' or ']' to end table name, but got {_shown(char)} instead")
        if is_list and (char := scanner.next()) != "]":
            scanner.fail(f"expected end of table array name delimiter ']', but got {_shown(char)} instead")
        self._enter(tuple(names), is_list=is_list)
        self.arrays.discard(self.context)

    def _name(self, char: str, *, is_first: bool) -> str:
        word = self.scanner.quoted_name() if char in {'"', "'"} else self.scanner.bare_name()
        if is_first:
            self.key_place = word.place
        return word.text

    def _key(self) -> list[str]:
        """Read `a."b c".d =`."""
        scanner = self.scanner
        names: list[str] = []
        while True:
            scanner.skip_blanks()
            char = scanner.peek()
            if char in {"=", ""}:
                scanner.fail("unexpected '='" if names else "unexpected '=': key name appears blank")
            if char == ".":
                scanner.fail("unexpected '.'" if names else "unexpected '.': keys cannot start with a '.'")
            names.append(self._name(char, is_first=not names))
            scanner.skip_blanks()
            char = scanner.next()
            if char == "=":
                return names
            if not char:
                scanner.fail("unexpected EOF; expected key separator '='")
            if char != ".":
                message = f"expected '.' or '=', but got {_shown(char)} instead"
                if char == "\n":
                    scanner.fail_on_line_before(message)
                scanner.fail(message)

    def _pair(self, inline: dict[str, Any]) -> None:
        """Read `key = value` into the table in scope, and into the inline table that it stands in."""
        *parents, self.current = self._key()
        for parent in parents:
            self.implicit.add((*self.context, parent))
            self._enter((*self.context, parent), is_list=False)
        value = self._value(in_list=False)
        self._store(self.current, value)
        self._note_type(value)
        for parent in parents:
            inner = inline.setdefault(parent, {})
            if not isinstance(inner, dict):
                self._fail_at_key(f"{quote(dotted_key(self.context))} is not a table")
            inline = cast("dict[str, Any]", inner)
        inline[self.current] = value

    def _note_type(self, value: Any) -> None:
        key = (*self.context, self.current) if self.current else self.context or ("",)
        if isinstance(value, list):
            self.arrays.add(key)
        else:
            self.arrays.discard(key)

    def _value(self, *, in_list: bool) -> Any:
        self.scanner.skip_blanks()
        char = self.scanner.next()
        if char == "[":
            return self._list()
        if char == "{":
            return self._inline_table(in_list=in_list)
        word = self.scanner.scalar(char)
        match word.kind:
            case "string":
                return word.text
            case "bool":
                return word.text == "true"
            case "integer":
                return self._integer(word)
            case "float":
                return self._float(word)
            case _:
                return self._date(word)

    def _list(self) -> list[Any]:
        self._note_type([])
        scanner = self.scanner
        items: list[Any] = []
        while True:
            char = self._next_in_container()
            if char == ",":
                scanner.fail("unexpected comma")
            if char == "]":
                return items
            scanner.back()
            items.append(self._value(in_list=True))
            char = self._next_in_container()
            if char == "]":
                return items
            if char != ",":
                scanner.fail(
                    f"expected a comma (',') or array terminator (']'), but got {_shown_or_end(char)}"
                )

    def _next_in_container(self) -> str:
        """Read blanks, line ends and comments, and give the character after them."""
        while True:
            char = self.scanner.next()
            if char == "#":
                self.scanner.comment()
            elif char not in BLANKS and char not in LINE_ENDS:
                return char

    def _inline_table(self, *, in_list: bool) -> dict[str, Any]:
        scanner = self.scanner
        outer_context, outer_current = self.context, self.current
        inner = (*self.context, self.current)
        self.current = ""
        self.implicit.add(inner)
        self.context = inner
        self._enter(inner, is_list=in_list)
        table: dict[str, Any] = {}
        char = self._next_in_container()
        while char != "}":
            if char == ",":
                scanner.fail("unexpected comma")
            scanner.back()
            self._pair(table)
            self.context = inner
            char = self._next_in_container()
            if char == ",":
                scanner.skip_blanks()
                if scanner.peek() == "}":
                    scanner.next()
                    break
                char = self._next_in_container()
            elif char != "}":
                scanner.fail(
                    "expected a comma or an inline table terminator '}', "
                    f"but got {_shown_or_end(char)} instead"
                )
        self.context, self.current = outer_context, outer_current
        return table

    # --- scalars -------------------------------------------------------------------------------------------

    def _integer(self, word: Word) -> Int64:
        text = word.text
        if not _GOOD_UNDERSCORES.fullmatch(text):
            self._fail_at(word, f"Invalid integer {quote(text)}: underscores must be surrounded by digits")
        if _LEADING_ZERO.match(text):
            self._fail_at(word, f"Invalid integer {quote(text)}: cannot have leading zeroes")
        number = int(text.replace("_", ""), 0)
        if not -(1 << 63) <= number < 1 << 63:
            self._fail_at(word, f"{text} is out of range for int64")
        return Int64(number)

    def _float(self, word: Word) -> float:
        text = word.text
        parts = [part for part in re.split("[.eE]", text) if part]
        if not all(map(_GOOD_UNDERSCORES.fullmatch, parts)):
            self._fail_at(word, f"Invalid float {quote(text)}: underscores must be surrounded by digits")
        if parts and _LEADING_ZERO.match(parts[0]):
            self._fail_at(word, f"Invalid float {quote(text)}: cannot have leading zeroes")
        if re.search(r"\.(?![0-9])", text):
            self._fail_at(word, f"Invalid float {quote(text)}: '.' must be followed by one or more digits")
        plain = text.replace("_", "")
        if not _FLOAT.fullmatch(plain):
            self._fail_at(word, f"Invalid float value: {quote(text)}")
        number = float(plain)
        if number in {float("inf"), float("-inf")} and "inf" not in plain:
            self._fail_at(word, f"{text} is out of range for float64")
        return number

    def _date(self, word: Word) -> Any:
        text = word.text.translate(_DATE_MARKS)
        time: Any = None
        for layout, zone in _DATE_LAYOUTS:
            try:
                time = self.read_time(layout, text, zone)
            except GoError:
                continue
            if _lacks_leading_zero(text, layout):
                time = None
            break
        if time is None:
            self._fail_at(word, f"invalid datetime: {quote(text)}")
        return time

    # --- tables --------------------------------------------------------------------------------------------

    def _enter(self, key: _Key, *, is_list: bool) -> None:
        """Make the table of `key` the one in scope. Source: parse.go, addContext."""
        table = self.root
        known: _Key = ()
        for name in key[:-1]:
            known = (*known, name)
            if name not in table:
                self.implicit.add(known)
                table[name] = {}
            inner = _innermost(table[name])
            if inner is None:
                self._fail_at_key(f"Key '{dotted_key(known)}' was already created as a hash.")
            table = inner
        self.context = known
        last = key[-1]
        if is_list:
            tables = table.setdefault(last, GoList((), TABLES_TYPE))
            if not isinstance(tables, GoList):
                self._fail_at_key(
                    f"Key '{dotted_key(key)}' was already created and cannot be used as an array."
                )
            tables.append({})
        else:
            self._store(last, {})
        self.context = key

    def _store(self, name: str, value: Any) -> None:
        """Put a value into the table in scope. Source: parse.go, setValue."""
        table = self.root
        for depth, part in enumerate(self.context):
            inner = _innermost(table[part])
            if inner is None:
                self._fail_at_key(f"Key '{dotted_key(self.context[: depth + 1])}' has already been defined.")
            table = inner
        key = (*self.context, name)
        if name not in table:
            table[name] = value
            return
        if key not in self.implicit:
            self._fail_at_key(f"Key '{dotted_key(key)}' has already been defined.")
        self.implicit.discard(key)
        if key in self.arrays:
            table[name] = value

    def _fail_at(self, word: Word, message: str) -> Never:
        raise TomlSyntaxError(message, self.scanner.line(word.place))

    def _fail_at_key(self, message: str) -> Never:
        raise TomlSyntaxError(message, self.scanner.line(self.key_place))


def _innermost(value: Any) -> dict[str, Any] | None:
    """Give a table, or the last table of a list of tables; None for anything else."""
    if isinstance(value, GoList):
        return value[-1]
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _lacks_leading_zero(text: str, layout: str) -> bool:
    """Source: parse.go, missingLeadingZero: Go's layouts take `1:30` for an hour, TOML does not."""
    for char, expected in zip(text, layout, strict=False):
        if expected in ".Z":
            return False
        if not expected.isdigit() and char != expected:
            return True
    return False


def _shown(char: str) -> str:
    return quote_rune(ord(char or "\0"))


def _shown_or_end(char: str) -> str:
    return f"'{char}'" if char else "end of file"
