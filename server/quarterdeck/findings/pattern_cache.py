"""Patterns of texts that were met before, shared by all charts: libraries are vendored everywhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from quarterdeck.findings.find_patterns import find_patterns
from quarterdeck.findings.patterns import FilePatterns  # noqa: TC001 - msgspec reads the annotations
from quarterdeck.measure.counters import PATTERNS, caches_are_on
from quarterdeck.measure.kept import Kept, text_key
from quarterdeck.store.results import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.gotmpl.nodes import Template
    from quarterdeck.store.results import Results

_MOST_BYTES: Final = 32 * 1024 * 1024
_BYTES_FOR_BYTE: Final = 5
"""How much more memory patterns take than their encoded form, about."""
_KIND: Final = "patterns"


class Parsed(Protocol):
    """A text whose tree is made when it is asked for."""

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def template(self) -> Template:
        """Its tree."""
        ...


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """The patterns of one text, the seconds that finding them took, the bytes that they take in memory."""

    patterns: FilePatterns
    seconds: float
    size: int


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(list[_Known | None]).decode


class PatternCache:
    """Finds the patterns of each text once; the least recently used go when they are too many bytes."""

    def __init__(self, *, max_bytes: int = _MOST_BYTES, keeps: bool | None = None) -> None:
        self._keeps = caches_are_on() if keeps is None else keeps
        self._known: Kept[_Known] = Kept(PATTERNS, max_bytes)
        self._stored: set[str] = set()
        """Keys of groups that the disk has, or that it was asked for."""

    def of(self, source: Parsed) -> FilePatterns:
        """Give the patterns of a text."""
        if not self._keeps:
            return find_patterns(source.template)
        key = text_key(source.text)
        known = self._known.use(key)
        if known is not None:
            return known.patterns
        begun = time.perf_counter()
        patterns = find_patterns(source.template)
        seconds = time.perf_counter() - begun
        self._known.enter(key, _Known(patterns, seconds, _BYTES_FOR_BYTE * len(_ENCODE(patterns))))
        return patterns

    def is_known(self, text: str) -> bool:
        """Tell whether the patterns of a text need not be found."""
        return text_key(text) in self._known

    def load(self, results: Results, texts: Sequence[str]) -> None:
        """Take what an earlier process found in a group of texts: those of one chart, in their order."""
        if not self._keeps:
            return
        key = digest(texts)
        if key in self._stored:
            return
        data = results.get(_KIND, key)
        if data is None:
            return
        try:
            found = _DECODE(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if len(found) != len(texts):
            return
        if all(found):
            self._stored.add(key)
        for text, known in zip(texts, found, strict=True):
            if known is not None:
                self._known.enter(text_key(text), known)

    def save(self, results: Results, texts: Sequence[str]) -> None:
        """Write what is known of a group of texts, unless the disk has all of it."""
        if not self._keeps:
            return
        key = digest(texts)
        if key in self._stored:
            return
        known = [self._known.get(text_key(text)) for text in texts]
        if not any(known):
            return
        if all(known):
            self._stored.add(key)
        results.put(_KIND, key, _ENCODE(known), sum(one.seconds for one in known if one is not None))

    @property
    def bytes(self) -> int:
        """What is known takes so many bytes in memory, about."""
        return self._known.bytes

    def forget(self) -> None:
        """Drop all that is known."""
        self._known.forget()
        self._stored.clear()


PATTERN_CACHE = PatternCache()
"""The patterns that this process knows."""
