"""`python -m quarterdeck.lsp`: the language server without the rest of the command line."""

from __future__ import annotations

import typer

from quarterdeck.cli.lsp import lsp_command

typer.run(lsp_command)
