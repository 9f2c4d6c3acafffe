"""What a server and its workers say to each other: frames of four bytes of length and one msgpack message.

A job or an answer goes with the name of its type, `module:name`, so that the other side reads it as what it
was. Types are msgspec structs (or plain ones, such as `int`) at the top level of a module.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, cast

import msgspec

_LENGTH_BYTES = 4


class Begin(msgspec.Struct, frozen=True, array_like=True, tag="begin"):
    """To a new worker: the function that does the jobs, and how modestly."""

    entry: str
    niceness: int
    max_bytes: int | None
    keep_bytes: int | None


class Run(msgspec.Struct, frozen=True, array_like=True, tag="run"):
    """To a worker that has nothing to do: a job."""

    number: int
    type_name: str
    job: msgspec.Raw


class Cancel(msgspec.Struct, frozen=True, array_like=True, tag="cancel"):
    """To a worker: nobody wants the answer to this job any more; it may have been given already."""

    number: int


class Stop(msgspec.Struct, frozen=True, array_like=True, tag="stop"):
    """To a worker: end, in good order."""


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """From a new worker: jobs may come."""


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """From a worker: an answer, the last one if so said."""

    number: int
    is_last: bool
    type_name: str
    answer: msgspec.Raw


class Abandoned(msgspec.Struct, frozen=True, array_like=True, tag="abandoned"):
    """From a worker: it stopped a cancelled job."""

    number: int


class Mistake(msgspec.Struct, frozen=True, array_like=True, tag="mistake"):
    """From a worker: the job raised an exception; `detail` is where, for the log."""

    number: int
    message: str
    detail: str


class Leaving(msgspec.Struct, frozen=True, array_like=True, tag="leaving"):
    """From a worker: after this job it ends, as it holds too much memory."""


class Useless(msgspec.Struct, frozen=True, array_like=True, tag="useless"):
    """From a new worker: it cannot do any job, and ends."""

    message: str


ToWorker = Begin | Run | Cancel | Stop
FromWorker = Ready | Answer | Abandoned | Mistake | Leaving | Useless

_encoder = msgspec.msgpack.Encoder()
read_for_worker = msgspec.msgpack.Decoder(ToWorker).decode
read_from_worker = msgspec.msgpack.Decoder(FromWorker).decode


def to_frame(message: ToWorker | FromWorker) -> bytes:
    """Give a message as it is sent."""
    data = _encoder.encode(message)
    return len(data).to_bytes(_LENGTH_BYTES, "little") + data


class FrameReader:
    """Cuts what arrives, in pieces of any size, into messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next piece; give the messages that are complete now."""
        pending = self._pending
        pending += data
        complete: list[bytes] = []
        start = 0
        while len(pending) - start >= _LENGTH_BYTES:
            end = start + _LENGTH_BYTES + int.from_bytes(pending[start : start + _LENGTH_BYTES], "little")
            if len(pending) < end:
                break
            complete.append(bytes(pending[start + _LENGTH_BYTES : end]))
            start = end
        del pending[:start]
        return complete


def pack(value: Any) -> tuple[str, msgspec.Raw]:
    """Give the name of a value's type, and the value encoded."""
    kind = cast("type[object]", type(value))
    return f"{kind.__module__}:{kind.__qualname__}", msgspec.Raw(_encoder.encode(value))


def unpack(type_name: str, data: msgspec.Raw) -> Any:
    """Give the value that was packed."""
    return _decoder(type_name).decode(data)


@cache
def _decoder(type_name: str) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(find_named(type_name))


def find_named(name: str) -> Any:
    """Give what `module:name` names.

    Raises:
        ImportError: there is no such module.
        AttributeError: the module has no such name.
    """
    module_name, _, qualified = name.partition(":")
    found: Any = importlib.import_module(module_name)
    for part in qualified.split("."):
        found = getattr(found, part)
    return found
