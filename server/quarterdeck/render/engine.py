"""Renders a prepared chart: every file in Helm's order, problems collected, nothing raised for what a chart holds."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from quarterdeck.compiler.program import Library, Program
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.machine import Machine, RestartError
from quarterdeck.render.problems import run_findings, syntax_findings
from quarterdeck.render.rendering import Frame, Rendering
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quarterdeck.chart.prepare import RenderInputs, TemplateFile
    from quarterdeck.compiler.packs import Packs
    from quarterdeck.runtime.context import Context

MAX_PROGRAMS = 64
"""Tables of templates kept for charts that are rendered again."""


class Engine:
    """Renders charts; keeps code and tables of templates for the next time, in memory and in `packs`."""

    def __init__(self, packs: Packs | None = None) -> None:
        self.library = Library(function_table())
        self.packs = packs
        self._programs: OrderedDict[tuple[tuple[str, str], ...], Program] = OrderedDict()

    def program(self, inputs: RenderInputs) -> Program:
        """Give the table of templates of a chart, made now or kept."""
        key = tuple([(file.name, file.text) for file in inputs.templates])
        program = self._programs.get(key)
        if program is None:
            if self.packs is not None:
                self.packs.load(self.library, key)
            program = self._programs[key] = Program(self.library, key)
            if len(self._programs) > MAX_PROGRAMS:
                self._programs.popitem(last=False)
        else:
            self._programs.move_to_end(key)
        return program

    def save(self, program: Program, *, everything: bool = False) -> None:
        """Compile what ran and was not compiled yet (or every unit), and write it to the disk cache."""
        if self.packs is None:
            return
        if everything:
            program.compile_all()
        for unit in program.runs:
            self.library.code(unit)
        self.packs.save(program)

    def forget(self) -> None:
        """Drop all that is kept in memory."""
        self.library.forget()
        self._programs.clear()

    def render(
        self,
        inputs: RenderInputs,
        new_context: Callable[[], Context],
        *,
        is_strict: bool = False,
        is_traced: bool = True,
    ) -> Rendering:
        """Render all files. Strict: stop at the first error, where Helm stops, with no files."""
        rendering = Rendering(inputs)
        for _name in self.stream(inputs, new_context, rendering, is_strict=is_strict, is_traced=is_traced):
            pass
        return rendering

    def stream(
        self,
        inputs: RenderInputs,
        new_context: Callable[[], Context],
        rendering: Rendering,
        *,
        is_strict: bool = False,
        is_traced: bool = True,
    ) -> Iterator[str]:
        """Render into `rendering`, giving the name of each file as soon as it is done.

        After a restart (a unit failed that had changed shared values) files that were given before are rendered
        again, to the same text.
        """
        program = self.program(inputs)
        problems = list(inputs.problems)
        syntax = syntax_findings(program, inputs)
        problems += syntax
        if is_strict and problems:
            rendering.problems = tuple(problems[:1])
            return
        files = {file.name: file for file in inputs.templates}
        interpreted: set[Any] = set()
        given: set[str] = set()
        while True:
            machine = Machine(
                program,
                new_context(),
                keeps_going=not is_strict,
                is_traced=is_traced,
                interpreted=interpreted,
            )
            rendering.begin(machine)
            name = ""
            try:
                for name in program.files:
                    file = files[name]
                    if file.is_partial:
                        continue
                    self._render_file(machine, file, rendering)
                    if name not in given:
                        given.add(name)
                        yield name
            except RestartError as restart:
                machine.interpreted.add(restart.unit)
                continue
            except TemplateError as error:
                error.file = name
                rendering.stop()
                machine.errors.append(error)
            finally:
                if machine.written:
                    machine.undo_writes(_shared_containers(inputs))
            break
        problems += run_findings(machine.errors, inputs, rendering)
        rendering.problems = tuple(dict.fromkeys(problems))

    @staticmethod
    def _render_file(machine: Machine, file: TemplateFile, rendering: Rendering) -> None:
        dot = file.context
        dot["Template"] = Values({"Name": file.name, "BasePath": file.base_path})
        machine.context.begin_file(file.name)
        first_error = len(machine.errors)
        text, pieces = machine.run_file(file.name, dot)
        for error in machine.errors[first_error:]:
            error.file = file.name
        rendering.templates[file.name] = text
        rendering.frames[file.name] = Frame(machine.program.units[file.name], pieces, dot)


def _shared_containers(inputs: RenderInputs) -> set[int]:
    """Give the identities of all maps and lists that templates can reach and that outlive a rendering."""
    found: set[int] = set()
    open_containers: list[Any] = [file.context for file in inputs.templates]
    while open_containers:
        container = open_containers.pop()
        if id(container) in found:
            continue
        found.add(id(container))
        for value in container.values() if isinstance(container, dict) else container:
            if isinstance(value, dict | list):
                open_containers.append(value)
    return found
