"""What is run as one piece: a file's own text, or one define."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

import msgspec

from quarterdeck.gotmpl.nodes import (
    Block,
    Broken,
    Chain,
    Comment,
    Define,
    If,
    Pipeline,
    Range,
    Statement,
    String,
    SyntaxProblem,
    Template,
    Text,
    With,
)
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from quarterdeck.runtime.context import Context

GO_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Go trims as space. Source: unicode.IsSpace."""

_UNTAGGED = (Text, Broken)
"""Statements that are no actions."""
_WITH_BODY = (If, With, Range, Block, Define)


class UnitIndex(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where a unit stands in its file: enough to find it again without parsing the file first.

    `start` is what its offsets count from; `node_start` the offset of a nested `{{ block }}` from there, -1
    for a define at the top level, -2 for the file's own text. An empty unit never replaces another of its
    name.
    """

    name: str
    start: int
    node_start: int
    is_empty: bool


class Source:
    """One template text under the name that it is parsed with; its tree is made when first asked for.

    A `twin` is a source of the same text, as of a library that many sub-charts vendor: they share the tree.
    """

    __slots__ = ("__weakref__", "_template", "_twin", "_unit_list", "_units", "file", "functions", "text")

    def __init__(
        self,
        file: str,
        text: str,
        functions: Container[str],
        *,
        twin: Source | None = None,
        units: tuple[UnitIndex, ...] | None = None,
    ) -> None:
        self.file = file
        self.text = text
        self.functions = functions
        self._template: Template | None = None
        self._twin = twin
        self._units = units
        self._unit_list: tuple[Unit, ...] | None = None

    @property
    def template(self) -> Template:
        """The tree of the text, problems included."""
        template = self._template
        if template is None:
            twin = self._twin
            found = parse_template(self.text, self.functions) if twin is None else twin.template
            template = self._template = found
        return template

    @property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        """Syntax errors; a text whose units are known without its tree was found to have none."""
        if self._twin is not None:
            return self._twin.problems
        if self._template is None and self._units is not None:
            return ()
        return self.template.problems

    @property
    def units(self) -> tuple[UnitIndex, ...]:
        """The units of the text: the file's own first (its name is empty here), then the defines in order."""
        units = self._units
        if units is None:
            twin = self._twin
            units = self._units = tuple(_index_units(self.template)) if twin is None else twin.units
        return units

    def forget_tree(self) -> None:
        """Let go of the tree: it is made anew when somebody asks. A text with syntax errors keeps it."""
        if self._template is not None and not self.problems and self.units:
            self._template = None
            for unit in self._unit_list or ():
                unit.forget_tree()

    @property
    def unit_list(self) -> tuple[Unit, ...]:
        """The units themselves, made once, in the order of `units`."""
        found = self._unit_list
        if found is None:
            found = self._unit_list = tuple(
                [
                    Unit(self.file if index.node_start == FILE else index.name, self, index)
                    for index in self.units
                ]
            )
        return found


class Unit:
    """A file's own text, or one define: the smallest thing that is compiled, cached and run.

    `name` is the template's name (a file's path as Helm names it, or the define's name), `file` the name that
    its text was parsed with, `text` that text. Offsets recorded while the unit runs count from `start`.
    """

    __slots__ = (
        *("_functions", "_is_forgotten", "_parts", "_source", "_strings", "file", "index", "name", "start"),
        "text",
    )

    def __init__(self, name: str, source: Source, index: UnitIndex) -> None:
        self.name = name
        # Weak: the source knows its units, and what an edit leaves behind is to go at once.
        self._source = ref(source)
        self._functions = source.functions
        self.index = index
        self.file = source.file
        self.text = source.text
        self.start = index.start
        self._parts: tuple[tuple[int, tuple[Statement, ...]], ...] | None = None
        self._strings: dict[int, str] | None = None
        self._is_forgotten = False

    @property
    def source(self) -> Source:
        """The source of the unit; made anew where no table of templates has it any more."""
        return self._source() or Source(self.file, self.text, self._functions)

    @property
    def is_define(self) -> bool:
        """Whether this is a define or block, and not a file's own text."""
        return self.index.node_start != FILE

    @property
    def strings(self) -> Mapping[int, str]:
        """The string constants in the tree by identity: the objects that interpreting the unit uses.

        Those of a tree that was forgotten are among them.
        """
        if self._strings is None or (self._is_forgotten and self._parts is not None):
            found: list[str] = []
            for _base, statements in self.parts:
                _find_strings(statements, found)
            self._strings = {**(self._strings or {}), **{id(string): string for string in found}}
            self._is_forgotten = False
        return self._strings

    def forget_tree(self) -> None:
        """Let go of the statements: they are found again when somebody asks."""
        self._parts = None
        self._is_forgotten = True

    @property
    def parts(self) -> tuple[tuple[int, tuple[Statement, ...]], ...]:
        """Statements in order, in groups: (what to add to their nodes' offsets, statements)."""
        parts = self._parts
        if parts is None:
            parts = self._parts = _find_parts(self.source.template, self.index)
        return parts


FILE = -2
_TOP_LEVEL = -1


def _find_parts(template: Template, index: UnitIndex) -> tuple[tuple[int, tuple[Statement, ...]], ...]:
    if index.node_start == FILE:
        return tuple(
            (item.start, (item.node,)) for item in template.items if not isinstance(item.node, Define)
        )
    for item in template.items:
        if item.start != index.start:
            continue
        if index.node_start == _TOP_LEVEL and isinstance(item.node, Define):
            return ((0, item.node.body),)
        for node in walk(item.node):
            if isinstance(node, Block) and node.start == index.node_start:
                return ((0, node.body),)
    return ()


def _find_strings(statements: tuple[Statement, ...], found: list[str]) -> None:
    """Add the string constants of statements to a list."""
    for node in statements:
        if isinstance(node, _UNTAGGED):
            continue
        pipeline: Pipeline | None = getattr(node, "pipeline", None)
        # Most actions hold no string: a look at their text is cheaper than a walk through their tree.
        if pipeline is not None and ('"' in node.tag.source or "`" in node.tag.source):
            _find_in_pipeline(pipeline, found)
        if isinstance(node, _WITH_BODY):
            _find_strings(node.body, found)
            otherwise = getattr(node, "otherwise", None)
            if otherwise is not None:
                _find_strings(otherwise.body, found)


def _find_in_pipeline(pipeline: Pipeline, found: list[str]) -> None:
    for command in pipeline.commands:
        for operand in command.args:
            inner = operand
            while isinstance(inner, Chain):
                inner = inner.node
            if isinstance(inner, String):
                found.append(inner.value)
            elif isinstance(inner, Pipeline):
                _find_in_pipeline(inner, found)


def _index_units(template: Template) -> Iterator[UnitIndex]:
    is_empty = all(isinstance(item.node, Define) or _is_blank(item.node) for item in template.items)
    yield UnitIndex("", 0, FILE, is_empty)
    has_blocks = "block" in template.text
    for item in template.items:
        node = item.node
        if isinstance(node, Define):
            yield UnitIndex(node.name, item.start, _TOP_LEVEL, all(map(_is_blank, node.body)))
        if has_blocks:
            for inner in walk(node):
                if isinstance(inner, Block):
                    blank = all(map(_is_blank, inner.body))
                    yield UnitIndex(inner.name, item.start, inner.start, blank)


def _is_blank(node: Statement) -> bool:
    """Source: text/template/parse parse.go, IsEmptyTree: comments and space only."""
    if isinstance(node, Text):
        return not node.value.strip(GO_SPACE)
    return isinstance(node, Comment)


class Hole:
    """The mark that a failed action leaves in a frame: where it starts, and what went wrong."""

    __slots__ = ("error", "offset")

    def __init__(self, offset: int, error: TemplateError) -> None:
        self.offset = offset
        self.error = error


class TemplateError(Exception):
    """A unit's run failed.

    `str()` is Go's message as `Template.Execute` returns it (`template: file:line:col: executing "name" at
    <node>: …`, with the messages of inner templates in their place). `unit` and `offset` (from the unit's
    start) say where the innermost failing node starts, `end` where it ends, `cause` is the innermost text
    alone. `wrapped` is the error that Go wraps in this one (`%w`): that of an inner template or of a
    function; None for the engine's own.
    """

    def __init__(
        self,
        message: str,
        *,
        unit: Unit,
        offset: int,
        end: int,
        cause: str,
        wrapped: Exception | None = None,
    ) -> None:
        super().__init__(message)
        self.unit = unit
        self.offset = offset
        self.end = end
        self.cause = cause
        self.wrapped = wrapped
        self.file = ""
        """The file that was being rendered; set by the renderer."""

    def inside(self, prefix: str) -> TemplateError:
        """Give the error that wraps this one and says `prefix` before it."""
        return TemplateError(
            f"{prefix}{self}",
            unit=self.unit,
            offset=self.offset,
            end=self.end,
            cause=self.cause,
            wrapped=self,
        )


class Machine(Protocol):
    """What runs units: the interpreter and compiled code both call back into it."""

    context: Context
    functions: dict[str, Any]
    """Name -> Python callable that takes checked arguments; context bound, origins kept."""
    keeps_going: bool
    """Whether a failed action becomes a hole; otherwise the first error stops the run."""
    errors: list[TemplateError]
    """Errors of holes, in order."""

    @property
    def derivations(self) -> dict[int, tuple[Any, ...]]:
        """`id(result)` -> `(result, operation, *operands)`; see docs/architecture.md."""
        ...

    def find_unit(self, name: str) -> Unit | None:
        """Give the unit that `include name` runs here and now (`tpl` adds its own for its duration)."""
        ...

    def call(self, name: str, dot: Any) -> str:
        """Run the named template and give its text, recorded in `derivations`.

        Raises:
            GoError: there is no such template.
            TemplateError: it failed, and the machine does not keep going.
        """
        ...
