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
    from quarterdeck.render.source_map import Origin, ValueRead

VERSION = 1


def file_maps(rendering: Rendering) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give name and map of each file: its text, and origins that cover it (`start`, `end` in code points)."""
    for name, text in rendering.templates.items():
        origins = [origin_to_data(origin) for origin in rendering.source_map.origins(name)]
        yield name, {"text": text, "origins": origins}


def origin_to_data(origin: Origin) -> dict[str, Any]:
    """Give one origin; fields that say nothing are left out."""
    data: dict[str, Any] = {
        "start": origin.start,
        "end": origin.end,
        "kind": origin.kind,
        "place": place_to_data(origin.place),
    }
    if origin.stack:
        data["stack"] = [
            {"template": call.template, "text": call.text, "place": place_to_data(call.place)}
            for call in origin.stack
        ]
    if origin.value is not None:
        data["value"] = value_to_data(origin.value)
        if origin.value_offset is not None:
            data["value_offset"] = origin.value_offset
    if origin.function:
        data["function"] = origin.function
    return data


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
