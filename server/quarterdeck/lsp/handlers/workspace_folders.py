"""`workspace/didChangeWorkspaceFolders`: folders were added to the workspace or taken from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.text.uri import path_from_uri

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session


def did_change(session: Session, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Take the new list of folders."""
    removed = {path_from_uri(folder.uri) for folder in params.event.removed}
    added = [path for folder in params.event.added if (path := path_from_uri(folder.uri)) is not None]
    session.set_folders([*(folder for folder in session.folders if folder not in removed), *added])
