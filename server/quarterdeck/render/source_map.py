"""Where every character of a rendered chart comes from."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.diagnostics.model import Place
from quarterdeck.gotmpl import nodes
from quarterdeck.render.derive import Deriver
from quarterdeck.render.failures import describe_failure
from quarterdeck.render.value_index import is_distinct
from quarterdeck.runtime.values import plain_get
from quarterdeck.text.line_index import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.origins import ValueOrigin
    from quarterdeck.compiler.units import Unit
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.runs import Kind, Run
    from quarterdeck.render.scopes import Site
    from quarterdeck.render.value_index import Path


class Call(NamedTuple):
    """An action on the way to a character: the template it stands in, its place and its text."""

    template: str
    place: Place
    text: str


class ValueRead(NamedTuple):
    """A value that an action names: its path from the chart's dot, and where the winning one was written."""

    path: Path
    origin: ValueOrigin | None


class Origin(NamedTuple):
    """Where a range of one rendered file comes from.

    `start` and `end` bound it in the rendered text (code points, half-open). `place` is the template text or
    action that wrote it, `stack` the actions that led there, the outermost first. `value` is the value or key
    whose characters these are; `value_offset` the first of them in the value's text, None if they stand for
    it as a whole. `function` inserted or computed them, or made them of what stands at `place` (`b64enc`).
    """

    start: int
    end: int
    kind: Kind
    place: Place
    stack: tuple[Call, ...]
    value: ValueRead | None
    value_offset: int | None
    function: str

    @property
    def is_literal(self) -> bool:
        """Whether these are the characters of a template or file that stand at `place`, one by one."""
        return self.kind in ("text", "file") and not self.function


class HoleMark(NamedTuple):
    """Where a failed action left a hole: its text would stand at `offset` of the rendered file.

    `place` is the action, `stack` the actions that led there, the outermost first, `message` says why.
    """

    offset: int
    place: Place
    stack: tuple[Call, ...]
    message: str


