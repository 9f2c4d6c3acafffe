"""From a chart's inputs to what is wrong with it, tier by tier."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.db.chart_queries import PREPARED
from quarterdeck.db.inputs import Db, Unreadable
from quarterdeck.db.shared_engine import CHECK_SEED, shared_engine
from quarterdeck.diagnostics.catalog import BUDGET
from quarterdeck.findings.collect import FindingsMemory, find_all, find_names, in_order
from quarterdeck.query.engine import Query
from quarterdeck.query.log import Event
from quarterdeck.render.problems import syntax_findings
from quarterdeck.render.rendering import Rendering
from quarterdeck.runtime.context import Budget, Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.model import Scenario

# --- texts alone -------------------------------------------------------------------------------------------


class Parsed(NamedTuple):
    """The templates of a chart, parsed; nothing has run."""

    inputs: RenderInputs
    program: Program
    syntax: tuple[Finding, ...]
    """What the parser says."""
    problems: tuple[Finding, ...]
    """What is wrong with the chart and its values before anything runs."""


def _parsed(db: Db, chart: str, scenario: Scenario) -> Parsed | Unreadable:
    prepared = db.get(PREPARED, chart, scenario)
    if isinstance(prepared, Unreadable):
        return prepared
    inputs = prepared.inputs
    before = db.previous()
    engine = shared_engine()
    known = before.program if isinstance(before, Parsed) else None
    program = engine.program(inputs) if known is None else engine.edited_program(known, inputs)
    syntax = tuple(in_order(syntax_findings(program, inputs)))
    return Parsed(inputs, program, syntax, (*prepared.problems, *inputs.problems))


PARSED: Query[Parsed | Unreadable] = Query("parsed", _parsed, equal=operator.is_)
"""The templates that count in a scenario (those of sub-charts that it enables), by chart and scenario."""


class Named(NamedTuple):
    """What is known of names; `memory` makes the next look at the same texts faster."""

    findings: tuple[Finding, ...]
    memory: FindingsMemory


def _named(db: Db, chart: str, scenario: Scenario) -> Named:
    parsed = db.get(PARSED, chart, scenario)
    if isinstance(parsed, Unreadable):
        return Named((), FindingsMemory())
    before = db.previous()
    memory = before.memory if isinstance(before, Named) else FindingsMemory()
    unrendered = Rendering(parsed.inputs)
    unrendered.program = parsed.program
    unrendered.syntax_problems = parsed.syntax
    return Named(tuple(in_order((*parsed.problems, *find_names(unrendered, memory)))), memory)


NAMED: Query[Named] = Query("named", _named, equal=operator.is_)
"""Names that nobody defines, as far as texts tell, by chart and scenario."""


# --- rendering ---------------------------------------------------------------------------------------------


def _rendering(db: Db, chart: str, scenario: Scenario) -> Rendering | Unreadable:
    parsed = db.get(PARSED, chart, scenario)
    if isinstance(parsed, Unreadable):
        return parsed
    before = db.previous()
    engine = shared_engine()
    new_context = _context_maker(db.is_cancelled)
    if isinstance(before, Rendering) and before.inputs.context is parsed.inputs.context:
        if before.inputs is parsed.inputs:
            return before
        rendering = engine.update(before, parsed.inputs, new_context)
    else:
        rendering = engine.render(parsed.inputs, new_context)
    db.check_cancelled()
    engine.save_later(rendering.program)
    kept = before.frames if isinstance(before, Rendering) else {}
    for name, frame in rendering.frames.items():
        kind = "kept" if kept.get(name) is frame else "executed"
        db.log.add(Event(kind, "rendered file", (chart, scenario.name, name)))
    return rendering


def _context_maker(is_cancelled: Callable[[], bool] | None) -> Callable[[], Context]:
    budget = Budget(is_cancelled=is_cancelled)
    return lambda: Context(seed=CHECK_SEED, budget=budget)


def _rendering_size(rendering: Rendering | Unreadable) -> int:
    """Estimate what a rendering keeps: texts, pieces and records are some times the text."""
    return 0 if isinstance(rendering, Unreadable) else 4 * sum(map(len, rendering.templates.values()))


RENDERING: Query[Rendering | Unreadable] = Query(
    "rendering", _rendering, equal=operator.is_, size=_rendering_size
)
"""The rendered files of a chart in a scenario; what an edit does not touch is taken from the last one."""


# --- findings ----------------------------------------------------------------------------------------------


class Findings(NamedTuple):
    """All that is wrong with a chart in one scenario, by what it took to find it, each in order of place.

    `is_complete` is false where a budget ran out. `unreadable` says why there is no chart.
    """

    syntax: tuple[Finding, ...] = ()
    names: tuple[Finding, ...] = ()
    render: tuple[Finding, ...] = ()
    is_complete: bool = True
    unreadable: Unreadable | None = None

    def everything(self) -> list[Finding]:
        """Give all findings once, in order of place."""
        return in_order((*self.syntax, *self.names, *self.render))


def _findings(db: Db, chart: str, scenario: Scenario) -> Findings:
    rendering = db.get(RENDERING, chart, scenario)
    prepared = db.get(PREPARED, chart, scenario)
    if isinstance(rendering, Unreadable) or isinstance(prepared, Unreadable):
        return Findings(unreadable=rendering if isinstance(rendering, Unreadable) else None)
    found = find_all(rendering, db.get(NAMED, chart, scenario).memory)
    return Findings(
        syntax=tuple(in_order(rendering.syntax_problems)),
        names=tuple(in_order((*prepared.problems, *rendering.inputs.problems, *found.names))),
        render=tuple(in_order(found.failures)),
        is_complete=not any(one.code == BUDGET for one in rendering.problems),
    )


FINDINGS: Query[Findings] = Query("findings", _findings)
"""All that is wrong with a chart in a scenario."""
