"""The engines that are measured in this process or in a fresh one, behind one small interface.

The prototype takes part only where `QUARTERDECK_PROTOTYPE` names its folder; nothing of it is imported
otherwise.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

NAME = "rel"
NAMESPACE = "ns"
PROTOTYPE = "QUARTERDECK_PROTOTYPE"


class Engine(Protocol):
    """Loads a chart, and renders a loaded chart as often as wanted; only the second is timed."""

    def load(self, folder: Path) -> Any:
        """Read a chart."""
        ...

    def render(self, chart: Any, values: dict[str, Any]) -> dict[str, str]:
        """Coalesce values and render all templates: path -> text."""
        ...

    def open_cache(self, folder: Path) -> None:
        """Read what a process that starts reads of the code cache in `folder`."""
        ...

    def close_cache(self, folder: Path) -> None:
        """Write the code cache to `folder`, where the engine does not do so by itself."""
        ...


class Quarterdeck:
    """This project's engine as its users call it, source map on; it finds its cache by
    `QUARTERDECK_CACHE_DIR`."""

    def __init__(self) -> None:
        self.package = importlib.import_module("quarterdeck")

    def load(self, folder: Path) -> Any:
        """Read a chart."""
        return self.package.load_chart(folder)

    def render(self, chart: Any, values: dict[str, Any]) -> dict[str, str]:
        """Coalesce values and render all templates."""
        return self.package.render_chart(
            chart, values, name=NAME, namespace=NAMESPACE, tracing=True
        ).templates

    def open_cache(self, folder: Path) -> None:
        """Do nothing: the first rendering reads it, within its time."""

    def close_cache(self, folder: Path) -> None:
        """Do nothing: renderings write it."""


class Prototype:
    """The program that this project was to beat; it has no source map."""

    def __init__(self) -> None:
        sys.path.insert(0, os.environ[PROTOTYPE])
        self.engine = importlib.import_module("engine")
        self.chart = importlib.import_module("chart")

    def load(self, folder: Path) -> Any:
        """Read a chart."""
        return self.chart.load(str(folder))

    def render(self, chart: Any, values: dict[str, Any]) -> dict[str, str]:
        """Coalesce values and render all templates."""
        return self.engine.Engine(self.chart.prepare(chart, values, NAME, NAMESPACE)).render()

    def open_cache(self, folder: Path) -> None:
        """Read all code of the chart."""
        path = folder / "code"
        if path.exists():
            self.engine.load_cache(path.read_bytes())

    def close_cache(self, folder: Path) -> None:
        """Write all code of the chart."""
        (folder / "code").write_bytes(self.engine.save_cache())


ENGINES: dict[str, type[Quarterdeck | Prototype]] = {"ours": Quarterdeck, "prototype": Prototype}


def measured_engines() -> list[str]:
    """Name the engines of this run."""
    return ["ours", "prototype"] if os.environ.get(PROTOTYPE) else ["ours"]
