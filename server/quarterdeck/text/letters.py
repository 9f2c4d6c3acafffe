"""Which characters are letters to Go, whose tables are those of Unicode 15.0.

Python 3.11 has Unicode 14.0, and 3.13 has 15.1. Source: Go unicode tables.go, `Letter`.
"""

from __future__ import annotations

import unicodedata

_NEW_IN_15_0 = (
    (0x11240, 0x11240), (0x11F02, 0x11F02), (0x11F04, 0x11F10), (0x11F12, 0x11F33), (0x13441, 0x13446),
    (0x1DF25, 0x1DF2A), (0x1E030, 0x1E06D), (0x1E4D0, 0x1E4EB), (0x31350, 0x323AF),
)  # fmt: skip
_NEW_IN_15_1 = ((0x2EBF0, 0x2EE5D),)
_VERSION = tuple(map(int, unicodedata.unidata_version.split(".")))
_MISSING = _NEW_IN_15_0 if _VERSION < (15, 0) else ()
_TOO_NEW = _NEW_IN_15_1 if _VERSION > (15, 0, 0) else ()
_FIRST_NEW = "\U00011240"


def is_letter(char: str) -> bool:
    """Tell whether a character is a letter (`unicode.IsLetter`)."""
    if char < _FIRST_NEW:
        return char.isalpha()
    code = ord(char)
    if char.isalpha():
        return not any(first <= code <= last for first, last in _TOO_NEW)
    return any(first <= code <= last for first, last in _MISSING)
