"""Letter case: upper, lower, title, and the styles of names (snake_case, kebab-case, CamelCase)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.bytewise import runes
from quarterdeck.runtime.funcs.letters import (
    is_lower,
    is_number,
    is_punctuation,
    is_space,
    is_title,
    is_upper,
    rune_lower,
    rune_title,
    rune_upper,
    to_lower,
    to_title,
    to_upper,
)
from quarterdeck.runtime.signatures import function
from quarterdeck.text.letters import is_letter

if TYPE_CHECKING:
    from collections.abc import Callable


@function("upper", "func(string) string")
def upper(text: str) -> str:
    """Give the text in upper case."""
    return to_upper(text)


@function("lower", "func(string) string")
def lower(text: str) -> str:
    """Give the text in lower case."""
    return to_lower(text)


@function("title", "func(string) string")
def title(text: str) -> str:
    """Give the text with a capital at the start of each word."""
    return to_title(text)


@function("untitle", "func(string) string")
def untitle(text: str) -> str:
    """Give the text with a small letter at the start of each word. Source: goutils.Uncapitalize."""
    result: list[str] = []
    is_after_gap = True
    for char in runes(text):
        if is_space(char):
            is_after_gap = True
            result.append(char)
        else:
            result.append(rune_lower(char) if is_after_gap else char)
            is_after_gap = False
    return "".join(result)


@function("swapcase", "func(string) string")
def swapcase(text: str) -> str:
    """Exchange upper and lower case; words that start small start with title case.

    Source: goutils.SwapCase.
    """
    result: list[str] = []
    is_after_gap = True
    for char in runes(text):
        if is_upper(char) or is_title(char):
            result.append(rune_lower(char))
            is_after_gap = False
        elif is_lower(char):
            result.append(rune_title(char) if is_after_gap else rune_upper(char))
            is_after_gap = False
        else:
            result.append(char)
            is_after_gap = is_space(char)
    return "".join(result)


@function("camelcase", "func(string) string")
def camelcase(text: str) -> str:
    """Give the text in CamelCase; leading connectors stay. Source: xstrings convert.go, ToPascalCase."""
    characters = runes(text)
    start = 0
    while start < len(characters) and _is_connector(characters[start]):
        start += 1
    if start >= len(characters):
        return characters + characters[-1:]
    result = [characters[:start]]
    current = rune_upper(characters[start])
    in_capitals = is_upper(characters[start])
    for char in characters[start + 1 :]:
        previous, current = current, char
        if _is_connector(previous):
            if _is_connector(current):
                result.append(previous)
                continue
            in_capitals = is_upper(current)
            current = rune_upper(current)
            continue
        if in_capitals:
            if is_upper(current):
                current = rune_lower(current)
            else:
                in_capitals = False
        result.append(previous)
    result.append(current)
    return "".join(result)


@function("snakecase", "func(string) string")
def snakecase(text: str) -> str:
    """Give the text in snake_case. Source: xstrings convert.go, ToSnakeCase."""
    return _joined_words(text, "_")


@function("kebabcase", "func(string) string")
def kebabcase(text: str) -> str:
    """Give the text in kebab-case. Source: xstrings convert.go, ToKebabCase."""
    return _joined_words(text, "-")


_NONE, _NUMBER, _UPPER, _ALPHABET, _CONNECTOR, _PUNCTUATION, _OTHER = range(7)
_APART = (_NONE, _PUNCTUATION, _CONNECTOR)
"""Kinds of words that no connector is put before."""

_CJK = ((0x4E00, 0x9FCC), (0x3400, 0x4D85), (0x20000, 0x2B81D))
_RUNE_ERROR = "\ufffd"


def _is_connector(char: str) -> bool:
    return char in "-_" or is_space(char)


def _is_alphabet(char: str) -> bool:
    """Tell whether the character is a letter, but not of Chinese writing.

    Source: xstrings count.go, isAlphabet.
    """
    return is_letter(char) and not any(low <= ord(char) <= high for low, high in _CJK)


def _next_rune(text: str, start: int, previous: str) -> tuple[str, int]:
    """Give the first good rune from `start` and the end of it, `previous` if none is left.

    Source: xstrings convert.go, nextValidRune.
    """
    for index in range(start, len(text)):
        char = text[index]
        if char != _RUNE_ERROR and not "\udc80" <= char <= "\udcff":
            return char, index + 1
    return previous, len(text)


def _take_while(text: str, start: int, char: str, accepts: Callable[[str], bool]) -> int:
    """Give the end of the run of runes from `start` that `accepts`."""
    while start < len(text):
        char, end = _next_rune(text, start, char)
        if not accepts(char):
            break
        start = end
    return start


def _next_word(text: str, start: int) -> tuple[int, int]:
    """Give the kind and the end of the word that starts at `start`. Source: xstrings convert.go, nextWord."""
    if start >= len(text):
        return _NONE, start
    char, end = _next_rune(text, start, _RUNE_ERROR)
    if char == _RUNE_ERROR:
        return _NONE, end
    if _is_connector(char):
        return _CONNECTOR, _take_while(text, end, char, _is_connector)
    if is_punctuation(char):
        return _PUNCTUATION, _take_while(text, end, char, is_punctuation)
    if is_upper(char):
        return _UPPER, _end_of_capitals(text, char, end)
    if _is_alphabet(char):
        return _ALPHABET, _take_while(text, end, char, _is_small)
    if is_number(char):
        return _NUMBER, _take_while(text, end, char, is_number)
    return _OTHER, _take_while(text, end, char, _is_other)


def _end_of_capitals(text: str, char: str, end: int) -> int:
    """Give the end of a word that starts with a capital; in `HTTPStatus` the `S` belongs to the next one."""
    if end >= len(text):
        return end
    second, second_end = _next_rune(text, end, char)
    if is_upper(second):
        last = end
        end = second_end
        while end < len(text):
            char, next_end = _next_rune(text, end, second)
            if not is_upper(char):
                return last if _is_alphabet(char) else end
            last, end = end, next_end
        return end
    if _is_alphabet(second):
        return _take_while(text, second_end, second, _is_small)
    return end


def _is_small(char: str) -> bool:
    return _is_alphabet(char) and not is_upper(char)


def _is_other(char: str) -> bool:
    return not (_is_connector(char) or _is_alphabet(char) or is_number(char) or is_punctuation(char))


def _lowered(kind: int, word: str, connector: str) -> str:
    """Give a word as it appears in the result. Source: xstrings convert.go, toLower."""
    if kind not in (_UPPER, _CONNECTOR):
        return word
    return "".join(connector if _is_connector(char) else rune_lower(char) for char in runes(word))


class _Words:
    """The words of a text, read one after the other, and the result so far."""

    def __init__(self, text: str, connector: str) -> None:
        self.text = text
        self.connector = connector
        self.result: list[str] = []
        self.end = 0
        self.kind = _NONE
        self.word = ""
        self.advance()

    def advance(self) -> None:
        """Go on to the next word."""
        start = self.end
        self.kind, self.end = _next_word(self.text, start)
        self.word = self.text[start : self.end]

    def has_more(self) -> bool:
        """Tell whether something follows the word."""
        return self.end < len(self.text)

    def put(self, kind: int, word: str) -> None:
        """Add a word to the result."""
        self.result.append(_lowered(kind, word, self.connector))

    def put_small_words_and_numbers(self) -> None:
        """Add the words of small letters and numbers that follow, then a connector if one is due."""
        while self.kind in (_ALPHABET, _NUMBER):
            self.put(self.kind, self.word)
            self.advance()
        if self.kind not in _APART:
            self.result.append(self.connector)


def _joined_words(text: str, connector: str) -> str:
    """Join the words of a text in small letters. Source: xstrings convert.go, camelCaseToLowerCase."""
    words = _Words(text, connector)
    while words.has_more():
        previous, last = words.kind, words.word
        if previous != _CONNECTOR:
            words.put(previous, last)
        words.advance()
        if previous == _NUMBER:
            words.put_small_words_and_numbers()
        elif previous == _CONNECTOR:
            words.put(previous, last)
        elif previous != _PUNCTUATION:
            _join_after_letters(words)
    words.put(words.kind, words.word)
    return "".join(words.result)


def _join_after_letters(words: _Words) -> None:
    """Decide what stands after a word of letters: a number may belong to it or to what follows."""
    if words.kind != _NUMBER:
        if words.kind not in (_CONNECTOR, _PUNCTUATION):
            words.result.append(words.connector)
        return
    if not words.has_more():
        return
    number = words.word
    words.advance()
    if words.kind != _ALPHABET:
        words.put(_NUMBER, number)
        if words.kind not in (_CONNECTOR, _PUNCTUATION):
            words.result.append(words.connector)
        return
    words.result.append(words.connector)
    words.put(_NUMBER, number)
    words.put_small_words_and_numbers()
