"""What rendering a chart gives."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.render.source_map import SourceMap

if TYPE_CHECKING:
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.units import Unit
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.machine import Machine


class Frame(NamedTuple):
    """One run of a unit: what it was run on, and its pieces."""

    unit: Unit
    pieces: list[Any]
    dot: Any


class Rendering:
    """The rendered files of a chart, what went wrong, and where every character comes from.

    `templates` maps a file's name as Helm names it (`mychart/templates/x.yaml`) to its text, in Helm's order of
    rendering, partials left out. `problems` are in the order in which they were met.
    """

    def __init__(self, inputs: RenderInputs) -> None:
        self.inputs = inputs
        self.templates: dict[str, str] = {}
        self.problems: tuple[Finding, ...] = ()
        self.frames: dict[str, Frame] = {}
        self.derivations: dict[int, tuple[Any, ...]] = {}
        self.tpl_texts: dict[Unit, str] = {}

    def begin(self, machine: Machine) -> None:
        """Take the records of the machine that renders from here on."""
        self.derivations = machine.derivations
        self.tpl_texts = machine.tpl_texts
        self.frames.clear()

    def stop(self) -> None:
        """Drop the files: Helm gives none after an error."""
        self.templates.clear()
        self.frames.clear()

    @cached_property
    def source_map(self) -> SourceMap:
        """Where every character of every file comes from; made from the run's records when first asked for."""
        return SourceMap(self)
