"""How the server starts and ends: every way in, and no process left behind."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from protocol.editor import COMMAND, PATIENCE, environment
from quarterdeck.measure.counters import ALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "capabilities": {}},
}
INITIALIZED = {"jsonrpc": "2.0", "method": "initialized", "params": {}}
SHUTDOWN = {"jsonrpc": "2.0", "id": 2, "method": "shutdown"}
EXIT = {"jsonrpc": "2.0", "method": "exit"}
BAD_TEMPLATE = "x: {{ undefinedFunction 1 }}\n"


class Server:
    """The server as a plain process, spoken to in plain JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.input = process.stdin
        self.output = process.stdout

    @classmethod
    async def start(cls, *arguments: str) -> Server:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *arguments, stdin=pipe, stdout=pipe, stderr=pipe, env=environment()
        )
        return cls(process)

    async def listening(self) -> tuple[str, int]:
        """Wait for the line that says where the server listens."""
        line = (await asyncio.wait_for(self.process.stderr.readline(), PATIENCE)).decode()
        match = re.search(r"listening on (\w+)://127\.0\.0\.1:(\d+)", line)
        assert match, line
        return match[1], int(match[2])

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


def send(writer: asyncio.StreamWriter, *messages: dict[str, Any]) -> None:
    for message in messages:
        body = json.dumps(message).encode()
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


async def receive(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    return json.loads(await reader.readexactly(length))


def did_open(file: Path) -> dict[str, Any]:
    document = {"uri": file.as_uri(), "languageId": "helm", "version": 1, "text": BAD_TEMPLATE}
    return {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}}


async def test_shutdown_and_exit_end_the_process_in_order() -> None:
    server = await Server.start("--stdio")
    send(server.input, INITIALIZE)
    assert (await receive(server.output))["result"]["serverInfo"]["name"] == "quarterdeck"
    send(server.input, INITIALIZED, SHUTDOWN)
    assert (await receive(server.output)) == {"jsonrpc": "2.0", "id": 2, "result": None}
    send(server.input, EXIT)
    assert await server.ended() == 0
    assert await server.process.stderr.read() == b""


async def test_exit_without_shutdown_is_told_by_the_exit_code() -> None:
    server = await Server.start()
    send(server.input, INITIALIZE)
    await receive(server.output)
    send(server.input, EXIT)
    assert await server.ended() == 1


async def test_the_server_ends_with_an_editor_that_went_away(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD_TEMPLATE})
    server = await Server.start()
    send(server.input, INITIALIZE, INITIALIZED, did_open(chart / "templates/a.yaml"))
    await receive(server.output)
    server.input.close()
    assert await server.ended() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, which has no SIGTERM to send")
async def test_the_server_can_be_asked_to_end_by_a_signal() -> None:
    server = await Server.start()
    send(server.input, INITIALIZE)
    await receive(server.output)
    server.process.send_signal(signal.SIGTERM)
    assert await server.ended() == -signal.SIGTERM


async def test_a_client_may_come_by_tcp(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD_TEMPLATE})
    server = await Server.start("--tcp", "127.0.0.1:0")
    scheme, port = await server.listening()
    assert scheme == "tcp"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    send(writer, INITIALIZE, INITIALIZED, did_open(chart / "templates/a.yaml"))
    assert (await receive(reader))["id"] == 1
    published = await receive(reader)
    assert published["method"] == "textDocument/publishDiagnostics"
    assert published["params"]["diagnostics"][0]["source"] == "quarterdeck"
    send(writer, SHUTDOWN, EXIT)
    assert (await receive(reader))["id"] == 2
    assert await server.ended() == 0
    writer.close()


async def test_a_second_client_is_turned_away_and_the_server_ends_with_the_first() -> None:
    server = await Server.start("--tcp", "127.0.0.1:0")
    _, port = await server.listening()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    send(writer, INITIALIZE)
    await receive(reader)
    second_reader, second_writer = await asyncio.open_connection("127.0.0.1", port)
    assert await asyncio.wait_for(second_reader.read(), PATIENCE) == b""
    second_writer.close()
    writer.close()
    assert await server.ended() == 1


