"""What dot and the variables were when a piece was made, and which values its action names.

Replays the scope markers of a frame; nothing is evaluated but field accesses.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.runtime.values import plain_get

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quarterdeck.compiler.units import Unit
    from quarterdeck.gotmpl.walk import Node
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


_Binding = tuple[int, int, int]
"""Offset of a statement that sets dot or a variable, and the offsets between which that holds."""
_Setting = nodes.Action | nodes.If | nodes.With | nodes.Range


class _Names(NamedTuple):
    """The fields, variables and dots of a pipeline in order, and its functions; none without a pipeline."""

    reads: tuple[Node, ...]
    functions: tuple[str, ...] | None


def _names_of(pipeline: nodes.Pipeline | None) -> _Names:
    if pipeline is None:
        return _Names((), None)
    named = list(walk(pipeline))
    return _Names(
        tuple(node for node in named if isinstance(node, nodes.Field | nodes.Variable | nodes.Dot)),
        tuple(node.name for node in named if isinstance(node, nodes.Identifier)),
    )


class UnitOutline:
    """The statements of a unit by their offsets, made once for each unit that is asked about."""

    def __init__(self, unit: Unit) -> None:
        self.statements: dict[int, nodes.Statement] = {}
        self.names: dict[int, _Names] = {}
        """What the pipeline of each statement names, by offset; worked out when asked for."""
        self.bindings: dict[str, list[_Binding]] = {}
        """By the name of what is set: `.` or a variable."""
        # What the top level declares holds to the unit's end.
        parts = unit.parts
        end = parts[-1][0] + parts[-1][1][-1].end if parts and parts[-1][1] else 0
        known: dict[str, tuple[int, int]] = {}
        for base, statements in parts:
            self._add(statements, base, end, known)

    def names_at(self, offset: int) -> _Names:
        """Give what the pipeline of the statement at an offset names."""
        found = self.names.get(offset)
        if found is None:
            pipeline = getattr(self.statements.get(offset), "pipeline", None)
            found = self.names[offset] = _names_of(pipeline)
        return found

    def _add(
        self,
        statements: Sequence[nodes.Statement],
        base: int,
        end: int,
        known: dict[str, tuple[int, int]],
    ) -> None:
        """Add statements of one body, which ends at `end`; `known` has where each variable is to be seen."""
        for node in statements:
            offset = base + node.start
            self.statements[offset] = node
            match node:
                case nodes.Action(pipeline=pipeline):
                    self._bind(pipeline, offset, (base + node.end, end), known)
                case nodes.If() | nodes.With() | nodes.Range():
                    self._add_branches(node, base, offset, known)
                case _:
                    pass

    def _add_branches(
        self,
        node: nodes.If | nodes.With | nodes.Range,
        base: int,
        offset: int,
        known: dict[str, tuple[int, int]],
    ) -> None:
        start = base + node.tag.end
        body_end = base + (node.body[-1].end if node.body else node.tag.end)
        inner = dict(known)
        # What `if` declares is there in its `else` too.
        last = base + node.end if isinstance(node, nodes.If) else body_end
        self._bind(node.pipeline, offset, (start, last), inner)
        if not isinstance(node, nodes.If):
            self.bindings.setdefault(".", []).append((offset, start, body_end))
        self._add(node.body, base, body_end, dict(inner))
        if node.otherwise is not None:
            self._add(node.otherwise.body, base, base + node.otherwise.end, dict(inner))

    def _bind(
        self,
        pipeline: nodes.Pipeline,
        offset: int,
        span: tuple[int, int],
        known: dict[str, tuple[int, int]],
    ) -> None:
        """Enter the variables of a pipeline: an assignment holds where the variable was declared."""
        for variable in pipeline.variables:
            if not pipeline.assigns:
                known[variable.name] = span
            start, end = known.get(variable.name, span)
            self.bindings.setdefault(variable.name, []).append((offset, start, end))


class ScopeReader:
    """Answers for sites of one rendering."""

    def __init__(self, index: ValueIndex) -> None:
        self._index = index
        self._outlines: dict[Unit, UnitOutline] = {}
        self._frames: dict[tuple[int, int], _FrameScopes] = {}

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
        outline = self.outline(site.unit)
        named = outline.names_at(site.offset).reads
        if not named:
            return ()
        key = id(site.pieces), id(site.dot)
        scopes = self._frames.get(key)
        if scopes is None:
            scopes = self._frames[key] = _FrameScopes(outline, site.pieces, site.dot, self._index)
        reads = [scopes.named(node, site.offset, site.index) for node in named]
        return tuple([read for read in reads if read is not None])

    def functions(self, site: Site) -> tuple[str, ...] | None:
        """Give the functions that the action of the piece calls, in order; None for a piece of text."""
        return self.outline(site.unit).names_at(site.offset).functions

    def hands_on(self, site: Site) -> bool:
        """Tell whether all functions of the action hand an argument on: the result is one of its reads."""
        functions = self.functions(site)
        return functions is not None and PASSING.issuperset(functions)


class _FrameScopes:
    """Replays the markers of one frame, in order and as far as it is asked."""

    def __init__(self, outline: UnitOutline, pieces: list[Any], dot: Any, index: ValueIndex) -> None:
        self._outline = outline
        self._pieces = pieces
        self._index = index
        self._root = Read(index.path(dot), dot)
        self._markers = [
            position for position in range(0, len(pieces), 2) if pieces[position].__class__ is tuple
        ]
        self._done = 0
        self._positions: dict[int, list[int]] = {}
        """Where the markers of each statement stand, as far as they were replayed."""
        self._entered: dict[int, dict[str, Read]] = {}
        """What each marker set."""

    def named(self, node: Node, offset: int, before: int) -> Read | None:
        """Give the read of a field, variable or dot that stands at `offset` and is run before a piece."""
        match node:
            case nodes.Field(names=names):
                found = self._find(".", offset, before)
            case nodes.Variable(name=name, fields=names):
                found = self._find(name, offset, before)
            case nodes.Dot():
                names = ()
                found = self._find(".", offset, before)
            case _:
                return None
        return None if found is None else self._follow(found, names)

    def _find(self, name: str, offset: int, before: int) -> Read | None:
        """Give what dot or a variable is at an offset: what was set last where it is to be seen."""
        self._replay(before)
        last = -1
        for at, start, end in self._outline.bindings.get(name, ()):
            if start <= offset < end and at in self._positions:
                positions = self._positions[at]
                number = bisect_left(positions, before)
                last = max(last, positions[number - 1] if number else -1)
        if last >= 0:
            return self._entered[last].get(name)
        return self._root if name in {".", "$"} else None

    def _replay(self, before: int) -> None:
        while self._done < len(self._markers) and self._markers[self._done] < before:
            position = self._markers[self._done]
            marker = self._pieces[position]
            self._done += 1
            node = self._outline.statements.get(marker[0])
            if isinstance(node, _Setting):
                self._entered[position] = dict(self._settings(node, marker, position))
                self._positions.setdefault(marker[0], []).append(position)

    def _settings(self, node: _Setting, marker: Any, position: int) -> Iterator[tuple[str, Read]]:
        """Give the names that a marker of a statement sets, each with its read."""
        value = marker[1]
        path = self._index.path(value)
        names = [variable.name for variable in node.pipeline.variables]
        if isinstance(node, nodes.Range):
            key = marker[2]
            if path is None and key is not None:
                outer = self._single_read(node.pipeline, marker[0], position)
                path = None if outer is None or outer.path is None else (*outer.path, key)
            read = Read(path, value)
            yield ".", read
            if len(names) == 2:
                yield names[0], Read(path if isinstance(key, str) else None, key, is_key=True)
            yield from ((name, read) for name in names[-1:])
            return
        if path is None:
            single = self._single_read(node.pipeline, marker[0], position)
            path = None if single is None else single.path
        read = Read(path, value)
        if isinstance(node, nodes.With):
            yield ".", read
        yield from ((name, read) for name in names)

    def _single_read(self, pipeline: nodes.Pipeline, offset: int, before: int) -> Read | None:
        """Give the read of a pipeline that is one field, variable or dot and nothing else."""
        if len(pipeline.commands) != 1 or len(pipeline.commands[0].args) != 1:
            return None
        return self.named(pipeline.commands[0].args[0], offset, before)

    def _follow(self, base: Read, names: tuple[str, ...]) -> Read:
        if not names:
            return base
        path = base.path
        value: Value = base.value
        for name in names:
            value = plain_get(value, name) if isinstance(value, dict) else None
            path = (*path, name) if path is not None else self._index.path(value)
        return Read(path, value)
