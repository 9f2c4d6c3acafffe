"""A chart in its role in one rendering: under an alias, without what is disabled, with what it imports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.values import drop_nulls

if TYPE_CHECKING:
    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart, ChartFile


class ChartInstance:
    """One use of a chart; never changed once `conditions.process_dependencies` has returned it.

    `name` is the alias where there is one, `declared` the enabled dependencies of Chart.yaml (None where it
    has none), `values` the defaults with imported values and those of sub-charts.
    """

    def __init__(
        self,
        chart: Chart,
        name: str,
        *,
        values: dict[str, Any],
        dependencies: tuple[ChartInstance, ...],
        declared: tuple[Dependency, ...] | None,
    ) -> None:
        self.chart = chart
        self.name = name
        self.values = values
        self.dependencies = dependencies
        self.declared = declared
        self.parent: ChartInstance | None = None
        for dependency in dependencies:
            dependency.parent = self

    @cached_property
    def dependency_names(self) -> frozenset[str]:
        """Names of the sub-charts."""
        return frozenset(dependency.name for dependency in self.dependencies)

    @cached_property
    def values_without_nulls(self) -> dict[str, Any]:
        """The defaults without entries that are null."""
        if self.values is not self.chart.values:
            return drop_nulls(self.values)
        memory = self.chart.memory
        found: dict[str, Any] | None = memory.get("values_without_nulls")
        if found is None:
            found = memory["values_without_nulls"] = drop_nulls(self.values)
        return found

    @cached_property
    def full_path(self) -> str:
        """The path that begins its templates' names: `parent/charts/sub`."""
        return self.name if self.parent is None else f"{self.parent.full_path}/charts/{self.name}"

    @property
    def files(self) -> dict[str, ChartFile]:
        """What `.Files` has, by path; of two with one path the later."""
        memory = self.chart.memory
        found: dict[str, ChartFile] | None = memory.get("files")
        if found is None:
            found = memory["files"] = {file.path: file for file in self.chart.files}
        return found

    @property
    def templates(self) -> tuple[tuple[ChartFile, bool], ...]:
        """The templates that count, and whether each is a partial (its name begins with `_`)."""
        memory = self.chart.memory
        found: tuple[tuple[ChartFile, bool], ...] | None = memory.get("templates")
        if found is None:
            listed = [(file, _is_partial(file.path)) for file in self.chart.templates]
            found = tuple(one for one in listed if one[1] or not self.chart.is_library)
            memory["templates"] = found
        return found


def _is_partial(path: str) -> bool:
    return path.rsplit("/", 1)[-1].startswith("_")
