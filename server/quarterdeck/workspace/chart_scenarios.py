"""The settings of a chart on the disk, and the scenarios that it has."""

from __future__ import annotations

import os
from posixpath import dirname
from typing import TYPE_CHECKING, Final, NamedTuple

from quarterdeck.settings.names import FILE_NAMES, settings_folders
from quarterdeck.workspace.discovery import is_chart
from quarterdeck.workspace.find_charts import is_archive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.manifests import Manifests
    from quarterdeck.scenarios.model import LeftOut, Scenario
    from quarterdeck.scenarios.values import Refusal
    from quarterdeck.settings.model import Settings

_OF_EVERY_CHART: Final = frozenset(
    {"Chart.yaml", "values.yaml", "requirements.yaml", "templates", "charts", "crds"}
)


class ChartScenarios(NamedTuple):
    """What a chart is rendered with.

    `left_out` might have been scenarios, `findings` tell what is wrong with settings and declarations.
    """

    settings: Settings
    scenarios: tuple[Scenario, ...]
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]


def find_root(chart: str, named: str, working_folder: str) -> str:
    """Give the folder that is the workspace of a chart for who names no workspace.

    That is the nearest folder at or above the chart with a `.git`; else `working_folder`, or the folder that
    the user named, if the chart is in it; else the chart's own. Paths are absolute, with `/`.
    """
    folder = chart
    while True:
        if os.path.lexists(f"{folder}/.git"):
            return folder
        above = dirname(folder)
        if above == folder:
            break
        folder = above
    return next((candidate for candidate in (working_folder, named) if is_below(chart, candidate)), chart)


def may_have_scenarios(chart: str, root: str) -> bool:
    """Tell whether a look for settings and values files can find any; quick, and right where it denies.

    `root` is the workspace's. Where it affirms, `read_scenarios` says what there is.
    """
    folder = folder_of(chart)
    for above in settings_folders(folder, root):
        if any(os.path.lexists(f"{above.rstrip('/')}/{name}") for name in FILE_NAMES):
            return True
    if folder != chart:
        return False
    try:
        with os.scandir(chart) as entries:
            return any(_may_matter(entry) for entry in entries)
    except OSError:
        return True


def read_chart_settings(chart: str, root: str) -> tuple[Settings, list[Finding]]:
    """Read the settings that count for a chart, and give what is wrong with them.

    `chart` is its folder or archive; both paths are absolute, with `/`. Nothing out of `root` is read.
    """
    # Most charts have no settings, and a run on one of them has no time for what reads them.
    from quarterdeck.scenarios.workspace_files import DiskFiles  # noqa: PLC0415
    from quarterdeck.settings.merge import settings_of_chart  # noqa: PLC0415

    folder = folder_of(chart)
    return settings_of_chart(folder, root, DiskFiles([root, folder]).read_text)


def read_manifests(named: Iterable[str]) -> Manifests | None:
    """Read what other tools deploy, from below the folders that a user named; None where there is nothing.

    A folder that is a chart itself is not searched: what deploys it lies beside it.
    """
    folders = [folder for folder in named if os.path.isdir(folder) and not is_chart(folder)]  # noqa: PTH112 - texts
    if not folders:
        return None
    from quarterdeck.scenarios.manifests import search_manifests  # noqa: PLC0415 - see above
    from quarterdeck.scenarios.workspace_files import DiskFiles  # noqa: PLC0415 - see above

    manifests = search_manifests(folders, DiskFiles(folders))
    return manifests if manifests.sources or manifests.left_out else None


def read_scenarios(chart: str, root: str, manifests: Manifests | None = None) -> ChartScenarios:
    """Read the settings that count for a chart, and find its scenarios, its defaults among them.

    The paths are as for `read_chart_settings`; `manifests` are those of `read_manifests`.
    """
    from quarterdeck.scenarios.all import find_scenarios  # noqa: PLC0415 - see above
    from quarterdeck.scenarios.manifests import Manifests  # noqa: PLC0415 - see above
    from quarterdeck.scenarios.workspace_files import DiskFiles  # noqa: PLC0415 - see above

    settings, findings = read_chart_settings(chart, root)
    roots = [root] if is_below(chart, root) else [root, folder_of(chart)]
    found = find_scenarios(chart, roots, DiskFiles(roots), settings, manifests=manifests or Manifests())
    return ChartScenarios(settings, found.scenarios, found.left_out, (*findings, *found.findings))


class TrustedTexts:
    """Texts of files inside of some folders, as scenarios name them; each is read once."""

    def __init__(self, *folders: str) -> None:
        from quarterdeck.scenarios.workspace_files import DiskFiles  # noqa: PLC0415 - see above

        self._folders = tuple(os.path.realpath(folder) for folder in folders)
        self._files = DiskFiles(folders)
        self._known: dict[str, str | Refusal | None] = {}

    def __call__(self, path: str) -> str | Refusal | None:
        """Give the text of a file, None for one that is not there, or why it is not read."""
        if path not in self._known:
            text = self._files.read_text(path)
            self._known[path] = self._why_not(path) if text is None else text
        return self._known[path]

    def _why_not(self, path: str) -> Refusal | None:
        from quarterdeck.scenarios.values import OUTSIDE, Refusal  # noqa: PLC0415 - see above

        try:
            real = os.path.realpath(path)
            is_there = os.path.lexists(real)
        except (OSError, ValueError):
            return None
        if not any(f"{real}{os.sep}".startswith(f"{one.rstrip(os.sep)}{os.sep}") for one in self._folders):
            return OUTSIDE
        return Refusal("unreadable", "cannot be read, or is too large") if is_there else None


def is_below(path: str, folder: str) -> bool:
    """Tell whether an absolute path is `folder` or lies in it."""
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def folder_of(chart: str) -> str:
    """Give the folder of a chart: its own, or that of the archive."""
    return dirname(chart) if is_archive(chart) else chart


def _may_matter(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name in _OF_EVERY_CHART or name.startswith("."):
        return False
    return name.endswith((".yaml", ".yml")) or entry.is_dir()
