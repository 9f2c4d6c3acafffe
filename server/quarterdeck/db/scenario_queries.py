"""From the files of a workspace to the settings and scenarios of its charts."""

from __future__ import annotations

import os
from posixpath import dirname
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.files_on_disk import Stamp, settled_stamp
from quarterdeck.db.inputs import (
    BUFFER,
    DISK_EXISTS,
    DISK_LISTING,
    DISK_REAL,
    DISK_TEXT,
    EDITOR_SETTINGS,
    MAX_TEXT_SIZE,
    ROOTS,
    Db,
    Entry,
)
from quarterdeck.diagnostics.model import Finding  # noqa: TC001 - a field's type
from quarterdeck.query.engine import SELDOM, Input, Query
from quarterdeck.scenarios.all import find_scenarios
from quarterdeck.scenarios.manifests import (
    Manifests,
    Source,
    join_sources,
    list_candidates,
    look_at_source,
)
from quarterdeck.scenarios.values import OUTSIDE, Refusal, is_inside, values_input
from quarterdeck.settings.merge import merge_settings, settings_of_chart
from quarterdeck.settings.model import Settings  # noqa: TC001 - a field's type

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.scenarios.model import LeftOut, Scenario, ScenarioSet

# --- which files may be read -------------------------------------------------------------------------------


def _root(db: Db, chart: str) -> str:
    folder = chart
    while True:
        if db.get(DISK_EXISTS, f"{folder}/.git"):
            return folder
        above = dirname(folder)
        if above == folder:
            break
        folder = above
    holding = [root for root in db.get(ROOTS) if is_inside(chart, root)]
    return max(holding, key=len, default=chart)


ROOT: Query[str] = Query("root", _root)
"""The folder up to which settings count for a chart, and out of which nothing is read: its repository's, or
else that of the workspace, or else its own."""


class DbFiles:
    """Files as searches for scenarios read them: below some folders alone, open texts in their places."""

    def __init__(self, db: Db, folders: tuple[str, ...]) -> None:
        self._db = db
        self._folders = folders

    def read(self, path: str) -> str | Refusal | None:
        """Give the text of a file, None for one that is not there, or why it is not read."""
        if not any(is_inside(path, folder) for folder in self._folders):
            return OUTSIDE
        buffer = self._db.get(BUFFER, path)
        if buffer is not None:
            return buffer
        real = self._db.get(DISK_REAL, path)
        if not any(is_inside(real, self._db.get(DISK_REAL, folder)) for folder in self._folders):
            return OUTSIDE
        found = self._db.get(DISK_TEXT, real)
        if found is not None and found.text is None:
            return Refusal("unreadable", "cannot be read, or is too large")
        return None if found is None else found.text

    def read_text(self, path: str) -> str | None:
        """Give the text of a file, None where there is none that may be read."""
        text = self.read(path)
        return text if isinstance(text, str) else None

    def list(self, folder: str) -> tuple[Entry, ...] | None:
        """Give the names in a folder in order, None where there is no such folder."""
        if not any(is_inside(folder, top) for top in self._folders):
            return None
        return self._db.get(DISK_LISTING, folder)


def _files_for(db: Db, chart: str) -> DbFiles:
    return DbFiles(db, tuple(dict.fromkeys((db.get(ROOT, chart), chart, *db.get(ROOTS)))))


# --- settings ----------------------------------------------------------------------------------------------


class ChartSettings(NamedTuple):
    """The settings that count for a chart, and what is wrong with the files that say them."""

    settings: Settings
    findings: tuple[Finding, ...]


def _settings(db: Db, chart: str) -> ChartSettings:
    files = _files_for(db, chart)
    settings, findings = settings_of_chart(chart, db.get(ROOT, chart), files.read_text)
    return ChartSettings(merge_settings(settings, db.get(EDITOR_SETTINGS)), tuple(findings))


SETTINGS: Query[ChartSettings] = Query("settings", _settings)
"""The settings of a chart: of its folder and those above it, and over them the editor's."""


# --- manifests of other tools ------------------------------------------------------------------------------


class _Looked(NamedTuple):
    """What was seen in one file of the workspace."""

    found: Source | LeftOut | None
    stamp: Stamp | None


def _look(path: str) -> _Looked:
    return _look_again(_Looked(None, None), path)


def _look_again(before: _Looked, path: str) -> _Looked:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        # A link may lead out of the workspace.
        handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            stamp = settled_stamp(os.fstat(handle))
            if stamp is not None and stamp == before.stamp:
                return before
            data = stream.read(MAX_TEXT_SIZE + 1) or b""
    except (OSError, ValueError):
        return _Looked(None, None)
    if len(data) > MAX_TEXT_SIZE:
        return _Looked(None, stamp)
    return _Looked(
        look_at_source(path, data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")), stamp
    )


DISK_SOURCE: Input[_Looked] = Input(
    "disk source",
    _Looked(None, None),
    load=_look,
    reload=_look_again,
    equal=lambda one, other: one.found == other.found,
    changes=SELDOM,
)
"""What a file on the disk may say of deployments, by absolute path; its text is kept only if it may."""


def _manifests(db: Db) -> Manifests:
    roots = db.get(ROOTS)
    listing = list_candidates(roots, DbFiles(db, roots), check=db.check_cancelled)
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    for path in listing.paths:
        found = db.get(DISK_SOURCE, path).found
        if isinstance(found, Source):
            sources.append(found)
        elif found is not None:
            left_out.append(found)
    return join_sources(listing, sources, left_out)


MANIFESTS: Query[Manifests] = Query("manifests", _manifests)
"""All manifests of the workspace that may deploy charts, as they are saved."""


# --- scenarios ---------------------------------------------------------------------------------------------


def _near_scenarios(db: Db, chart: str) -> ScenarioSet:
    return _find(db, chart, Manifests)


NEAR_SCENARIOS: Query[ScenarioSet] = Query("near scenarios", _near_scenarios)
"""The scenarios of a chart that its own folder and its settings name: quick to find."""


def _scenarios(db: Db, chart: str) -> ScenarioSet:
    return _find(db, chart, lambda: db.get(MANIFESTS))


SCENARIOS: Query[ScenarioSet] = Query("scenarios", _scenarios)
"""All scenarios of a chart: also those that manifests anywhere in the workspace deploy."""


def _find(db: Db, chart: str, manifests: Callable[[], Manifests]) -> ScenarioSet:
    settings = db.get(SETTINGS, chart).settings
    files = _files_for(db, chart)
    roots = tuple(dict.fromkeys((*db.get(ROOTS), db.get(ROOT, chart))))
    return find_scenarios(chart, roots, files, settings, manifests=manifests(), is_cancelled=db.is_cancelled)


def _values(db: Db, chart: str, scenario: Scenario) -> ValuesInput:
    return values_input(scenario, _files_for(db, chart).read)


VALUES: Query[ValuesInput] = Query("values", _values)
"""What a scenario lays over a chart's values, by chart and scenario."""
