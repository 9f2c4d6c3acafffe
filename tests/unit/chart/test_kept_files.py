"""Charts that are read again share what did not change, and equal files share their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.archive import UnpackBudget, pack_archive
from quarterdeck.chart.assemble import Assembler, ChartSource
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart, read_chart_files
from quarterdeck.chart.model import Chart, ChartFile
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.chart.problems import NOT_UTF8
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "# " + "x" * 2_000 + "\n"
SUB = {
    "Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "templates/b.yaml": "b: {{ .Values.b }}\n",
}
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "values.yaml": "a: 1\n",
    "templates/a.yaml": LONG,
    "templates/same.yaml": LONG,
    "files/one.txt": LONG,
    "files/two.txt": LONG,
    "charts/sub/Chart.yaml": SUB["Chart.yaml"],
    "charts/sub/values.yaml": "b: 2\n",
    "charts/sub/templates/b.yaml": SUB["templates/b.yaml"],
    "charts/sub/charts/deep/Chart.yaml": "apiVersion: v2\nname: deep\nversion: 1.0.0\n",
    "charts/sub/charts/deep/templates/d.yaml": "{{ .Values.d }}\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def packed(version: str) -> bytes:
    texts = {**SUB, "Chart.yaml": f"apiVersion: v2\nname: packed\nversion: {version}\n"}
    return pack_archive("packed", [ChartFile(path, text.encode(), path) for path, text in texts.items()])


def everything(chart: Chart) -> Iterator[object]:
    """Give all that a chart is made of, sub-charts' after its own."""
    yield (chart.path, chart.name, chart.metadata, chart.manifest, chart.source, chart.location)
    yield [(file.path, file.data, file.text, file.display_path) for file in (*chart.templates, *chart.files)]
    yield (chart.renderable, chart.values, chart.values_without_nulls, chart.problems, chart.lock)
    for sub in chart.dependencies:
        yield from everything(sub)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("values.yaml", "a: [1\n"),
        ("templates/a.yaml", "other\n"),
        ("charts/sub/values.yaml", "b: [\n"),
        ("charts/sub/Chart.yaml", "name: other\n"),
        ("charts/sub/charts/deep/templates/d.yaml", "other\n"),
        ("charts/sub/charts/deep/new.txt", "new\n"),
        ("charts/third/Chart.yaml", "apiVersion: v2\nname: third\nversion: 1.0.0\n"),
    ],
)
def test_a_chart_that_is_made_again_is_what_it_would_be_if_made_for_the_first_time(
    tmp_path: Path, path: str, text: str
) -> None:
    write(tmp_path, FILES)
    (tmp_path / "charts/packed.tgz").write_bytes(packed("1.0.0"))
    before = read_chart(tmp_path)
    again = read_chart(tmp_path, overlay={path: text}, previous=before)
    assert list(everything(again)) == list(everything(read_chart(tmp_path, overlay={path: text})))
    assert list(everything(before)) == list(everything(read_chart(tmp_path)))
    (tmp_path / "charts/packed.tgz").write_bytes(packed("2.0.0"))
    changed = read_chart(tmp_path, previous=before)
    assert [sub.manifest.version for sub in changed.dependencies] == ["2.0.0", "1.0.0"]


def test_sub_charts_without_changes_are_not_made_again(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    before = read_chart(tmp_path)
    again = read_chart(tmp_path, overlay={"values.yaml": "a: 2\n"}, previous=before)
    assert again.dependencies[0].manifest is before.dependencies[0].manifest
    assert again.manifest is not before.manifest


def test_what_a_kept_archive_unpacked_to_counts_for_those_after_it(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "charts/packed.tgz").write_bytes(packed("1.0.0"))
    files = read_chart_files(str(tmp_path), {})
    source = ChartSource(kind="folder", location=tmp_path, display_path=str(tmp_path), fallback_name="demo")
    plenty = UnpackBudget()
    before = Assembler(plenty).assemble_root(files, source)
    size = UnpackBudget().remaining - plenty.remaining
    assert size > 0
    for left in (size - 1, size):
        first, second = UnpackBudget(left), UnpackBudget(left)
        fresh = Assembler(first).assemble_root(files, source)
        again = Assembler(second, before).assemble_root(files, source)
        assert list(everything(again)) == list(everything(fresh))
        assert first.remaining == second.remaining


def test_equal_files_share_their_content_until_a_template_reads_one(tmp_path: Path) -> None:
    template = '{{ .Files.Get "files/two.txt" }}{{ .Files.GetBytes "files/one.txt" | toString }}'
    text = LONG + "y"
    write(tmp_path, {**FILES, "templates/a.yaml": template, "files/one.txt": text, "files/two.txt": text})
    chart = read_chart(tmp_path)
    one, two = chart.files
    assert one.data is two.data
    inputs = prepare(chart, {}, Release(), make_capabilities())
    rendering = Engine().render(inputs, lambda: Context(seed=1))
    origins = rendering.source_map.origins("demo/templates/a.yaml")
    assert [origin.place.path.rpartition("/")[2] for origin in origins] == ["two.txt", "one.txt"]
    assert one.data is not two.data
    assert one.text == two.text == text


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    data = b"\xff" + LONG.encode()
    for name in ("templates/bad.yaml", "templates/worse.yaml"):
        (tmp_path / name).write_bytes(data)
    chart = read_chart(tmp_path)
    assert [file.data for file in chart.templates if file.path.endswith(("bad.yaml", "worse.yaml"))] == [
        data
    ] * 2
    assert [one.code for one in chart.problems] == [NOT_UTF8] * 2
    assert {file.size for file in chart.templates if "wors" in file.path} == {len(data)}
