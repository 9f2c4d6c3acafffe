"""What we have pygls do otherwise: fewer steps for each message, and an answer to whatever comes.

pygls does the handshake, knows the protocol's types and cancels requests. Texts are ours (see `session`), so
its own copies, which split lines at form feeds and U+2028, are switched off. Messages are read and written by
msgspec, each at once.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage

from quarterdeck.lsp.messages import Notification

if TYPE_CHECKING:
    from collections.abc import Callable

OWN_PREFIX = "quarterdeck/"
"""What our own methods begin with."""
MOST_WAITING = 256 * 1024 * 1024
"""Bytes that wait for a client that does not read; one that is so far behind is gone."""

_KEPT_BY_US = (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.EXIT,
    lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL,
)

_log = logging.getLogger(__name__)


class MessageWriter(Protocol):
    """Where messages go; never waits."""

    def write(self, data: bytes) -> object:
        """Send some bytes."""
        ...

    def close(self) -> object:
        """Send no more."""
        ...


class FastProtocol(LanguageServerProtocol):
    """The protocol's state machine. `on_exit(code)` is called when the client wants the server to end."""

    on_exit: Callable[[int], None]

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()
        for method in _KEPT_BY_US:
            self.fm.builtin_features.pop(method, None)  # pyright: ignore[reportUnknownMemberType] - an untyped dict
        self._is_initialized = False
        self._asked: dict[str, tuple[Callable[[Any], None], Callable[[], None]]] = {}
        self._last_number = 0

    # --- incoming ----------------------------------------------------------------------------------------

    def handle_body(self, body: bytes | bytearray) -> None:
        """Take one message as it came over the wire. Never raises."""
        try:
            data: Any = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            data = _lenient(body)
            if data is None:
                self._refuse(None, lsp.ErrorCodes.ParseError, f"the message is no JSON: {error}")
                return
        if not isinstance(data, dict):
            self._refuse(None, lsp.ErrorCodes.InvalidRequest, "a message must be an object")
            return
        message = cast("dict[str, Any]", data)
        number = message.get("id")
        method = message.get("method")
        if message.get("jsonrpc") != "2.0" or not (isinstance(method, str) or "method" not in message):
            self._refuse(number, lsp.ErrorCodes.InvalidRequest, "the message is not of JSON-RPC 2.0")
            return
        if method is None and isinstance(number, str) and number in self._asked:
            self._take_answer(number, message)
            return
        if method is not None and not self._is_in_time(number, method):
            return
        try:
            self.handle_message(self.structure_message(message))
        except JsonRpcException as error:
            if number is not None and method is not None:
                self._send_response(number, error=error.to_response_error())
        except Exception:  # noqa: BLE001 - the edge of the server: whatever a client sends, it goes on
            _log.exception("a message could not be taken")
            if number is not None and method is not None:
                self._refuse(number, lsp.ErrorCodes.InternalError, "the message could not be taken")

    def _take_answer(self, number: str, message: dict[str, Any]) -> None:
        answered, refused = self._asked.pop(number)
        if "error" in message:
            _log.info("the client refused %s: %s", number, message["error"])
            refused()
        else:
            answered(message.get("result"))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Give a message as an object; parameters of our own methods stay plain data."""
        method = data.get("method", "")
        if method.startswith(OWN_PREFIX):
            if "id" in data:
                return JsonRPCRequestMessage(data["id"], method, "2.0", data.get("params"))
            return JsonRPCNotification(method, "2.0", data.get("params"))
        return super().structure_message(data)

    def _is_in_time(self, number: Any, method: str) -> bool:
        """Tell whether a message may come now: `initialize` first and once, nothing but `exit` at the end.

        Source: Language Server Protocol 3.17, Server lifecycle.
        """
        if method == lsp.EXIT:
            self.on_exit(0 if self._shutdown else 1)
            return False
        if self._shutdown:
            if number is not None:
                self._refuse(number, lsp.ErrorCodes.InvalidRequest, "the server is shutting down")
            return False
        if method == lsp.INITIALIZE:
            if self._is_initialized:
                self._refuse(number, lsp.ErrorCodes.InvalidRequest, "the server is initialized already")
                return False
            self._is_initialized = True
        elif not self._is_initialized:
            if number is not None:
                self._refuse(number, lsp.ErrorCodes.ServerNotInitialized, "`initialize` must come first")
            return False
        return True

    def _refuse(self, number: Any, code: int, message: str) -> None:
        _log.warning("refused a message: %s", message)
        self._send(
            {"jsonrpc": "2.0", "id": number, "error": {"code": int(code), "message": message}},
        )

    # --- outgoing ----------------------------------------------------------------------------------------

    def tell(self, method: str, params: Any) -> None:
        """Send a notification whose parameters are structs of `messages`, or plain data."""
        self._send(Notification(method, params))

    def ask(
        self,
        method: str,
        params: Any,
        answered: Callable[[Any], None],
        refused: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a request of ours; `answered` gets the result, or `refused` is called."""
        self._last_number += 1
        number = f"quarterdeck-{self._last_number}"
        self._asked[number] = (answered, refused)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

    def unstructure(self, params: Any) -> Any:
        """Give an object of lsprotocol as plain data."""
        return self._converter.unstructure(params)

    def _send_data(self, data: Any) -> None:
        self._send(self._converter.unstructure(data))

    def _send(self, data: Any) -> None:
        writer = cast("MessageWriter | None", self.writer)
        if writer is None:
            return
        try:
            body = msgspec.json.encode(data)
        except UnicodeEncodeError:  # names of files that are no UTF-8; JSON's escapes can say them
            body = json.dumps(msgspec.to_builtins(data)).encode()
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("sends %s", body.decode("utf-8", "replace"))
        head = b"Content-Length: %d\r\n\r\n" % len(body) if self._include_headers else b""
        try:
            writer.write(head + body)
        except OSError as error:
            _log.warning("the client is gone: %s", error)


def _lenient(body: bytes | bytearray) -> Any:
    """Read JSON with halves of characters, which Python's reader lets pass; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
