"""Follows characters of rendered text back to where they were written.

The run left records (docs/architecture.md, "What a run records"); here they are read. Nothing is searched for
by its text: every step goes from an object to the very objects it was made of.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.files import Files
from quarterdeck.compiler.units import Hole
from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.render.parts import parts_of
from quarterdeck.render.runs import NO_VALUE, UNPLACED, Run, slice_runs, without_no_values
from quarterdeck.render.scopes import Read, ScopeReader, Site
from quarterdeck.render.snapshots import put_back
from quarterdeck.render.value_index import is_distinct
from quarterdeck.runtime.printing import print_value
from quarterdeck.runtime.values import plain_get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.model import ChartFile
    from quarterdeck.compiler.units import Unit
    from quarterdeck.render.rendering import Frame, Rendering
    from quarterdeck.render.taken_apart import Slice, TakenApart
    from quarterdeck.render.text_parts import Part
    from quarterdeck.render.trace import Trace
    from quarterdeck.render.value_index import Path, ValueIndex
    from quarterdeck.runtime.values import Value


class Deriver:
    """Follows the characters of one rendering, in files whose runs left the records in `trace`."""

    def __init__(self, rendering: Rendering, index: ValueIndex, trace: Trace) -> None:
        self._inputs = rendering.inputs
        self._trace = trace
        self._derivations = trace.derivations
        self._index = index
        self.scopes = ScopeReader(index)
        self._parts: dict[int, tuple[list[Part], list[int]] | None] = {}
        """Of each result that was met the parts, and where each ends."""
        self._ends: dict[int, list[int]] = {}
        """The same of the pieces of each frame, which the trace keeps alive."""
        for files in self._all_files():
            for result, texts in files.made.values():
                self._derivations[id(result)] = (result, "toYaml", texts)
        self._read_files: dict[str, ChartFile] = {}
        """Files that templates read, by the path to show; filled when one is met."""
        self._program = rendering.program

    def frame_runs(self, frame: Frame) -> list[Run]:
        """Give the runs of a file's finished text, in order, covering it; holes are between them."""
        runs: list[Run] = []
        length = sum(map(len, frame.pieces[1::2]))
        self._follow_pieces(frame.unit, frame.pieces, frame.dot, None, 0, length, None, runs)
        text = "".join(frame.pieces[1::2])
        if NO_VALUE in text:
            runs = without_no_values(runs, text)
            text = text.replace(NO_VALUE, "")
        return list(self._joined(runs, text))

    def _joined(self, runs: list[Run], text: str) -> Iterator[Run]:
        """Join neighbours of one origin; characters changed and changed back are the value's again."""
        position = 0
        last: Run | None = None
        for run in runs:
            if run.is_whole and run.source_length == run.length:
                source, written = self._source(run), text[position : position + run.length]
                if source is not None and source.startswith(written, run.offset):
                    run = run._replace(is_whole=False, function="", source_length=0)  # noqa: PLW2901
            position += run.length
            if last is None:
                last = run
            elif (
                last.site is run.site
                and last.kind == run.kind
                and last.function == run.function
                and not (last.is_whole or run.is_whole)
                and last.path == run.path
                and (last.offset + last.length == run.offset or run.kind in UNPLACED)
            ):
                last = last._replace(length=last.length + run.length)
            else:
                yield last
                last = run
        if last is not None:
            yield last

    def _source(self, run: Run) -> str | None:
        """Give the text that the run's offset counts in."""
        match run.kind:
            case "text":
                return run.site.unit.text
            case "file":
                return self.file_text(run.file)
            case "value":
                value = self.value_at(run.path)
                return value if isinstance(value, str) else None
            case _:
                return None

    def file_text(self, shown: str) -> str:
        """Give the text of a file that a template read: the very object that it got."""
        return self._read_files[shown].text

    def value_at(self, path: Path | None) -> Any:
        """Give what stands at a path from the outermost chart's dot; None where there is nothing."""
        value: Value = self._inputs.context
        for part in path or ():
            if isinstance(value, dict):
                value = plain_get(value, part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def text_runs(self, text: str, start: int, end: int, site: Site) -> list[Run]:
        """Give the runs of a part of a text object that a run made."""
        runs: list[Run] = []
        self._follow(text, start, end, site, runs)
        return runs

    # --- frames ------------------------------------------------------------------------------------------

    def _follow_pieces(
        self,
        unit: Unit,
        pieces: list[Any],
        dot: Any,
        parent: Site | None,
        low: int,
        high: int,
        tpl_text: str | None,
        runs: list[Run],
    ) -> None:
        ends = self._frame_ends(pieces)
        for number in range(bisect_left(ends, low), len(ends)):
            index = 2 * number
            text = pieces[index + 1]
            position = ends[number]
            start = position - len(text)
            if start > high:
                break
            offset = pieces[index]
            if offset.__class__ is Hole:
                site = Site(unit, pieces, index, offset.offset, dot, parent, tpl_text)
                runs.append(Run(0, "hole", site))
            if not text or position <= low or start >= high:
                continue
            site = Site(unit, pieces, index, offset, dot, parent, tpl_text)
            first, last = max(low - start, 0), min(high - start, len(text))
            at = unit.start + offset
            if unit.text.startswith("{{", at):
                self._follow(text, first, last, site, runs)
                continue
            at += _lead(unit.text, at) + first
            if tpl_text is None or parent is None:
                runs.append(Run(last - first, "text", site, at))
            else:
                # The text of a tpl is itself the work of somebody: a value, or another template.
                self._follow(tpl_text, at, at + last - first, parent, runs)

    def _frame_ends(self, pieces: list[Any]) -> list[int]:
        """Give where each piece of a frame ends in its text."""
        ends = self._ends.get(id(pieces))
        if ends is None:
            ends = self._ends[id(pieces)] = list(accumulate(map(len, pieces[1::2])))
        return ends

    # --- objects -----------------------------------------------------------------------------------------

    def _follow(self, text: str, low: int, high: int, site: Site, runs: list[Run]) -> None:
        """Follow the characters `low` to `high` of a text that arrived at `site`."""
        entry = self._derivations.get(id(text))
        if entry is None:
            self._leaf(text, low, high - low, site, runs)
            return
        operation = entry[1]
        if operation == "frame":
            self._follow_pieces(entry[2], entry[3], entry[4], site, low, high, None, runs)
        elif operation == "tpl":
            self._follow_tpl(entry, low, high, site, runs)
        else:
            self._follow_parts(entry, low, high, site, runs)

    def _follow_tpl(self, entry: tuple[Any, ...], low: int, high: int, site: Site, runs: list[Run]) -> None:
        result, _operation, unit, pieces, dot, text = entry
        raw = "".join(pieces[1::2])
        if raw == result:
            self._follow_pieces(unit, pieces, dot, site, low, high, text, runs)
            return
        inner: list[Run] = []
        self._follow_pieces(unit, pieces, dot, site, 0, len(raw), text, inner)
        runs += slice_runs(without_no_values(inner, raw), low, high)

    def _follow_parts(self, entry: tuple[Any, ...], low: int, high: int, site: Site, runs: list[Run]) -> None:
        result, operation = entry[0], entry[1]
        if operation == "b64enc":
            self._follow_base64(entry[2], low, high, site, runs)
            return
        if operation == "b64dec":
            encoded = self._derivations.get(id(entry[2]))
            if encoded is not None and encoded[1] == "b64enc" and encoded[2] == result:
                self._follow(encoded[2], low, high, site, runs)
                return
        key = id(result)
        if key in self._parts:
            parts = self._parts[key]
        else:
            saved = self._trace.saved
            if saved:
                entry = (*entry[:2], *(put_back(operand, saved) for operand in entry[2:]))
            found = parts_of(entry)
            parts = None if found is None else (found, list(accumulate(part.length for part in found)))
            self._parts[key] = parts
        if parts is None:
            runs.append(Run(high - low, "computed", site, function=operation))
            return
        ends = parts[1]
        for number in range(bisect_right(ends, low), len(ends)):
            part = parts[0][number]
            start = ends[number] - part.length
            if start >= high:
                break
            first, last = max(low - start, 0), min(high - start, part.length)
            self._follow_part(part, first, last, operation, site, runs, result)

    def _follow_base64(self, text: str, low: int, high: int, site: Site, runs: list[Run]) -> None:
        """Base64 writes four characters for three bytes: each stands for what its bytes come from."""
        inner: list[Run] = []
        self._follow(text, 0, len(text), site, inner)
        encoded: list[Run] = []
        total = 4 * -(-len(text.encode("utf-8", "surrogateescape")) // 3)
        characters = read = written = 0
        for run in inner:
            read += len(text[characters : characters + run.length].encode("utf-8", "surrogateescape"))
            characters += run.length
            end = min(-(-4 * read // 3), total)
            if end > written:
                encoded.append(run.transformed(end - written, "b64enc"))
                written = end
        if encoded and written < total:
            encoded[-1] = encoded[-1]._replace(length=encoded[-1].length + total - written)
        runs += slice_runs(encoded, low, high)

    def _follow_part(
        self, part: Part, first: int, last: int, operation: str, site: Site, runs: list[Run], result: str
    ) -> None:
        length = last - first
        operand = part.operand
        if part.is_key:
            self._key(part, first, length, operation, site, runs)
        elif part.holder is not None and not is_distinct(operand):
            self._entry(part, length, operation, site, runs)
        elif part.is_escape:
            self._follow_whole(operand, part.offset, part.offset + 1, length, operation, site, runs)
        elif part.is_changed:
            inner = self.text_runs(operand, part.offset + first, part.offset + last, site)
            runs += [run.transformed(run.length, operation) for run in inner]
        elif part.is_whole:
            if isinstance(operand, str) and id(operand) in self._derivations:
                self._follow_whole(operand, 0, len(operand), length, operation, site, runs)
            else:
                self._leaf(operand, 0, length, site, runs, is_whole=True, function=operation)
        elif operand is None:
            runs.append(Run(length, "inserted", site, function=operation))
        elif operand is result:
            self._leaf(operand, part.offset + first, length, site, runs)
        else:
            self._follow(operand, part.offset + first, part.offset + last, site, runs)

    def _follow_whole(
        self, text: str, start: int, end: int, length: int, operation: str, site: Site, runs: list[Run]
    ) -> None:
        """Characters that stand for a piece of text: that piece's origin if it has one, else the action."""
        found = self.text_runs(text, start, end, site)
        inner = [run for run in found if run.kind != "inserted" and run.length]
        if len(inner) == 1:
            runs.append(inner[0].transformed(length, operation))
        else:
            runs.append(Run(length, "computed", site, function=operation))

    def _follow_slice(self, found: Slice, offset: int, length: int, site: Site, runs: list[Run]) -> None:
        """Follow `length` characters from `offset` on of a piece that was read from a text."""
        if found.offsets is None:
            self._follow(found.text, found.start + offset, found.start + offset + length, site, runs)
            return
        for start, end, is_changed in found.stretches(offset, offset + length):
            if is_changed:
                self._follow_whole(found.text, start, end, 1, "fromYaml", site, runs)
            else:
                self._follow(found.text, start, end, site, runs)

    def _entry(self, part: Part, length: int, operation: str, site: Site, runs: list[Run]) -> None:
        """A boolean, number or letter that stands in a map or list: the holder says where."""
        path = self._index.entry_path(part.holder, part.entry, part.operand)
        if path is not None:
            runs.append(Run(length, "value", site, path=path, is_whole=True))
            return
        found = self._taken_apart.find_entry(part.holder, part.entry, part.operand)
        if found is not None:
            self._follow_whole(found.text, found.start, found.end, length, operation, site, runs)
        else:
            runs.append(self._named(part.operand, 0, length, site, operation))

    def _key(self, part: Part, first: int, length: int, operation: str, site: Site, runs: list[Run]) -> None:
        """A key of a map that was emitted: of the values, of a text taken apart, or of the template."""
        key = part.operand
        offset = part.offset + first
        is_whole = part.is_whole or part.is_escape
        path = self._index.path(part.holder)
        path = self._index.key_path(key) if path is None else (*path, part.entry)
        if path is not None:
            runs.append(Run(length, "key", site, 0 if is_whole else offset, path, is_whole))
            return
        found = self._taken_apart.find_key(part.holder, key)
        if found is not None and not found.is_whole and not is_whole:
            self._follow_slice(found, offset, length, site, runs)
        elif found is not None:
            self._follow_whole(found.text, found.start, found.end, length, operation, site, runs)
        elif self._is_constant(key, site):
            runs.append(Run(length, "constant", site, function=operation))
        else:
            runs.append(Run(length, "computed", site, function=operation))

    # --- leaves ------------------------------------------------------------------------------------------

    def _leaf(
        self,
        value: Any,
        offset: int,
        length: int,
        site: Site,
        runs: list[Run],
        *,
        is_whole: bool = False,
        function: str = "",
    ) -> None:
        """An object that no function made: one of the values, a piece of a text, a constant."""
        paths = self._index.paths(value)
        if paths:
            path = paths[0]
            if len(paths) > 1:
                named = {read.path for read in self.scopes.reads(site)}
                path = next((candidate for candidate in paths if candidate in named), path)
            runs.append(Run(length, "value", site, offset, path, is_whole or not isinstance(value, str)))
            return
        path = self._index.key_path(value)
        if path is not None:
            runs.append(Run(length, "key", site, offset, path, is_whole))
            return
        file = self._files.get(id(value))
        if file is not None:
            runs.append(Run(length, "file", site, offset, None, is_whole, function, file=file))
            return
        found = self._taken_apart.find(value)
        if found is None:
            runs.append(self._named(value, offset, length, site, function))
        elif is_whole or found.is_whole:
            self._follow_whole(found.text, found.start, found.end, length, function, site, runs)
        else:
            self._follow_slice(found, offset, length, site, runs)

    def _named(self, value: Any, offset: int, length: int, site: Site, function: str) -> Run:
        """A value without identity (a boolean, one letter): the one that the action names, if it is one."""
        if self.scopes.hands_on(site):
            found = {
                (read.path, read.is_key)
                for read in self.scopes.reads(site)
                if read.path is not None
                and (read.value is value or _is_printed(value, read.value))
                and self._still_stands(read)
            }
            if len(found) == 1:
                path, is_key = found.pop()
                return Run(length, "key" if is_key else "value", site, offset, path, is_whole=True)
        if self._is_constant(value, site):
            return Run(length, "constant", site, function=function)
        return Run(length, "computed", site, function=function or self._last_function(site))

    def _still_stands(self, read: Read) -> bool:
        """Tell whether a value is what the user wrote there, and nothing that a template put in its place."""
        if read.path is None or read.is_key or read.path[0] != "Values":
            return True
        written = self.value_at(read.path)
        return written is read.value or (written.__class__ is read.value.__class__ and written == read.value)

    @cached_property
    def _files(self) -> dict[int, str]:
        """Paths to show of the files that templates read, by the identity of their text and bytes."""
        found: dict[int, str] = {}
        for files in self._all_files():
            for file in files.read_files():
                self._read_files[file.display_path] = file
                for content in file.contents:
                    found[id(content)] = file.display_path
        return found

    def _all_files(self) -> Iterator[Files]:
        contexts = {id(template.context): template.context for template in self._inputs.templates}
        for context in contexts.values():
            files = plain_get(context, "Files")
            if isinstance(files, Files):
                yield files

    @cached_property
    def _taken_apart(self) -> TakenApart:
        return self._trace.taken_apart()

    def _is_constant(self, value: Any, site: Site) -> bool:
        """Tell whether the object is a string written in a template that took part.

        One letter is an object that all of CPython shares: there the action's own constants are compared.
        """
        if not isinstance(value, str):
            return False
        if is_distinct(value):
            return self._program.has_constant(value)
        pipeline = self.scopes.pipeline(site)
        return pipeline is not None and any(
            isinstance(node, nodes.String) and value in node.value for node in walk(pipeline)
        )

    def _last_function(self, site: Site) -> str:
        names = self.scopes.functions(site)
        return names[-1] if names else ""


def _is_printed(text: Any, value: Any) -> bool:
    """Tell whether `text` is what an action prints for `value`: a number, a boolean or one letter."""
    if not isinstance(text, str) or value is None or isinstance(value, dict | list):
        return False
    return text == print_value(value)


def _lead(text: str, start: int) -> int:
    """Give how many characters the tag in front trimmed off the text that starts here."""
    if not text.startswith("-}}", start - 3) or start < 3:
        return 0
    position = start
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position - start
