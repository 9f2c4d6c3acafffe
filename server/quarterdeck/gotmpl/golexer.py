"""Go's lexer for what stands between `{{` and `}}`, token for token.

It is exact, not fast: it reads the tags that `quick` gives up on, and says what Go says about wrong ones.

Source: text/template/parse lex.go
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple
from unicodedata import category

from quarterdeck.gotmpl.literals import quote, unicode_name

SPACE = " \t\r\n"
"""What Go's templates call space; trim markers remove these, no other."""

_ASCII_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_DECIMAL = "0123456789_"
_HEXADECIMAL = "0123456789abcdefABCDEF_"
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+(?P<closed>")?')
_CHARACTER = re.compile(r"'(?:[^'\\\n]|\\[^\n])*+(?P<closed>')?")


class Kind(Enum):
    """Kinds of tokens; those from `BLOCK` on are keywords."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHAR_CONSTANT = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT_DELIM = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT_DELIM = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    VARIABLE = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DOT = auto()
    DEFINE = auto()
    ELSE = auto()
    END = auto()
    IF = auto()
    NIL = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()


KEYWORDS = {
    "block": Kind.BLOCK,
    "break": Kind.BREAK,
    "continue": Kind.CONTINUE,
    "define": Kind.DEFINE,
    "else": Kind.ELSE,
    "end": Kind.END,
    "if": Kind.IF,
    "range": Kind.RANGE,
    "nil": Kind.NIL,
    "template": Kind.TEMPLATE,
    "with": Kind.WITH,
}
_LOUD = frozenset((*KEYWORDS.values(), Kind.DOT))


class Token(NamedTuple):
    """One token: `start` is its offset in the text, `value` its text (an error's message)."""

    kind: Kind
    start: int
    value: str

    @property
    def end(self) -> int:
        """The offset after the token; an error is as long as one character."""
        return self.start + (1 if self.kind is Kind.ERROR else len(self.value))

    def __str__(self) -> str:
        """Name the token as Go's messages do."""
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.value
        if self.kind in _LOUD:
            return f"<{self.value}>"
        if len(self.value.encode("utf-8", "surrogatepass")) > 10:
            return f"{quote(self.value[:10])}..."
        return quote(self.value)


def is_alphanumeric(char: str) -> bool:
    """Tell whether `char` may stand in a name: a letter, a decimal digit of any script, `_`."""
    if char in _ASCII_WORD:
        return True
    if char.isascii():
        return False
    kind = category(char)
    return kind[0] == "L" or kind == "Nd"


class Lexer:
    """Gives the tokens of one action, from the text after `{{` and its trim marker."""

    __slots__ = ("_at", "_failed", "_keywords", "_paren_depth", "_text")

    def __init__(self, text: str, at: int, *, break_is_name: bool, continue_is_name: bool) -> None:
        self._text = text
        self._at = at
        self._paren_depth = 0
        self._failed = False
        self._keywords = {
            word: kind
            for word, kind in KEYWORDS.items()
            if not (word == "break" and break_is_name) and not (word == "continue" and continue_is_name)
        }

    def next(self) -> Token:
        """Give the next token; after an error or at the end, `EOF` for ever."""
        if self._failed:
            return Token(Kind.EOF, len(self._text), "EOF")
        text, at = self._text, self._at
        width = self._right_delim_width(at)
        if width:
            if self._paren_depth:
                return self._error(at, "unclosed left paren")
            return self._token(Kind.RIGHT_DELIM, at + width - 2, "}}")
        if at >= len(text):
            return self._error(at, "unclosed action")
        char = text[at]
        if char in SPACE:
            return self._space(at)
        if char == ":":
            if text[at + 1 : at + 2] != "=":
                return self._error(at, "expected :=")
            return self._token(Kind.DECLARE, at, ":=")
        if char == '"':
            return self._quoted(at, _QUOTED, Kind.STRING, "unterminated quoted string")
        if char == "'":
            return self._quoted(at, _CHARACTER, Kind.CHAR_CONSTANT, "unterminated character constant")
        if char == "`":
            end = text.find("`", at + 1)
            if end < 0:
                return self._error(at, "unterminated raw quoted string")
            return self._token(Kind.RAW_STRING, at, text[at : end + 1])
        if char == "$":
            return self._field_or_variable(at, Kind.VARIABLE)
        if char == "." and not "0" <= text[at + 1 : at + 2] <= "9" and at + 1 < len(text):
            return self._field_or_variable(at, Kind.FIELD)
        if char in ".+-" or "0" <= char <= "9":
            return self._number(at)
        if is_alphanumeric(char):
            return self._identifier(at)
        return self._punctuation(at, char)

    def _token(self, kind: Kind, start: int, value: str) -> Token:
        self._at = start + len(value)
        return Token(kind, start, value)

    def _error(self, start: int, message: str) -> Token:
        self._failed = True
        return Token(Kind.ERROR, start, message)

    def _right_delim_width(self, at: int) -> int:
        """Give the length of the right delimiter at `at`, its trim marker included; 0 if there is none."""
        text = self._text
        if text.startswith("}}", at):
            return 2
        if text[at : at + 1] in SPACE and text.startswith("-}}", at + 1) and at < len(text):
            return 4
        return 0

    def _space(self, at: int) -> Token:
        text = self._text
        end = at
        while end < len(text) and text[end] in SPACE:
            end += 1
        if text.startswith("-}}", end):
            # The last space belongs to the trim marker; it is not alone, or `next` had seen the delimiter.
            end -= 1
        return self._token(Kind.SPACE, at, text[at:end])

    def _quoted(self, at: int, pattern: re.Pattern[str], kind: Kind, message: str) -> Token:
        match = pattern.match(self._text, at)
        if match is None or match["closed"] is None:
            return self._error(at, message)
        return self._token(kind, at, match[0])

    def _is_terminator(self, at: int) -> bool:
        """Tell whether a name may end before `at`."""
        char = self._text[at : at + 1]
        return not char or char in " \t\r\n.,|:)(" or self._text.startswith("}}", at)

    def _word_end(self, at: int) -> int:
        text = self._text
        while at < len(text) and is_alphanumeric(text[at]):
            at += 1
        return at

    def _bad_character(self, start: int, at: int) -> Token:
        return self._error(start, f"bad character {unicode_name(self._text[at])}")

    def _field_or_variable(self, at: int, kind: Kind) -> Token:
        if self._is_terminator(at + 1):
            return self._token(Kind.DOT if kind is Kind.FIELD else kind, at, self._text[at])
        end = self._word_end(at + 1)
        if not self._is_terminator(end):
            return self._bad_character(at, end)
        return self._token(kind, at, self._text[at:end])

    def _identifier(self, at: int) -> Token:
        end = self._word_end(at)
        if not self._is_terminator(end):
            return self._bad_character(at, end)
        word = self._text[at:end]
        if word in ("true", "false"):
            return self._token(Kind.BOOL, at, word)
        return self._token(self._keywords.get(word, Kind.IDENTIFIER), at, word)

    def _punctuation(self, at: int, char: str) -> Token:
        if char == "=":
            return self._token(Kind.ASSIGN, at, char)
        if char == "|":
            return self._token(Kind.PIPE, at, char)
        if char == "(":
            self._paren_depth += 1
            return self._token(Kind.LEFT_PAREN, at, char)
        if char == ")":
            self._paren_depth -= 1
            if self._paren_depth < 0:
                return self._error(at, "unexpected right paren")
            return self._token(Kind.RIGHT_PAREN, at, char)
        if char.isascii() and char.isprintable():
            return self._token(Kind.CHAR, at, char)
        return self._error(at, f"unrecognized character in action: {unicode_name(char)}")

    def _number(self, at: int) -> Token:
        """Scan a number loosely: what it is worth, `literals.parse_number` decides."""
        text = self._text
        end, is_right = self._scan_number(at)
        if not is_right:
            return self._error(at, f"bad number syntax: {quote(text[at:end])}")
        if text[end : end + 1] in ("+", "-"):
            end, is_right = self._scan_number(end)
            if not is_right or text[end - 1] != "i":
                return self._error(at, f"bad number syntax: {quote(text[at:end])}")
            return self._token(Kind.COMPLEX, at, text[at:end])
        return self._token(Kind.NUMBER, at, text[at:end])

    def _scan_number(self, at: int) -> tuple[int, bool]:
        """Source: lex.go, scanNumber; gives the end and whether no name follows."""
        at = self._accept(at, "+-")
        digits = _DECIMAL
        after_zero = self._accept(at, "0")
        if after_zero > at:
            at = after_zero
            for letters, those in (("xX", _HEXADECIMAL), ("oO", "01234567_"), ("bB", "01_")):
                after = self._accept(at, letters)
                if after > at:
                    at, digits = after, those
                    break
        at = self._accept_run(at, digits)
        after = self._accept(at, ".")
        if after > at:
            at = self._accept_run(after, digits)
        exponent = {_DECIMAL: "eE", _HEXADECIMAL: "pP"}.get(digits, "")
        after = self._accept(at, exponent)
        if after > at:
            at = self._accept_run(self._accept(after, "+-"), _DECIMAL)
        at = self._accept(at, "i")
        if at < len(self._text) and is_alphanumeric(self._text[at]):
            return at + 1, False
        return at, True

    def _accept(self, at: int, chars: str) -> int:
        return at + 1 if at < len(self._text) and self._text[at] in chars else at

    def _accept_run(self, at: int, chars: str) -> int:
        text = self._text
        while at < len(text) and text[at] in chars:
            at += 1
        return at
