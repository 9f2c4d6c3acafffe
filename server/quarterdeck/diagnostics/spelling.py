"""“Did you mean …?”: the known name that a mistyped one is most like."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIMILARITY = 0.75
"""How alike two names must be, from 0 to 1: one wrong letter in four, or two swapped in six."""
_MOST_NAMES = 5_000


def find_similar(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that is most like `name`; None if none is close.

    Case and `-`, `_` weigh nothing. Of names with a dot, the parts after the last one must be alike by
    themselves: that they share what comes before says little.
    """
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415 - needed only where something is wrong

    folded: dict[str, str] = {}
    for one in known:
        if one != name:
            folded.setdefault(_fold(one), one)
        if len(folded) > _MOST_NAMES:
            break
    own = _fold(name)
    if own in folded:
        return folded[own]
    last = own.rpartition(".")[2]
    for candidate in get_close_matches(own, folded, n=3, cutoff=_SIMILARITY):
        if SequenceMatcher(None, last, candidate.rpartition(".")[2]).ratio() >= _SIMILARITY:
            return folded[candidate]
    return None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Give the question with the similar name, or `otherwise` where nothing is similar."""
    similar = find_similar(name, known)
    return otherwise if similar is None else f"Did you mean `{similar}`?"


def _fold(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "")
