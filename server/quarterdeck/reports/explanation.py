"""Explanations of rendered lines and template lines, as text for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from quarterdeck.reports.colour import Painter
from quarterdeck.reports.visible import make_visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quarterdeck.chart.origins import ValueOrigin
    from quarterdeck.diagnostics.model import Place
    from quarterdeck.render.explain import RankedValue, RenderedPlace, Segment

_LONGEST: Final = 72
_KINDS: Final = {
    "text": "text of a template",
    "value": "a value",
    "key": "a key of the values",
    "file": "text of a file that the template reads",
    "constant": "a constant in an action",
    "inserted": "put in by a function",
    "computed": "computed by a function",
}


class ExplanationText:
    """Prints explanations."""

    def __init__(self, *, is_coloured: bool) -> None:
        self._paint = Painter(is_coloured=is_coloured)

    def rendered(self, file: str, line: int, line_text: str, segments: Sequence[Segment]) -> str:
        """Print why a rendered line says what it says, part by part."""
        gutter = " " * (len(str(line)) + 2)
        printed = [
            self._paint(f"{file}:{line}", "bold"),
            f"{self._paint(f'  {line} │', 'dim')} {make_visible(line_text)}",
        ]
        shown = [one for one in segments if one.text.strip()] or segments
        for segment in shown:
            visible = segment.text.strip() or segment.text
            start = segment.column - 1 + segment.text.index(visible)
            mark = " " * start + self._paint("^" * max(len(visible), 1), "cyan", "bold")
            printed += [""] if segment is not shown[0] else []
            printed.append(f"{self._paint(gutter + ' │', 'dim')} {mark}")
            printed += [f"{gutter} {line}" for line in self._tree(self._facts(segment))]
        return "\n".join(printed) + "\n"

    def template(self, path: str, line: int, places: Iterable[RenderedPlace]) -> str:
        """Print what a template line becomes."""
        printed = [self._paint(f"{path}:{line}", "bold")]
        found = list(places)
        if not found:
            printed.append("  is in nothing that is rendered with these values")
        for (file, number), parts in groupby(found, key=lambda one: (one.file, one.line)):
            first = next(parts)
            how = "" if first.is_direct else self._paint("  (through what it calls)", "dim")
            where = self._paint(f"{file}:{number}:{first.column}", "cyan")
            printed.append(f"  {where}  {_short(first.line_text.strip())}{how}")
        return "\n".join(printed) + "\n"

    def _facts(self, segment: Segment) -> list[str]:
        origin = segment.origin
        what = _KINDS[origin.kind]
        if origin.function and origin.kind in {"inserted", "computed"}:
            what = what.replace("a function", f"`{origin.function}`")
        elif origin.function:
            what += f", written by `{origin.function}`"
        if origin.value is not None:
            what += f": {_path_text(origin.value.path)}"
        place = segment.place
        if origin.is_literal:  # the mark begins at what is to be seen, and so does the place
            indent = len(segment.text) - len(segment.text.lstrip())
            place = msgspec.structs.replace(place, column=place.column + indent)
        facts = [f"{what}  {self._place(place)}"]
        facts += [
            f"called by {self._paint(_short(call.text), 'dim')}  {self._place(call.place)}"
            for call in reversed(origin.stack)
        ]
        for value in segment.values:
            facts += self._layers(value)
        return facts

    def _layers(self, value: RankedValue) -> list[str]:
        name = _path_text(value.path)
        if not value.layers:
            return [f"{name} is not in any values file or flag"] if value.path[0] == "Values" else []
        winner, *losers = value.layers
        facts = [
            f"{name} = {_short(repr_value(winner))}  {self._layer(winner)}  {self._paint('wins', 'green')}"
        ]
        facts += [
            f"{self._paint(f'{name} = {_short(repr_value(one))}', 'dim')}  {self._layer(one)}  loses"
            for one in losers
        ]
        return facts

    def _layer(self, origin: ValueOrigin) -> str:
        if origin.kind in {"flag", "caller"}:
            return self._paint(origin.label, "cyan")
        return self._place(origin.place)

    def _place(self, place: Place) -> str:
        return self._paint(f"{place.path}:{place.line}:{place.column}", "cyan")

    def _tree(self, facts: Sequence[str]) -> list[str]:
        last = len(facts) - 1
        return [
            f"{self._paint('╰' if index == last else '├', 'dim')} {fact}" for index, fact in enumerate(facts)
        ]


def repr_value(origin: ValueOrigin) -> str:
    """Give a value in few characters."""
    match origin.value:
        case dict():
            return "{…}"
        case list():
            return "[…]"
        case None:
            return "null"
        case bool() as value:
            return "true" if value else "false"
        case int() as value:
            return str(value)
        case float() as value:
            return f"{value:.16g}"
        case value:
            return f'"{value}"'


def _path_text(path: Sequence[str | int]) -> str:
    return "." + ".".join(map(str, path))


def _short(text: str) -> str:
    text = make_visible(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
