"""Progress of what takes long: shown, cancelled, and never shown of what is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.raw import RawEditor
from wire.editor import RENDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
HEAVY = "{{ range until 900000 }}{{ end }}" * 8
PROGRESS = "$/progress"
CREATE = "window/workDoneProgress/create"


def test_long_work_is_shown_from_its_begin_to_its_end(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": HEAVY, "values.yaml": "{}\n"})
    with RawEditor() as editor:
        editor.start(chart)
        editor.open(chart / "templates/a.yaml")
        editor.until(lambda: editor.names(PROGRESS)[-1:] == ["end"], "the end of the work")
        kinds = editor.names(PROGRESS)
        assert (kinds[0], kinds.count("begin"), kinds.count("end")) == ("begin", 1, 1)
        ((_, created),) = [one for one in editor.asked if one[0] == CREATE]
        assert {params["token"] for method, params in editor.told if method == PROGRESS} == {created["token"]}
        (begin,) = [params["value"] for method, params in editor.told if method == PROGRESS][:1]
        assert begin["cancellable"]


def test_nothing_is_shown_of_quick_work_nor_to_clients_that_show_nothing(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": HEAVY, "values.yaml": "{}\n"})
    with RawEditor(without=("window/workDoneProgress",)) as editor:
        editor.start(chart)
        editor.when(editor.open(chart / "templates/a.yaml"), RENDER)
        editor.until_idle()
        assert editor.names(PROGRESS) == []
        assert [method for method, _ in editor.asked if method == CREATE] == []


def test_work_in_the_background_is_left_when_the_user_cancels_it(make_chart: MakeChart) -> None:
    charts = [
        make_chart(f"space/shop{number}", **{"templates/a.yaml": HEAVY, "values.yaml": "{}\n"})
        for number in range(12)
    ]
    with RawEditor() as editor:
        editor.start(charts[0].parent)
        editor.until(lambda: "begin" in editor.names(PROGRESS), "the work is shown")
        (token,) = {params["token"] for method, params in editor.told if method == PROGRESS}
        editor.tell("window/workDoneProgress/cancel", {"token": token})
        editor.until(lambda: editor.names(PROGRESS)[-1] == "end", "the work is ended")
        editor.until_idle()
        left = [one["path"] for one in editor.ask("quarterdeck/status")["charts"] if not one["isComplete"]]
        assert left
        for chart in charts:
            codes = [each["code"] for each in editor.shown.get((chart / "Chart.yaml").as_uri(), [])]
            assert ("QD902" in codes) == (chart.as_posix() in left), (
                "what was cancelled is said not to be known"
            )
        editor.tell("window/workDoneProgress/cancel", {"token": "of nobody"})
        editor.when(editor.open(charts[-1] / "templates/a.yaml", GOOD), RENDER)
