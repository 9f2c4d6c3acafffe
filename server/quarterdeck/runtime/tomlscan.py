"""The words of TOML as BurntSushi/toml reads them: names, strings, numbers, dates, with its errors.

The library reads more than TOML 1.0 (other escapes, times without seconds) and a little less; so does this.

Source: github.com/BurntSushi/toml 1.6 lex.go, and the conversions of parse.go.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Never

from quarterdeck.runtime.quoting import quote, quote_rune

BLANKS = frozenset(" \t")
LINE_ENDS = frozenset("\n\r")

_DIGITS = frozenset("0123456789")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_NAME_CHARS = _HEX_DIGITS | frozenset("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_-")
_DATE_CHARS = _DIGITS | frozenset("-:Tt .Zz+")
_FLOAT_CHARS = _DIGITS | frozenset("_.-+eE")
_BASES = {
    "b": (frozenset("01"), "a binary"),
    "o": (frozenset("01234567"), "an octal"),
    "x": (_HEX_DIGITS, "a hexadecimal"),
}
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_CODE_ESCAPES = {"x": (2, "two"), "u": (4, "four"), "U": (8, "eight")}
_ESCAPED_LINE_END = re.compile(r"\\\\|\\[ \t\r]*\n[ \t\r\n]*")
_ESCAPE = re.compile(r"\\(x..|u....|U........|.)", re.DOTALL)


class TomlSyntaxError(Exception):
    """The text is not TOML; `line` is 1-based, as the library counts."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Word(NamedTuple):
    """A piece of text, its kind (`string`, `integer`, `float`, `date`, `bool`), and where it ended."""

    kind: str
    text: str
    place: int


