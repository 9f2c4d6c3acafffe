"""Reads of a rendering: what each file looked at, and which files an edit touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, RenderInputs, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.render.reads import Change, Reads, find_changes, record_reads
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from pathlib import Path

VALUES = """
name: demo
image: {tag: one, pull: {policy: Always}}
list: [first, {key: second}]
empty: {}
text: "{{ .Values.image.tag }}"
base: &base {a: 1, b: {c: 2}}
alias: *base
"""
HELPERS = """
{{- define "tag" }}{{ .Values.image.tag }}{{ end }}
{{- define "of" }}{{ .inner.policy }}{{ end -}}
"""
CASES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("{{ .Values.name }}", ("name",), ("image", "image.tag", "new")),
    ("{{ .Values.image.tag }}", ("image", "image.tag"), ("image.pull.policy", "image.new", "name")),
    ("{{ .Values.missing }}", ("missing",), ("name",)),
    ("{{ if .Values.image }}yes{{ end }}", ("image", "image.new"), ("image.tag", "image.pull.policy")),
    ("{{ if .Values.empty }}yes{{ end }}", ("empty", "empty.new"), ("name",)),
    ("{{ toYaml .Values.image }}", ("image", "image.tag", "image.pull.policy", "image.pull.new"), ("name",)),
    ("{{ toJson .Values }}", ("name", "list.1.key", "new"), ()),
    ("{{ range .Values.list }}{{ . }}{{ end }}", ("list", "list.0", "list.1.key", "list.2"), ("name",)),
    (
        "{{ range $k, $v := .Values.image }}{{ $k }}{{ end }}",
        ("image.new", "image.tag"),
        ("image.pull.policy",),
    ),
    ('{{ include "tag" . }}', ("image.tag",), ("name", "image.pull")),
    ('{{ include "of" (dict "inner" .Values.image.pull) }}', ("image.pull.policy",), ("image.tag",)),
    ("{{ tpl .Values.text . }}", ("text", "image.tag"), ("name",)),
    ('{{ index .Values "image" "tag" }}', ("image.tag",), ("name", "image.pull.policy")),
    ("{{ index .Values.list 0 }}", ("list", "list.0"), ("list.1.key", "name")),
    ('{{ get .Values.image "tag" }}', ("image.tag",), ("image.pull.policy",)),
    ('{{ dig "pull" "policy" "" .Values.image }}', ("image.pull.policy", "image.pull"), ("image.tag",)),
    ('{{ hasKey .Values "new" }}', ("new",), ("name",)),
    ('{{ hasKey .Values.image "tag" }}', ("image.tag",), ("image.pull",)),
    ("{{ keys .Values.image | sortAlpha }}", ("image.new",), ("name",)),
    ("{{ len .Values.list }}", ("list", "list.2"), ("list.1.key", "name")),
    ('{{ (merge (dict "x" 1) .Values.image).tag }}', ("image.tag", "image.new"), ("name",)),
    ("{{ (deepCopy .Values.image).tag }}", ("image.tag", "image.pull.policy"), ("name",)),
    ("{{ kindOf .Values.image }}", ("image",), ("image.tag", "image.new")),
    ('{{ eq .Values.name "x" }}', ("name",), ("image",)),
    ("{{ .Values.image | default .Values.name }}", ("image.tag", "name"), ("list",)),
    ("{{ with .Values.alias }}{{ .b.c }}{{ end }}", ("alias.b.c", "alias"), ("name",)),
    ("{{ printf `%v` .Values.list }}", ("list.0", "list.1.key"), ("name",)),
    ("{{ first .Values.list }}", ("list.0", "list"), ("name",)),
    ("{{ has `first` .Values.list }}", ("list.0", "list"), ("name",)),
    ("{{ .Values.image.tag.no }}", ("image.tag",), ("name",)),
    ("{{ pick .Values `name` | toJson }}", ("name",), ("image.tag",)),
    ("{{ omit .Values `name` | toJson }}", ("image.tag", "new"), ()),
    ("{{ .Values.list | join `,` }}", ("list.0",), ("name",)),
    ("{{ concat .Values.list (list 1) | len }}", ("list.2", "list"), ("name",)),
    ("plain text", (), ("name", "image", "new")),
)


def render(
    folder: Path, files: dict[str, str], values: dict[str, Any] | None = None
) -> tuple[Engine, RenderInputs, Reads]:
    """Render a chart of these files, and find what it reads."""
    content = {"Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n", "values.yaml": VALUES, **files}
    for path, text in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    engine = Engine()
    inputs = prepare(read_chart(folder), values or {}, Release(), make_capabilities())
    rendering = engine.render(inputs, lambda: Context(seed=1))
    reads = record_reads(rendering, engine, lambda: Context(seed=1))
    assert all(one.is_known for one in reads.files.values())
    return engine, inputs, reads


def values_path(dotted: str) -> tuple[str | int, ...]:
    """Give the path of `list.1.key` from the dot."""
    return ("Values", *(int(part) if part.isdigit() else part for part in dotted.split(".")))


@pytest.mark.parametrize(("template", "touching", "other"), CASES)
def test_an_edit_touches_what_looks_at_the_value(
    tmp_path: Path, template: str, touching: tuple[str, ...], other: tuple[str, ...]
) -> None:
    _engine, _inputs, reads = render(tmp_path, {"templates/a.yaml": template, "templates/_h.tpl": HELPERS})
    for dotted in touching:
        # `new` keys come or go; the others get another value.
        change = Change(values_path(dotted), keeps_key="new" not in dotted)
        assert reads.touched_by(change) == {"demo/templates/a.yaml"}, dotted
    for dotted in other:
        assert reads.touched_by(Change(values_path(dotted), keeps_key=True)) == set(), dotted


def test_an_alias_is_looked_at_by_either_path(tmp_path: Path) -> None:
    _engine, _inputs, reads = render(
        tmp_path, {"templates/a.yaml": "{{ .Values.base.a }}{{ .Values.alias.b }}"}
    )
    assert reads.touched_by(Change(("Values", "base", "a"), keeps_key=True))
    assert reads.touched_by(Change(("Values", "alias", "b", "c"), keeps_key=True))


def test_a_file_that_changes_values_touches_those_after_it(tmp_path: Path) -> None:
    files = {
        "templates/c.yaml": "{{ if .Values.name }}{{ $_ := set .Values.image `tag` .Values.name }}{{ end }}",
        "templates/b.yaml": "{{ .Values.list }}",
        "templates/a.yaml": "{{ .Values.image.tag }}",
    }
    engine, inputs, reads = render(tmp_path, files)
    order = list(engine.program(inputs).files)
    assert reads.files[order[0]].may_write
    assert not reads.files[order[1]].may_write
    assert reads.touched_by(Change(("Values", "name"), keeps_key=True)) == set(order)
    assert reads.touched_by(Change(("Values", "list", 0), keeps_key=True)) == {"demo/templates/b.yaml"}
    assert inputs.values["image"]["tag"] == "one"


def test_a_file_that_would_begin_to_change_values_touches_those_after_it(tmp_path: Path) -> None:
    files = {
        "templates/b.yaml": "{{ if .Values.missing }}{{ $_ := set .Values.image `tag` `other` }}{{ end }}",
        "templates/a.yaml": "{{ .Values.image.tag }}",
    }
    _engine, _inputs, reads = render(tmp_path, files)
    assert reads.touched_by(Change(("Values", "missing"))) == {
        "demo/templates/a.yaml",
        "demo/templates/b.yaml",
    }


def test_files_and_globs_are_looked_at(tmp_path: Path) -> None:
    files = {
        "templates/a.yaml": '{{ .Files.Get "conf/a.txt" }}',
        "templates/b.yaml": '{{ (.Files.Glob "conf/*.ini").AsConfig }}',
        "templates/c.yaml": '{{ (.Files.Glob "conf/*.ini").AsConfig }}{{ .Files.Get "missing.txt" }}',
        "templates/d.yaml": "{{ range $path, $_ := .Files }}{{ $path }}{{ end }}",
        "conf/a.txt": "a",
        "conf/b.ini": "b",
    }
    _engine, _inputs, reads = render(tmp_path, files)

    def touched(path: str) -> str:
        names = reads.touched_by(Change(("Files", path)))
        return "".join(sorted(name[-len("a.yaml")] for name in names))

    assert touched("conf/a.txt") == "ad"
    assert touched("conf/b.ini") == "bcd"
    assert touched("conf/new.ini") == "bcd"
    assert touched("missing.txt") == "cd"
    assert touched("other.txt") == "d"


def test_release_and_capabilities_are_looked_at(tmp_path: Path) -> None:
    files = {
        "templates/a.yaml": "{{ .Release.Name }}",
        "templates/b.yaml": '{{ .Capabilities.APIVersions.Has "apps/v1" }}',
        "templates/c.yaml": "{{ .Chart.Version }}",
    }
    _engine, inputs, reads = render(tmp_path, files)
    for release, kube, wanted in (
        (Release(name="other"), None, {"demo/templates/a.yaml"}),
        (Release(namespace="other"), None, set[str]()),
        (Release(), "1.20.0", {"demo/templates/b.yaml"}),
    ):
        new = prepare(inputs.chart, {}, release, make_capabilities(kube))
        assert reads.touched_by_inputs(new) == wanted
    assert reads.touched_by(Change(("Chart", "Version"), keeps_key=True)) == {"demo/templates/c.yaml"}


def test_edits_of_values_and_templates_are_found_together(tmp_path: Path) -> None:
    files = {
        "templates/_h.tpl": '{{ define "h" }}one{{ end }}',
        "templates/a.yaml": '{{ include "h" . }}',
        "templates/b.yaml": "{{ .Values.name }}",
        "templates/c.yaml": "{{ .Values.image.tag }}",
    }
    _engine, inputs, reads = render(tmp_path, files)
    overlay = {"templates/_h.tpl": '{{ define "h" }}two{{ end }}', "templates/d.yaml": "new"}
    chart = read_chart(tmp_path, overlay=overlay)
    new = prepare(chart, {"name": "other"}, Release(), make_capabilities())
    assert find_changes(inputs, new) == [Change(("Values", "name"), keeps_key=True)]
    touched = reads.touched_by_inputs(new)
    assert touched == {"demo/templates/a.yaml", "demo/templates/b.yaml", "demo/templates/d.yaml"}


def test_paths_name_what_was_looked_up(tmp_path: Path) -> None:
    template = (
        "{{ .Values.image.tag }}{{ .Values.missing }}{{ len .Values.empty }}{{ join `,` .Values.list }}"
    )
    _engine, _inputs, reads = render(tmp_path, {"templates/a.yaml": template})
    assert reads.paths("demo/templates/a.yaml") == {
        ("Values", "image", "tag"),
        ("Values", "missing"),
        ("Values", "list", 0),
        ("Values", "list", 1, "key"),
        ("Values", "empty"),
    }
