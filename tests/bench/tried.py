"""What was tried for the rows that are not reached, so that nobody tries it again without knowing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.figures import Row

FILE = Path(__file__).with_name("tried.md")
"""Its headings are parts of the names of rows."""


def paragraphs(rows: Sequence[Row]) -> list[str]:
    """Give what was tried for the rows that missed their limit, as Markdown."""
    found: list[str] = []
    sections = [section.partition("\n") for section in FILE.read_text("utf-8").split("\n## ")[1:]]
    for row in rows:
        if row.has_reached is False:
            found += [f"\n#### {row.what}\n{text.rstrip()}" for part, _, text in sections if part in row.what]
    return ["\n### Not reached, and what was tried", *found] if found else []
