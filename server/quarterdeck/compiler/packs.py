"""Compiled templates on disk: one entry for the templates of one (sub-)chart, whichever charts vendor it.

The key is a hash of the texts; names of charts and paths are not in it, so a library chart that many charts
vendor has one entry. Texts that a chart hands to `tpl` have an entry of their own, under the texts of the
whole chart.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from quarterdeck.compiler.code import dump_code
from quarterdeck.compiler.program import SourceCode
from quarterdeck.compiler.units import UnitIndex  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quarterdeck.compiler.program import Library, Program
    from quarterdeck.store.disk_cache import DiskCache


class _Entry(msgspec.Struct, array_like=True, gc=False):
    """One text: its units, and the code of those compiled. `text` is empty where the key covers it."""

    units: tuple[UnitIndex, ...]
    codes: list[bytes | bool | None]
    """The code; None: not made yet; False: only the interpreter can run it."""
    seconds: list[float]
    """How long compiling each took; 0 for what is not made yet."""
    text: bytes = b""


_decode = msgspec.msgpack.Decoder(list[_Entry]).decode
_encode = msgspec.msgpack.Encoder().encode


class Packs:
    """Reads and writes the entries of programs."""

    def __init__(self, cache: DiskCache) -> None:
        self._cache = cache

    def load(self, library: Library, texts: Sequence[tuple[str, str]]) -> None:
        """Enter what the disk knows of these files (name, text) into the library."""
        keys: list[str] = []
        for group in _groups(texts).values():
            key = _key(group)
            keys.append(key)
            if all(text in library.texts for text in group):
                continue
            self._load_entries(library, key, group)
        self._load_entries(library, _key(keys), None)

    def _load_entries(self, library: Library, key: str, texts: list[str] | None) -> None:
        data = self._cache.read(key)
        if data is None:
            return
        try:
            entries = _decode(data)
        except msgspec.DecodeError:
            return
        if texts is not None and len(entries) != len(texts):
            return
        for index, entry in enumerate(entries):
            text = entry.text.decode("utf-8", "surrogateescape") if texts is None else texts[index]
            if text in library.texts or not entry.units:
                continue
            known = library.texts[text] = SourceCode()
            known.units = entry.units
            known.is_stored = True
            known.stored = {
                unit: code for unit, code in zip(entry.units, entry.codes, strict=False) if code is not None
            }
            known.seconds = dict(zip(entry.units, entry.seconds, strict=False))

    def save(self, program: Program, check: Callable[[], None] = lambda: None) -> None:
        """Write what the program's texts have that the disk does not know yet.

        `check` is called before each entry and may raise to put off the rest.
        """
        library = program.library
        texts = [(source.file, source.text) for source in program.sources]
        keys: list[str] = []
        for group in _groups(texts).values():
            key = _key(group)
            keys.append(key)
            known = [library.texts.get(text) for text in group]
            if all(code is not None and code.is_stored for code in known):
                continue
            check()
            entries = [_entry(code, text) for code, text in zip(known, group, strict=True)]
            self._cache.write(key, _encode(entries))
            for code in known:
                if code is not None:
                    code.is_stored = True
        handed = [text for text in program.tpl_texts if text in library.texts]
        if any(not library.texts[text].is_stored for text in handed):
            entries = [_entry(library.texts[text], text, is_alone=True) for text in handed]
            self._cache.write(_key(keys), _encode(entries))
        for text in handed:
            library.texts[text].is_stored = True


def _groups(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Group the texts by the chart that their files belong to, each group in the order of the names."""
    groups: dict[str, list[str]] = {}
    for name, text in sorted(texts):
        groups.setdefault(name.rpartition("/templates/")[0], []).append(text)
    return groups


def _key(texts: list[str]) -> str:
    digest = sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def _entry(known: SourceCode | None, text: str, *, is_alone: bool = False) -> _Entry:
    """Make the entry of a text; one that no key covers is in it."""
    if known is None or known.units is None:
        return _Entry((), [], [])
    codes: list[bytes | bool | None] = []
    for unit in known.units:
        if unit in known.codes:
            code = known.codes[unit]
            codes.append(False if code is None else dump_code(code, text))
        else:
            # Popped from `stored` when asked for, so what is still there was not.
            codes.append(known.stored.get(unit))
    seconds = [known.seconds.get(unit, 0.0) for unit in known.units]
    return _Entry(known.units, codes, seconds, text.encode("utf-8", "surrogateescape") if is_alone else b"")
