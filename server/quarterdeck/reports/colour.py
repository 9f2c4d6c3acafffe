"""Colour on a terminal, by escape sequences."""

from __future__ import annotations

from typing import Final

_CODES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}


class Painter:
    """Gives text its colour, or leaves it as it is."""

    def __init__(self, *, is_coloured: bool) -> None:
        self._is_coloured = is_coloured

    def __call__(self, text: str, *styles: str) -> str:
        """Give `text` in these styles: bold, dim, or the name of a colour."""
        if not self._is_coloured or not text:
            return text
        codes = ";".join(_CODES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"
