"""The templates of a chart together: one table of names, and the code behind them.

All files of a chart and its sub-charts share one table. Files are parsed deepest first and in reverse
alphabetical order; the last definition of a name wins, but an empty one never replaces another. Source: Helm
pkg/engine/engine.go, sortTemplates; text/template template.go, associate.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from quarterdeck.compiler.code import compile_unit, load_code
from quarterdeck.compiler.units import Source, Unit
from quarterdeck.measure.counters import TEMPLATES, caches_are_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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

MANY_SOURCES = 1_000
"""Of charts with more texts than this not all trees are in memory at once: they are made when they run."""

MAX_HANDED = 4_096
"""Texts handed to `tpl` whose sources are kept."""


_FEWEST_UNUSED = 256
"""Texts that no program has any more and whose code is kept all the same; at most a quarter of all."""


class SourceCode:
    """The code objects of one text, by unit; shared by every chart with that text."""

    __slots__ = ("codes", "is_stored", "seconds", "stored", "units")

    def __init__(self) -> None:
        self.seconds: dict[UnitIndex, float] = {}
        """How long compiling each unit took, in this process or the one that stored it."""
        self.codes: dict[UnitIndex, CodeType | None] = {}
        self.stored: dict[UnitIndex, bytes | bool] = {}
        """Code as the disk has it, until it is asked for; False where only the interpreter runs it."""
        self.units: tuple[UnitIndex, ...] | None = None
        self.is_stored = False


class Library:
    """Code of all texts that this process has seen, by text; what the disk cache holds comes in here.

    Texts that no program has any more are dropped when they are many. With caches switched off every program
    has a library of its own.
    """

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions
        self.keeps = caches_are_on()
        self._programs: WeakValueDictionary[int, Program] = WeakValueDictionary()
        self.texts: dict[str, SourceCode] = {}
        self._most_texts = _FEWEST_UNUSED
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
            TEMPLATES.miss()
            begun = time.perf_counter()
            code = known.codes[unit.index] = compile_unit(unit, self.functions)
            known.seconds[unit.index] = time.perf_counter() - begun
            TEMPLATES.added(_size(code))
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
            TEMPLATES.added(_size(code))
            if code is not None:
                self._unread.append(code)
        code = known.codes.get(unit.index)
        if code is not None:
            TEMPLATES.hit(known.seconds.get(unit.index, 0.0))
        return code

    def constants(self) -> set[int]:
        """Give the identities of all string constants of all code, which the library keeps alive."""
        while self._unread:
            self._constants.update(map(id, _strings(self._unread.pop().co_consts)))
        return self._constants

    def enter(self, program: Program) -> None:
        """Take note of a program; what belongs to texts that no program has any more goes, if it is much."""
        self._programs[id(program)] = program
        if len(self.texts) <= self._most_texts:
            return
        used = set(self._handed)
        for reference in self._programs.valuerefs():
            other = reference()
            if other is not None:
                used.update([source.text for source in other.sources], other.tpl_texts)
        for text in [text for text in self.texts if text not in used]:
            _drop(self.texts.pop(text), is_eviction=True)
        self._most_texts = len(self.texts) + max(_FEWEST_UNUSED, len(self.texts) // 4)
        # An identity may be that of another string once the code is gone.
        self._constants.clear()
        codes = (code for known in self.texts.values() for code in known.codes.values())
        self._unread = [code for code in codes if code is not None]

    def forget(self) -> None:
        """Drop all code."""
        for known in self.texts.values():
            _drop(known, is_eviction=False)
        self.texts.clear()
        self._handed.clear()
        self._constants.clear()
        self._unread.clear()


def _size(code: CodeType | None) -> int:
    """Estimate the bytes of a unit's code, without the literal text that its chart has anyway."""
    if code is None:
        return 0
    names = len(code.co_consts) + len(code.co_names) + len(code.co_varnames)
    return sys.getsizeof(code) + len(code.co_linetable) + 60 * names


def _drop(known: SourceCode, *, is_eviction: bool) -> None:
    for code in known.codes.values():
        TEMPLATES.dropped(_size(code), is_eviction=is_eviction)


