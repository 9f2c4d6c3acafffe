"""“Did you mean …?”: the known name that a mistyped one is most like."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SIMILARITY = 0.75
"""How alike two names must be, from 0 to 1: one wrong letter in four, or two swapped in six."""
_MOST_NAMES = 20_000
_SHORTEST = _SIMILARITY / (2 - _SIMILARITY)
"""How much shorter one of two names may be that are alike, since they have no more in common than it has."""


class Spellings(Collection[str]):
    """Known names, arranged once for many questions; in their order, at most 20,000 of them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._names: dict[str, list[str]] = {}
        """By folded name; of those that fold to the same the first two."""
        self._by_length: dict[int, list[tuple[int, str]]] = {}
        self._answers: dict[str, str | None] = {}
        for one in known:
            folded, letters = _shape(one)
            same = self._names.get(folded)
            if same is None:
                if len(self._names) == _MOST_NAMES:
                    break
                self._names[folded] = [one]
                self._by_length.setdefault(len(folded), []).append((letters, folded))
            elif len(same) == 1 and same[0] != one:
                same.append(one)

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))

    def __iter__(self) -> Iterator[str]:
        for same in self._names.values():
            yield from same

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._names.get(_shape(name)[0], ())

    def similar(self, name: str) -> str | None:
        """Give the name that is most like another; None if none is close. What was asked before is known."""
        if name not in self._answers:
            self._answers[name] = self._find(name)
        return self._answers[name]

    def _find(self, name: str) -> str | None:
        own, letters = _shape(name)
        same = self._without(name, own)
        if same is not None:
            return same
        close = self._possible(own, letters)
        if not close:
            return None
        from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415 - needed only where something is wrong

        last = own.rpartition(".")[2]
        for candidate in get_close_matches(own, close, n=3, cutoff=_SIMILARITY):
            if SequenceMatcher(None, last, candidate.rpartition(".")[2]).ratio() >= _SIMILARITY:
                return self._without(name, candidate)
        return None

    def _without(self, name: str, folded: str) -> str | None:
        return next((one for one in self._names.get(folded, ()) if one != name), None)

    def _possible(self, own: str, letters: int) -> list[str]:
        """Give the folded names that may be close by their length and letters, which is quick to see.

        A kind of letter that the other does not have is in no common part.
        """
        length = len(own)
        found: list[str] = []
        for other in range(int(length * _SHORTEST), int(length / _SHORTEST) + 2):
            needed = _SIMILARITY * (length + other) / 2
            most, most_of_other = length - needed, other - needed
            if most < 0 or most_of_other < 0:
                continue
            found += [
                folded
                for theirs, folded in self._by_length.get(other, ())
                if (letters & ~theirs).bit_count() <= most
                and (theirs & ~letters).bit_count() <= most_of_other
                and folded != own
            ]
        return found


def find_similar(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that is most like `name`; None if none is close.

    Case and `-`, `_` weigh nothing. Of names with a dot, the parts after the last one must be alike by
    themselves: that they share what comes before says little. Who asks often gives `Spellings`.
    """
    return (known if isinstance(known, Spellings) else Spellings(known)).similar(name)


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Give the question with the similar name, or `otherwise` where nothing is similar."""
    similar = find_similar(name, known)
    return otherwise if similar is None else f"Did you mean `{similar}`?"


@lru_cache(maxsize=_MOST_NAMES)
def _shape(name: str) -> tuple[str, int]:
    """Give a name without what weighs nothing, and the set of its letters as bits (some share one)."""
    folded = name.casefold().replace("-", "").replace("_", "")
    letters = 0
    for letter in set(folded):
        letters |= 1 << ord(letter) % 61
    return folded, letters
