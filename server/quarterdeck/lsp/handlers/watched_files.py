"""`workspace/didChangeWatchedFiles`: files changed on disk, by whomever."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session


def did_change(session: Session, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Analyse the charts of these files again."""
    session.files_changed([change.uri for change in params.changes])
