"""Tests of the session by itself, with an event loop that the test turns and analyses that it holds back."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import pytest

from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.errors import ChartNotFoundError, ReadError
from quarterdeck.lsp.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lsprotocol import types as lsp

PATIENCE = 20.0
FAILURES = {
    "bug": RuntimeError("a bug of ours"),
    "vanished": ChartNotFoundError("there is no chart"),
    "locked": ReadError("cannot read values.yaml"),
}


class Desk:
    """A session whose analysis reports each line of a template that says `bad`, when the test lets it."""

    def __init__(self, chart: Path) -> None:
        self.uri = (chart / "templates/a.yaml").as_uri()
        self.published: list[tuple[str, int | None, list[str]]] = []
        self.disk_revisions: list[int] = []
        self.may_go_on = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self._loop: queue.Queue[Callable[[], None]] = queue.Queue()
        self.session = Session(check=self._check, publish=self._publish, call_soon=self._loop.put)

    def _check(
        self,
        chart_path: str,
        overlay: Mapping[str, str],
        *,
        disk_revision: int,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> list[Finding]:
        self.disk_revisions.append(disk_revision)
        self.begun.release()
        assert self.may_go_on.acquire(timeout=PATIENCE)
        text = overlay.get("templates/a.yaml", "")
        if text in FAILURES:
            raise FAILURES[text]
        place = Place(f"{chart_path}/templates/a.yaml", 1, 1, 1, 4)
        return [
            Finding(code="QD1", severity=Severity.HIGH, place=place, message=line)
            for line in text.split("\n")
            if "bad" in line
        ]

    def _publish(self, uri: str, version: int | None, diagnostics: Sequence[lsp.Diagnostic]) -> None:
        self.published.append((uri, version, [each.message for each in diagnostics]))

    def turn(self) -> None:
        """Do the next piece of work that was handed to the loop."""
        self._loop.get(timeout=PATIENCE)()

    def is_idle(self) -> bool:
        return self._loop.empty()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("name: shop\n")
    (tmp_path / "templates/a.yaml").write_text("")
    desk = Desk(tmp_path)
    yield desk
    desk.session.stop()
    desk.may_go_on.release(10)


def test_an_analysis_that_ends_although_it_was_superseded_is_not_told(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    assert desk.begun.acquire(timeout=PATIENCE)
    desk.session.change(desk.uri, 2, ["bad two"])
    desk.may_go_on.release()
    desk.may_go_on.release()
    desk.turn()
    assert desk.published == [(desk.uri, 2, ["bad two"])]
    assert desk.is_idle()


def test_a_result_on_its_way_is_dropped_when_the_text_changes(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    desk.may_go_on.release()
    assert desk.begun.acquire(timeout=PATIENCE)
    deliver = desk._loop.get(timeout=PATIENCE)
    desk.session.change(desk.uri, 2, ["bad two"])
    deliver()
    assert desk.published == []
    desk.may_go_on.release()
    desk.turn()
    assert desk.published == [(desk.uri, 2, ["bad two"])]


def test_nothing_is_told_after_the_end(desk: Desk) -> None:
    desk.session.open(desk.uri, 1, "bad one")
    desk.may_go_on.release()
    deliver = desk._loop.get(timeout=PATIENCE)
    desk.session.stop()
    deliver()
    assert desk.published == []


def test_a_bug_in_the_analysis_ends_neither_the_thread_nor_the_session_and_is_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "bug")
    desk.turn()
    assert "a bug of ours" in caplog.text
    metadata = desk.uri.replace("templates/a.yaml", "Chart.yaml")
    (uri, _, (message,)), (other, _, nothing) = desk.published
    assert (uri, other, nothing) == (metadata, desk.uri, [])
    assert "a mistake of ours" in message
    desk.session.change(desk.uri, 2, ["bad two"])
    desk.turn()
    assert desk.published[2:] == [(metadata, None, []), (desk.uri, 2, ["bad two"])]


def test_a_chart_that_cannot_be_read_is_told_at_its_own_file(desk: Desk) -> None:
    desk.may_go_on.release(2)
    desk.session.open(desk.uri, 1, "locked")
    desk.turn()
    metadata = desk.uri.replace("templates/a.yaml", "Chart.yaml")
    assert desk.published == [(metadata, None, ["cannot read values.yaml"]), (desk.uri, 1, [])]
    desk.session.change(desk.uri, 2, ["vanished"])
    desk.turn()
    assert desk.published[2:] == [(metadata, None, []), (desk.uri, 2, [])]


def test_halves_of_characters_do_not_reach_the_analysis(desk: Desk) -> None:
    desk.may_go_on.release()
    desk.session.open(desk.uri, 1, "bad \ud83d")
    desk.turn()
    assert desk.published == [(desk.uri, 1, ["bad \ufffd"])]


def test_the_disk_is_read_again_after_all_that_may_have_changed_it_and_not_while_typing(desk: Desk) -> None:
    desk.may_go_on.release(20)
    steps = (
        lambda: desk.session.open(desk.uri, 1, "one"),
        lambda: desk.session.change(desk.uri, 2, ["two"]),
        lambda: desk.session.change(desk.uri, 3, ["three"]),
        lambda: desk.session.save(desk.uri),
        lambda: desk.session.change(desk.uri, 4, ["four"]),
        lambda: desk.session.files_changed([desk.uri.replace("a.yaml", "b.yaml")]),
        lambda: desk.session.change(desk.uri, 5, ["five"]),
    )
    for step in steps:
        step()
        desk.turn()
    first, *others = desk.disk_revisions
    assert [revision - first for revision in others] == [0, 0, 1, 1, 2, 2]
