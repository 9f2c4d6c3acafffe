"""Each benchmark writes its own part of a page and leaves the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report import write_part

if TYPE_CHECKING:
    from pathlib import Path


def test_a_part_is_replaced_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_part(page, "engine", "## Engine\n\nold", head="# Page\n")
    write_part(page, "server", "## Server\n")
    before = page.read_text("utf-8")
    write_part(page, "engine", "## Engine\n\nnew\n")
    assert page.read_text("utf-8") == before.replace("old", "new")
    assert before.startswith("# Page\n\n<!-- begin: engine -->\n## Engine\n")


def test_what_people_wrote_around_a_part_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nabove\n\n<!-- begin: a -->\nx\n<!-- end: a -->\n\nbelow\n", "utf-8")
    write_part(page, "a", "y")
    assert page.read_text("utf-8") == "# Page\n\nabove\n\n<!-- begin: a -->\ny\n<!-- end: a -->\n\nbelow\n"
