"""Writes the documents that are printed from the program: run by `make documents`.

A test fails when one of them is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.diagnostics import catalog
from quarterdeck.settings import schema

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[1]


def package_json(before: str) -> str:
    """Give package.json of the editor client with the settings of the program in it."""
    return json.dumps(schema.with_editor_properties(json.loads(before)), indent=2, ensure_ascii=False) + "\n"


DOCUMENTS: dict[str, Callable[[str], str]] = {
    "docs/findings.md": lambda _: catalog.markdown(),
    "docs/configuration.md": lambda _: schema.markdown(),
    "docs/quarterdeck.schema.json": lambda _: schema.json_schema_text(),
    "client-vscode/package.json": package_json,
}
"""Each document, and how its text is made of the one before."""


def main() -> int:
    """Write what changed."""
    for name, make in DOCUMENTS.items():
        path = REPOSITORY / name
        before = path.read_text("utf-8") if path.exists() else ""
        after = make(before)
        if after != before:
            path.write_text(after, "utf-8", newline="\n")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
