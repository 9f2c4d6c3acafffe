"""The workspace's charts: found, analysed without being opened, followed on the disk, left as they are."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from protocol.raw import RawEditor
from wire import processes
from wire.editor import RENDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
BAD = CONFIG + "  x: {{ undefinedFunction 1 }}\n"
UNWATCHED = ("workspace/didChangeWatchedFiles",)
CREATED, CHANGED, DELETED = 1, 2, 3


def many(make_chart: MakeChart, count: int) -> list[Path]:
    return [
        make_chart(
            f"space/group{number % 2}/shop{number}",
            **{
                "templates/a.yaml": BAD if number % 3 == 0 else GOOD,
                "values.yaml": "{}\n",
                "values-prod.yaml": "a: 1\n",
            },
        )
        for number in range(count)
    ]


def test_charts_of_the_workspace_are_analysed_without_being_opened(make_chart: MakeChart) -> None:
    charts = many(make_chart, 7)
    with RawEditor() as editor:
        editor.start(charts[0].parents[1])
        editor.until_idle()
        for number, chart in enumerate(charts):
            assert editor.is_shown(chart / "templates/a.yaml", "undefinedFunction") == (number % 3 == 0)
        status = editor.ask("quarterdeck/status")
        assert [one["path"] for one in status["charts"]] == sorted(chart.as_posix() for chart in charts)
        assert all(one["scenarios"] == 2 and one["isComplete"] for one in status["charts"])
        assert status["workers"]["started"] >= 1, "several charts are worth a worker process"


def test_one_small_chart_needs_no_worker_process(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n", "values-prod.yaml": "{}\n"})
    with RawEditor() as editor:
        editor.start(chart)
        editor.until_idle()
        editor.open(chart / "templates/a.yaml")
        editor.until_idle()
        assert editor.is_shown(chart / "templates/a.yaml", "undefinedFunction")
        assert editor.ask("quarterdeck/status")["workers"]["started"] == 0


@pytest.mark.parametrize("without", [(), UNWATCHED], ids=["told by the client", "watched by the server"])
def test_charts_that_come_go_and_change_on_the_disk_are_followed(
    make_chart: MakeChart, without: tuple[str, ...]
) -> None:
    chart = make_chart("space/shop", **{"templates/a.yaml": GOOD, "values.yaml": "{}\n"})
    file = chart / "templates/a.yaml"
    other = chart.parent / "bank"
    with RawEditor(without=without) as editor:

        def changed(*files: Path, kind: int = CHANGED) -> None:
            if not without:
                editor.files_changed(dict.fromkeys(files, kind))

        editor.start(chart.parent)
        editor.until_idle()
        file.write_text(BAD)
        changed(file)
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "the change")
        file.write_text(GOOD)
        changed(file)
        editor.until(lambda: not editor.messages_of(file), "it is clean again")
        shutil.copytree(chart, other)
        (other / "templates/a.yaml").write_text(BAD)
        changed(other / "Chart.yaml", other / "templates/a.yaml", kind=CREATED)
        editor.until(
            lambda: editor.is_shown(other / "templates/a.yaml", "undefinedFunction"), "the new chart"
        )
        shutil.rmtree(other)
        changed(other / "Chart.yaml", kind=DELETED)
        editor.until(lambda: not editor.messages_of(other / "templates/a.yaml"), "the chart is gone")
        editor.until_idle()
        assert [one["path"] for one in editor.ask("quarterdeck/status")["charts"]] == [chart.as_posix()]


def test_a_deleted_chart_that_is_open_takes_its_findings_with_it_and_may_come_back(
    make_chart: MakeChart,
) -> None:
    chart = make_chart("space/shop", **{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    file = chart / "templates/a.yaml"
    kept = chart.parent / "kept"
    with RawEditor() as editor:
        editor.start(chart.parent)
        editor.when(editor.open(file), RENDER)
        assert editor.is_shown(file, "undefinedFunction")
        shutil.move(chart, kept)
        editor.files_changed({chart / "Chart.yaml": DELETED, kept / "Chart.yaml": CREATED})
        editor.until(lambda: not editor.messages_of(file), "the findings are gone")
        editor.until(lambda: editor.is_shown(kept / "templates/a.yaml", "undefinedFunction"), "the new place")
        editor.edit(file.as_uri(), 0, 0, "# typed on\n")
        shutil.move(kept, chart)
        editor.files_changed({chart / "Chart.yaml": CREATED, kept / "Chart.yaml": DELETED})
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "it is back, with what was typed")
        (diagnostic,) = editor.shown[file.as_uri()]
        assert diagnostic["range"]["start"]["line"] == 6


def test_folders_of_the_workspace_come_and_go(make_chart: MakeChart) -> None:
    shop = make_chart("one/shop", **{"templates/a.yaml": BAD})
    bank = make_chart("two/bank", **{"templates/a.yaml": BAD})
    with RawEditor() as editor:
        editor.start(shop.parent)
        editor.until(lambda: editor.is_shown(shop / "templates/a.yaml", "undefinedFunction"), "the first")
        one, two = ({"uri": folder.as_uri(), "name": folder.name} for folder in (shop.parent, bank.parent))
        editor.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": [two], "removed": []}})
        editor.until(lambda: editor.is_shown(bank / "templates/a.yaml", "undefinedFunction"), "the second")
        assert editor.messages_of(shop / "templates/a.yaml")
        editor.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [one]}})
        editor.until(lambda: not editor.messages_of(shop / "templates/a.yaml"), "the first is of no interest")
        assert editor.messages_of(bank / "templates/a.yaml")


def test_nothing_in_the_workspace_is_another_after_a_session(make_chart: MakeChart) -> None:
    charts = many(make_chart, 4)
    space = charts[0].parents[1]
    before = digest(space)
    with RawEditor(without=UNWATCHED) as editor:
        editor.start(space)
        change = editor.open(charts[0] / "templates/a.yaml")
        editor.when(change, RENDER)
        editor.when(editor.edit(change.uri, 0, 0, "# x\n"), RENDER)
        editor.ask("quarterdeck/selectScenario", {"uri": change.uri, "scenario": "prod"})
        editor.until_idle()
    assert digest(space) == before


def digest(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(file.relative_to(folder)): (
            hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "",
            file.stat().st_mtime_ns,
        )
        for file in sorted(folder.rglob("*"))
    }


@pytest.mark.skipif(not processes.IS_KNOWN, reason=processes.ONLY_LINUX)
@pytest.mark.parametrize("how", ["killed", "pipe"])
def test_no_process_outlives_a_client_that_dies(make_chart: MakeChart, how: str) -> None:
    charts = many(make_chart, 5)
    editor = RawEditor()
    try:
        editor.start(charts[0].parents[1])
        editor.until_true(
            lambda: editor.ask("quarterdeck/status")["workers"]["started"] > 0, "a worker is started"
        )
        assert len(processes.marked(editor.mark)) > 1
        if how == "killed":
            editor.client.process.kill()
        else:
            editor.client._input.close()
        editor.client.join()
        editor.until_true(lambda: not processes.marked(editor.mark), "a process is left")
    finally:
        editor.client.close()


@pytest.mark.skipif(not processes.IS_KNOWN, reason=processes.ONLY_LINUX)
def test_the_server_ends_with_a_client_whose_pipe_somebody_else_holds(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD})
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    editor = RawEditor()
    try:
        editor.process_id = client.pid
        editor.start(chart)
        client.kill()
        client.communicate()
        editor.client.join()
        assert not processes.marked(editor.mark)
    finally:
        editor.client.close()
