"""Letter case and kinds of characters as Go's package `unicode` sees them.

Go maps one rune to one rune (simple case mapping), Python's `upper` and `lower` use the full mapping (`ß`
becomes `SS`, a final `Σ` becomes `ς`); and Go counts fewer control characters as white space.
"""

from __future__ import annotations

import unicodedata

from quarterdeck.runtime.funcs.bytewise import runes
from quarterdeck.text.letters import is_letter

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `unicode.IsSpace` accepts."""


def is_space(char: str) -> bool:
    """Tell what `unicode.IsSpace` tells."""
    return char in WHITE_SPACE


def is_upper(char: str) -> bool:
    """Tell whether the character is of category Lu (`unicode.IsUpper`)."""
    return unicodedata.category(char) == "Lu"


def is_lower(char: str) -> bool:
    """Tell whether the character is of category Ll (`unicode.IsLower`)."""
    return unicodedata.category(char) == "Ll"


def is_title(char: str) -> bool:
    """Tell whether the character is of category Lt (`unicode.IsTitle`)."""
    return unicodedata.category(char) == "Lt"


def is_digit(char: str) -> bool:
    """Tell whether the character is of category Nd (`unicode.IsDigit`)."""
    return unicodedata.category(char) == "Nd"


def is_number(char: str) -> bool:
    """Tell whether the character is of one of the categories N (`unicode.IsNumber`)."""
    return unicodedata.category(char)[0] == "N"


def is_punctuation(char: str) -> bool:
    """Tell whether the character is of one of the categories P (`unicode.IsPunct`)."""
    return unicodedata.category(char)[0] == "P"


def rune_upper(char: str) -> str:
    """Give the simple upper case mapping of one character (`unicode.ToUpper`)."""
    upper = char.upper()
    return upper if len(upper) == 1 else rune_title(char)


def rune_lower(char: str) -> str:
    """Give the simple lower case mapping of one character (`unicode.ToLower`)."""
    lower = char.lower()
    return lower if len(lower) == 1 else lower[0]


def rune_title(char: str) -> str:
    """Give the simple title case mapping of one character (`unicode.ToTitle`)."""
    title = char.title()
    return title if len(title) == 1 else char


def to_upper(text: str) -> str:
    """Give the text with each rune in upper case. Source: strings.ToUpper."""
    return text.upper() if text.isascii() else "".join(map(rune_upper, runes(text)))


def to_lower(text: str) -> str:
    """Give the text with each rune in lower case. Source: strings.ToLower."""
    return text.lower() if text.isascii() else "".join(map(rune_lower, runes(text)))


def to_title(text: str) -> str:
    """Give the text with the first letter of each word in title case. Source: strings.Title."""
    result: list[str] = []
    previous = " "
    for char in runes(text):
        result.append(rune_title(char) if _separates(previous) else char)
        previous = char
    return "".join(result)


def _separates(char: str) -> bool:
    """Tell whether a word ends at the character. Source: strings.isSeparator."""
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (is_letter(char) or is_digit(char)) and is_space(char)
