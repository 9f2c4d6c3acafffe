"""Random edits of all kinds: afterwards the server must know the text that the editor shows."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from protocol.editor import Editor, running_server
from quarterdeck.diagnostics.catalog import OUR_MISTAKE
from quarterdeck.text.edits import Unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEED = int(os.environ["QUARTERDECK_SEED"])
CHANGES = 10_000 if os.environ["QUARTERDECK_PROFILE"] == "soak" else 200
PIECES = (
    *("", "", "", "x: y", " ", "ä", "😀", "\n", "\r\n", "\u2028", "\x0c", "\x85"),
    *(
        "{{ undefinedFunction }}",
        '{{ quote "ü" }}',
        "{{ if .Values.a }}",
        "{{ end }}",
        "{{",
        "}}",
        '"',
        "{{/*",
        "*/}}",
    ),
)
START = "kind: ConfigMap\r\ndata:\n  a: {{ undefinedFunction }}\n" * 5


@pytest.mark.parametrize("unit", [Unit.UTF16, Unit.UTF8])
async def test_after_many_edits_the_findings_are_those_of_a_fresh_server(
    unit: Unit, make_chart: Callable[..., Path]
) -> None:
    chart = make_chart(**{"templates/a.yaml": "", "values.yaml": "{}\n"})
    rng = random.Random(f"{SEED} {unit}")
    async with running_server(unit) as editor, running_server(unit) as fresh:
        await editor.start(chart)
        await fresh.start(chart)
        uri = editor.open(chart / "templates/a.yaml", START)
        for _ in range(CHANGES):
            change(editor, uri, rng)
        # The last word has a finding wherever the storm left the braces.
        editor.edit(uri, (len(editor.texts[uri]), len(editor.texts[uri]), '*/}}`"\n{{ undefinedFunction }}'))
        fresh.open_uri(uri, editor.texts[uri])
        found = await editor.mistakes(uri)
        assert found == await fresh.mistakes(uri)
        codes = {each.code for shown in editor.history for each in shown.diagnostics}
        assert OUR_MISTAKE not in codes


def change(editor: Editor, uri: str, rng: random.Random) -> None:
    """Send one change of one to three edits; an edit cannot begin or end between the halves of a line end."""
    edits: list[tuple[int, int, str]] = []
    text = editor.texts[uri]
    for _ in range(rng.randint(1, 3)):
        start = whole(text, rng.randint(0, len(text)))
        end = whole(text, min(len(text), start + rng.choice((0, 0, 1, 5, 30))))
        piece = rng.choice(PIECES)
        edits.append((start, end, piece))
        text = text[:start] + piece + text[end:]
    editor.edit(uri, *edits)


def whole(text: str, offset: int) -> int:
    return offset - 1 if text[max(offset - 1, 0) : offset + 1] == "\r\n" else offset
