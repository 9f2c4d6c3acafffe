"""Names of settings and of the files in which they stand."""

from __future__ import annotations

from posixpath import dirname
from typing import Final

FILE_NAMES: Final = (".quarterdeck.yaml", ".quarterdeck.yml")
"""The names of a settings file; where a folder has both, the first counts."""


def camel_case(name: str) -> str:
    """Give the name in files of a field: `kube_version` is `kubeVersion`."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def settings_folders(chart: str, root: str) -> list[str]:
    """Give the folders whose settings count for a chart, the outermost first: `root` down to the chart's own.

    Paths are absolute, with `/`. Where the chart lies outside of `root`, its own folder alone counts.
    """
    folders = [chart]
    prefix = root.rstrip("/") + "/"
    if chart.startswith(prefix):
        folder = chart
        while len(folder := dirname(folder)) > len(prefix):
            folders.append(folder)
        folders.append(root)
    return folders[::-1]
