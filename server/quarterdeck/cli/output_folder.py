"""`quarterdeck render --output-dir`: one file for each template.

Source: Helm pkg/cmd/template.go, writeToFile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quarterdeck.render.template_output import Printed


def write_files(folder: Path, documents: Iterable[Printed]) -> None:
    """Write documents below `folder`, each into the file of its template's name; old files are replaced.

    Raises:
        ReadError: a file cannot be written, or its name leads out of the folder.
    """
    written: set[str] = set()
    for document in documents:
        path = folder / document.source
        if ".." in document.source.split("/") or not path.is_relative_to(folder):
            raise ReadError(f"{document.source} leads out of {folder}: nothing is written there")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab" if document.source in written else "wb") as file:
                file.write(document.block.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise ReadError(f"cannot write {path}: {error.strerror or error}") from error
        if document.source not in written:
            terminal.write(f"wrote {path}\n")
        written.add(document.source)
