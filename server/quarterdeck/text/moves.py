"""Places that move with the text around them, so that what was found in an older text stays where it belongs.

Lines and columns are 1-based code points, and only a line feed ends a line, as in `line_index`.
"""

from __future__ import annotations

from typing import NamedTuple


class Move(NamedTuple):
    """What one edit does to places: the text from `start` to `end` became one that ends at `new_end`."""

    start: tuple[int, int]
    end: tuple[int, int]
    new_end: tuple[int, int]

    @classmethod
    def of(cls, text: str, start: int, end: int, new: str) -> Move | None:
        """Give what replacing the offsets `start` to `end` of a text by `new` does; None for nothing."""
        if text[start:end] == new:
            return None
        line = text.count("\n", 0, start) + 1
        column = start - text.rfind("\n", 0, start)
        first = (line, column)
        return cls(first, _after(first, text[start:end]), _after(first, new))

    @classmethod
    def between(cls, before: str, after: str) -> Move | None:
        """Give what turning one text into another does, as one edit of what differs; None for nothing."""
        if before == after:
            return None
        shorter = min(len(before), len(after))
        start = _common(before, after, shorter)
        kept = _common_end(before, after, shorter - start)
        return cls.of(before, start, len(before) - kept, after[start : len(after) - kept])

    def start_of(self, line: int, column: int) -> tuple[int, int]:
        """Give where a place begins that began at this line and column.

        Text that is inserted right there goes before it.
        """
        position = (line, column)
        if position < self.start:
            return position
        return self._behind(position) if position >= self.end else self.start

    def end_of(self, line: int, column: int) -> tuple[int, int]:
        """Give where a place ends that ended at this line and column; what is inserted there is not in it."""
        position = (line, column)
        if position <= self.start:
            return position
        return self._behind(position) if position >= self.end else self.new_end

    def _behind(self, position: tuple[int, int]) -> tuple[int, int]:
        line, column = position
        if line == self.end[0]:
            column += self.new_end[1] - self.end[1]
        return line + self.new_end[0] - self.end[0], column


def _after(start: tuple[int, int], text: str) -> tuple[int, int]:
    """Give where a text ends that begins at a line and column."""
    lines = text.count("\n")
    if not lines:
        return start[0], start[1] + len(text)
    return start[0] + lines, len(text) - text.rfind("\n")


def _common(one: str, other: str, most: int) -> int:
    """Give how many code points two texts have in common at their beginning, looking at `most` of each."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str, most: int) -> int:
    """Give how many code points two texts have in common at their end, looking at `most` of each."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
