"""From files to what a rendering works with."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.files_on_disk import FileSet
from quarterdeck.chart.load import make_chart, read_chart_files
from quarterdeck.chart.model import Chart
from quarterdeck.chart.prepare import Release, edit_templates, prepare
from quarterdeck.chart.problems import stop
from quarterdeck.db.inputs import BUFFER, BUFFERS_IN, DISK_CHART, Db, Unreadable
from quarterdeck.db.scenario_queries import VALUES
from quarterdeck.diagnostics.catalog import BAD_SETTING
from quarterdeck.diagnostics.model import Finding, Place
from quarterdeck.errors import ChartNotFoundError, OptionError, QuarterdeckError
from quarterdeck.query.engine import Query
from quarterdeck.query.places import MISSING

if TYPE_CHECKING:
    from quarterdeck.chart.model import ChartFile
    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.scenarios.model import Scenario

_FOR_EACH_TEMPLATE = 2_000
"""Bytes of values and of what else is known of a template, about."""

# --- files -------------------------------------------------------------------------------------------------


def _files(db: Db, chart: str) -> FileSet | Unreadable:
    on_disk = db.get(DISK_CHART, chart)
    known = {} if isinstance(on_disk, Unreadable) else {file.path: file for file in on_disk.files}
    texts: dict[str, str] = {}
    for path in db.get(BUFFERS_IN, chart):
        text = db.get(BUFFER, f"{chart}/{path}")
        if text is not None and (path not in known or known[path].text != text):
            texts[path] = text
    if not texts:
        return on_disk
    found: FileSet | None = None
    if not isinstance(on_disk, Unreadable) and texts.keys() <= known.keys():
        found = on_disk.with_texts(texts)
    if found is None:
        # Open texts that may be new files, or rules about which files count.
        try:
            found = read_chart_files(chart, texts)
        except QuarterdeckError as error:
            return Unreadable(str(error), isinstance(error, ChartNotFoundError))
    before = db.previous()
    return found if before is MISSING or isinstance(before, Unreadable) else _sharing(found, before)


def _sharing(found: FileSet, before: FileSet) -> FileSet:
    """Give the files with those objects of before that hold the same, so that others see what changed."""
    known = {file.path: file for file in before.files}
    files: list[ChartFile] = []
    for file in found.files:
        old = known.get(file.path)
        files.append(old if old is not None and old.has_content_of(file) else file)
    return FileSet(files, found.problems)


FILES: Query[FileSet | Unreadable] = Query("files", _files, equal=operator.is_)
"""The files of a chart as they count now, open texts in their places, by the chart's folder.

A file that is the same as before is the same object; without unsaved changes it is the disk's own result.
"""


# --- chart -------------------------------------------------------------------------------------------------


def _chart(db: Db, chart: str) -> Chart | Unreadable:
    files = db.get(FILES, chart)
    if isinstance(files, Unreadable):
        return files
    before = db.previous()
    if not isinstance(before, Chart):
        return make_chart(chart, files, check=db.check_cancelled)
    made = make_chart(chart, files, previous=before, check=db.check_cancelled)
    # What it remembers refers to it: it would be kept until Python looks for cycles.
    before.memory.clear()
    return made


def _chart_size(chart: Chart | Unreadable) -> int:
    if isinstance(chart, Unreadable):
        return 0
    own = sum(file.size for file in (*chart.templates, *chart.files))
    return own + sum(map(_chart_size, chart.dependencies))


CHART: Query[Chart | Unreadable] = Query("chart", _chart, equal=operator.is_, size=_chart_size)
"""The chart that the files make, by its folder."""


# --- what a rendering works with ---------------------------------------------------------------------------


class Prepared(NamedTuple):
    """A chart's inputs in one scenario, and what they were made of."""

    files: FileSet
    values: ValuesInput
    inputs: RenderInputs


class Refused(NamedTuple):
    """A scenario that is not rendered: what it would render to is not what is meant."""

    findings: tuple[Finding, ...]


def _prepared(db: Db, chart: str, scenario: Scenario) -> Prepared | Refused | Unreadable:
    files = db.get(FILES, chart)
    if isinstance(files, Unreadable):
        return files
    values = db.get(VALUES, chart, scenario)
    if values.refusals:
        return Refused(values.refusals)
    before = db.previous()
    if isinstance(before, Prepared) and before.values is values:
        inputs = _edited(before, files)
        if inputs is not None:
            db.touch(CHART, chart)  # the next edit of values needs it
            return Prepared(files, values, inputs)
    made = db.get(CHART, chart)
    if isinstance(made, Unreadable):
        return made
    db.check_cancelled()
    release = Release(name=scenario.release_name, namespace=scenario.namespace)
    try:
        capabilities = make_capabilities(scenario.kube_version, scenario.api_versions)
    except OptionError as error:
        place = scenario.place or Place(chart)
        return Refused((stop(BAD_SETTING, place, str(error), helm=str(error)),))
    return Prepared(files, values, prepare(made, values, release, capabilities, db.check_cancelled))


def _edited(before: Prepared, files: FileSet) -> RenderInputs | None:
    """Give the inputs of before with other texts of templates; None where anything else changed."""
    if before.files.problems is not files.problems or len(before.files.files) != len(files.files):
        return None
    changed = [(old, new) for old, new in zip(before.files.files, files.files, strict=True) if old is not new]
    if any(old.path != new.path for old, new in changed):
        return None
    inputs = before.inputs
    templates = {file.display_path for file in inputs.templates}
    texts: dict[str, str] = {}
    for old, new in changed:
        # Bytes that are no text are a problem of the chart's.
        if new.display_path not in templates or old.find_bad_byte() or new.find_bad_byte() is not None:
            return None
        texts[new.display_path] = new.text
    return edit_templates(inputs, texts) if texts else inputs


def _prepared_size(prepared: Prepared | Refused | Unreadable) -> int:
    """Estimate what values and lists of templates keep."""
    return _FOR_EACH_TEMPLATE * len(prepared.inputs.templates) if isinstance(prepared, Prepared) else 0


PREPARED: Query[Prepared | Refused | Unreadable] = Query(
    "prepared", _prepared, equal=operator.is_, size=_prepared_size
)
"""All that rendering a chart in a scenario needs, by the chart's folder and the scenario."""
