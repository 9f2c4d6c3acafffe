"""Tests of the session by itself, with an event loop that the test turns and analyses that it holds back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.text.edits import Position, Replacement
from unit.lsp.desk import PATIENCE, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("name: shop\n")
    (tmp_path / "templates/a.yaml").write_text("")
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def begin(desk: Desk) -> None:
    assert desk.analysis.begun.acquire(timeout=PATIENCE)


def test_an_analysis_that_was_superseded_is_stopped_and_not_told(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    begin(desk)
    desk.session.change(desk.uri, 2, ["bad two"])
    begin(desk)
    desk.analysis.may_go_on.release()
    desk.turn(3)
    assert desk.analysis.cancelled == 1
    assert desk.published == [(desk.uri, 2, []), (desk.uri, 2, ["bad two"])]
    assert desk.is_idle()


def test_a_result_on_its_way_is_dropped_when_the_text_changes(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    desk.analysis.may_go_on.release()
    outcomes = [desk.next() for _ in range(3)]
    desk.session.change(desk.uri, 2, ["bad two"])
    for outcome in outcomes:
        desk.charts.take(outcome)
    assert desk.published == []
    desk.analysis.may_go_on.release()
    desk.turn(3)
    assert desk.published[-1] == (desk.uri, 2, ["bad two"])


def test_nothing_is_told_after_the_end(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    desk.analysis.may_go_on.release()
    outcome = desk.next()
    desk.session.stop()
    desk.charts.take(outcome)
    assert desk.published == []


def test_each_tier_replaces_only_its_own_findings_and_the_others_move_with_the_text(desk: Desk) -> None:
    told: list[tuple[str, int]] = []
    desk.session._publisher._tell = lambda _method, params: told.extend(
        (each.message, each.range.start.line) for each in params.diagnostics
    )
    desk.session.open(desk.uri, 1, "bad syntax\nbad value\n")
    desk.analysis.may_go_on.release()
    desk.turn(3)
    assert told[-2:] == [("bad syntax", 0), ("bad value", 1)]
    told.clear()
    desk.session.change(desk.uri, 2, [Replacement(Position(0, 0), Position(0, 0), "# one\n# two\n")])
    desk.analysis.may_go_on.release()
    desk.turn()
    assert told == [("bad syntax", 2), ("bad value", 3)], "what rendering found is not known anew yet"


def test_a_bug_in_the_analysis_ends_neither_the_thread_nor_the_session_and_is_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.analysis.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "bug")
    desk.turn()
    assert "a bug of ours" in caplog.text
    metadata = desk.uri.replace("templates/a.yaml", "Chart.yaml")
    (uri, _, (message,)), (other, _, nothing) = desk.published
    assert (uri, other, nothing) == (metadata, desk.uri, [])
    assert "a mistake of ours" in message
    desk.published.clear()
    desk.session.change(desk.uri, 2, ["bad two"])
    desk.turn(3)
    assert desk.published[-2:] == [(metadata, None, []), (desk.uri, 2, ["bad two"])]


def test_a_chart_that_cannot_be_read_is_told_at_its_own_file(desk: Desk) -> None:
    desk.analysis.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "locked")
    desk.turn()
    metadata = desk.uri.replace("templates/a.yaml", "Chart.yaml")
    assert desk.published == [(metadata, None, ["cannot read values.yaml"]), (desk.uri, 1, [])]
    desk.session.change(desk.uri, 2, ["vanished"])
    desk.turn()
    assert desk.published[2:] == [(metadata, None, []), (desk.uri, 2, [])]
    assert desk.charts.paths == []


def test_halves_of_characters_do_not_reach_the_analysis(desk: Desk) -> None:
    desk.analysis.may_go_on.release()
    desk.session.open(desk.uri, 1, "bad \ud83d")
    desk.turn(3)
    assert desk.published[-1] == (desk.uri, 1, ["bad \ufffd"])


def test_the_disk_is_looked_at_after_all_that_may_have_changed_it_and_not_while_typing(desk: Desk) -> None:
    desk.analysis.may_go_on.release(20)
    path = f"{desk.chart}/templates/a.yaml"
    other = f"{desk.chart}/templates/b.yaml"
    steps = (
        (lambda: desk.session.open(desk.uri, 1, "one"), [[path]]),
        (lambda: desk.session.change(desk.uri, 2, ["two"]), []),
        (lambda: desk.session.change(desk.uri, 3, ["three"]), []),
        (lambda: desk.session.save(desk.uri), [[path]]),
        (lambda: desk.session.change(desk.uri, 4, ["four"]), []),
        (lambda: desk.session.files_changed([other]), [[other]]),
        (lambda: desk.session.change(desk.uri, 5, ["five"]), []),
    )
    for step, news in steps:
        desk.analysis.news.clear()
        step()
        desk.turn(3)
        assert desk.analysis.news == news


@pytest.mark.parametrize(
    ("version", "complaint"), [(1, "version 1"), (0, "version 0"), (-5, "version -5"), (None, "")]
)
def test_versions_that_make_no_sense_are_logged_and_the_text_is_as_told(
    desk: Desk, version: int | None, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.analysis.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "good")
    desk.turn(3)
    desk.session.change(desk.uri, version, [Replacement(Position(0, 0), Position(0, 4), "bad")])
    desk.turn(3)
    assert desk.published[-1] == (desk.uri, version, ["bad"])
    assert complaint in caplog.text


def test_what_is_opened_twice_or_closed_twice_is_logged_and_counts_as_last_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.analysis.may_go_on.release(10)
    desk.session.open(desk.uri, 1, "good")
    desk.turn(3)
    desk.session.open(desk.uri, 7, "bad")
    desk.turn(3)
    assert desk.published[-1] == (desk.uri, 7, ["bad"])
    assert "is open already" in caplog.text
    desk.session.set_folders([desk.chart])
    desk.session.close(desk.uri)
    desk.session.close(desk.uri)
    desk.turn(3)
    assert desk.published[-1] == (desk.uri, None, [])
    assert "was closed, and is not open" in caplog.text


def test_positions_behind_the_text_mean_its_end(desk: Desk) -> None:
    desk.analysis.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "good")
    desk.turn(3)
    desk.session.change(desk.uri, 2, [Replacement(Position(10**9, 10**9), Position(10**9, 10**9), "\nbad")])
    desk.turn(3)
    assert desk.analysis.overlays[-1] == {f"{desk.chart}/templates/a.yaml": "good\nbad"}


def test_a_chart_file_that_comes_or_goes_has_the_workspace_searched(desk: Desk) -> None:
    desk.session.set_folders([desk.chart])
    desk.session.files_changed([f"{desk.chart}/values.yaml"])
    assert desk.searched == []
    desk.session.files_changed([f"{desk.chart}/nested/Chart.yaml"])
    assert desk.searched == [(desk.chart,)]
