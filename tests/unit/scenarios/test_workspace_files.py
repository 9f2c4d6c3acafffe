"""The disk below some folders, and nothing else of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from quarterdeck.scenarios.workspace_files import MAX_TEXT_SIZE, DiskFiles, find_inside

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "w"
    (root / "b").mkdir(parents=True)
    (root / "a.yaml").write_bytes(b"\xef\xbb\xbfa: \xff\n")
    (tmp_path / "outside.yaml").write_text("secret: 1\n")
    (tmp_path / "w-other").mkdir()
    (tmp_path / "w-other" / "x.yaml").write_text("secret: 1\n")
    return root


def test_texts_and_listings(root: Path) -> None:
    files = DiskFiles([str(root)])
    assert files.read_text(f"{root}/a.yaml") == "a: \udcff\n"
    assert files.list(str(root)) == (("a.yaml", False), ("b", True))
    assert files.list(f"{root}/b") == ()


def test_what_is_not_there_is_nothing(root: Path) -> None:
    files = DiskFiles([str(root)])
    assert files.read_text(f"{root}/none") is None
    assert files.read_text(f"{root}/b") is None
    assert files.read_text(f"{root}/a\0b") is None
    assert files.list(f"{root}/a.yaml") is None
    assert files.list(f"{root}/none") is None


@pytest.mark.parametrize(
    "path", ["../outside.yaml", "b/../../outside.yaml", "../w-other/x.yaml", "/etc/hostname"]
)
def test_paths_that_lead_out_are_not_read(root: Path, path: str) -> None:
    assert DiskFiles([str(root)]).read_text(os.path.join(root, path)) is None  # noqa: PTH118 - the path as it is
    assert DiskFiles([str(root)]).list(os.path.dirname(os.path.join(root, path))) is None  # noqa: PTH118, PTH120


def test_links_out_are_not_followed_and_links_inside_are(root: Path) -> None:
    (root / "out.yaml").symlink_to(root.parent / "outside.yaml")
    (root / "out").symlink_to(root.parent / "w-other")
    (root / "in.yaml").symlink_to(root / "a.yaml")
    (root / "loop").symlink_to(root / "loop")
    files = DiskFiles([str(root)])
    assert files.read_text(f"{root}/out.yaml") is None
    assert files.read_text(f"{root}/out/x.yaml") is None
    assert files.read_text(f"{root}/loop") is None
    assert files.list(f"{root}/out") is None
    assert files.read_text(f"{root}/in.yaml") == "a: \udcff\n"
    assert ("out", False) in (files.list(str(root)) or ())


def test_a_root_may_itself_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert DiskFiles([str(link)]).read_text(f"{link}/a.yaml") == "a: \udcff\n"


def test_a_file_of_100_megabytes_counts_as_not_there(root: Path) -> None:
    with (root / "huge.yaml").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    with (root / "largest.yaml").open("wb") as stream:
        stream.truncate(MAX_TEXT_SIZE)
    files = DiskFiles([str(root)])
    assert files.read_text(f"{root}/huge.yaml") is None
    assert len(files.read_text(f"{root}/largest.yaml") or "") == MAX_TEXT_SIZE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_does_not_make_us_wait(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")
    assert not DiskFiles([str(root)]).read_text(f"{root}/pipe.yaml")


def test_relative_paths_stay_inside() -> None:
    assert find_inside("/w/a", "../b/./c.yaml", ["/w"]) == "/w/b/c.yaml"
    assert find_inside("/w/a", "../../v/c.yaml", ["/w", "/v"]) == "/v/c.yaml"
    assert find_inside("/w/a", "../../w2/c.yaml", ["/w"]) is None
    assert find_inside("/w/a", "b\0", ["/w"]) is None
