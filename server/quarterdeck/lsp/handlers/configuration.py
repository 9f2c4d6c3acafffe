"""`workspace/didChangeConfiguration`: what the user wants of findings is another now."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session

SECTION = "quarterdeck"

_log = logging.getLogger(__name__)


class Server(Protocol):
    """What this handler needs of the server."""

    session: Session

    def ask_for_settings(self) -> bool:
        """Ask the client for its settings; false where it cannot be asked."""
        ...


def did_change(server: Server, params: lsp.DidChangeConfigurationParams) -> None:
    """Take the settings, or ask for them: clients that can be asked send nothing of use."""
    if server.ask_for_settings():
        return
    sent: Any = params.settings
    if isinstance(sent, dict):
        take(server.session, cast("dict[str, Any]", sent).get(SECTION))


def take(session: Session, data: Any) -> None:
    """Take the settings of the section, whatever it holds; what is wrong is logged and leaves the default."""
    from quarterdeck.settings.read import settings_from_data  # noqa: PLC0415 - loaded after the handshake

    settings, mistakes = settings_from_data(data)
    for mistake in mistakes:
        _log.warning("settings: %s", mistake)
    session.set_settings(settings)


def take_answer(session: Session, result: Any) -> None:
    """Take what the client answered when it was asked for one section."""
    if isinstance(result, list) and result:
        take(session, cast("list[Any]", result)[0])
