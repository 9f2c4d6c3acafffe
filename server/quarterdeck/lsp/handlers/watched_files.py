"""`workspace/didChangeWatchedFiles`: files changed on disk, by whomever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.text.uri import path_from_uri

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session


def did_change(session: Session, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Analyse the charts of these files again."""
    paths = [path_from_uri(change.uri) for change in params.changes]
    session.files_changed(path for path in paths if path is not None)