class Program:
    """The table of templates of one chart with its sub-charts, in Helm's order.

    `check` is called before each text and may raise to give up.
    """

    __slots__ = (
        *("__weakref__", "_damaged", "files", "library", "lineage", "runs", "sources", "tpl_texts"),
        "units",
    )

    def __init__(
        self,
        library: Library,
        texts: Iterable[tuple[str, str]],
        *,
        known: Mapping[tuple[str, str], Source] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        if not library.keeps:
            library = Library(library.functions)
        self.library = library
        self.units: dict[str, Unit] = {}
        self.sources: list[Source] = []
        self.files: list[str] = []
        self.runs: dict[Unit, int] = {}
        """How often each unit was interpreted, the first time in each rendering counting twice."""
        self.tpl_texts: dict[str, None] = {}
        """Texts without syntax errors that were handed to `tpl`, in order."""
        self._damaged: tuple[Source, ...] | None = None
        self.lineage = object()
        """The same for all programs that edits made of one."""
        by_text: dict[str, Source] = {}
        for item in sorted(texts, key=lambda item: (item[0].count("/"), item[0]), reverse=True):
            check()
            source = None if known is None else known.get(item)
            if source is None:
                source = library.source(*item, by_text.get(item[1]))
            by_text.setdefault(item[1], source)
            self.files.append(item[0])
            self.sources.append(source)
            add_units(self.units, source)
            if len(self.sources) > MANY_SOURCES:
                source.forget_tree()
        library.enter(self)

    def edited(self, texts: Iterable[tuple[str, str]], check: Callable[[], None] = lambda: None) -> Program:
        """Give the program of a chart some of whose texts changed; what did not is shared.

        `check` is called before each text that is parsed, and may raise.
        """
        by_name = dict(texts)
        program = None
        made: list[Source] = []
        if len(by_name) == len(self.files) and all(name in by_name for name in self.files):
            program = self._with_texts(by_name, made)
        if program is None:
            known = {(source.file, source.text): source for source in (*self.sources, *made)}
            program = Program(self.library, by_name.items(), known=known, check=check)
        program.tpl_texts = self.tpl_texts
        program.lineage = self.lineage
        program.take_runs(self)
        return program

    def _with_texts(self, texts: Mapping[str, str], made: list[Source]) -> Program | None:
        """Give the program with other texts of the same files; None where they define other templates.

        What is parsed for it is noted in `made`.
        """
        program = Program(self.library, ())
        sources, units = self.sources.copy(), self.units.copy()
        damaged = set(self.damaged)
        for position, old in enumerate(self.sources):
            text = texts[old.file]
            if text is old.text or text == old.text:
                continue
            twin = next((source for source in sources if source.text == text), None)
            source = sources[position] = program.library.source(old.file, text, twin)
            made.append(source)
            damaged.discard(old)
            if source.problems:
                damaged.add(source)
            if [_role(unit) for unit in source.unit_list] != [_role(unit) for unit in old.unit_list]:
                return None
            for before, after in zip(old.unit_list, source.unit_list, strict=True):
                if units[before.name] is before:
                    units[before.name] = after
        program.files, program.sources, program.units = self.files, sources, units
        program._damaged = tuple([source for source in sources if source in damaged]) if damaged else ()
        return program

    @property
    def damaged(self) -> tuple[Source, ...]:
        """The sources that have syntax errors, in order."""
        if self._damaged is None:
            self._damaged = tuple([source for source in self.sources if source.problems])
        return self._damaged

    def take_runs(self, other: Program) -> None:
        """Take what another program knows of the units of both."""
        units = self.units
        for unit, count in other.runs.items():
            if units.get(unit.name) is unit:
                self.runs[unit] = max(count, self.runs.get(unit, 0))

    def has_constant(self, value: str) -> bool:
        """Tell whether this very object is a string constant that running one of the units uses."""
        identity = id(value)
        if identity in self.library.constants():
            return True
        return any(identity in unit.strings for unit in self.runs)

    @property
    def is_large(self) -> bool:
        """Whether trees are to be let go of as soon as they are not needed."""
        return len(self.sources) > MANY_SOURCES

    def forget_trees(self, sources: Iterable[Source] | None = None) -> None:
        """Let go of the trees of texts without syntax errors, all or some: few need them once they ran."""
        for source in self.sources if sources is None else sources:
            for unit in source.unit_list:
                if unit in self.runs:
                    # Values that come from constants go on to be known by them.
                    _ = unit.strings
            source.forget_tree()

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


def _role(unit: Unit) -> tuple[str, bool]:
    """Give what decides about a unit's place in a table."""
    return unit.name, unit.index.is_empty


def add_units(table: dict[str, Unit], source: Source) -> None:
    """Enter the units of a source into a table of templates, by Go's rule on empty ones."""
    for unit in source.unit_list:
        if unit.index.is_empty and unit.name in table:
            continue
        table[unit.name] = unit
