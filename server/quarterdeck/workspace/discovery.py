"""Which chart a file belongs to."""

from __future__ import annotations

from pathlib import Path
from posixpath import basename, dirname

CHART_FILE = "Chart.yaml"
SUBCHART_FOLDER = "charts"


def is_chart(folder: str) -> bool:
    """Tell whether `folder` has a `Chart.yaml`."""
    try:
        return Path(folder, CHART_FILE).is_file()
    except OSError:  # a folder that we may not look into is no chart of ours
        return False


def find_chart_root(path: str) -> str | None:
    """Give the folder of the outermost chart that renders `path` (absolute, with `/`), or None.

    That is the nearest folder above with a `Chart.yaml`; while it lies in the `charts/` folder of another
    chart, that one: a sub-chart is rendered with its parent's values, and all of them share their defines.
    """
    folder = dirname(path)
    while not is_chart(folder):
        above = dirname(folder)
        if above == folder:
            return None
        folder = above
    while basename(dirname(folder)) == SUBCHART_FOLDER and is_chart(parent := dirname(dirname(folder))):
        folder = parent
    return folder


def path_in_chart(path: str, chart: str) -> str | None:
    """Give `path` relative to the folder `chart`, or None where it lies outside."""
    prefix = chart.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None
