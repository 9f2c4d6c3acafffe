"""`window/workDoneProgress/cancel`: the user does not want to wait any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.progress import ProgressDesk


class Server(Protocol):
    """What this handler needs of the server."""

    progress_desk: ProgressDesk


def did_cancel(server: Server, params: lsp.WorkDoneProgressCancelParams) -> None:
    """Cancel what belongs to the token."""
    server.progress_desk.cancel(params.token)