class SourceMap:
    """The origins of all files of one rendering; each file's are worked out when first asked for."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        inputs = rendering.inputs
        self._index = rendering.index
        self._derivers: dict[str, Deriver] = {}
        """By the group of files."""
        self._deriver: Deriver
        """That of the file that was asked about last."""
        self._files: dict[str, _FileMap] = {}
        self._lines: dict[int, LineIndex] = {}
        """By the identity of the text, which its unit or file keeps alive."""
        self._calls: dict[tuple[Unit, int, int], Call] = {}
        self._stacks: dict[Site, tuple[Call, ...]] = {}
        self._values: dict[Path, ValueRead] = {}
        self._written_paths: dict[Path, Path] = {}
        self._paths = {file.name: file.display_path for file in inputs.templates}
        self._templates = {file.name: file for file in inputs.templates}

    def runs(self, file: str) -> list[Run]:
        """Give the runs of a file in order: the map in its compact form. They cover its text."""
        return self._file(file).runs

    def origins(self, file: str) -> list[Origin]:
        """Give the origins of a whole file in order; they cover its text."""
        starts, runs, _holes = self._file(file)
        return [self._origin(start, run) for start, run in zip(starts, runs, strict=True)]

    def holes(self, file: str) -> tuple[HoleMark, ...]:
        """Give the holes of a file in order.

        What failed in a text that is not in the file (cut off, empty, compared) leaves none, but a problem.
        """
        return self._file(file).holes

    def at(self, file: str, offset: int) -> Origin | None:
        """Give the origin of one character; None beyond the file's end."""
        starts, runs, _holes = self._file(file)
        if not runs or not 0 <= offset < starts[-1] + runs[-1].length:
            return None
        index = bisect_right(starts, offset) - 1
        return self._origin(starts[index], runs[index])

    def reads(self, file: str, offset: int) -> tuple[ValueRead, ...]:
        """Give the values that the action of one character and the actions that led there name."""
        starts, runs, _holes = self._file(file)
        if not runs:
            return ()
        site: Site | None = runs[bisect_right(starts, offset) - 1].site
        found: dict[Path, ValueRead] = {}
        while site is not None:
            for read in self._deriver.scopes.reads(site):
                if read.path:
                    found.setdefault(read.path, self._value(read.path))
            site = site.parent
        return tuple(found.values())

    def place_in_text(self, text: str, offset: int) -> Place | None:
        """Give the place where a character of a text handed to `tpl` was written, if that is known."""
        for path in self._index.paths(text):
            origin = self._rendering.inputs.origins.find(path[1:]) if path[:1] == ("Values",) else None
            if origin is not None:
                return origin.place_of(text, offset)
        return None

    def _file(self, file: str) -> _FileMap:
        rendering = self._rendering
        group = rendering.groups.of_file[file]
        deriver = self._derivers.get(group)
        if deriver is None:
            deriver = self._derivers[group] = Deriver(rendering, self._index, rendering.find_trace(group))
        self._deriver = deriver
        found = self._files.get(file)
        if found is None:
            found = self._files[file] = self._make(file)
        return found

    def _make(self, file: str) -> _FileMap:
        runs: list[Run] = []
        starts: list[int] = []
        holes: dict[tuple[object, ...], HoleMark] = {}
        position = 0
        self._rendering.groups.show(self._templates[file])
        for run in self._deriver.frame_runs(self._rendering.frames[file]):
            if run.kind == "hole":
                # Where a function cut the text, the parts on both sides have it.
                holes.setdefault(tuple(_steps(run.site)), self._hole(file, position, run.site))
                continue
            starts.append(position)
            runs.append(run)
            position += run.length
        return _FileMap(starts, runs, tuple(holes.values()))

    def _hole(self, file: str, position: int, site: Site) -> HoleMark:
        rendering = self._rendering
        values = plain_get(rendering.frames[file].dot, "Values")
        failure = describe_failure(site.pieces[site.index].error, values, rendering.program.units)
        stack = () if site.parent is None else self._stack(site.parent)
        return HoleMark(position, self._call(site).place, stack, failure.message)

    def _written_path(self, path: Path) -> Path:
        """Give the path under which the value at `path` is written: the global's, the anchor's.

        That is where these very characters stand. Other paths that lead to the same object are what a
        sub-chart sees of a global, and YAML's aliases and merges.
        """
        found = self._written_paths.get(path)
        if found is None:
            found = self._written_paths[path] = self._find_written_path(path)
        return found

    def _find_written_path(self, path: Path) -> Path:
        value = self._deriver.value_at(path)
        origin = self._rendering.inputs.origins.find(path[1:]) if path[:1] == ("Values",) else None
        if origin is None or not is_distinct(value):
            return path
        own = origin.value_path
        prefixes: list[Path] = [("Values",)]
        if path[-len(own) :] == own:
            prefixes.append(path[: -len(own)])
        for prefix in prefixes:
            candidate = (*prefix, *origin.written_path)
            if candidate == path or self._deriver.value_at(candidate) is value:
                return candidate
            # What an alias refers to may have been read once for each of its places.
            other = self._rendering.inputs.origins.find(candidate[1:])
            if other is not None and other.is_written_with(origin):
                return candidate
        return path

    def _value(self, path: Path) -> ValueRead:
        found = self._values.get(path)
        if found is None:
            origin = self._rendering.inputs.origins.find(path[1:]) if path[:1] == ("Values",) else None
            found = self._values[path] = ValueRead(path, origin)
        return found

    def _origin(self, start: int, run: Run) -> Origin:
        site = run.site
        if run.kind == "text":
            place = self._place(site.unit, run.offset, run.offset + _source_length(run))
        elif run.kind == "file":
            place = self._place_in_file(run)
        else:
            place = self._call(site).place
        path = run.path
        return Origin(
            start,
            start + run.length,
            run.kind,
            place,
            () if site.parent is None else self._stack(site.parent),
            None if path is None else self._value(self._written_path(path)),
            None if path is None or run.is_whole else run.offset,
            run.function,
        )

    def _place_in_file(self, run: Run) -> Place:
        """The file's text is the very string that the template was given."""
        text = self._deriver.file_text(run.file)
        length = _source_length(run) or len(text)
        return _place_of(run.file, self._lines_of(text), run.offset, run.offset + length)

    def _stack(self, site: Site) -> tuple[Call, ...]:
        """Give the actions that led to a frame, the outermost first; `site` is the last of them."""
        found = self._stacks.get(site)
        if found is None:
            above = () if site.parent is None else self._stack(site.parent)
            found = self._stacks[site] = (*above, self._call(site))
        return found

    def _call(self, site: Site) -> Call:
        unit = site.unit
        key = unit, site.offset, id(site.tpl_text)
        found = self._calls.get(key)
        if found is None:
            start = unit.start + site.offset
            statement = self._deriver.scopes.statement(site)
            length = 2
            if statement is not None and not isinstance(statement, nodes.Text | nodes.Broken):
                length = len(statement.tag.source)
            if site.tpl_text is None or site.parent is None:
                place = self._place(unit, start, start + length)
            else:
                place = self._place_in_handed(site.tpl_text, start, start + length, site.parent)
            found = self._calls[key] = Call(unit.name, place, unit.text[start : start + length])
        return found

    def _place_in_handed(self, text: str, start: int, end: int, parent: Site) -> Place:
        """Give the place of a part of a text that `parent` hands to `tpl`: a value's, a template's."""
        runs = self._deriver.text_runs(text, start, end, parent)
        first = self._written_at(runs[0])
        if first is None:
            return self._call(parent).place
        last = self._written_at(runs[-1])
        return first if last is None or last.path != first.path else _joined(first, last)

    def _written_at(self, run: Run) -> Place | None:
        """Give where the characters of a run stand one by one."""
        if run.is_whole:
            return None
        if run.kind == "text":
            return self._place(run.site.unit, run.offset, run.offset + run.length)
        if run.kind == "file":
            return self._place_in_file(run)
        path = None if run.kind != "value" or run.path is None else self._written_path(run.path)
        origin = None if path is None else self._value(path).origin
        value = self._deriver.value_at(path)
        if origin is None or not isinstance(value, str):
            return None
        last = run.offset + run.length - 1
        return _joined(origin.place_of(value, run.offset), origin.place_of(value, last))

    def _place(self, unit: Unit, start: int, end: int) -> Place:
        path = self._paths.get(unit.file, unit.file)
        return _place_of(path, self._lines_of(unit.text), start, end)

    def _lines_of(self, text: str) -> LineIndex:
        found = self._lines.get(id(text))
        if found is None:
            found = self._lines[id(text)] = LineIndex(text)
        return found


class _FileMap(NamedTuple):
    """The map of one file: where each run begins, the runs, the holes between them."""

    starts: list[int]
    runs: list[Run]
    holes: tuple[HoleMark, ...]


def _steps(site: Site | None) -> Iterator[tuple[int, int]]:
    """Give what tells one way to a piece from another: the frames and pieces that lead to it."""
    while site is not None:
        yield id(site.pieces), site.index
        site = site.parent


def _joined(first: Place, last: Place) -> Place:
    return Place(first.path, first.line, first.column, last.end_line, last.end_column)


def _source_length(run: Run) -> int:
    return run.source_length if run.is_whole else run.length


def _place_of(path: str, lines: LineIndex, start: int, end: int) -> Place:
    line, column = lines.position(start)
    end_line, end_column = lines.position(end)
    return Place(path, line, column, end_line, end_column)
