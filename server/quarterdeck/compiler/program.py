"""The templates of a chart together: one table of names, and the code behind them.

All files of a chart and its sub-charts share one table. Files are parsed deepest first and in reverse
alphabetical order; the last definition of a name wins, but an empty one never replaces another. Source: Helm
pkg/engine/engine.go, sortTemplates; text/template template.go, associate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.compiler.code import compile_unit, load_code
from quarterdeck.compiler.units import Source, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import CodeType

    from quarterdeck.compiler.units import UnitIndex
    from quarterdeck.runtime.signatures import Function

RUNS_BEFORE_COMPILING = 6
"""A unit is interpreted until it has so many runs; the first of each rendering counts twice.

Compiling a unit costs as much as interpreting it some six times. What runs in one rendering after the other
is compiled earlier: it will go on to.
"""

TPL_NAME = "gotpl"
"""The name that `tpl` parses its text with. Source: Helm pkg/engine/engine.go, tplFun and render."""

MAX_HANDED = 4_096
"""Texts handed to `tpl` whose sources are kept."""


class SourceCode:
    """The code objects of one text, by unit; shared by every chart with that text."""

    __slots__ = ("codes", "is_stored", "stored", "units")

    def __init__(self) -> None:
        self.codes: dict[UnitIndex, CodeType | None] = {}
        self.stored: dict[UnitIndex, bytes | bool] = {}
        """Code as the disk has it, until it is asked for; False where only the interpreter runs it."""
        self.units: tuple[UnitIndex, ...] | None = None
        self.is_stored = False


class Library:
    """Code of all texts that this process has seen, by text; what the disk cache holds comes in here."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions
        self.texts: dict[str, SourceCode] = {}
        self._handed: dict[str, Source] = {}
        self._constants: set[int] = set()
        self._unread: list[CodeType] = []

    def source(self, file: str, text: str, twin: Source | None = None) -> Source:
        """Give the source of a text, with the index of its units where it is known already.

        `twin` is another source of that text.
        """
        known = self.texts.get(text)
        return Source(file, text, self.functions, twin=twin, units=None if known is None else known.units)

    def handed_source(self, text: str) -> Source:
        """Give the source of a text that a template hands to `tpl`; the same one for equal texts."""
        source = self._handed.get(text)
        if source is None:
            if len(self._handed) >= MAX_HANDED:
                self._handed.clear()
            source = self._handed[text] = self.source(TPL_NAME, text)
        return source

    def note(self, source: Source) -> SourceCode:
        """Enter the index of a source's units, so that its text need not be parsed again to find them."""
        known = self.texts.get(source.text)
        if known is None:
            known = self.texts[source.text] = SourceCode()
            known.units = None if source.problems else source.units
        return known

    def code(self, unit: Unit) -> CodeType | None:
        """Give a unit's code, made now if need be; None if only the interpreter can run it."""
        known = self.note(unit.source)
        if unit.index in known.stored:
            return self.ready_code(unit)
        try:
            return known.codes[unit.index]
        except KeyError:
            code = known.codes[unit.index] = compile_unit(unit, self.functions)
            if code is not None:
                self._unread.append(code)
            known.is_stored = False
            return code

    def ready_code(self, unit: Unit) -> CodeType | None:
        """Give a unit's code if it was made before, in this process or another."""
        known = self.texts.get(unit.text)
        if known is None:
            return None
        stored = known.stored.pop(unit.index, None)
        if stored is not None:
            code = known.codes[unit.index] = (
                load_code(stored, unit.text) if isinstance(stored, bytes) else None
            )
            if code is not None:
                self._unread.append(code)
        return known.codes.get(unit.index)

    def constants(self) -> set[int]:
        """Give the identities of all string constants of all code, which the library keeps alive."""
        while self._unread:
            self._constants.update(map(id, _strings(self._unread.pop().co_consts)))
        return self._constants

    def forget(self) -> None:
        """Drop all code."""
        self.texts.clear()
        self._handed.clear()
        self._constants.clear()
        self._unread.clear()


class Program:
    """The table of templates of one chart with its sub-charts, in Helm's order."""

    __slots__ = ("files", "library", "runs", "sources", "tpl_texts", "units")

    def __init__(
        self,
        library: Library,
        texts: Iterable[tuple[str, str]],
        *,
        known: Mapping[tuple[str, str], Source] | None = None,
    ) -> None:
        self.library = library
        self.units: dict[str, Unit] = {}
        self.sources: list[Source] = []
        self.files: list[str] = []
        self.runs: dict[Unit, int] = {}
        """How often each unit was interpreted, the first time in each rendering counting twice."""
        self.tpl_texts: dict[str, None] = {}
        """Texts without syntax errors that were handed to `tpl`, in order."""
        by_text: dict[str, Source] = {}
        for item in sorted(texts, key=lambda item: (item[0].count("/"), item[0]), reverse=True):
            source = None if known is None else known.get(item)
            if source is None:
                source = library.source(*item, by_text.get(item[1]))
            by_text.setdefault(item[1], source)
            self.files.append(item[0])
            self.sources.append(source)
            add_units(self.units, source)

    def edited(self, texts: Iterable[tuple[str, str]]) -> Program:
        """Give the program of a chart some of whose texts changed; what did not is shared."""
        known = {(source.file, source.text): source for source in self.sources}
        program = Program(self.library, texts, known=known)
        current = set(program.units.values())
        program.runs = {unit: count for unit, count in self.runs.items() if unit in current}
        program.tpl_texts = self.tpl_texts
        return program

    def has_constant(self, value: str) -> bool:
        """Tell whether this very object is a string constant that running one of the units uses."""
        identity = id(value)
        if identity in self.library.constants():
            return True
        return any(identity in unit.strings for unit in self.runs)

    def compile_all(self) -> None:
        """Make the code of every unit that is in the table."""
        for unit in self.units.values():
            self.library.code(unit)


def _strings(constants: tuple[object, ...]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from _strings(constant)  # pyright: ignore[reportUnknownArgumentType] - constants


def add_units(table: dict[str, Unit], source: Source) -> None:
    """Enter the units of a source into a table of templates, by Go's rule on empty ones."""
    for unit in source.unit_list:
        if unit.index.is_empty and unit.name in table:
            continue
        table[unit.name] = unit
