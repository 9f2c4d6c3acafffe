"""Renders a prepared chart: every file in Helm's order, problems collected, nothing raised for content."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.problems import MISSING_DEPENDENCY
from quarterdeck.chart.sharing import share_inputs
from quarterdeck.compiler.program import Library, Program
from quarterdeck.render.machine import Machine
from quarterdeck.render.memory import MAX_RECORDS, GroupRun, find_changed
from quarterdeck.render.passes import Pass
from quarterdeck.render.rendering import Rendering
from quarterdeck.render.updating import Update, note_sources
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.packs import Packs
    from quarterdeck.compiler.units import Unit
    from quarterdeck.render.rendering import Sights
    from quarterdeck.runtime.context import Context

MAX_PROGRAMS = 64
"""Tables of templates kept for charts that are rendered again."""
MAX_EDITS = 3
"""How many of them are kept that edits of one chart made."""
MAX_PROGRAM_UNITS = 100_000
"""Templates in these tables; each takes some 150 bytes there, though what it is made of is shared."""

_FUNCTIONS = function_table()
"""Made when this module is imported, not when the first chart waits to be rendered."""

MAX_KNOWN = 8
"""Charts whose results of includes are kept for the next rendering."""


class Engine:
    """Renders charts; keeps code and tables of templates for the next time, in memory and in `packs`."""

    def __init__(self, packs: Packs | None = None) -> None:
        self.library = Library(_FUNCTIONS)
        self.packs = packs
        self._programs: OrderedDict[tuple[tuple[str, str], ...], Program] = OrderedDict()
        self._units = 0
        """Templates in all programs that are kept."""
        self._machines: list[Machine] = []
        self._known: OrderedDict[int, _Known] = OrderedDict()
        """By the identity of the outermost chart's dot."""
        self._unsaved: dict[Program, None] = {}

    def program(self, inputs: RenderInputs, check: Callable[[], None] = lambda: None) -> Program:
        """Give the table of templates of a chart, made now or kept.

        `check` is called before each text and may raise to give up.
        """
        key = tuple([(file.name, file.text) for file in inputs.templates])
        program = self._programs.get(key)
        if program is None:
            if self.packs is not None:
                self.packs.load(self.library, key)
            program = Program(self.library, key, check=check)
            self._keep_program(key, program)
        else:
            self._programs.move_to_end(key)
        return program

    def save(
        self, program: Program, *, everything: bool = False, check: Callable[[], None] = lambda: None
    ) -> None:
        """Compile what ran and was not compiled yet (or every unit), and write it to the disk cache.

        Trees of the templates are let go of then.
        `check` is called at each step and may raise to put off the rest.
        """
        if self.packs is None:
            return
        if everything:
            program.compile_all()
        for source in program.sources:
            self.library.note(source)
        units: dict[str, list[Unit]] = {}
        for unit in program.runs:
            units.setdefault(unit.text, []).append(unit)
        for together in units.values():
            for unit in together:
                check()
                self.library.code(unit)
            together[0].source.forget_tree()
        self.packs.save(program, check)
        program.forget_trees()

    def save_later(self, program: Program) -> None:
        """Note a program that `save_all` saves."""
        if self.packs is not None:
            for other in [other for other in self._unsaved if other.lineage is program.lineage]:
                del self._unsaved[other]
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
        self._units = 0
        self._machines.clear()
        self._known.clear()

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
        known = self._known.get(id(inputs.context)) if is_traced else None
        if known is not None and known.sights.inputs.context is not inputs.context:
            known = None
        program = self.program(inputs, new_context().budget.check_cancelled)
        rendering.begin(program, None if known is None else known.sights)
        if is_strict:
            # That dependencies are not vendored stops the program, not the engine: `helm template` looks
            # first.
            problems = (*inputs.problems, *rendering.syntax_problems)
            stops = [p for p in problems if p.helm_message and p.code != MISSING_DEPENDENCY]
            if stops:
                rendering.problems = tuple(stops[:1])
                return
        runs = {} if known is None else known.carried_on(program)
        files = rendering.groups.files
        for group in files:
            rendering.runs[group] = runs.get(group) or GroupRun()
        machine = self._machine(is_traced=is_traced)
        one = Pass(rendering, files, rendering.runs, {}, forgets=rendering.program.is_large)
        yield from one.run(machine, new_context, keeps_going=not is_strict)
        self._machines.append(machine)
        if is_traced:
            note_sources(rendering)
            self._keep_runs(rendering)
        rendering.collect_problems()

    def update(self, old: Rendering, inputs: RenderInputs, new_context: Callable[[], Context]) -> Rendering:
        """Give what rendering `inputs` gives, running only what may be others than in `old`.

        Anything may be another than in the inputs of `old`: texts of templates, which files there are,
        values, other files, release, capabilities. What is the same is found by `share_inputs`, unless
        `inputs` have the very dots of `old`; `Rendering.inputs` are those that were rendered. Whole groups
        (top-level sub-charts, the outermost chart's own files) are taken from `old` where all that they see
        is the same, and single files of such groups, where an edit of templates does not reach them. `old`
        may be the rendering of another scenario; it stays as it is.
        """
        check = new_context().budget.check_cancelled
        if inputs.context is not old.inputs.context:
            inputs = share_inputs(old.inputs, inputs, check)
        rendering = Rendering(inputs)
        rendering.begin(self.edited_program(old.program, inputs, check), old.sights)
        machine = self._machine(is_traced=True)
        Update(old, rendering).run(machine, new_context)
        self._machines.append(machine)
        # Who updates has the rendering itself.
        self._known.pop(id(old.inputs.context), None)
        rendering.collect_problems()
        return rendering

    def edited_program(
        self, old: Program, inputs: RenderInputs, check: Callable[[], None] = lambda: None
    ) -> Program:
        """Give the table of templates of a chart, of which `old` has most; what did not change is shared.

        `check` is called before each text that is parsed, and may raise.
        """
        key = tuple([(file.name, file.text) for file in inputs.templates])
        program = self._programs.get(key)
        if program is None:
            program = old.edited(key, check)
            self._keep_program(key, program)
        elif program is not old:
            program.take_runs(old)
            self._programs.move_to_end(key)
        return program

    def _keep_program(self, key: tuple[tuple[str, str], ...], program: Program) -> None:
        """Keep a program; drop earlier edits, and what was not used lately if all have many templates."""
        kin = [other for other, kept in self._programs.items() if kept.lineage is program.lineage]
        for other in kin[: 1 - MAX_EDITS]:
            self._units -= len(self._programs.pop(other).units)
        self._programs[key] = program
        self._units += len(program.units)
        while len(self._programs) > 1 and (
            len(self._programs) > MAX_PROGRAMS or self._units > MAX_PROGRAM_UNITS
        ):
            self._units -= len(self._programs.popitem(last=False)[1].units)

    def _keep_runs(self, rendering: Rendering) -> None:
        identity = id(rendering.inputs.context)
        self._known.pop(identity, None)
        self._known[identity] = _Known(rendering.sights, rendering.program, rendering.runs)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _machine(self, *, is_traced: bool) -> Machine:
        """Give a machine that nobody uses; renderings on several threads have one each."""
        for index, machine in enumerate(self._machines):
            if machine.is_traced == is_traced:
                return self._machines.pop(index)
        return Machine(is_traced=is_traced)


class _Known(NamedTuple):
    """What a rendering left, for the next one of the same inputs."""

    sights: Sights
    program: Program
    runs: dict[str, GroupRun]

    def carried_on(self, program: Program) -> dict[str, GroupRun]:
        """Give the runs for a rendering that begins with what this one left."""
        changed = find_changed(self.program, program)
        return {
            group: run.carried_on(changed)
            for group, run in self.runs.items()
            if run.is_calm and not run.sources and run.records < MAX_RECORDS
        }
