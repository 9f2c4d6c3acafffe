"""From a chart's inputs to what is wrong with it, tier by tier."""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.db.chart_queries import FILES, PREPARED, Refused
from quarterdeck.db.inputs import DISK_CHART, Db, Unreadable
from quarterdeck.db.scenario_queries import VALUES
from quarterdeck.db.shared_engine import CHECK_SEED, shared_engine
from quarterdeck.db.stored import STORED_KIND, StoredFindings, decode, encode, key_of
from quarterdeck.diagnostics.catalog import BUDGET
from quarterdeck.findings.collect import (
    FindingsMemory,
    find_all,
    find_names,
    in_order,
    is_renderable,
    unrendered,
)
from quarterdeck.findings.document_checks import DOCUMENT_CHECKS
from quarterdeck.findings.expansion import PatternTable
from quarterdeck.measure.counters import RESOURCES
from quarterdeck.query.engine import Query
from quarterdeck.query.log import Event
from quarterdeck.render.problems import syntax_findings
from quarterdeck.render.rendering import Rendering
from quarterdeck.runtime.context import Budget, Context
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.store.results import shared_results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.compiler.program import Program
    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.render.rendering import Frame
    from quarterdeck.scenarios.model import Scenario

MANY_TEMPLATES = 500
"""From so many on, a scenario begins with another's rendering: to find out what both have in common takes
longer than rendering a chart of some hundred templates, and half as long for one of some thousand."""

# --- texts alone -------------------------------------------------------------------------------------------


class Parsed(NamedTuple):
    """The templates of a chart, parsed; nothing has run."""

    inputs: RenderInputs
    program: Program
    syntax: tuple[Finding, ...]
    """What the parser says."""
    problems: tuple[Finding, ...]
    """What is wrong with the chart and its values before anything runs."""
    is_refused: bool = False
    """Whether the scenario cannot be rendered; the templates are then those of the defaults."""


def _parsed(db: Db, chart: str, scenario: Scenario) -> Parsed | Unreadable:
    prepared = db.get(PREPARED, chart, scenario)
    if isinstance(prepared, Unreadable):
        return prepared
    if isinstance(prepared, Refused):
        parsed = db.get(PARSED, chart, DEFAULT_SCENARIO)
        if isinstance(parsed, Unreadable):
            return parsed
        return parsed._replace(problems=prepared.findings, is_refused=True)
    inputs = prepared.inputs
    before = db.previous()
    engine = shared_engine()
    known = before.program if isinstance(before, Parsed) else None
    check = db.check_cancelled
    program = engine.program(inputs, check) if known is None else engine.edited_program(known, inputs, check)
    syntax = tuple(in_order(syntax_findings(program, inputs)))
    return Parsed(inputs, program, syntax, inputs.problems)


def _parsed_size(parsed: Parsed | Unreadable) -> int:
    """Estimate what trees keep."""
    return (
        0 if isinstance(parsed, Unreadable) else 2 * sum(len(file.text) for file in parsed.inputs.templates)
    )


PARSED: Query[Parsed | Unreadable] = Query("parsed", _parsed, equal=operator.is_, size=_parsed_size)
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
    names = find_names(unrendered(parsed.inputs, parsed.program), memory)
    return Named(tuple(in_order((*parsed.problems, *names))), memory)


NAMED: Query[Named] = Query("named", _named, equal=operator.is_)
"""Names that nobody defines, as far as texts tell, by chart and scenario."""


def _patterns(db: Db, chart: str, scenario: Scenario) -> PatternTable | None:
    parsed = db.get(PARSED, chart, scenario)
    if isinstance(parsed, Unreadable):
        return None
    before = db.previous()
    known = before if isinstance(before, PatternTable) else None
    return PatternTable(parsed.program, before=known, results=shared_results())


PATTERNS: Query[PatternTable | None] = Query("patterns", _patterns, equal=operator.is_)
"""What the templates of a chart call, with which contexts, and what that expands to; None without a chart."""


# --- rendering ---------------------------------------------------------------------------------------------


def _rendering(db: Db, chart: str, scenario: Scenario) -> Rendering | Refused | Unreadable:
    parsed = db.get(PARSED, chart, scenario)
    if isinstance(parsed, Unreadable):
        return parsed
    if parsed.is_refused:
        return Refused(parsed.problems)
    before = db.previous()
    started = time.perf_counter()
    engine = shared_engine()
    new_context = _context_maker(db.is_cancelled)
    if not isinstance(before, Rendering) and len(parsed.inputs.templates) > MANY_TEMPLATES:
        before = db.newest.get(chart)
    if isinstance(before, Rendering):
        rendering = engine.update(before, parsed.inputs, new_context)
    else:
        rendering = engine.render(parsed.inputs, new_context)
    db.check_cancelled()
    if isinstance(before, Rendering) and before is not rendering:
        # It refers to its rendering, and is as large: both would wait for Python to look for cycles.
        vars(before).pop("source_map", None)
    db.newest[chart] = rendering
    engine.save_later(rendering.program)
    kept = before.frames if isinstance(before, Rendering) else {}
    _note_files(db, (chart, scenario.name), kept, rendering, time.perf_counter() - started)
    return rendering


