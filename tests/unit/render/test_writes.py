"""What templates write into values holds for the rest of one rendering and for none after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from pathlib import Path


def test_values_are_put_back_when_a_template_fails_after_writing(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n", "utf-8")
    (tmp_path / "values.yaml").write_text("map: {one: first}\n", "utf-8")
    text = '{{ $_ := set .Values.map "two" "second" }}{{ toJson .Values.map }}{{ fail "no" }}'
    (tmp_path / "templates" / "a.yaml").write_text(text, "utf-8")
    engine = Engine()
    chart = read_chart(tmp_path)
    inputs = prepare(chart, {}, Release(), make_capabilities())
    engine.program(inputs).compile_all()
    rendering = engine.render(inputs, lambda: Context(seed=1))
    assert rendering.templates == {"demo/templates/a.yaml": '{"one":"first","two":"second"}'}
    assert inputs.context["Values"] == {"map": {"one": "first"}}
