"""The source map of a rendering as plain data, for programs.

`version` is the version of this form: it rises when a field changes its meaning or goes.
docs/commands.md shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.diagnostics.model import Place
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Call, HoleMark, Origin, ValueRead

VERSION = 1


def file_maps(rendering: Rendering) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give name and map of each file: its text, origins that cover it (`start`, `end` in code points), holes.

    A hole is where an action failed; `holes` is left out where there are none.
    """
    for name, text in rendering.templates.items():
        origins = [origin_to_data(origin) for origin in rendering.source_map.origins(name)]
        data: dict[str, Any] = {"text": text, "origins": origins}
        holes = [hole_to_data(hole) for hole in rendering.source_map.holes(name)]
        if holes:
            data["holes"] = holes
        yield name, data


def origin_to_data(origin: Origin) -> dict[str, Any]:
    """Give one origin; fields that say nothing are left out."""
    data: dict[str, Any] = {
        "start": origin.start,
        "end": origin.end,
        "kind": origin.kind,
        "place": place_to_data(origin.place),
    }
    if origin.stack:
        data["stack"] = [call_to_data(call) for call in origin.stack]
    if origin.value is not None:
        data["value"] = value_to_data(origin.value)
        if origin.value_offset is not None:
            data["value_offset"] = origin.value_offset
    if origin.function:
        data["function"] = origin.function
    return data


def hole_to_data(hole: HoleMark) -> dict[str, Any]:
    """Give one hole: where its text would stand, the action that failed, and why."""
    data: dict[str, Any] = {"start": hole.offset, "place": place_to_data(hole.place), "message": hole.message}
    if hole.stack:
        data["stack"] = [call_to_data(call) for call in hole.stack]
    return data


def call_to_data(call: Call) -> dict[str, Any]:
    """Give an action on the way to a character."""
    return {"template": call.template, "text": call.text, "place": place_to_data(call.place)}


def value_to_data(value: ValueRead) -> dict[str, Any]:
    """Give a value: its path from the dot, and where the value that won is written."""
    data: dict[str, Any] = {"path": list(value.path)}
    if value.origin is not None:
        data["layer"] = value.origin.label
        data["place"] = place_to_data(value.origin.place)
    return data


def place_to_data(place: Place) -> dict[str, Any]:
    """Give a place: 1-based lines and columns in code points, the end excluded."""
    data: dict[str, Any] = {"path": place.path, "line": place.line, "column": place.column}
    if place.end_line:
        data |= {"end_line": place.end_line, "end_column": place.end_column}
    return data
