"""Half-open ranges of code points."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """The code points `start` to `end` of one text: 0-based, `end` excluded."""

    start: int
    end: int

    def contains(self, offset: int) -> bool:
        """Tell whether `offset` lies inside."""
        return self.start <= offset < self.end

    def moved(self, distance: int) -> Span:
        """Give the same span `distance` code points later."""
        return Span(self.start + distance, self.end + distance)
