"""Characters of a file that a template reads are explained with their place in that file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.diagnostics.model import Place
from quarterdeck.render.engine import Engine
from quarterdeck.render.explain import explain_rendered
from quarterdeck.render.map_json import file_maps
from quarterdeck.reports.explanation import ExplanationText
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_of_a_file_is_explained_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n", "utf-8")
    (tmp_path / "conf.txt").write_text("first\nsecond: x\n", "utf-8")
    template = 'a: |{{ .Files.Get "conf.txt" | upper | nindent 2 }}\nb: {{ .Files.Get "conf.txt" | b64enc }}'
    (tmp_path / "templates" / "a.yaml").write_text(template, "utf-8")
    inputs = prepare(read_chart(tmp_path), {}, Release(), make_capabilities())
    rendering = Engine().render(inputs, lambda: Context(seed=1))
    lines = rendering.templates["demo/templates/a.yaml"].split("\n")
    segments = explain_rendered(rendering, "demo/templates/a.yaml", lines.index("  SECOND: X") + 1)
    conf = f"{tmp_path.as_posix()}/conf.txt"
    assert [(one.text, one.place) for one in segments if one.origin.kind == "file"] == [
        ("SECOND", Place(conf, 2, 1, 2, 7)),
        (": ", Place(conf, 2, 7, 2, 9)),
        ("X", Place(conf, 2, 9, 2, 10)),
    ]
    printed = ExplanationText(is_coloured=False).rendered("demo/templates/a.yaml", 3, lines[2], segments)
    assert "text of a file that the template reads" in printed
    ((_name, data),) = file_maps(rendering)
    encoded = data["origins"][-1]
    assert encoded["kind"] == "file"
    assert encoded["function"] == "b64enc"
    assert encoded["place"] == {"path": conf, "line": 1, "column": 1, "end_line": 3, "end_column": 1}
