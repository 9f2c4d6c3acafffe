"""`quarterdeck render --stream`: documents as soon as they are rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.prepare import list_crds
from quarterdeck.cli import terminal
from quarterdeck.errors import OptionError, RenderStoppedError
from quarterdeck.render.documents import has_documents, read_documents, yaml_parse_error
from quarterdeck.render.template_output import Printed

if TYPE_CHECKING:
    from argparse import Namespace

    from quarterdeck.render.documents import Document
    from quarterdeck.render.rendering import Rendering

_NEED_THE_WHOLE = {
    "map": "--map",
    "show_only": "--show-only",
    "output_dir": "--output-dir",
}
"""Options that cannot be answered before all is rendered."""


class Stream:
    """Prints file by file, with Helm's separators and without its order.

    Raises:
        OptionError: an option needs the whole rendering.
    """

    def __init__(self, options: Namespace) -> None:
        for name, option in _NEED_THE_WHOLE.items():
            if getattr(options, name):
                raise OptionError(f"--stream and {option} exclude each other")
        if options.format != "yaml":
            raise OptionError(f"--stream and --format {options.format} exclude each other")
        self._options = options
        self._held = ""

    def begin(self, rendering: Rendering) -> None:
        """Print what comes before all templates."""
        if self._options.include_crds:
            for crd in list_crds(rendering.inputs.instance):
                self._print(Printed(crd.name, crd.text, "crd"))
            terminal.flush()

    def take(self, name: str, text: str) -> None:
        """Print the documents of one file at once.

        Raises:
            RenderStoppedError: a document cannot be read; Helm refuses the chart.
        """
        if not has_documents(name, text):
            return
        for document in read_documents(name, text):
            if document.error:
                raise RenderStoppedError(yaml_parse_error(document))
            if self._is_wanted(document):
                self._print(Printed(name, document.text, "resource"))
        terminal.flush()

    def end(self) -> None:
        """Print the end of the last document, as Helm does."""
        terminal.write("\n")

    def _is_wanted(self, document: Document) -> bool:
        events = document.hook_events
        if events is None:
            return True
        if not events or self._options.no_hooks:
            return False
        return not (self._options.skip_tests and "test" in events)

    def _print(self, printed: Printed) -> None:
        """Print a document; space at its end waits, for there is none at the end of all."""
        block = printed.block
        shown = block.rstrip()
        terminal.write(self._held + shown, errors="surrogateescape")
        self._held = block[len(shown) :]
