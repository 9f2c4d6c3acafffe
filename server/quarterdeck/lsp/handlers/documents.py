"""`textDocument/didOpen`, `didChange`, `didClose` and `didSave`: the session's texts follow the editor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from quarterdeck.text.edits import Position, Replacement

if TYPE_CHECKING:
    from quarterdeck.lsp.session import Session


def did_open(session: Session, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take the text of a file that was opened."""
    document = params.text_document
    session.open(document.uri, document.version, document.text)


def did_change(session: Session, params: lsp.DidChangeTextDocumentParams) -> None:
    """Apply the edits, in their order."""
    edits = [replacement_from_lsp(change) for change in params.content_changes]
    session.change(params.text_document.uri, params.text_document.version, edits)


def did_close(session: Session, params: lsp.DidCloseTextDocumentParams) -> None:
    """Go back to the file on disk."""
    session.close(params.text_document.uri)


def did_save(session: Session, params: lsp.DidSaveTextDocumentParams) -> None:
    """Note that a file may be new on disk."""
    session.save(params.text_document.uri)


def replacement_from_lsp(change: lsp.TextDocumentContentChangeEvent) -> Replacement | str:
    """Give one change of `textDocument/didChange` as an edit of ours, or the whole new text."""
    if isinstance(change, lsp.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return Replacement(
            Position(start.line, start.character), Position(end.line, end.character), change.text
        )
    return change.text