def _note_files(
    db: Db, key: tuple[str, str], kept: Mapping[str, Frame], rendering: Rendering, seconds: float
) -> None:
    """Count, and note in the log, which files were rendered and which were taken from before."""
    new = [name for name, frame in rendering.frames.items() if kept.get(name) is not frame]
    mean = seconds / max(1, len(new))
    for name in new:
        RESOURCES.miss()
        db.log.add(Event("executed", "rendered file", (*key, name), mean))
    RESOURCES.hits += len(rendering.frames) - len(new)
    RESOURCES.seconds_saved += mean * (len(rendering.frames) - len(new))


def _context_maker(is_cancelled: Callable[[], bool] | None) -> Callable[[], Context]:
    budget = Budget(is_cancelled=is_cancelled)
    return lambda: Context(seed=CHECK_SEED, budget=budget)


def _rendering_size(rendering: Rendering | Refused | Unreadable) -> int:
    """Estimate what a rendering keeps: texts that are not those of templates, pieces, records."""
    return 2 * sum(map(len, rendering.templates.values())) if isinstance(rendering, Rendering) else 0


RENDERING: Query[Rendering | Refused | Unreadable] = Query(
    "rendering", _rendering, equal=operator.is_, size=_rendering_size, cache=RESOURCES
)
"""The rendered files of a chart in a scenario; what an edit does not touch is taken from the last one."""


# --- findings ----------------------------------------------------------------------------------------------


class Findings(NamedTuple):
    """All that is wrong with a chart in one scenario, by what it took to find it, each in order of place.

    `is_complete` is false where a budget ran out. `refusals` say why the scenario was not rendered: then
    nothing else is known. `unreadable` says why there is no chart. `is_stored` tells that an earlier process
    found it out.
    """

    syntax: tuple[Finding, ...] = ()
    names: tuple[Finding, ...] = ()
    render: tuple[Finding, ...] = ()
    is_complete: bool = True
    refusals: tuple[Finding, ...] = ()
    unreadable: Unreadable | None = None
    is_stored: bool = False

    def everything(self) -> list[Finding]:
        """Give all findings once, in order of place."""
        return in_order((*self.syntax, *self.names, *self.render))


def _key(db: Db, chart: str, scenario: Scenario) -> str | None:
    files = db.get(FILES, chart)
    if isinstance(files, Unreadable) or files is not db.get(DISK_CHART, chart):
        return None
    return key_of(chart, files, db.get(VALUES, chart, scenario), scenario)


KEY: Query[str | None] = Query("key", _key)
"""Under which the findings of a chart in a scenario are stored; None with unsaved changes: they never are."""


def _stored(db: Db, chart: str, scenario: Scenario) -> Findings | None:
    results = shared_results()
    key = None if results is None else db.get(KEY, chart, scenario)
    if results is None or key is None:
        return None
    data = results.get(STORED_KIND, key, RESOURCES)
    found = None if data is None else decode(data)
    return None if found is None else Findings(found.syntax, found.names, found.render, is_stored=True)


STORED: Query[Findings | None] = Query("stored", _stored)
"""What an earlier process found out about a chart as it is on the disk.

No query asks for it: who has no rendering yet may show it instead.
"""


def _findings(db: Db, chart: str, scenario: Scenario) -> Findings:
    parsed = db.get(PARSED, chart, scenario)
    if isinstance(parsed, Parsed) and not parsed.is_refused and not is_renderable(parsed.inputs):
        return Findings(syntax=parsed.syntax, names=db.get(NAMED, chart, scenario).findings)
    rendering = db.get(RENDERING, chart, scenario)
    if isinstance(rendering, Unreadable):
        return Findings(unreadable=rendering)
    if isinstance(rendering, Refused):
        return Findings(refusals=rendering.findings)
    results = shared_results()
    if results is not None:
        DOCUMENT_CHECKS.load(results, chart, scenario.name)
    found = find_all(rendering, db.get(NAMED, chart, scenario).memory)
    return Findings(
        syntax=tuple(in_order(rendering.syntax_problems)),
        names=tuple(in_order((*rendering.inputs.problems, *found.names))),
        render=tuple(in_order(found.failures)),
        is_complete=not any(one.code == BUDGET for one in rendering.problems),
    )


FINDINGS: Query[Findings] = Query("findings", _findings)
"""All that is wrong with a chart in a scenario."""


def store(db: Db, chart: str, scenario: Scenario, seconds: float) -> None:
    """Keep the findings of a chart for a later process, if they are up to date and no change is unsaved.

    `seconds` is what finding them took.
    """
    results = shared_results()
    found = db.peek(FINDINGS, chart, scenario)
    if results is None or found is None or found.is_stored or not found.is_complete:
        return
    if found.refusals or found.unreadable is not None:
        return
    key = db.get(KEY, chart, scenario)
    if key is not None:
        data = encode(StoredFindings(found.syntax, found.names, found.render))
        results.put(STORED_KIND, key, data, seconds)
    patterns = db.peek(PATTERNS, chart, scenario)
    if patterns is not None:
        patterns.save()
    rendering = db.peek(RENDERING, chart, scenario)
    if isinstance(rendering, Rendering):
        DOCUMENT_CHECKS.save(results, rendering.templates.values(), chart, scenario.name)
