"""A failed action leaves a hole in the map, where its text would stand; around it origins stay exact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.diagnostics.model import Place
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.render.rendering import Rendering

MARK = re.compile("<([a-z])>")
LAYOUTS = (
    "before <a> after\n",
    "<a>",
    "<a><b>text<c>",
    "x: {{- /* trimmed */ -}} <a> {{- .Values.name }}\n",
    '{{ define "part" }}one: <a>\ntwo: {{ .Values.name }}<b>\n{{ end }}{{ include "part" . | nindent 4 }}<c>',
    '{{ define "part" }}[<a>]{{ end }}{{ include "part" . }}{{ include "part" . }}',
    """{{ define "in" }}({{ .Values.name }}<a>){{ end }}{{ define "out" }}
{{ include "in" . | indent 2 }}
<b>!{{ end }}{{ include "out" . | nindent 2 | quote }}""",
    "{{ range .Values.list }}- {{ . }}<a>\n{{ end }}{{ with .Values.name }}{{ . }}<b>.{{ end }}",
    '{{ printf "%s|%s" (tpl .Values.call .) .Values.name }}<a>',
    "{{ tpl `{{ .Values.name }}<a>; <b>` . | upper }}",
    "{{ .Values.none.text }} <no value> <a> {{ .Values.missing }}<b>",
)


def render(folder: Path, text: str, call: str = "{{ .Values.name }}") -> Rendering:
    """Render one template."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n", "utf-8")
    (folder / "values.yaml").write_text(
        f"name: unique\nlist: [first, second]\nnone: {{}}\ncall: '{call}'\n", "utf-8"
    )
    (folder / "templates" / "a.yaml").write_text(text, "utf-8")
    inputs = prepare(read_chart(folder), {}, Release(), make_capabilities())
    return Engine().render(inputs, lambda: Context(seed=1))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_holes_are_where_the_text_would_stand(tmp_path: Path, layout: str) -> None:
    marked = render(tmp_path, MARK.sub(r"«\1»", layout)).templates["demo/templates/a.yaml"]
    failing = MARK.sub(r'{{ fail "\1" }}', layout)
    rendering = render(tmp_path, failing)
    text = rendering.templates["demo/templates/a.yaml"]
    holes = rendering.source_map.holes("demo/templates/a.yaml")
    made = ""
    last = 0
    for hole in holes:
        made += f"{text[last : hole.offset]}«{hole.message}»"
        last = hole.offset
        source = failing.split("\n")[hole.place.line - 1][hole.place.column - 1 :]
        assert source.startswith((f'{{{{ fail "{hole.message}" }}}}', "{{ tpl `"))
    made += text[last:]
    assert made.lower() == marked.lower()
    assert len(rendering.problems) == len(set(MARK.findall(layout)))
    for origin in rendering.source_map.origins("demo/templates/a.yaml"):
        if origin.value_offset is not None:
            assert text[origin.start : origin.end] in ("unique", "first", "second")


def test_a_hole_in_a_value_that_tpl_runs_is_in_the_values_file(tmp_path: Path) -> None:
    call = '{{ .Values.name }}: {{ fail "no" }}!'
    rendering = render(tmp_path, "a\n{{ tpl .Values.call . | nindent 2 }}", call)
    assert rendering.templates == {"demo/templates/a.yaml": "a\n\n  unique: !"}
    (hole,) = rendering.source_map.holes("demo/templates/a.yaml")
    line = f"call: '{call}'"
    assert hole.offset == len("a\n\n  unique: ")
    assert hole.message == "no"
    values = f"{tmp_path.as_posix()}/values.yaml"
    assert hole.place == Place(values, 4, line.index("{{ fail") + 1, 4, line.index("!") + 1)
    assert [call.text for call in hole.stack] == ["{{ tpl .Values.call . | nindent 2 }}"]
    origin = rendering.source_map.at("demo/templates/a.yaml", 6)
    assert origin is not None
    assert origin.value is not None
    assert origin.value.path == ("Values", "name")
    assert origin.place == Place(values, 4, line.index("{{") + 1, 4, line.index(":", 5) + 1)
