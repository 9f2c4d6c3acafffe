"""What rendering a chart gives."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.render.groups import Groups
from quarterdeck.render.problems import run_findings, syntax_findings
from quarterdeck.render.source_map import SourceMap
from quarterdeck.render.trace import Trace, joined
from quarterdeck.render.value_index import ValueIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import TemplateError, Unit
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.memory import GroupRun


class Frame(NamedTuple):
    """One run of a unit: what it was run on, and its pieces."""

    unit: Unit
    pieces: list[Any]
    dot: Any


class Sights(NamedTuple):
    """What is known of what the files of some inputs see."""

    inputs: RenderInputs
    groups: Groups
    places: ValueIndex


def _see_the_same(one: RenderInputs, other: RenderInputs) -> bool:
    """Tell whether both have the same files, which see the same objects."""
    return one is other or (
        one.context is other.context
        and len(one.templates) == len(other.templates)
        and all(
            old.context is new.context and old.name == new.name
            for old, new in zip(one.templates, other.templates, strict=True)
        )
    )


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
        self.failed_texts: dict[str, dict[Unit, str]] = {}
        """By file the very strings that failed there when they were handed to `tpl`, by their units."""
        self.runs: dict[str, GroupRun] = {}
        """What running the files left, by group."""

    @property
    def sights(self) -> Sights:
        """What is known of what its files see."""
        return Sights(self.inputs, self.groups, self.index)

    def begin(self, program: Program, known: Sights | None = None) -> None:
        """Take the table of templates to render with, and what is known of the same values."""
        self.program = program
        if known is not None and _see_the_same(known.inputs, self.inputs):
            self.groups, self.index = known.groups, known.places
        else:
            self.groups = Groups(self.inputs, program.files, None if known is None else known.groups)
            dots = [self.inputs.context, *(file.context for file in self.inputs.templates)]
            self.index = ValueIndex(dots, self.groups.shown_as_last)
        self.syntax_problems = tuple(syntax_findings(program, self.inputs))

    def stop(self) -> None:
        """Drop the files: Helm gives none after an error."""
        self.templates.clear()
        self.frames.clear()

    def collect_problems(self) -> None:
        """Make `problems` of what was found in charts, values, syntax and runs."""
        errors = [error for found in self.errors.values() for error in found]
        run = run_findings(errors, self.inputs, self)
        self.problems = tuple(dict.fromkeys((*self.inputs.problems, *self.syntax_problems, *run)))

    def keep(self, old: Rendering, names: Iterable[str]) -> None:
        """Take files as they are in another rendering."""
        for name in names:
            self.templates[name] = old.templates[name]
            self.frames[name] = old.frames[name]
            self.errors[name] = old.errors[name]
            if name in old.failed_texts:
                self.failed_texts[name] = old.failed_texts[name]

    def drop(self, names: Iterable[str]) -> None:
        """Forget files."""
        for name in names:
            self.templates.pop(name, None)
            self.frames.pop(name, None)
            self.errors.pop(name, None)
            self.failed_texts.pop(name, None)

    def put_in_order(self) -> None:
        """Bring the files into Helm's order."""
        names = [name for name in self.program.files if name in self.frames]
        self.templates = {name: self.templates[name] for name in names}
        self.frames = {name: self.frames[name] for name in names}
        self.errors = {name: self.errors[name] for name in names}

    def reached(self, file: str) -> set[str]:
        """Give the names of all templates that took part in rendering a file, its own among them."""
        group = self.groups.of_file[file]
        calls = self.runs[group].calls if group in self.runs else {}
        found: set[str] = set()
        waiting = [file]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += calls.get(name, ())
        return found

    def find_trace(self, group: str) -> Trace:
        """Give the records of the files of a group, and of those whose writes they saw."""
        runs: dict[GroupRun, None] = {}
        waiting = [self.runs[group]] if group in self.runs else []
        while waiting:
            run = waiting.pop()
            if run not in runs:
                runs[run] = None
                waiting += run.sources.values()
        return joined([run.trace for run in runs])

    @cached_property
    def source_map(self) -> SourceMap:
        """Where every character of every file comes from; made of the run's records when first asked for."""
        return SourceMap(self)
