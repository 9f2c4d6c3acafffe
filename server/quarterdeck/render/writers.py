"""Which templates may change values that other templates see: told from their texts, for any values.

`set`, `unset` and the merging functions change a map in place. That is harmless where the map was made by the
template itself; whether it was is told by how fresh the expression is that names it. Where that cannot be
told, the template may write.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.render.callers import with_callers
from quarterdeck.render.taken_apart import PARSERS
from quarterdeck.runtime.signatures import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quarterdeck.compiler.program import Program
    from quarterdeck.compiler.units import Unit
    from quarterdeck.gotmpl.nodes import Expression
    from quarterdeck.gotmpl.walk import Node

MERGERS = frozenset({"merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"})
SETTERS = frozenset({"set", "unset"})
WRITERS = MERGERS | SETTERS
COPIERS = PARSERS | {"deepCopy", "mustDeepCopy", "fromToml", "mustFromYaml"}
"""Functions whose results share nothing with their operands."""
MAKERS = frozenset({"dict", "list", "tuple", "pick", "omit", "concat", "append", "prepend", "keys", "values"})
"""Functions whose results are new, and hold what their operands hold."""
HANDED = ""
"""Stands for all texts that `tpl` runs; no template has this name."""
_VERB = re.compile("%[^a-zA-Z]*[a-zA-Z]")
_SCALARS = frozenset({"string", "bool", "int", "int64", "float64"})


class Freshness(IntEnum):
    """Whose a map is: of others too; the template's, but not all that is in it; the template's alone."""

    SHARED = 0
    OUTSIDE = 1
    ALL = 2


def find_writers(program: Program) -> frozenset[str]:
    """Give the names of the templates that may change shared values, themselves or by what they call.

    Texts that `tpl` ran so far are looked at; what others would do is not known.
    """
    units = {name: [unit] for name, unit in program.units.items()}
    units[HANDED] = [
        unit for text in program.tpl_texts for unit in program.library.handed_source(text).unit_list
    ]
    found = {name for name, its in units.items() if any(map(_may_write, its))}
    if not found:
        return frozenset()
    calls = {name: {called for unit in its for called in _called(unit, units)} for name, its in units.items()}
    return frozenset(with_callers(found, calls) - {HANDED})


def _nodes(unit: Unit) -> Iterator[Node]:
    for _base, statements in unit.parts:
        for statement in statements:
            yield from walk(statement)


def _called(unit: Unit, names: Iterable[str]) -> Iterator[str]:
    """Give the names that a unit may call: any at all where a name is worked out when it runs."""
    for node in _nodes(unit):
        match node:
            case nodes.TemplateCall(name=name) | nodes.Block(name=name):
                yield name
            case nodes.Command(args=(nodes.Identifier(name="include"), nodes.String(value=name), *_)):
                yield name
            case nodes.Command(args=(nodes.Identifier(name="include"), *rest)):
                end = _constant_end(rest[0]) if rest else ""
                yield from (name for name in names if name.endswith(end))
            case nodes.Identifier(name="tpl"):
                yield HANDED
            case _:
                pass


def _constant_end(expression: Expression) -> str:
    """Give with what a name ends that is worked out: `(print $.Template.BasePath "/secret.yaml")`."""
    match expression:
        case nodes.Pipeline(commands=(nodes.Command(args=(nodes.Identifier(name="print"), *_, last)),)):
            return last.value if isinstance(last, nodes.String) else ""
        case nodes.Pipeline(
            commands=(nodes.Command(args=(nodes.Identifier(name="printf"), nodes.String(value=layout), *_)),)
        ):
            return _VERB.split(layout)[-1] if "%%" not in layout else ""
        case _:
            return ""


def _function(command: nodes.Command) -> str:
    word = command.args[0]
    return word.name if isinstance(word, nodes.Identifier) else ""


def _may_write(unit: Unit) -> bool:
    if not any(name in unit.text for name in ("set", "merge", "Merge")):
        return False
    return _UnitLook(unit).may_write()


class _Operand(NamedTuple):
    """How fresh an operand is, and the variables whose maps may be in it."""

    level: Freshness
    names: tuple[str, ...] = ()


class _UnitLook:
    """How fresh the variables of one unit are; lowered until nothing changes."""

    def __init__(self, unit: Unit) -> None:
        everything = list(_nodes(unit))
        self._pipelines = [node for node in everything if isinstance(node, nodes.Pipeline)]
        self._ranges = {id(node.pipeline) for node in everything if isinstance(node, nodes.Range)}
        self._levels: dict[str, Freshness] = {}
        self._has_written = False

    def may_write(self) -> bool:
        if not any(_function(command) in WRITERS for one in self._pipelines for command in one.commands):
            return False
        before: dict[str, Freshness] | None = None
        while before != self._levels:
            before = dict(self._levels)
            for pipeline in self._pipelines:
                self._look(pipeline)
        return self._has_written

    def _look(self, pipeline: nodes.Pipeline) -> None:
        found = self._pipeline(pipeline)
        level = _inside(found.level) if id(pipeline) in self._ranges else found.level
        for variable in pipeline.variables:
            self._lower([variable.name, *found.names], level)

    def _lower(self, names: Iterable[str], level: Freshness) -> None:
        """Variables that may hold the same maps are as fresh as the least fresh of them."""
        held = list(names)
        lowest = min((level, *(self._levels.get(name, Freshness.ALL) for name in held)))
        for name in held:
            self._levels[name] = lowest

    def _pipeline(self, pipeline: nodes.Pipeline) -> _Operand:
        found = _Operand(Freshness.SHARED)
        piped: list[_Operand] = []
        for command in pipeline.commands:
            found = self._command(command, piped)
            piped = [found]
        return found

    def _command(self, command: nodes.Command, piped: list[_Operand]) -> _Operand:
        name = _function(command)
        if not name:
            return self._expression(command.args[0])
        operands = [*map(self._expression, command.args[1:]), *piped]
        if name in WRITERS:
            return self._written(name, operands)
        if _is_new(name):
            return _Operand(Freshness.ALL)
        lowest = min((one.level for one in operands), default=Freshness.ALL)
        names = tuple(inner for one in operands for inner in one.names)
        if lowest == Freshness.ALL and (operands or name in MAKERS):
            return _Operand(Freshness.ALL, names)
        # A function may give an operand, or what is in one.
        return _Operand(Freshness.OUTSIDE if name in MAKERS else Freshness.SHARED, names)

    def _written(self, name: str, operands: list[_Operand]) -> _Operand:
        """Note a write into the first operand; the others are in it afterwards."""
        if not operands:
            return _Operand(Freshness.SHARED)
        target, *sources = operands
        # A merge changes maps inside its target too: those that were there, or came from earlier sources.
        if name in MERGERS:
            self._has_written |= any(one.level < Freshness.ALL for one in operands[:-1])
        else:
            self._has_written |= target.level < Freshness.OUTSIDE
        is_whole = all(one.level == Freshness.ALL for one in sources)
        level = target.level if is_whole else min(target.level, Freshness.OUTSIDE)
        names = tuple(inner for one in operands for inner in one.names)
        self._lower(target.names, level)
        if not is_whole or len(names) > len(target.names):
            self._lower(names, level)
        return _Operand(level, names)

    def _expression(self, expression: Expression) -> _Operand:
        match expression:
            case nodes.String() | nodes.Number() | nodes.Bool() | nodes.Nil():
                return _Operand(Freshness.ALL)
            case nodes.Pipeline():
                return self._pipeline(expression)
            case nodes.Variable(name=name, fields=fields) if name != "$":
                level = self._levels.get(name, Freshness.ALL)
                return _Operand(_inside(level) if fields else level, (name,))
            case nodes.Chain(node=inner):
                found = self._expression(inner)
                return found._replace(level=_inside(found.level))
            case nodes.Identifier(name=name):
                return _Operand(Freshness.ALL if _is_new(name) or name in MAKERS else Freshness.SHARED)
            case _:
                return _Operand(Freshness.SHARED)


def _is_new(function: str) -> bool:
    """Tell whether a function's result shares nothing with its operands."""
    found = FUNCTIONS.get(function)
    return function in COPIERS or (found is not None and found.result in _SCALARS)


def _inside(level: Freshness) -> Freshness:
    return Freshness.ALL if level == Freshness.ALL else Freshness.SHARED
