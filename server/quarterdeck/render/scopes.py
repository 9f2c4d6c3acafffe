"""What dot and the variables were when a piece was made, and which values its action names.

Replays the scope markers of a frame; nothing is evaluated but field accesses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.runtime.values import plain_get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.compiler.units import Unit
    from quarterdeck.render.value_index import Path, ValueIndex
    from quarterdeck.runtime.values import Value

PASSING = frozenset(
    {
        "and", "coalesce", "default", "get", "indent", "index", "nindent", "or", "print", "printf", "quote",
        "required", "squote", "ternary", "toJson", "toString", "toYaml", "trim", "upper", "lower",
    }
)  # fmt: skip
"""Functions that hand an argument on, so that what arrives can be one of the values named."""


class Site:
    """A piece of a frame, and the piece whose action called for the frame (`parent`; None for a file).

    `tpl_text` is the very string that the unit was made of, if that was handed to `tpl`.
    """

    __slots__ = ("dot", "index", "offset", "parent", "pieces", "tpl_text", "unit")

    def __init__(
        self,
        unit: Unit,
        pieces: list[Any],
        index: int,
        offset: int,
        dot: Any,
        parent: Site | None,
        tpl_text: str | None = None,
    ) -> None:
        self.unit = unit
        self.pieces = pieces
        self.index = index
        self.offset = offset
        self.dot = dot
        self.parent = parent
        self.tpl_text = tpl_text


class Read(NamedTuple):
    """A value that an action names: its path where it is known, and the value."""

    path: Path | None
    value: Any
    is_key: bool = False


class _Region(NamedTuple):
    """A statement that declares or sets dot or variables, and the offsets between which that holds."""

    node: nodes.Action | nodes.If | nodes.With | nodes.Range
    start: int
    end: int


class UnitOutline:
    """The statements of a unit by their offsets, made once for each unit that is asked about."""

    def __init__(self, unit: Unit) -> None:
        self.statements: dict[int, nodes.Statement] = {}
        self.regions: dict[int, _Region] = {}
        # What the top level declares holds to the unit's end.
        parts = unit.parts
        end = parts[-1][0] + parts[-1][1][-1].end if parts and parts[-1][1] else 0
        for base, statements in parts:
            self._add(statements, base, end)

    def _add(self, statements: tuple[nodes.Statement, ...], base: int, end: int) -> None:
        for node in statements:
            offset = base + node.start
            self.statements[offset] = node
            match node:
                case nodes.Action(pipeline=pipeline) if pipeline.variables:
                    self.regions[offset] = _Region(node, base + node.end, end)
                case nodes.If() | nodes.With() | nodes.Range():
                    body_start = base + node.tag.end
                    body_end = base + (node.body[-1].end if node.body else node.tag.end)
                    self.regions[offset] = _Region(node, body_start, body_end)
                    self._add(node.body, base, body_end)
                    if node.otherwise is not None:
                        self._add(node.otherwise.body, base, base + node.otherwise.end)
                case _:
                    pass


class ScopeReader:
    """Answers for sites of one rendering."""

    def __init__(self, index: ValueIndex) -> None:
        self._index = index
        self._outlines: dict[Unit, UnitOutline] = {}

    def outline(self, unit: Unit) -> UnitOutline:
        """Give the statements of a unit by offset."""
        found = self._outlines.get(unit)
        if found is None:
            found = self._outlines[unit] = UnitOutline(unit)
        return found

    def statement(self, site: Site) -> nodes.Statement | None:
        """Give the statement that made the piece."""
        return self.outline(site.unit).statements.get(site.offset)

    def pipeline(self, site: Site) -> nodes.Pipeline | None:
        """Give the pipeline of the action that made the piece."""
        return getattr(self.statement(site), "pipeline", None)

    def reads(self, site: Site) -> tuple[Read, ...]:
        """Give the values that the action of the piece names, in the order of its text."""
        pipeline = self.pipeline(site)
        return () if pipeline is None else tuple(self._reads_of(pipeline, site))

    def hands_on(self, site: Site) -> bool:
        """Tell whether all functions of the action hand an argument on: the result is one of its reads."""
        pipeline = self.pipeline(site)
        return pipeline is not None and all(
            node.name in PASSING for node in walk(pipeline) if isinstance(node, nodes.Identifier)
        )

    def _reads_of(self, pipeline: nodes.Pipeline, site: Site) -> Iterator[Read]:
        scope = self._scope(site)
        for node in walk(pipeline):
            match node:
                case nodes.Field(names=names):
                    yield self._follow(scope["."], names)
                case nodes.Dot():
                    yield scope["."]
                case nodes.Variable(name=name, fields=fields) if name in scope:
                    yield self._follow(scope[name], fields)
                case _:
                    pass

    def _scope(self, site: Site) -> dict[str, Read]:
        """Replay the markers in front of the piece: `.` and each variable that is visible there."""
        root = Read(self._index.path(site.dot), site.dot)
        scope: dict[str, Read] = {".": root, "$": root}
        regions = self.outline(site.unit).regions
        pieces = site.pieces
        for position in range(0, site.index, 2):
            marker = pieces[position]
            if marker.__class__ is not tuple:
                continue
            region = regions.get(marker[0])
            if region is None or not region.start <= site.offset < region.end:
                continue
            self._enter(scope, region.node, marker)
        return scope

    def _enter(
        self, scope: dict[str, Read], node: nodes.Action | nodes.If | nodes.With | nodes.Range, marker: Any
    ) -> None:
        value = marker[1]
        read = Read(self._index.path(value), value)
        if read.path is None and not isinstance(node, nodes.Range):
            read = self._single_read(node.pipeline, scope, value) or read
        if isinstance(node, nodes.Range):
            outer = self._single_read(node.pipeline, scope, None)
            key = marker[2]
            if read.path is None and outer is not None and outer.path is not None and key is not None:
                read = Read((*outer.path, key), value)
            scope["."] = read
            names = [variable.name for variable in node.pipeline.variables]
            if len(names) == 2:
                path = read.path if isinstance(key, str) else None
                scope[names[0]] = Read(path, key, is_key=True)
                scope[names[1]] = read
            elif names:
                scope[names[0]] = read
            return
        if isinstance(node, nodes.With):
            scope["."] = read
        for variable in node.pipeline.variables:
            scope[variable.name] = read

    def _single_read(self, pipeline: nodes.Pipeline, scope: dict[str, Read], value: Any) -> Read | None:
        """Give the read of a pipeline that is one field, variable or dot and nothing else."""
        if len(pipeline.commands) != 1 or len(pipeline.commands[0].args) != 1:
            return None
        match pipeline.commands[0].args[0]:
            case nodes.Field(names=names):
                found = self._follow(scope["."], names)
            case nodes.Variable(name=name, fields=fields) if name in scope:
                found = self._follow(scope[name], fields)
            case nodes.Dot():
                found = scope["."]
            case _:
                return None
        return found if value is None else Read(found.path, value)

    def _follow(self, base: Read, names: tuple[str, ...]) -> Read:
        path = base.path
        value: Value = base.value
        for name in names:
            value = plain_get(value, name) if isinstance(value, dict) else None
            path = (*path, name) if path is not None else self._index.path(value)
        return Read(path, value)
