"""A machine that interprets every unit each time it is called: no compiled code, nothing remembered.

It implements the whole of `compiler.units.Machine` with `include` and `tpl` as Helm has them, so that tests
of the interpreter see the interpreter alone.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from quarterdeck.compiler.interpreter import interpret
from quarterdeck.compiler.units import FILE, Hole, Source, TemplateError, Unit
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_REPEATED_NAME = 1_000

sys.setrecursionlimit(max(60_000, sys.getrecursionlimit()))


class PlainMachine:
    """Runs the templates of `files` (name -> text); the later of two definitions wins."""

    def __init__(
        self, files: Mapping[str, str], *, keeps_going: bool = False, context: Context | None = None
    ) -> None:
        self.table = function_table()
        self.context = context or Context(seed=1)
        self.context.include = self.include
        self.context.tpl = self.tpl
        self.derivations: dict[int, tuple[Any, ...]] = {}
        self.keeps_going = keeps_going
        self.errors: list[TemplateError] = []
        self.units: dict[str, Unit] = {}
        self.depths: dict[str, int] = {}
        self.functions: dict[str, Any] = {
            name: partial(function.call, self.context) if function.takes_context else function.call
            for name, function in self.table.items()
        }
        self.functions |= {"include": self.include, "tpl": self.tpl}
        for name, text in files.items():
            self._define(self.units, Source(name, text, self.table))

    def find_unit(self, name: str) -> Unit | None:
        return self.units.get(name)

    def call(self, name: str, dot: Any) -> str:
        self.context.budget.tick()
        return "".join(self.run(self.units[name], dot)[1::2])

    def include(self, name: str, dot: Any) -> str:
        if name not in self.units:
            raise GoError(f'template: no template {quote(name)} associated with template "gotpl"')
        depth = self.depths.get(name, 0)
        if depth > MAX_REPEATED_NAME:
            raise GoError(
                f"rendering template has a nested reference name: {name}: unable to execute template"
            )
        self.depths[name] = depth + 1
        try:
            return self.call(name, dot)
        finally:
            self.depths[name] = depth

    def tpl(self, text: str, dot: Any) -> str:
        source = Source("gotpl", text, self.table)
        if source.template.problems:
            problem = source.template.problems[0]
            raise GoError(
                f"cannot parse template {quote(text)}: "
                f"template: gotpl:{problem.helm_line}: {problem.helm_message}"
            )
        outer = self.units
        self.units = dict(outer)
        self._define(self.units, source)
        try:
            # Its own text runs, even an empty one that replaces no template of that name.
            pieces = self.run(Unit("gotpl", source, source.units[0]), dot)
        except TemplateError as error:
            raise TemplateError(
                f"error during tpl function execution for {quote(text)}: {error}",
                unit=error.unit,
                offset=error.offset,
                end=error.end,
                cause=error.cause,
            ) from error
        finally:
            self.units = outer
        return "".join(pieces[1::2]).replace("<no value>", "")

    def run(self, unit: Unit, dot: Any) -> list[Any]:
        """Give the pieces of the unit's frame, checked for their shape."""
        pieces = interpret(self, unit, dot)
        assert len(pieces) % 2 == 0
        for marker, text in zip(pieces[::2], pieces[1::2], strict=True):
            assert isinstance(text, str)
            assert isinstance(marker, int) or text == ""
            assert isinstance(marker, int | tuple | Hole)
        return pieces

    def render(self, name: str, dot: Any) -> str:
        """Give the finished text of the file `name`, as Helm writes it."""
        return self.call(name, dot).replace("<no value>", "")

    def _define(self, units: dict[str, Unit], source: Source) -> None:
        for index in source.units:
            name = source.file if index.node_start == FILE else index.name
            if not (index.is_empty and name in units):
                units[name] = Unit(name, source, index)


def render(text: str, dot: Any = None, **others: str) -> str:
    """Render one file `t` on `dot`, with other files by name; the first error is raised."""
    return PlainMachine({"t": text, **others}).render("t", dot)


def error_of(text: str, dot: Any = None, **others: str) -> str:
    """Give the message with which rendering the file `t` fails."""
    machine = PlainMachine({"t": text, **others})
    try:
        output = machine.render("t", dot)
    except TemplateError as error:
        return str(error)
    raise AssertionError(f"no error, but {output!r}")


def render_on(text: str, dot: Any = None, **others: str) -> tuple[str, list[TemplateError]]:
    """Render the file `t` past its errors; gives the text and the errors."""
    machine = PlainMachine({"t": text, **others}, keeps_going=True)
    return machine.render("t", dot), machine.errors
