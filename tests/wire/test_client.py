"""The client's framing, without a server."""

from __future__ import annotations

import sys

import pytest

from wire.client import Client, ServerGoneError, take_message

BODY = '{"jsonrpc":"2.0","method":"a","params":"ä😀"}'.encode()
MESSAGE = b"Content-Type: x\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


@pytest.mark.parametrize("cut", range(len(MESSAGE) + 1))
def test_messages_are_whole_wherever_the_bytes_were_parted(cut: int) -> None:
    waiting = bytearray()
    found: list[bytes] = []
    for chunk in (MESSAGE[:cut], MESSAGE[cut:] + MESSAGE, b""):
        waiting += chunk
        while (body := take_message(waiting)) is not None:
            found.append(body)
    assert found == [BODY, BODY]
    assert not waiting


def test_whoever_waits_learns_that_the_server_ended() -> None:
    client = Client(command=[sys.executable, "-c", "import sys; sys.stderr.write('farewell')"])
    try:
        with pytest.raises(ServerGoneError, match=r"the server ended(?s:.*)farewell"):
            client.call("initialize", {})
    finally:
        client.close()
