"""Random steps with undo: the server shows what a fresh one shows, with caches or without, and holds no more.

`make soak` does 10,000 steps, `make test` a few hundred. A failure is shortened and written down;
`QUARTERDECK_REPLAY=FILE` does the steps of that file again.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from soak.desk import Desk, difference
from soak.steps import draw, shorten
from soak.workspaces import make_workspace
from wire import processes
from wire.client import ServerGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from soak.steps import Step

SEED = os.environ["QUARTERDECK_SEED"]
IS_SOAK = os.environ["QUARTERDECK_PROFILE"] == "soak"
ROUNDS, STEPS = (25, 400) if IS_SOAK else (2, 90)
WARM_ROUNDS = 10
MEMORY_GROWTH = 1.10
NO_CACHES = {"QUARTERDECK_CACHES": "off", "QUARTERDECK_CACHE_DIR": "off"}
SHORT_PATIENCE = 20.0
"""Seconds after which steps are taken to hang when they are done again."""
REPLAYS = Path(__file__).with_name("replays")
"""Steps that once failed, on the small chart alone."""
REPORTS = corpus_charts.REPOSITORY / "build" / "reports"
ERRORS = ("Traceback (most recent call last)", " ERROR ", " CRITICAL ")
"""What the log of a server that made a mistake has."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Give a workspace of one chart with scenarios and a sub-chart, and two of the corpus."""
    return make_workspace(tmp_path / "workspace", random.Random(f"{SEED} charts"))


@pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)
def test_after_random_steps_and_their_undo_the_server_is_as_if_it_were_new(
    workspace: Path, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(f"{SEED} storm")
    desk = Desk(workspace)
    sizes: list[int] = []
    try:
        sizes += (do_round(desk, rng, number, workspace) for number in range(ROUNDS))
        assert not [mark for mark in ERRORS if mark in desk.editor.client.log()], desk.editor.client.log()
        desk.close()
    finally:
        desk.editor.client.close()
    if not (IS_SOAK and processes.IS_KNOWN):
        return
    warm, end = statistics.median(sizes[5:WARM_ROUNDS]), statistics.median(sizes[-5:])
    record_property("soak", f"{ROUNDS * STEPS} steps, {warm / 1e6:.0f} MB, {end / 1e6:.0f} MB")
    assert end <= MEMORY_GROWTH * warm, f"memory grew from {warm} to {end} bytes: {sizes}"


def do_round(desk: Desk, rng: random.Random, number: int, workspace: Path) -> int:
    """Do steps, compare in the midst of them and after their undo; give the memory then."""
    for chart in desk.charts:
        desk.do({"do": "open", "file": f"{chart}/Chart.yaml"})
    begin = len(desk.done)
    try:
        for _ in range(STEPS):
            desk.do(draw(rng, desk.charts, desk.files))
        problems = difference(desk.shown(), desk.shown_fresh(**NO_CACHES))
        if not problems:
            desk.undo_everything()
            problems = difference(desk.shown(), desk.shown_fresh())
    except ServerGoneError as error:
        problems = [str(error)]
    if problems:
        steps = desk.done[begin:]
        if not failed(steps, workspace, desk.beginning):  # what went before counts as well
            steps = desk.done
        kind = kind_of(problems)
        steps = shorten(steps, lambda some: kind_of(failed(some, workspace, desk.beginning)) == kind)
        pytest.fail(told(steps, problems, number))
    return processes.memory(desk.editor.client.process.pid).resident


def failed(steps: Sequence[Step], workspace: Path, beginning: dict[Path, bytes]) -> list[str]:
    """Do steps in a workspace of their own, as it was at the beginning; say what is wrong afterwards."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-storm-") as folder:
        for path, data in beginning.items():
            file = Path(folder) / path.relative_to(workspace)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        desk = Desk(Path(folder), patience=SHORT_PATIENCE)
        try:
            for step in steps:
                desk.do(step)
            if problems := difference(desk.shown(), desk.shown_fresh(**NO_CACHES)):
                return problems
            desk.undo_everything()
            return difference(desk.shown(), desk.shown_fresh())
        except ServerGoneError as error:
            return [str(error)]
        finally:
            desk.editor.client.close()


def kind_of(problems: Sequence[str]) -> str:
    """Tell problems apart that have different causes, for short steps of the same one."""
    return problems[0].partition(":")[0] if problems else ""


def told(steps: Sequence[Step], problems: list[str], number: int) -> str:
    """Write the steps down; give the message of a failure."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    file = REPORTS / f"storm-{SEED}-{number}.json"
    file.write_text(json.dumps(list(steps), indent=1), "utf-8")
    shown = "\n".join(json.dumps(step) for step in steps[:20])
    return (
        f"seed {SEED}, round {number}: {len(steps)} steps are enough (QUARTERDECK_SEED={SEED} "
        f"QUARTERDECK_REPLAY={file.relative_to(corpus_charts.REPOSITORY)}):\n{shown}\n"
        + "\n".join(problems[:10])
    )


@pytest.mark.parametrize("file", sorted(REPLAYS.glob("*.json")), ids=lambda path: path.stem)
def test_steps_that_once_failed_do_not_any_more(file: Path, tmp_path: Path) -> None:
    replay(file, make_workspace(tmp_path / "workspace", random.Random(0), corpus=0))


if "QUARTERDECK_REPLAY" in os.environ:

    def test_steps_that_were_written_down_are_done_again(workspace: Path) -> None:
        replay(Path(os.environ["QUARTERDECK_REPLAY"]), workspace)


def replay(file: Path, workspace: Path) -> None:
    beginning = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    assert not failed(json.loads(file.read_text("utf-8")), workspace, beginning)
