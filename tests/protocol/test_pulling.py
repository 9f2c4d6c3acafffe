"""Diagnostics for clients that ask: by document, for the workspace, unchanged, in parts, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.raw import RawEditor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
BAD = CONFIG + "  x: {{ undefinedFunction 1 }}\n"
NEEDS_PORT = CONFIG + "  port: {{ .Values.server.port | quote }}\n"
PULLS = {"textDocument": {"diagnostic": {"dynamicRegistration": False}}}
REFRESHES = {**PULLS, "workspace": {"diagnostics": {"refreshSupport": True}}}
CANCELLED = -32800
WORKSPACE = "workspace/diagnostic"


def document(editor: RawEditor, file: Path, previous: str | None = None) -> dict[str, Any]:
    params = {"textDocument": {"uri": file.as_uri()}, "previousResultId": previous}
    return editor.ask("textDocument/diagnostic", params)


def test_the_server_says_that_it_can_be_asked_and_pushes_nothing_to_those_who_ask(
    make_chart: MakeChart,
) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "values.yaml": "{}\n"})
    with RawEditor(more=PULLS) as editor:
        provider = editor.start(chart).result["capabilities"]["diagnosticProvider"]
        assert provider["interFileDependencies"]
        assert provider["workspaceDiagnostics"]
        editor.open(chart / "templates/a.yaml")
        editor.until_idle()
        assert editor.shown == {}


def test_a_document_is_told_in_full_once_and_then_as_unchanged(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": NEEDS_PORT, "values.yaml": "{}\n"})
    file = chart / "templates/a.yaml"
    with RawEditor(more=PULLS) as editor:
        editor.start(chart)
        change = editor.open(file)
        first = document(editor, file)
        assert first["kind"] == "full"
        assert [each["code"] for each in first["items"]] == ["QD304"], "rendering was waited for"
        assert document(editor, file, first["resultId"]) == {
            "kind": "unchanged",
            "resultId": first["resultId"],
        }
        editor.edit(change.uri, 0, 0, "# moved\n")
        second = document(editor, file, first["resultId"])
        assert second["kind"] == "full"
        assert second["items"][0]["range"]["start"]["line"] == first["items"][0]["range"]["start"]["line"] + 1
        editor.rewrite(change.uri, GOOD)
        assert document(editor, file, second["resultId"])["items"] == []
        assert document(editor, chart / "nothing.yaml")["items"] == []


def test_a_client_is_told_to_ask_again_when_something_is_found_elsewhere(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": NEEDS_PORT, "values.yaml": "server:\n  port: 1\n"})
    with RawEditor(more=REFRESHES) as editor:
        editor.start(chart)
        editor.open(chart / "templates/a.yaml")
        values = editor.open(chart / "values.yaml")
        editor.until_idle()
        with editor.client.news:
            editor.asked.clear()
        editor.rewrite(values.uri, "{}\n")
        editor.until(
            lambda: any(method == "workspace/diagnostic/refresh" for method, _ in editor.asked), "the refresh"
        )
        editor.until_idle()
        assert document(editor, chart / "templates/a.yaml")["items"]


def test_the_workspace_is_told_with_what_changed_since(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, "templates/b.yaml": GOOD, "values.yaml": "{}\n"})
    bad, good = chart / "templates/a.yaml", chart / "templates/b.yaml"
    with RawEditor(more=REFRESHES) as editor:
        editor.start(chart)
        editor.until_idle()
        report = editor.ask(WORKSPACE, {"previousResultIds": []})
        (item,) = report["items"]
        assert (item["uri"], item["kind"], len(item["items"])) == (bad.as_uri(), "full", 1)
        known = [{"uri": item["uri"], "value": item["resultId"]}]
        number = editor.client.request(WORKSPACE, {"previousResultIds": known})
        editor.open(good, BAD)
        items = {one["uri"]: one for one in editor.client.answer(number).result["items"]}
        assert items[bad.as_uri()]["kind"] == "unchanged"
        assert items[good.as_uri()]["kind"] == "full"
        assert items[good.as_uri()]["version"] == 1


def test_the_workspace_is_told_in_parts_to_those_who_want_that(make_chart: MakeChart) -> None:
    charts = [make_chart(f"space/shop{number}", **{"templates/a.yaml": BAD}) for number in range(4)]
    with RawEditor(more=REFRESHES) as editor:
        editor.start(charts[0].parent)
        params = {"previousResultIds": [], "partialResultToken": "parts"}
        assert editor.ask(WORKSPACE, params) == {"items": []}
        parts = [
            params for method, params in editor.told if method == "$/progress" and params["token"] == "parts"
        ]
        uris = {item["uri"] for part in parts for item in part["value"]["items"]}
        assert uris == {(chart / "templates/a.yaml").as_uri() for chart in charts}


def test_a_question_that_is_held_back_can_be_cancelled_and_ends_with_the_server(
    make_chart: MakeChart,
) -> None:
    chart = make_chart(**{"templates/a.yaml": GOOD, "values.yaml": "{}\n"})
    with RawEditor(more=REFRESHES) as editor:
        editor.start(chart)
        editor.until_idle()
        number = editor.client.request(WORKSPACE, {"previousResultIds": []})
        editor.tell("$/cancelRequest", {"id": number})
        error = editor.client.answer(number).error
        assert error is not None
        assert error["code"] == CANCELLED
        assert document(editor, chart / "templates/a.yaml")["items"] == []
        held = editor.client.request(WORKSPACE, {"previousResultIds": []})
        assert editor.client.shut_down() == 0
        assert editor.client.answer(held).error is not None
