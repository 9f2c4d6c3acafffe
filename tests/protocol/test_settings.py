"""Settings of the editor: applied without a restart, asked for where that is possible, never believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from protocol.raw import RawEditor
from wire import processes
from wire.editor import RENDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

BAD = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  x: {{ undefinedFunction 1 }}\n"
CANNOT_BE_ASKED = ("workspace/configuration",)
OFF = {"rules": {"QD102": "off"}}


@pytest.mark.parametrize("without", [(), CANNOT_BE_ASKED], ids=["asked", "told"])
def test_settings_count_without_a_restart(make_chart: MakeChart, without: tuple[str, ...]) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    file = chart / "templates/a.yaml"
    with RawEditor(without=without) as editor:
        editor.start(chart)
        editor.when(editor.open(file), RENDER)
        assert editor.is_shown(file, "undefinedFunction")
        editor.configure(OFF)
        editor.until(lambda: not editor.messages_of(file), "the rule is off")
        editor.configure({"rules": {"QD102": "low"}})
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "the rule is on again")
        assert editor.shown[file.as_uri()][0]["severity"] == 3


def test_settings_may_come_with_the_handshake(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    with RawEditor(without=CANNOT_BE_ASKED) as editor:
        editor.start(chart, options={"settings": OFF})
        editor.when(editor.open(chart / "templates/a.yaml"), RENDER)
        assert editor.messages_of(chart / "templates/a.yaml") == []


@pytest.mark.parametrize(
    "settings",
    [
        None,
        5,
        "loud",
        [],
        [OFF],
        {"rules": 7},
        {"rules": {"QD102": "deafening"}},
        {"focus": {"a": 1}},
        {"x": {}},
    ],
)
def test_settings_of_a_wrong_type_are_logged_and_the_defaults_count(
    make_chart: MakeChart, settings: Any
) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    file = chart / "templates/a.yaml"
    for without in ((), CANNOT_BE_ASKED):
        with RawEditor(without=without) as editor:
            editor.answers["workspace/configuration"] = lambda _: [settings]
            editor.start(chart, options={"settings": settings})
            editor.tell("workspace/didChangeConfiguration", {"settings": {"quarterdeck": settings}})
            editor.tell("workspace/didChangeConfiguration", {"settings": settings})
            editor.when(editor.open(file), RENDER)
            editor.until_idle()
            assert editor.is_shown(file, "undefinedFunction")
            assert "Traceback" not in editor.client.log()


def test_a_client_that_refuses_to_tell_its_settings_gets_the_defaults(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    for answer in (None, {}, [], "no"):
        with RawEditor() as editor:
            editor.answers["workspace/configuration"] = lambda _, answer=answer: answer
            editor.start(chart)
            editor.when(editor.open(chart / "templates/a.yaml"), RENDER)
            assert editor.is_shown(chart / "templates/a.yaml", "undefinedFunction")
            assert "Traceback" not in editor.client.log()


def test_a_settings_file_counts_as_soon_as_it_is_typed_and_as_it_is_saved(make_chart: MakeChart) -> None:
    chart = make_chart("space/shop", **{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    file, settings = chart / "templates/a.yaml", chart.parent / ".quarterdeck.yaml"
    settings.write_text("{}\n")
    with RawEditor() as editor:
        editor.start(chart.parent)
        editor.when(editor.open(file), RENDER)
        change = editor.open(settings)
        editor.rewrite(change.uri, "rules:\n  QD102: off\n")
        editor.until(lambda: not editor.messages_of(file), "the open text counts")
        editor.rewrite(change.uri, "rules:\n  QD102: loud\n")
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "the rule is on again")
        editor.until(lambda: editor.is_shown(settings, "loud"), "the mistake is told in the settings file")
        editor.close(change.uri)
        editor.until(lambda: not editor.messages_of(settings), "the disk counts")
        settings.write_text("rules: {QD102: off}\n")
        editor.files_changed({settings: 2})
        editor.until(lambda: not editor.messages_of(file), "the file counts")


@pytest.mark.skipif(not processes.IS_KNOWN, reason=processes.ONLY_LINUX)
def test_processes_do_not_become_more_when_settings_change_a_hundred_times(make_chart: MakeChart) -> None:
    for number in range(4):
        make_chart(f"space/shop{number}", **{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    with RawEditor() as editor:
        chart = make_chart("space/shop0", **{"templates/a.yaml": BAD})
        editor.start(chart.parent)
        editor.until_idle()
        before = len(processes.marked(editor.mark))
        for number in range(100):
            editor.configure(OFF if number % 2 else {})
        editor.until_idle()
        assert len(processes.marked(editor.mark)) <= before
        assert editor.messages_of(chart / "templates/a.yaml") == []
        assert editor.ask("quarterdeck/status")["workers"]["deaths"] == 0
