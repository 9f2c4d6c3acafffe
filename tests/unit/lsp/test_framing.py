"""Tests of messages cut out of a stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.lsp.framing import FramingError, MessageFrames

HEADS = (
    b"Content-Length: %d\r\n\r\n",
    b"content-length:%d\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\r\nContent-Type: x\r\n\r\n",
)


@given(st.lists(st.tuples(st.sampled_from(HEADS), st.binary(max_size=30))), st.data())
def test_messages_are_the_same_however_the_stream_is_cut(
    messages: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(head % len(body) + body for head, body in messages)
    frames = MessageFrames()
    found: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += frames.feed(stream[:size])
        stream = stream[size:]
    assert found == [body for _, body in messages]


@pytest.mark.parametrize(
    "stream",
    [
        b"x" * 100_000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 9999999999\r\n\r\n",
    ],
)
def test_what_is_no_message_is_refused(stream: bytes) -> None:
    with pytest.raises(FramingError):
        list(MessageFrames().feed(stream))
