"""A chart in its role in one rendering: under an alias, without what is disabled, with what it imports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, ref

from quarterdeck.chart.values import drop_nulls

if TYPE_CHECKING:
    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart


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
        self._parent: ReferenceType[ChartInstance] | None = None
        for dependency in dependencies:
            # Weak: what an edit leaves behind goes at once, and not when Python looks for cycles.
            dependency.parent = self

    @property
    def parent(self) -> ChartInstance | None:
        """The chart that it is a dependency of; the outermost one has to be kept by who asks."""
        return None if self._parent is None else self._parent()

    @parent.setter
    def parent(self, parent: ChartInstance) -> None:
        self._parent = ref(parent)

    @cached_property
    def dependency_names(self) -> frozenset[str]:
        """Names of the sub-charts."""
        return frozenset(dependency.name for dependency in self.dependencies)

    @cached_property
    def values_without_nulls(self) -> dict[str, Any]:
        """The defaults without entries that are null."""
        if not self.has_nulls:
            return self.values
        chart = self.chart
        return chart.values_without_nulls if self.values is chart.values else drop_nulls(self.values)

    @cached_property
    def has_nulls(self) -> bool:
        """Whether any default of the chart or its sub-charts is null."""
        chart = self.chart
        if chart.values_without_nulls is not chart.values:
            return True
        return any(dependency.has_nulls for dependency in self.dependencies)

    @cached_property
    def full_path(self) -> str:
        """The path that begins its templates' names: `parent/charts/sub`."""
        return self.name if self.parent is None else f"{self.parent.full_path}/charts/{self.name}"
