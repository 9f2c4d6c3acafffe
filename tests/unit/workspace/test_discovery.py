"""Tests of which chart a file belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.workspace.buffers import OpenBuffers
from quarterdeck.workspace.discovery import find_chart_root, path_in_chart

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for chart in (
        "shop",
        "shop/charts/db",
        "shop/charts/db/charts/base",
        "shop/other/tool",
        "lonely/charts/db",
    ):
        (tmp_path / chart / "templates").mkdir(parents=True)
        (tmp_path / chart / "Chart.yaml").write_text("name: x\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "chart"),
    [
        ("shop/values.yaml", "shop"),
        ("shop/Chart.yaml", "shop"),
        ("shop/templates/deep/er/a.yaml", "shop"),
        ("shop/charts/db/templates/a.yaml", "shop"),
        ("shop/charts/db/charts/base/templates/a.yaml", "shop"),
        ("shop/charts/not-a-chart/a.yaml", "shop"),
        ("shop/other/tool/templates/a.yaml", "shop/other/tool"),
        ("lonely/charts/db/values.yaml", "lonely/charts/db"),
    ],
)
def test_a_file_belongs_to_the_outermost_chart_that_renders_it(folder: Path, file: str, chart: str) -> None:
    assert find_chart_root((folder / file).as_posix()) == (folder / chart).as_posix()


def test_a_file_above_all_charts_belongs_to_none(folder: Path) -> None:
    assert find_chart_root((folder / "notes.yaml").as_posix()) is None
    assert find_chart_root("/") is None


def test_a_path_is_inside_only_below_the_folder() -> None:
    assert path_in_chart("/shop/templates/a.yaml", "/shop") == "templates/a.yaml"
    assert path_in_chart("/shop2/a.yaml", "/shop") is None
    assert path_in_chart("/shop", "/shop") is None
    assert path_in_chart("/a.yaml", "/") == "a.yaml"


def test_open_texts_are_given_by_path_and_a_later_change_does_not_reach_them(folder: Path) -> None:
    buffers = OpenBuffers()
    path = (folder / "shop/charts/db/values.yaml").as_posix()
    opened = buffers.open(uri="file:///x", path=path, version=1, text="one")
    snapshot = buffers.by_path
    buffers.change(opened, version=2, text="two")
    assert [(key, each.text) for key, each in snapshot.items()] == [(path, "one")]
    assert buffers.by_path[path].text == "two"
    assert buffers.close(path) is not None
    assert not buffers.by_path


def test_texts_follow_a_chart_that_comes_and_goes(folder: Path) -> None:
    buffers = OpenBuffers()
    path = (folder / "shop/charts/db/values.yaml").as_posix()
    buffers.open(uri="file:///x", path=path, version=1, text="")
    (folder / "shop/Chart.yaml").unlink()
    touched = {(folder / each).as_posix() for each in ("shop", "shop/charts/db")}
    assert buffers.find_charts_again() == touched
    assert buffers.get(path).chart == (folder / "shop/charts/db").as_posix()
    assert buffers.find_charts_again() == frozenset()