class Scanner:
    """Reads a text from left to right, a character at a time; `at_end` after a read beyond its end."""

    __slots__ = ("at_end", "place", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.at_end = False

    def line(self, place: int | None = None) -> int:
        """Give the 1-based line number at a place, or here."""
        return 1 + self.text.count("\n", 0, self.place if place is None else place)

    def fail(self, message: str) -> Never:
        """Refuse the text here; at the end of a text that ends its last line, that line is named."""
        line = self.line()
        if self.at_end and self.text[self.place - 1 : self.place] == "\n":
            line -= 1
        raise TomlSyntaxError(message, line)

    def fail_on_line_before(self, message: str) -> Never:
        """Refuse the text, naming the line that has just ended."""
        raise TomlSyntaxError(message, self.line() - 1)

    def next(self) -> str:
        """Read a character; an empty text at the end.

        Raises:
            TomlSyntaxError: it is a control character, or a byte that is not UTF-8.
        """
        if self.place >= len(self.text):
            self.at_end = True
            return ""
        char = self.text[self.place]
        code = ord(char)
        if code < 0x20 or code == 0x7F:
            is_line_end = char == "\r" and self.text.startswith("\n", self.place + 1)
            if char not in "\t\n" and not is_line_end:
                raise TomlSyntaxError(
                    f"TOML files cannot contain control characters: '0x{code:02x}'", self.line()
                )
        elif 0xD800 <= code <= 0xDFFF:
            raise TomlSyntaxError(f"invalid UTF-8 byte: 0x{code & 0xFF:02x}", self.line())
        self.place += 1
        return char

    def back(self) -> None:
        """Take back the last read."""
        if self.at_end:
            self.at_end = False
        else:
            self.place -= 1

    def peek(self) -> str:
        """Give the next character without reading it."""
        char = self.next()
        self.back()
        return char

    def accept(self, char: str) -> bool:
        """Read the character if it is the next one."""
        if self.next() == char:
            return True
        self.back()
        return False

    def skip_blanks(self) -> None:
        """Read spaces and tabs."""
        self._skip(BLANKS)

    def _skip(self, chars: frozenset[str]) -> None:
        while self.next() in chars:
            pass
        self.back()

    def comment(self) -> None:
        """Read to the end of the line."""
        while self.next() not in {"\n", "\r", ""}:
            pass
        self.back()

    def bare_name(self) -> Word:
        """Read a name without quotes; it may be empty."""
        start = self.place
        self._skip(_NAME_CHARS)
        return Word("string", self.text[start : self.place], self.place)

    def quoted_name(self) -> Word:
        """Read a name in quotes."""
        return self._string() if self.next() == '"' else self._raw_string()

    def scalar(self, char: str) -> Word:
        """Read a string, number, date or bool, whose first character has just been read."""
        if char == '"':
            if self.accept('"'):
                if self.accept('"'):
                    return self._long_string()
                self.back()
            return self._string()
        if char == "'":
            if self.accept("'"):
                if self.accept("'"):
                    return self._long_raw_string()
                self.back()
            return self._raw_string()
        start = self.place - len(char)
        if char in _DIGITS:
            return self._number_or_date(char, start)
        if char == ".":
            self.fail("floats must start with a digit, not '.'")
        if char in {"-", "+"}:
            return self._signed_number(start)
        if char in {"i", "n"} and (
            (self.accept("n") and self.accept("f")) or (self.accept("a") and self.accept("n"))
        ):
            return self._word("float", start)
        return self._bool(char)

    def _word(self, kind: str, start: int) -> Word:
        return Word(kind, self.text[start : self.place], self.place)

    def _bool(self, char: str) -> Word:
        if not char:
            self.fail("unexpected EOF; expected value")
        if not char.isalpha():
            message = f"expected value but found {quote_rune(ord(char))} instead"
            if char == "\n":
                self.fail_on_line_before(message)
            self.fail(message)
        self.back()
        start = self.place
        while self.next().isalpha():
            pass
        self.back()
        word = self._word("bool", start)
        if word.text not in {"true", "false"}:
            self.fail(f"expected value but found {quote(word.text)} instead")
        return word

    # --- strings -------------------------------------------------------------------------------------------

    def _string(self) -> Word:
        start = self.place
        while (char := self.next()) != '"':
            if not char:
                self.fail("unexpected EOF; expected '\"'")
            if char in LINE_ENDS:
                self.fail_on_line_before("strings cannot contain newlines")
            if char == "\\":
                self._escape(start)
        end = self.place - 1
        return Word("string", self._unescape(self.text[start:end], end), end)

    def _raw_string(self) -> Word:
        start = self.place
        while (char := self.next()) != "'":
            if not char:
                self.fail('unexpected EOF; expected "\'"')
            if char in LINE_ENDS:
                self.fail_on_line_before("strings cannot contain newlines")
        return Word("string", self.text[start : self.place - 1], self.place - 1)

    def _long_string(self) -> Word:
        start = self.place
        while not self._is_long_end('"', start):
            if self.text[self.place - 1] == "\\":
                if self.next() in LINE_ENDS:
                    continue
                self.back()
                self._escape(start)
        end = self.place - 3
        text = _ESCAPED_LINE_END.sub(_drop_line_end, _without_first_line_end(self.text[start:end]))
        return Word("string", self._unescape(text, end), end)

    def _long_raw_string(self) -> Word:
        start = self.place
        while not self._is_long_end("'", start):
            pass
        end = self.place - 3
        return Word("string", _without_first_line_end(self.text[start:end]), end)

    def _is_long_end(self, mark: str, start: int) -> bool:
        """Read a character, or all three closing quotes; up to two more may stand in front of them."""
        char = self.next()
        if not char:
            self.fail(f"unexpected EOF; expected {_in_other_quotes(mark * 3)}")
        if char != mark or not self.accept(mark):
            return False
        if not self.accept(mark):
            self.back()
            return False
        if self.peek() != mark:
            return True
        read = self.text[start : self.place]
        if read.endswith(mark * 5) and not (mark == '"' and read.endswith("\\" + mark * 5)):
            self.fail(f"unexpected {_in_other_quotes(mark * 6)}")
        self.place -= 2
        return False

    def _escape(self, start: int) -> None:
        """Read what follows a backslash."""
        char = self.next()
        if char in _CODE_ESCAPES:
            count, name = _CODE_ESCAPES[char]
            for _ in range(count):
                if self.next() not in _HEX_DIGITS:
                    read = quote(self.text[start : self.place])
                    self.fail(f"expected {name} hexadecimal digits after '\\{char}', but got {read} instead")
        elif not char:
            self.fail_on_line_before("invalid escape in string '\\\0'")
        elif char not in _ESCAPES and char not in BLANKS:
            raise TomlSyntaxError(f"invalid escape in string '\\{char}'", self.line())

    def _unescape(self, text: str, place: int) -> str:
        """Give what the escapes of a string stand for; `place` is where the string ended."""
        if "\\" not in text:
            return text

        def replace(match: re.Match[str]) -> str:
            escape = match[1]
            if escape[0] in _ESCAPES:
                return _ESCAPES[escape[0]] + escape[1:]
            if escape[0] in BLANKS:
                raise TomlSyntaxError(f"invalid escape: '\\{escape[0]}'", self.line(place))
            code = int(escape[1:], 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise TomlSyntaxError(
                    f"Escaped character '\\u{escape[1:]}' is not valid UTF-8.", self.line(place)
                )
            return chr(code)

        return _ESCAPE.sub(replace, text)

    # --- numbers and dates ---------------------------------------------------------------------------------

    def _number_or_date(self, char: str, start: int) -> Word:
        if char == "0":
            char = self.next()
            if char in _BASES:
                digits, name = _BASES[char]
                if self.peek() not in digits:
                    self._fail_base(name, start)
                self._skip(digits | {"_"})
                return self._word("integer", start)
            if char not in _DIGITS:
                return self._rest_of_number(char, start)
        while (char := self.next()) in _DIGITS:
            pass
        if char in {"-", ":"}:
            self._skip(_DATE_CHARS)
            return Word("date", self.text[start : self.place].strip(), self.place)
        return self._rest_of_number(char, start)

    def _rest_of_number(self, char: str, start: int) -> Word:
        """Read on after the digits of a number; `char` has just been read."""
        while char == "_" or char in _DIGITS:
            char = self.next()
        if char in {".", "e", "E"}:
            self._skip(_FLOAT_CHARS)
            return self._word("float", start)
        self.back()
        return self._word("integer", start)

    def _fail_base(self, name: str, start: int) -> Never:
        self.fail(f"not {name} number: '{self.text[start : self.place]}{self.peek() or chr(0)}'")

    def _signed_number(self, start: int) -> Word:
        char = self.next()
        if char in {"i", "n"}:
            second, third = "nf" if char == "i" else "an"
            if not self.accept(second) or not self.accept(third):
                self.fail(f"invalid float: '{self.text[start : self.place]}'")
            return self._word("float", start)
        if char == "0" and (base := self.peek()) and base in _BASES:
            read = self.text[start : self.place]
            self.fail(f"cannot use sign with non-decimal numbers: '{read}{base}'")
        if char == ".":
            self.fail("floats must start with a digit, not '.'")
        if char not in _DIGITS:
            self.fail(f"expected a digit but got {quote_rune(ord(char or chr(0)))}")
        return self._rest_of_number(char, start)


def _in_other_quotes(quotes: str) -> str:
    return f"'{quotes}'" if quotes[0] == '"' else f'"{quotes}"'


def _without_first_line_end(text: str) -> str:
    return text[1:] if text.startswith("\n") else text.removeprefix("\r\n")


def _drop_line_end(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\\\\" else ""
