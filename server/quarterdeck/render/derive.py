"""Follows characters of rendered text back to where they were written.

The run left records (docs/architecture.md, "What a run records"); here they are read. Nothing is searched for by its
text: every step goes from an object to the very objects it was made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.render.parts import Part, parts_of
from quarterdeck.render.scopes import ScopeReader, Site

if TYPE_CHECKING:
    from quarterdeck.compiler.units import Unit
    from quarterdeck.render.rendering import Frame, Rendering
    from quarterdeck.render.value_index import Path, ValueIndex

Kind = Literal["text", "value", "key", "constant", "inserted", "computed"]
"""What a character is: text of a template; part of a value; (part of) a key of the values; a constant written
in the action; put there by a function (indentation, quotes, punctuation of YAML); computed by a function from its operands."""


class Run(NamedTuple):
    """`length` characters with one origin.

    `text`: they stand at `offset` of the unit's file. `value` and `key`: `path` names the value; they are its
    characters from `offset` on, unless `is_whole` (a number, or a string written differently). `function` is what
    inserted or computed them.
    """

    length: int
    kind: Kind
    site: Site
    offset: int = 0
    path: Path | None = None
    is_whole: bool = False
    function: str = ""


NO_VALUE = "<no value>"


class Deriver:
    """Follows the characters of one rendering."""

    def __init__(self, rendering: Rendering, index: ValueIndex) -> None:
        self._derivations = rendering.derivations
        self._index = index
        self.scopes = ScopeReader(index)
        self._parts: dict[int, list[Part] | None] = {}
        self._constants: dict[Unit, frozenset[str]] = {}

    def frame_runs(self, frame: Frame) -> list[Run]:
        """Give the runs of a file's finished text, in order, covering it."""
        runs: list[Run] = []
        length = sum(map(len, frame.pieces[1::2]))
        self._follow_pieces(frame.unit, frame.pieces, frame.dot, None, 0, length, None, runs)
        text = "".join(frame.pieces[1::2])
        return _without_no_values(runs, text) if NO_VALUE in text else runs

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
        position = 0
        for index in range(0, len(pieces), 2):
            text = pieces[index + 1]
            if not text:
                continue
            start = position
            position += len(text)
            if position <= low:
                continue
            if start >= high:
                break
            offset = pieces[index]
            site = Site(unit, pieces, index, offset, dot, parent)
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

    # --- objects -----------------------------------------------------------------------------------------

    def _follow(self, text: str, low: int, high: int, site: Site, runs: list[Run]) -> None:
        """Follow the characters `low` to `high` of a text that arrived at `site`."""
        entry = self._derivations.get(id(text))
        if entry is None:
            runs.append(self._leaf(text, low, high - low, site, is_whole=False))
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
        runs += _slice(_without_no_values(inner, raw), low, high)

    def _follow_parts(self, entry: tuple[Any, ...], low: int, high: int, site: Site, runs: list[Run]) -> None:
        result, operation = entry[0], entry[1]
        key = id(result)
        if key in self._parts:
            parts = self._parts[key]
        else:
            parts = self._parts[key] = parts_of(entry)
        if parts is None:
            runs.append(Run(high - low, "computed", site, function=operation))
            return
        position = 0
        for part in parts:
            start = position
            position += part.length
            if position <= low:
                continue
            if start >= high:
                break
            first, last = max(low - start, 0), min(high - start, part.length)
            self._follow_part(part, first, last, operation, site, runs, result)

    def _follow_part(
        self, part: Part, first: int, last: int, operation: str, site: Site, runs: list[Run], result: str
    ) -> None:
        length = last - first
        operand = part.operand
        if part.key is not None:
            runs.append(self._entry(operand, part, length, operation, site))
        elif operand is None:
            runs.append(Run(length, "inserted", site, function=operation))
        elif part.is_whole:
            if isinstance(operand, str) and id(operand) in self._derivations:
                self._follow_whole(operand, length, operation, site, runs)
            else:
                runs.append(self._leaf(operand, 0, length, site, is_whole=True, function=operation))
        elif operand is result:
            runs.append(self._leaf(operand, part.offset + first, length, site, is_whole=False))
        else:
            self._follow(operand, part.offset + first, part.offset + last, site, runs)

    def _follow_whole(self, text: str, length: int, operation: str, site: Site, runs: list[Run]) -> None:
        """Characters that stand for a whole text: its origin if it has one, the action otherwise."""
        inner = [run for run in self.text_runs(text, 0, len(text), site) if run.kind != "inserted"]
        if len(inner) == 1 and inner[0].kind in ("value", "key"):
            runs.append(inner[0]._replace(length=length, offset=0, is_whole=True))
        else:
            runs.append(Run(length, "computed", site, function=operation))

    def _entry(self, container: Any, part: Part, length: int, operation: str, site: Site) -> Run:
        """A key, or a scalar without identity, of a map that was emitted."""
        path = self._index.path(container)
        kind: Kind = "value" if part.is_whole else "key"
        if path is None:
            return Run(length, "inserted" if kind == "key" else "computed", site, function=operation)
        return Run(length, kind, site, path=(*path, part.key), is_whole=True)  # type: ignore[arg-type]

    # --- leaves ------------------------------------------------------------------------------------------

    def _leaf(
        self, value: Any, offset: int, length: int, site: Site, *, is_whole: bool, function: str = ""
    ) -> Run:
        paths = self._index.paths(value)
        if paths:
            path = paths[0]
            if len(paths) > 1:
                named = {read.path for read in self.scopes.reads(site)}
                path = next((candidate for candidate in paths if candidate in named), path)
            return Run(length, "value", site, offset, path, is_whole or not isinstance(value, str))
        return self._named(value, offset, length, site, function)

    def _named(self, value: Any, offset: int, length: int, site: Site, function: str) -> Run:
        """A value without identity (a boolean, one letter, a key): the one that the action names, if it is one."""
        if self.scopes.hands_on(site):
            found: set[tuple[Path, bool]] = set()
            for read in self.scopes.reads(site):
                if read.path is None:
                    continue
                is_it = read.value is value or (
                    isinstance(value, str) and value == _printed(read.value)
                )
                if is_it:
                    found.add((read.path, read.is_key))
            if len(found) == 1:
                path, is_key = found.pop()
                return Run(length, "key" if is_key else "value", site, offset, path, is_whole=True)
        if isinstance(value, str) and value in self._constants_of(site.unit):
            return Run(length, "constant", site, function=function)
        return Run(length, "computed", site, function=function or self._last_function(site))

    def _constants_of(self, unit: Unit) -> frozenset[str]:
        known = self._constants.get(unit)
        if known is None:
            known = self._constants[unit] = frozenset(
                node.value
                for base_statements in unit.parts
                for statement in base_statements[1]
                for node in walk(statement)
                if isinstance(node, nodes.String)
            )
        return known

    def _last_function(self, site: Site) -> str:
        pipeline = self.scopes.pipeline(site)
        if pipeline is None:
            return ""
        names = [node.name for node in walk(pipeline) if isinstance(node, nodes.Identifier)]
        return names[-1] if names else ""


def _printed(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _lead(text: str, start: int) -> int:
    """Give how many characters the tag in front trimmed off the text that starts here."""
    if not text.startswith("-}}", start - 3) or start < 3:
        return 0
    position = start
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position - start


def _without_no_values(runs: list[Run], text: str) -> list[Run]:
    """Cut out what Helm removes from a finished text: every `<no value>`, wherever it came from."""
    kept: list[Run] = []
    start = 0
    while True:
        found = text.find(NO_VALUE, start)
        kept += _slice(runs, start, len(text) if found < 0 else found)
        if found < 0:
            return kept
        start = found + len(NO_VALUE)


def _slice(runs: list[Run], low: int, high: int) -> list[Run]:
    """Give the runs of the characters `low` to `high`."""
    cut: list[Run] = []
    position = 0
    for run in runs:
        start = position
        position += run.length
        if position <= low or start >= high:
            continue
        first, last = max(low - start, 0), min(high - start, run.length)
        offset = run.offset if run.is_whole else run.offset + first
        cut.append(run._replace(length=last - first, offset=offset))
    return cut
