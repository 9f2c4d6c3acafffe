"""Renders a prepared chart: every file in Helm's order, problems collected, nothing raised for content."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from quarterdeck.chart.problems import MISSING_DEPENDENCY
from quarterdeck.compiler.program import Library, Program
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.machine import Machine, RestartError
from quarterdeck.render.memory import Memory
from quarterdeck.render.problems import syntax_findings
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

_FUNCTIONS = function_table()
"""Made when this module is imported, not when the first chart waits to be rendered."""

MAX_MEMORIES = 8
"""Charts whose results of includes are kept for the next rendering."""


class Engine:
    """Renders charts; keeps code and tables of templates for the next time, in memory and in `packs`."""

    def __init__(self, packs: Packs | None = None) -> None:
        self.library = Library(_FUNCTIONS)
        self.packs = packs
        self._programs: OrderedDict[tuple[tuple[str, str], ...], Program] = OrderedDict()
        self._machines: list[Machine] = []
        self._memories: OrderedDict[int, Memory] = OrderedDict()
        self._unsaved: dict[Program, None] = {}

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

    def save(
        self, program: Program, *, everything: bool = False, check: Callable[[], None] = lambda: None
    ) -> None:
        """Compile what ran and was not compiled yet (or every unit), and write it to the disk cache.

        `check` is called at each step and may raise to put off the rest.
        """
        if self.packs is None:
            return
        if everything:
            program.compile_all()
        for source in program.sources:
            self.library.note(source)
        for unit in program.runs:
            check()
            self.library.code(unit)
        self.packs.save(program, check)

    def save_later(self, program: Program) -> None:
        """Note a program that `save_all` saves."""
        if self.packs is not None:
            self._unsaved[program] = None
            if len(self._unsaved) > MAX_PROGRAMS:
                del self._unsaved[next(iter(self._unsaved))]

    def save_all(self, check: Callable[[], None] = lambda: None) -> None:
        """Save the programs that were noted; `check` may raise to put off the rest."""
        while self._unsaved:
            program = next(reversed(self._unsaved))
            self.save(program, check=check)
            del self._unsaved[program]

    def forget(self) -> None:
        """Drop all that is kept in memory."""
        self.library.forget()
        self._programs.clear()
        self._machines.clear()
        self._memories.clear()

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

        After a restart (a unit failed that had changed shared values) files that were given before are
        rendered again, to the same text.
        """
        program = self.program(inputs)
        rendering.program = program
        rendering.syntax_problems = tuple(syntax_findings(program, inputs))
        if is_strict:
            # That dependencies are not vendored stops the program, not the engine: `helm template` looks
            # first.
            problems = (*inputs.problems, *rendering.syntax_problems)
            stops = [p for p in problems if p.helm_message and p.code != MISSING_DEPENDENCY]
            if stops:
                rendering.problems = tuple(stops[:1])
                return
        by_name = files_by_name(inputs)
        files = [name for name in program.files if not by_name[name].is_partial]
        machine = self._machine(is_traced=is_traced)
        memory = self._take_memory(inputs, program) if is_traced else Memory(inputs, program)
        machine.renew(memory, new_context(), keeps_going=not is_strict)
        yield from self._run_files(machine, new_context, files, inputs, rendering)
        self._machines.append(machine)
        if is_traced and not machine.has_shared_writes:
            self._keep_memory(machine.memory)
        rendering.collect_problems()

    def update(self, old: Rendering, inputs: RenderInputs, new_context: Callable[[], Context]) -> Rendering:
        """Render again what the edited templates of `inputs` touch; all else is taken from `old`.

        `inputs` are those of `old` but for the texts of templates; values, release and capabilities are the
        same objects. Gives what rendering everything would give.
        """
        program = self.edited_program(old.program, inputs)
        rendering = old.copied(inputs, program)
        rendering.syntax_problems = tuple(syntax_findings(program, inputs))
        by_name = files_by_name(inputs)
        changed = old.find_touched(program)
        touched = [name for name in program.files if name in changed and not by_name[name].is_partial]
        machine = self._machine(is_traced=True)
        machine.renew(self._memory_after(old, inputs, program), new_context(), keeps_going=True)
        for _name in self._run_files(machine, new_context, touched, inputs, rendering):
            pass
        self._machines.append(machine)
        if machine.has_shared_writes:
            if not old.has_writes:
                # The edit made a template change what files see that are kept of `old`.
                return self.render(inputs, new_context)
        else:
            self._keep_memory(machine.memory)
        rendering.collect_problems()
        return rendering

    def edited_program(self, old: Program, inputs: RenderInputs) -> Program:
        """Give the table of templates of a chart, of which `old` has most; what did not change is shared."""
        key = tuple([(file.name, file.text) for file in inputs.templates])
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = old.edited(key)
            if len(self._programs) > MAX_PROGRAMS:
                self._programs.popitem(last=False)
        return program

    def _take_memory(self, inputs: RenderInputs, program: Program) -> Memory:
        """Give what an earlier rendering of these inputs left, or an empty memory; no other has it then."""
        memory = self._memories.pop(id(inputs.context), None)
        if memory is None or not memory.serves(inputs):
            return Memory(inputs, program)
        memory.move_to(program)
        return memory

    def _memory_after(self, old: Rendering, inputs: RenderInputs, program: Program) -> Memory:
        """Give a memory that holds the records of what is kept of `old`."""
        memory = self._take_memory(inputs, program)
        if memory.trace is not old.trace:
            memory = Memory(inputs, program)
            memory.trace = old.trace
            memory.calls = {name: set(called) for name, called in old.calls.items()}
            memory.tpl_texts = dict(old.tpl_texts)
        return memory

    def _keep_memory(self, memory: Memory) -> None:
        self._memories[id(memory.values)] = memory
        while len(self._memories) > MAX_MEMORIES:
            self._memories.popitem(last=False)

    def _machine(self, *, is_traced: bool) -> Machine:
        """Give a machine that nobody uses; renderings on several threads have one each."""
        for index, machine in enumerate(self._machines):
            if machine.is_traced == is_traced:
                return self._machines.pop(index)
        return Machine(is_traced=is_traced)

    def _run_files(
        self,
        machine: Machine,
        new_context: Callable[[], Context],
        names: list[str],
        inputs: RenderInputs,
        rendering: Rendering,
    ) -> Iterator[str]:
        files = files_by_name(inputs)
        given: set[str] = set()
        while True:
            rendering.begin(machine)
            try:
                for name in names:
                    self._render_file(machine, files[name], rendering)
                    if not machine.keeps_going and rendering.errors[name]:
                        rendering.stop()
                        return
                    if name not in given:
                        given.add(name)
                        yield name
                    if machine.context.budget.is_used_up:
                        return
            except RestartError as restart:
                # The machine forgets what it wrote when it starts anew.
                machine.undo_writes()
                memory = Memory(inputs, machine.program)
                # What is kept of a rendering that is brought up to date refers to its records.
                memory.trace = machine.memory.trace
                memory.calls = machine.memory.calls
                memory.tpl_texts = machine.memory.tpl_texts
                machine.restart(memory, new_context(), restart.unit)
                continue
            finally:
                rendering.has_writes |= machine.has_shared_writes
                machine.undo_writes()
            return

    @staticmethod
    def _render_file(machine: Machine, file: TemplateFile, rendering: Rendering) -> None:
        """Render one file; the errors that stop a run whatever the mode are noted with the file."""
        dot = file.context
        dot["Template"] = Values({"Name": file.name, "BasePath": file.base_path})
        machine.context.begin_file(file.name)
        machine.errors.clear()
        try:
            text, pieces = machine.run_file(file.name, dot)
        except TemplateError as error:
            machine.errors.append(error)
            text, pieces = "", []
        rendering.errors[file.name] = list(machine.errors)
        for error in machine.errors:
            error.file = file.name
        rendering.templates[file.name] = text
        rendering.frames[file.name] = Frame(machine.program.units[file.name], pieces, dot)


def files_by_name(inputs: RenderInputs) -> dict[str, TemplateFile]:
    """Give the template files of a rendering by the names that Helm gives them."""
    return {file.name: file for file in inputs.templates}
