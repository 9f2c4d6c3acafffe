"""Which sub-charts take part, under which names, and what they hand to their parents.

Source: Helm pkg/chart/v2/util/dependencies.go, ProcessDependencies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.chart.decisions import Node, make_plan
from quarterdeck.chart.instances import ChartInstance
from quarterdeck.chart.values import Coalescer, copy_containers, find_table, merge_tables
from quarterdeck.runtime.printing import sprintf
from quarterdeck.runtime.values import GoMap

if TYPE_CHECKING:
    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.values import TypeMismatch

Tree = dict[str, Any]

_REMEMBERED = 4


def process_dependencies(chart: Chart, overrides: Tree, mismatches: list[TypeMismatch]) -> ChartInstance:
    """Give the chart with the sub-charts that `overrides` enable, and with the values that charts import.

    Sections of sub-charts that are no maps are noted in `mismatches`. Overrides that enable the same
    sub-charts get the same instance.
    """
    plan = make_plan(chart)
    disabled = plan.find_disabled(overrides, mismatches)
    memory: dict[frozenset[str], tuple[ChartInstance, list[TypeMismatch]]]
    memory = chart.memory.setdefault("instances", {})
    found = memory.get(disabled)
    if found is None:
        instance = _build(plan.root, plan.root.everything.values, disabled)
        own_mismatches: list[TypeMismatch] = []
        _import_values(instance, own_mismatches)
        while len(memory) >= _REMEMBERED:
            del memory[next(iter(memory))]
        found = memory[disabled] = instance, own_mismatches
    mismatches.extend(found[1])
    return found[0]


def _build(node: Node, values: Tree, disabled: frozenset[str]) -> ChartInstance:
    """Make the instance of a chart without its disabled sub-charts."""
    everything = node.everything
    if node.children is None:
        return _copy(everything)
    kept = [
        _build(child, sub.values, disabled)
        for child, sub in zip(node.children, everything.dependencies, strict=True)
        if child.path not in disabled
    ]
    declared = tuple(one for one in everything.declared or () if f"{node.prefix}{one.name}" not in disabled)
    return ChartInstance(
        everything.chart, everything.name, values=values, dependencies=tuple(kept), declared=declared or None
    )


def _copy(instance: ChartInstance) -> ChartInstance:
    """Make the same instance again, since it knows its parent."""
    return ChartInstance(
        instance.chart,
        instance.name,
        values=instance.values,
        dependencies=tuple(map(_copy, instance.dependencies)),
        declared=instance.declared,
    )


def _import_values(instance: ChartInstance, mismatches: list[TypeMismatch]) -> None:
    """Give charts the values that they import, sub-charts first. Source: processImportValues."""
    for sub in instance.dependencies:
        _import_values(sub, mismatches)
    if instance.declared is None:
        return
    merged = Coalescer(mismatches, keeps_nulls=True).coalesce(instance, {})
    if any(one.import_values for one in instance.declared):
        # Helm changes these tables while it imports them one after the other.
        merged = copy_containers(merged)
    imported: Tree = {}
    declared: list[Dependency] = []
    for one in instance.declared:
        described: list[Any] = []
        for entry in one.import_values:
            paths = import_paths(entry)
            if paths is None:
                continue
            child, parent = paths
            described.append(GoMap({"child": child, "parent": parent}))
            table = find_table(merged, f"{one.name}.{child}")
            if table is not None:
                _lay_over(imported, _nested(parent, table))
        declared.append(replace(one, import_values=tuple(described)))
    instance.declared = tuple(declared)
    own = _finite(merged, ()) if imported else merged
    instance.values = merge_tables(own, _finite(imported, ()), keeps_nulls=True)


def _finite(table: Tree, above: tuple[int, ...]) -> Tree:
    """Copy a table; one that was imported into itself ends where it would begin anew. Helm crashes on it."""
    inside = (*above, id(table))
    finite: Tree = {}
    for key, value in table.items():
        if value.__class__ is dict:
            finite[key] = {} if id(value) in inside else _finite(value, inside)
        else:
            finite[key] = copy_containers(value)
    return finite


def _lay_over(upper: Tree, lower: Tree) -> None:
    """Take into `upper` what only `lower` has: the tables themselves, which further imports then change.

    Nulls of `upper` are written into `lower`. Source: coalesce.go, coalesceTablesFullKey.
    """
    if upper is lower:
        return
    for key, value in upper.items():
        if value is None:
            lower[key] = None
    for key, below in lower.items():
        value: Any = upper.setdefault(key, below)
        if value.__class__ is dict and below.__class__ is dict:
            _lay_over(value, below)


def import_paths(entry: Any) -> tuple[str, str] | None:
    """Give the dotted paths in child and parent that an entry of `import-values` names."""
    if isinstance(entry, dict):
        mapping = cast("dict[str, Any]", entry)
        return sprintf("%v", [mapping.get("child")]), sprintf("%v", [mapping.get("parent")])
    return (f"exports.{entry}", ".") if isinstance(entry, str) else None


def _nested(path: str, table: Tree) -> Tree:
    if path == ".":
        return table
    for part in reversed(path.split(".")):
        table = {part: table}
    return table
