"""Values without identity (booleans) are told apart by what dot and the variables were at their action."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quarterdeck.render.rendering import Rendering

VALUES = "a: true\nb: true\nc: true\nmap: {one: true, two: true}\nlist: [true, true]\nlong: [LONG]\n"
FILE = "demo/templates/a.yaml"


def render(folder: Path, template: str, length: int = 0) -> Rendering:
    """Render one template; `.Values.long` is a list of so many items."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n", "utf-8")
    (folder / "values.yaml").write_text(VALUES.replace("LONG", ", ".join(["true"] * length)), "utf-8")
    (folder / "templates" / "a.yaml").write_text(template, "utf-8")
    inputs = prepare(read_chart(folder), {}, Release(), make_capabilities())
    rendering = Engine().render(inputs, lambda: Context(seed=1))
    assert not rendering.problems
    return rendering


@pytest.mark.parametrize(
    ("template", "paths"),
    [
        ("{{ .Values.b }}", "b"),
        ("{{ $v := .Values.a }}{{ $v }}{{ $v = .Values.b }}{{ $v }}", "a b"),
        ("{{ $v := .Values.a }}{{ if true }}{{ $v = .Values.b }}{{ end }}{{ $v }}", "b"),
        ("{{ $v := .Values.a }}{{ if true }}{{ $v := .Values.b }}{{ $v }}{{ end }}{{ $v }}", "b a"),
        (
            "{{ $v := .Values.a }}{{ range .Values.list }}{{ $v }}{{ $v = $.Values.b }}{{ end }}{{ $v }}",
            "a b b",
        ),
        (
            "{{ $v := .Values.a }}{{ range list 1 2 }}{{ $w := $v }}{{ $v = $.Values.c }}{{ $w }}{{ end }}",
            "a c",
        ),
        (
            "{{ with .Values.map }}{{ .two }}{{ with .one }}{{ . }}{{ end }}{{ .one }}{{ end }}",
            "map.two map.one map.one",
        ),
        ("{{ range .Values.list }}{{ . }}{{ end }}", "list.0 list.1"),
        ("{{ range $i, $e := .Values.list }}{{ $e }}{{ end }}", "list.0 list.1"),
        ("{{ range $k, $e := .Values.map }}{{ $e }}{{ end }}", "map.one map.two"),
        (
            "{{ if $v := .Values.a }}{{ $v }}{{ end }}{{ if not true }}{{ else }}{{ .Values.c }}{{ end }}",
            "a c",
        ),
        ("{{ with $v := .Values.c }}{{ . }}{{ $v }}{{ end }}", "c c"),
        ("{{ $m := .Values.map }}{{ $m.two }}{{ range $m }}{{ $m.one }}{{ end }}", "map.two map.one map.one"),
    ],
)
def test_a_boolean_is_the_one_that_the_action_names(tmp_path: Path, template: str, paths: str) -> None:
    rendering = render(tmp_path, template.replace("}}{{", "}} {{"))
    found: list[str] = []
    for origin in rendering.source_map.origins(FILE):
        if origin.kind != "text":
            assert origin.kind == "value"
            assert origin.value is not None
            found.append(".".join(map(str, origin.value.path[1:])))
    assert " ".join(found) == paths


def test_work_grows_with_the_length_of_a_loop_and_not_with_its_square(tmp_path: Path) -> None:
    template = "{{ range .Values.long }}{{ $v := . }}- {{ $v }}: {{ $.Values.a }}\n{{ end }}"
    calls: list[int] = []
    for index, length in enumerate((500, 4_000)):
        rendering = render(tmp_path / str(index), template, length)
        with counted_calls() as count:
            runs = rendering.source_map.runs(FILE)
        calls.append(count[0])
        assert len(runs) >= 4 * length
    assert calls[1] < 12 * calls[0]


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Count calls, of functions and of what is built in, in a list of one."""
    count = [0]

    def note(_frame: object, event: str, _argument: object) -> None:
        count[0] += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(None)
