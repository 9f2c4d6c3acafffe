"""Whatever a client sends: an answer or a line in the log, never silence, and the server goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from protocol.raw import RawEditor
from wire.editor import RENDER

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
BAD = CONFIG + "  x: {{ undefinedFunction 1 }}\n"
DID_CHANGE = "textDocument/didChange"
NOT_INITIALIZED, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32002, -32600, -32601, -32602


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def change(uri: str, version: Any, *changes: dict[str, Any]) -> dict[str, Any]:
    return {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}


@pytest.fixture
def chart(make_chart: MakeChart) -> Path:
    return make_chart(**{"templates/a.yaml": GOOD, "values.yaml": "{}\n"})


def test_versions_out_of_order_are_logged_and_the_text_is_what_was_told(chart: Path) -> None:
    file = chart / "templates/a.yaml"
    with RawEditor() as editor:
        editor.start(chart)
        opened = editor.open(file)
        editor.when(opened, RENDER)
        for version in (9, 3, 3, -1, 0):
            editor.tell(
                DID_CHANGE, change(opened.uri, version, {"range": span((0, 0), (0, 0)), "text": "#\n"})
            )
        editor.tell(DID_CHANGE, change(opened.uri, 2, {"text": BAD}))
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "the newest text counts")
        assert editor.shown[opened.uri][0]["range"]["start"]["line"] == 5
        assert "version 3 of" in editor.client.log()


def test_positions_that_do_not_exist_are_the_nearest_that_do(chart: Path) -> None:
    file = chart / "templates/a.yaml"
    far = 2**31 - 1
    with RawEditor() as editor:
        editor.start(chart)
        opened = editor.open(file, "")
        for start, end, text in (
            ((far, far), (far, far), BAD),
            ((0, far), (0, far), ""),
            ((5, 2), (5, 1), ""),
            ((far, 0), (0, 0), ""),
        ):
            editor.tell(DID_CHANGE, change(opened.uri, 2, {"range": span(start, end), "text": text}))
        editor.until(lambda: editor.is_shown(file, "undefinedFunction"), "the text is whole")
        assert editor.shown[opened.uri][0]["range"]["start"] == {"line": 5, "character": 8}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (DID_CHANGE, change("file:///nowhere/a.yaml", 2, {"text": ""})),
        (DID_CHANGE, change("untitled:x", 2, {"text": ""})),
        (DID_CHANGE, {"textDocument": {}}),
        (DID_CHANGE, change("{uri}", "two", {"text": 5})),
        (DID_CHANGE, change("{uri}", 2, {"range": span((-1, -1), (0, 0)), "text": ""})),
        (DID_CHANGE, None),
        ("textDocument/didOpen", {"textDocument": {"uri": 5, "text": [], "version": None}}),
        ("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere/a.yaml"}}),
        ("textDocument/didClose", {"textDocument": {"uri": "file://["}}),
        ("textDocument/didSave", {"textDocument": {"uri": "file:///nowhere/Chart.yaml"}}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file:///nowhere/Chart.yaml", "type": 3}]}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "no uri", "type": 99}]}),
        ("workspace/didChangeWatchedFiles", {"changes": "all"}),
        (
            "workspace/didChangeWorkspaceFolders",
            {"event": {"added": [{"uri": "x", "name": ""}], "removed": []}},
        ),
        ("workspace/didChangeWorkspaceFolders", {"event": None}),
        ("workspace/didChangeConfiguration", {}),
        ("window/workDoneProgress/cancel", {"token": {"a": 1}}),
        ("$/cancelRequest", {"id": 99_999}),
        ("$/cancelRequest", {}),
        ("$/unheardOf", {"x": 1}),
        ("quarterdeck/unheardOf", {"x": 1}),
        ("initialized", {}),
    ],
)
def test_a_notification_that_makes_no_sense_changes_nothing(chart: Path, method: str, params: Any) -> None:
    file = chart / "templates/a.yaml"
    with RawEditor() as editor:
        editor.start(chart)
        opened = editor.open(file, BAD)
        editor.when(opened, RENDER)
        if params is not None and "{uri}" in str(params):
            params["textDocument"]["uri"] = opened.uri
        editor.tell(method, params)
        editor.when(editor.edit(opened.uri, 0, 0, "#\n"), RENDER)
        assert editor.shown[opened.uri][0]["range"]["start"]["line"] == 6
        assert editor.messages == []


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("quarterdeck/unheardOf", None, NO_METHOD),
        (
            "textDocument/hover",
            {"textDocument": {"uri": "x"}, "position": {"line": 0, "character": 0}},
            NO_METHOD,
        ),
        ("textDocument/diagnostic", {"textDocument": 7}, INVALID_PARAMS),
        ("workspace/executeCommand", {"command": "quarterdeck.unheardOf"}, INVALID_PARAMS),
        ("workspace/executeCommand", {}, INVALID_PARAMS),
        ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, INVALID_REQUEST),
    ],
)
def test_a_request_that_makes_no_sense_gets_an_error(
    chart: Path, method: str, params: Any, code: int
) -> None:
    with RawEditor() as editor:
        editor.start(chart)
        assert editor.refused(method, params)["code"] == code
        assert editor.ask("quarterdeck/caches")


@pytest.mark.parametrize("method", ["quarterdeck/status", "quarterdeck/caches", "quarterdeck/scenarios"])
@pytest.mark.parametrize("params", [None, {}, {"unknown": 1}])
def test_what_only_looks_up_takes_any_parameters(chart: Path, method: str, params: Any) -> None:
    with RawEditor() as editor:
        editor.start(chart)
        assert editor.ask(method, params) is not None


def test_what_is_no_message_of_the_protocol_is_answered_as_such(chart: Path) -> None:
    with RawEditor() as editor:
        raw = editor.client._input
        for body in (
            b"",
            b"{",
            b"[]",
            b"5",
            b'"x"',
            b"\xff\xfe",
            b'{"jsonrpc": "1.0", "id": 777, "method": "x"}',
        ):
            raw.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert editor.refused("quarterdeck/status")["code"] == NOT_INITIALIZED
        editor.start(chart)
        body = (
            b'{"jsonrpc": "2.0", "id": "' + b"x" * 100 + b'", "method": "quarterdeck/caches", "params": {}}'
        )
        raw.write(b"content-length: %d\r\nContent-Type: x\r\n\r\n%s" % (len(body), body))
        editor.when(editor.open(chart / "templates/a.yaml"), RENDER)
        assert "Traceback" not in editor.client.log()


def test_requests_after_the_shutdown_are_refused_and_the_end_is_still_in_order(chart: Path) -> None:
    with RawEditor() as editor:
        editor.start(chart)
        assert editor.ask("shutdown") is None
        assert editor.refused("quarterdeck/status")["code"] == INVALID_REQUEST
        assert editor.refused("shutdown")["code"] == INVALID_REQUEST
        editor.open(chart / "templates/a.yaml")
        editor.tell("exit", None)
        assert editor.client.join() == 0


def test_a_stream_that_is_no_protocol_ends_the_server(chart: Path) -> None:
    with RawEditor() as editor:
        editor.start(chart)
        editor.client._input.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert editor.client.join() == 1


@pytest.mark.parametrize("kind", ["off", "read-only", "a file", "full"])
def test_a_cache_folder_that_cannot_be_used_changes_no_finding(
    chart: Path, kind: str, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    if kind == "a file":
        folder.write_text("")
    elif kind == "read-only":
        folder.mkdir(mode=0o500)
    value = {"off": "off", "full": "/dev/full/cache"}.get(kind, str(folder))
    with RawEditor(environment={"QUARTERDECK_CACHE_DIR": value}) as editor:
        editor.start(chart)
        editor.when(editor.open(chart / "templates/a.yaml", BAD), RENDER)
        editor.until_idle()
        assert editor.is_shown(chart / "templates/a.yaml", "undefinedFunction")
        assert "Traceback" not in editor.client.log()


def test_names_of_files_that_are_no_text_do_no_harm(chart: Path) -> None:
    try:
        strange = os.fsencode(chart / "templates") + b"/\xff\xfe.yaml"
        Path(os.fsdecode(strange)).write_bytes(BAD.encode())
    except OSError:
        pytest.skip("the system has no such names")
    with RawEditor() as editor:
        editor.start(chart)
        editor.when(editor.open(chart / "templates/a.yaml", BAD), RENDER)
        assert any("%FF%FE" in uri for uri in editor.shown)
