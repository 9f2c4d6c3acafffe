"""Settings of several files, of an editor and of the command line as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from quarterdeck.diagnostics.catalog import BAD_SETTINGS_FILE
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.settings.names import FILE_NAMES, settings_folders
from quarterdeck.settings.read import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable


def merge_settings(*layers: Settings) -> Settings:
    """Give one of several settings, the strongest last.

    A setting that somebody gave is the strongest one's; scenarios are merged by name and rules by code, each
    as the strongest has it; entries of `ignore` count together.
    """
    merged = DEFAULTS
    for layer in layers:
        changes: dict[str, Any] = {
            name: getattr(layer, name) for name in layer.given if name not in {"scenarios", "rules", "ignore"}
        }
        merged = replace(
            merged,
            **changes,
            scenarios={**merged.scenarios, **layer.scenarios},
            rules={**merged.rules, **layer.rules},
            ignore=(*merged.ignore, *layer.ignore),
            given=merged.given | layer.given,
        )
    return merged


def settings_of_chart(
    chart: str, root: str, read_text: Callable[[str], object]
) -> tuple[Settings, list[Finding]]:
    """Give the settings that the files of a chart's folder and of those above it say, up to `root`.

    The nearest file is the strongest. Paths are absolute, with `/`; `read_text` gives the text of a file, and
    anything but a text where there is none.
    """
    layers: list[Settings] = []
    findings: list[Finding] = []
    for folder in settings_folders(chart, root):
        first = ""
        for name in FILE_NAMES:
            path = f"{folder.rstrip('/')}/{name}"
            text = read_text(path)
            if not isinstance(text, str):
                continue
            if first:
                findings.append(_second_file(path, first))
                continue
            first = path
            settings, found = read_settings(text, path)
            layers.append(settings)
            findings += found
    return merge_settings(*layers), findings


def _second_file(path: str, first: str) -> Finding:
    name = first.rpartition("/")[2]
    return Finding(
        code=BAD_SETTINGS_FILE,
        severity=Severity.HIGH,
        place=Place(path),
        message=f"the file is not read, for {name} stands beside it",
        proposal=f"Put its settings into {name}, and delete it.",
    )
