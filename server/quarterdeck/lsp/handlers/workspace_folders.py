"""`workspace/didChangeWorkspaceFolders`: folders were added to the workspace or taken from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quarterdeck.text.uri import path_from_uri

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session


class Server(Protocol):
    """What this handler needs of the server."""

    session: Session

    def watch_again(self) -> None:
        """Watch the folders that there are now."""
        ...

    def ask_for_settings(self) -> bool:
        """Ask the client for its settings; false where it cannot be asked."""
        ...


def did_change(server: Server, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Take the new list of folders."""
    session = server.session
    removed = {path_from_uri(folder.uri) for folder in params.event.removed}
    added = [path for folder in params.event.added if (path := path_from_uri(folder.uri)) is not None]
    session.set_folders([*(folder for folder in session.folders if folder not in removed), *added])
    session.search()
    server.watch_again()
    server.ask_for_settings()
