"""Patterns of paths: `*` and `?` within one part of a path, `**` over any parts, `[abc]`, `{one,two}`.

Patterns come from charts. None takes more than time in proportion to pattern times path.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import Final

MAX_LENGTH: Final = 1_000
_MOST_ALTERNATIVES: Final = 64
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_ANY_PARTS: Final = None


class PatternError(ValueError):
    """A pattern cannot be used; `str()` says why."""


class Pattern:
    """A compiled pattern; see `compile_pattern`."""

    __slots__ = ("_alternatives",)

    def __init__(self, alternatives: tuple[tuple[re.Pattern[str] | None, ...], ...]) -> None:
        self._alternatives = alternatives

    def matches(self, path: str) -> bool:
        """Tell whether a relative path, with `/` between its parts, or a folder above it matches."""
        parts = path.split("/")
        return any(_matches(pattern, parts) for pattern in self._alternatives)


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern.

    Without a `/` but at its end, it is for names at any depth. What matches a folder matches all in it.

    Raises:
        PatternError: it cannot be used.
    """
    if len(pattern) > MAX_LENGTH:
        raise PatternError(f"a pattern has at most {MAX_LENGTH} characters")
    return Pattern(tuple(_compile(one) for one in _expand(pattern)))


def _expand(pattern: str) -> list[str]:
    """Give the patterns without braces that a pattern stands for."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        one = waiting.pop()
        match = _BRACES.search(one)
        if match is None:
            done.append(one)
        else:
            waiting += [one[: match.start()] + choice + one[match.end() :] for choice in match[1].split(",")]
        if len(done) + len(waiting) > _MOST_ALTERNATIVES:
            raise PatternError(f"the braces stand for more than {_MOST_ALTERNATIVES} patterns")
    return done


def _compile(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    text = pattern.removeprefix("./").rstrip("/")
    if not text:
        raise PatternError("the pattern is empty")
    parts = [part for part in text.split("/") if part]
    if any(part in {".", ".."} for part in parts):
        raise PatternError("a pattern has no `.` or `..` in it")
    if "/" not in text:
        parts.insert(0, "**")
    return tuple(
        _ANY_PARTS if part == "**" else re.compile(fnmatch.translate(re.sub(r"\*\*+", "*", part)))
        for part in parts
    )


def _matches(pattern: tuple[re.Pattern[str] | None, ...], parts: list[str]) -> bool:
    """Match part by part; `reached` are the numbers of parts of the path that the pattern can have taken."""
    reached = {0}
    for one in pattern:
        if one is None:
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and one.match(parts[at])}
        if not reached:
            return False
    return True
