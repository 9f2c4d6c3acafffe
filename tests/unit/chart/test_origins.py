"""Where values come from: the layer that won, its file and line, and the layers that lost."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.chart.overrides import SetFlag, ValuesFile, ValuesInput
from quarterdeck.chart.scalar_offsets import find_source_offsets
from unit.chart.chart_folders import CHART_YAML, prepare_files

if TYPE_CHECKING:
    from pathlib import Path

CHART = f"""
-- Chart.yaml --
{CHART_YAML}dependencies:
- name: sub
  version: 1.0.0
  alias: db
  import-values:
  - data
  - child: deep
    parent: taken.over
-- values.yaml --
global:
  zone: parent
image:
  tag: one
db:
  port: 1
list:
- x: first
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/values.yaml --
port: 2
user: admin
global:
  zone: sub
  own: only-sub
exports:
  data:
    imported: from-sub
deep:
  key: value
"""


def describe(folder: Path, path: tuple[str | int, ...], user: ValuesInput | None = None) -> list[str]:
    inputs = prepare_files(folder, CHART, user)
    prefix = folder.as_posix() + "/"
    return [
        f"{one.kind} {one.path.removeprefix(prefix)}:{one.line}:{one.column} {one.value}"
        for one in inputs.origins.rank(path)
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("image", "tag"), ["chart values.yaml:4:8 one"]),
        (("list", 0, "x"), ["chart values.yaml:8:6 first"]),
        (("db", "port"), ["parent values.yaml:6:9 1.0", "chart charts/sub/values.yaml:1:7 2.0"]),
        (("db", "user"), ["chart charts/sub/values.yaml:2:7 admin"]),
        (("db", "global", "zone"), ["chart values.yaml:2:9 parent", "chart charts/sub/values.yaml:4:9 sub"]),
        (("db", "global", "own"), ["chart charts/sub/values.yaml:5:8 only-sub"]),
        (("imported",), ["import charts/sub/values.yaml:8:15 from-sub"]),
        (("taken", "over", "key"), ["import charts/sub/values.yaml:10:8 value"]),
        (("nothing",), []),
    ],
)
def test_every_layer_is_known_with_its_place(
    tmp_path: Path, path: tuple[str | int, ...], expected: list[str]
) -> None:
    assert describe(tmp_path, path) == expected


def test_files_and_flags_come_before_the_chart(tmp_path: Path) -> None:
    user = ValuesInput(
        files=(ValuesFile("a.yaml", "image:\n  tag: two\n"), ValuesFile("b.yaml", "image: {tag: three}\n")),
        flags=(SetFlag("set", "image.tag=four"),),
    )
    assert describe(tmp_path, ("image", "tag"), user) == [
        "flag command line:1:1 four",
        "file b.yaml:1:14 three",
        "file a.yaml:2:8 two",
        "chart values.yaml:4:8 one",
    ]


def test_the_key_is_known_too(tmp_path: Path) -> None:
    origin = prepare_files(tmp_path, CHART).origins.find(("db", "user"))
    assert origin is not None
    assert origin.key_place is not None
    assert (origin.key_place.line, origin.key_place.column, origin.key_place.end_column) == (2, 1, 5)
    assert origin.label.endswith("/charts/sub/values.yaml")


def test_one_character_of_a_block_is_found_in_the_file(tmp_path: Path) -> None:
    inputs = prepare_files(tmp_path, "-- values.yaml --\nscript: |\n  one\n    two\n\n  three\n")
    text = "one\n  two\n\nthree\n"
    assert inputs.values["script"] == text
    origin = inputs.origins.find(("script",))
    assert origin is not None
    place = origin.place_of(text, text.index("three") + 1)
    assert (place.line, place.column) == (5, 4)


WORDS = st.text(string.ascii_letters + " \n'\"\\\té:#", min_size=1, max_size=30)


@given(text=WORDS, style=st.sampled_from(["'", '"', "|", ">", None]))
def test_characters_of_any_scalar_are_found_in_its_source(text: str, style: str | None) -> None:
    source: str = yaml.dump({"key": text}, default_style=style, allow_unicode=True, width=20)
    _, node = yaml.compose(source).value[0]
    offsets = find_source_offsets(source[node.start_mark.index : node.end_mark.index], node.style, text)
    if offsets is None:
        assert node.style in {"|", ">"}
        return
    assert len(offsets) == len(text)
    assert offsets == sorted(offsets)
    for character, offset in zip(text, offsets, strict=True):
        written = source[node.start_mark.index + offset]
        assert written in {character, "\\"} or (character in " \n" and written in " \n")


def test_values_of_a_caller_have_no_file(tmp_path: Path) -> None:
    values: dict[str, Any] = {"image": {"tag": "mine"}}
    origin = prepare_files(tmp_path, CHART, values).origins.find(("image", "tag"))
    assert origin is not None
    assert (origin.kind, origin.path) == ("caller", "values")
