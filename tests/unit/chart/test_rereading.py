"""A folder that is read again: only what changed is read, and nothing that changed is missed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart import files_on_disk
from quarterdeck.chart.files_on_disk import FileSet
from quarterdeck.chart.load import read_chart_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    for path, text in {
        "Chart.yaml": "name: x\n",
        "templates/a.yaml": "a: 1\n",
        "values.yaml": "b: 1\n",
    }.items():
        (tmp_path / path).write_text(text)
        _make_old(tmp_path / path)
    return tmp_path


def _make_old(file: Path) -> None:
    os.utime(file, ns=(10**18, 10**18))


def _again(chart: Path, before: FileSet, monkeypatch: pytest.MonkeyPatch) -> tuple[FileSet, list[str]]:
    """Read the folder again as if time had gone by; give it with the paths of the files that were read."""
    opened: list[str] = []
    read_file = files_on_disk._FolderReader._read_file

    def note(self: files_on_disk._FolderReader, path: str, file: str) -> bytes | None:
        opened.append(path)
        return read_file(self, path, file)

    with monkeypatch.context() as patch:
        patch.setattr(files_on_disk._FolderReader, "_read_file", note)
        patch.setattr(files_on_disk, "_UNSETTLED", -(10**12))  # all files count as written long ago
        found = read_chart_files(chart.as_posix(), {}, previous=before)
    return found, opened


@pytest.fixture
def settled(chart: Path, monkeypatch: pytest.MonkeyPatch) -> FileSet:
    return _again(chart, FileSet(), monkeypatch)[0]


def _texts(found: FileSet) -> dict[str, str]:
    return {file.path: file.text for file in found.files}


def test_what_did_not_change_is_not_read(
    chart: Path, settled: FileSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, opened = _again(chart, settled, monkeypatch)
    assert opened == []
    assert found.files == settled.files, "the very same objects"
    (chart / "values.yaml").write_text("b: 2\n")
    found, opened = _again(chart, found, monkeypatch)
    assert opened == ["values.yaml"]
    assert _texts(found)["values.yaml"] == "b: 2\n"


def test_same_size_and_time_are_noticed_by_the_time_of_the_change(
    chart: Path, settled: FileSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    (chart / "values.yaml").write_text("b: 9\n")
    _make_old(chart / "values.yaml")
    found, opened = _again(chart, settled, monkeypatch)
    assert opened == ["values.yaml"]
    assert _texts(found)["values.yaml"] == "b: 9\n"


def test_a_file_that_was_just_written_is_read_each_time(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_chart_files(chart.as_posix(), {})
    assert found.stamps == {}, "the clock of the file system may not have moved on since"
    assert sorted(_again(chart, found, monkeypatch)[1]) == ["Chart.yaml", "templates/a.yaml", "values.yaml"]


def test_files_come_and_go(chart: Path, settled: FileSet, monkeypatch: pytest.MonkeyPatch) -> None:
    (chart / "templates/a.yaml").unlink()
    (chart / "templates/b.yaml").write_text("b: 1\n")
    found, opened = _again(chart, settled, monkeypatch)
    assert opened == ["templates/b.yaml"]
    assert list(_texts(found)) == ["Chart.yaml", "templates/b.yaml", "values.yaml"]


def test_an_open_text_is_not_taken_for_what_the_disk_holds(
    chart: Path, settled: FileSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = settled.with_texts({"values.yaml": "b: 3\n"})
    assert edited is not None
    found, opened = _again(chart, edited, monkeypatch)
    assert opened == ["values.yaml"]
    assert _texts(found)["values.yaml"] == "b: 1\n"