async def test_a_client_may_come_by_websocket(make_chart: MakeChart) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD_TEMPLATE})
    server = await Server.start("--ws", "127.0.0.1:0")
    scheme, port = await server.listening()
    assert scheme == "ws"
    async with connect(f"ws://127.0.0.1:{port}", origin="http://localhost:8080") as socket:
        for message in (INITIALIZE, INITIALIZED, did_open(chart / "templates/a.yaml")):
            await socket.send(json.dumps(message))
        assert json.loads(await socket.recv())["id"] == 1
        assert json.loads(await socket.recv())["params"]["diagnostics"]
        await socket.send(json.dumps(SHUTDOWN))
        assert json.loads(await socket.recv())["id"] == 2
        await socket.send(json.dumps(EXIT))
        assert await server.ended() == 0


async def test_a_web_page_from_elsewhere_may_not_connect() -> None:
    server = await Server.start("--ws", "127.0.0.1:0", "--ws-origin", "https://editor.example.org")
    _, port = await server.listening()
    for origin in (
        "https://evil.example.org",
        "http://localhost.example.org",
        "https://editor.example.org.evil",
    ):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"ws://127.0.0.1:{port}", origin=origin)
    socket = await connect(f"ws://127.0.0.1:{port}", origin="https://editor.example.org")
    await socket.close()
    assert await server.ended() == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--tcp", "nonsense"], "'nonsense' is no address: write HOST:PORT"),
        (["--tcp", "127.0.0.1:99999"], "is no address"),
        (["--tcp", "1:2", "--ws", "1:2"], "--stdio, --tcp and --ws exclude each other"),
        (["--log-level", "loud"], "'loud' is no log level"),
        (["--tcp", "203.0.113.1:2087"], "cannot listen"),
        (["--log-file", "/nonexistent/folder/log"], "cannot write the log"),
    ],
)
async def test_a_wrong_option_is_one_clear_sentence(arguments: list[str], complaint: str) -> None:
    server = await Server.start(*arguments)
    _, errors = await asyncio.wait_for(server.process.communicate(), PATIENCE)
    assert server.process.returncode == 2
    assert complaint in errors.decode()
    assert errors.decode().startswith("quarterdeck: ")
    assert errors.decode().count("\n") == 1


async def test_the_log_goes_to_a_file_when_asked(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = await Server.start("--log-file", str(log), "--log-level", "debug")
    send(server.input, INITIALIZE)
    await receive(server.output)
    send(server.input, SHUTDOWN, EXIT)
    await server.ended()
    assert await server.process.stderr.read() == b""
    assert "initialize" in log.read_text()


async def test_the_log_says_at_the_end_what_the_caches_saved(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = await Server.start("--log-file", str(log), "--log-level", "info")
    send(server.input, INITIALIZE)
    await receive(server.output)
    send(server.input, SHUTDOWN, EXIT)
    await server.ended()
    told = [line for line in log.read_text().splitlines() if "cache " in line]
    assert [line.partition("cache ")[2].partition(":")[0] for line in told] == [one.name for one in ALL]


async def test_messages_that_make_no_sense_get_an_error_and_the_server_goes_on() -> None:
    server = await Server.start()
    send(server.input, INITIALIZE)
    await receive(server.output)
    send(server.input, {"jsonrpc": "2.0", "id": 7, "method": "quarterdeck/unheardOf", "params": {}})
    assert (await receive(server.output))["error"]["code"] == -32601
    send(
        server.input,
        {"jsonrpc": "2.0", "id": 8, "method": "textDocument/hover", "params": {"position": "here"}},
    )
    answer = await receive(server.output)
    assert (answer["id"], answer["error"]["code"]) == (8, -32602)
    send(server.input, {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 5}})
    send(
        server.input,
        {"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": {}}},
    )
    send(server.input, SHUTDOWN)
    assert (await receive(server.output))["id"] == 2
    send(server.input, EXIT)
    assert await server.ended() == 0
