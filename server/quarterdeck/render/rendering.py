"""What rendering a chart gives."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.render.memory import find_stale
from quarterdeck.render.problems import run_findings
from quarterdeck.render.source_map import SourceMap
from quarterdeck.render.trace import Trace

if TYPE_CHECKING:
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import TemplateError, Unit
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.machine import Machine


class Frame(NamedTuple):
    """One run of a unit: what it was run on, and its pieces."""

    unit: Unit
    pieces: list[Any]
    dot: Any


class Rendering:
    """The rendered files of a chart, what went wrong, and where every character comes from.

    `templates` maps a file's name as Helm names it (`mychart/templates/x.yaml`) to its text, in Helm's order
    of rendering, partials left out. `problems` are in the order in which they were met.
    """

    def __init__(self, inputs: RenderInputs) -> None:
        self.inputs = inputs
        self.templates: dict[str, str] = {}
        self.problems: tuple[Finding, ...] = ()
        self.program: Program
        self.frames: dict[str, Frame] = {}
        self.errors: dict[str, list[TemplateError]] = {}
        """Failed actions by the file that was rendered."""
        self.syntax_problems: tuple[Finding, ...] = ()
        self.trace = Trace()
        self.tpl_texts: dict[Unit, str] = {}
        self.calls: dict[str, set[str]] = {}
        """The names that each template called while it ran; a file's under its own name."""
        self.has_writes = False
        """Whether templates changed values that other templates can see, so that their order counts."""

    def begin(self, machine: Machine) -> None:
        """Take the records of the machine that renders from here on."""
        self.trace = machine.memory.trace
        self.tpl_texts = machine.memory.tpl_texts
        self.calls = machine.memory.calls

    def stop(self) -> None:
        """Drop the files: Helm gives none after an error."""
        self.templates.clear()
        self.frames.clear()

    def collect_problems(self) -> None:
        """Make `problems` of what was found in charts, values, syntax and runs."""
        errors = [error for found in self.errors.values() for error in found]
        run = run_findings(errors, self.inputs, self)
        self.problems = tuple(dict.fromkeys((*self.inputs.problems, *self.syntax_problems, *run)))

    # --- what an edit touches ------------------------------------------------------------------------------

    def copied(self, inputs: RenderInputs, program: Program) -> Rendering:
        """Give a rendering to bring up to date, with what this one has."""
        copy = Rendering(inputs)
        copy.program = program
        names = {file.name for file in inputs.templates}
        copy.templates = {name: text for name, text in self.templates.items() if name in names}
        copy.frames = {name: frame for name, frame in self.frames.items() if name in names}
        copy.errors = {name: errors for name, errors in self.errors.items() if name in names}
        return copy

    def reached(self, file: str) -> set[str]:
        """Give the names of all templates that took part in rendering a file, its own among them."""
        found: set[str] = set()
        waiting = [file]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.calls.get(name, ())
        return found

    def find_touched(self, program: Program) -> set[str]:
        """Give the files that may render differently with the templates of `program`."""
        if self.has_writes:
            return set(program.files)
        stale = find_stale(self.program, program, self.calls)
        return {name for name in program.files if name in stale or name not in self.frames}

    @cached_property
    def source_map(self) -> SourceMap:
        """Where every character of every file comes from; made of the run's records when first asked for."""
        return SourceMap(self)
