"""Which sub-charts take part, under which names, and what they hand to their parents.

Source: Helm pkg/chart/v2/util/dependencies.go, ProcessDependencies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.instances import ChartInstance
from quarterdeck.chart.semver import is_compatible
from quarterdeck.chart.values import (
    Coalescer,
    copy_containers,
    copy_values,
    find_table,
    find_value,
    merge_tables,
)
from quarterdeck.runtime.printing import sprintf
from quarterdeck.runtime.values import GoMap

if TYPE_CHECKING:
    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.values import TypeMismatch

Tree = dict[str, Any]


def process_dependencies(chart: Chart, overrides: Tree, mismatches: list[TypeMismatch]) -> ChartInstance:
    """Give the chart with the sub-charts that `overrides` enable, and with the values that charts import.

    Sections of sub-charts that are no maps are noted in `mismatches`.
    """
    root = _raw_instance(chart, set())
    root = _enable(root, overrides, "", mismatches)
    _import_values(root, mismatches)
    return root


def _raw_instance(chart: Chart, seen: set[int]) -> ChartInstance:
    """Make an instance of a chart with all its sub-charts under their own names."""
    values = copy_values(chart.values) if id(chart) in seen else chart.values
    seen.add(id(chart))
    return ChartInstance(
        chart,
        chart.name,
        values=values,
        dependencies=tuple(_raw_instance(sub, seen) for sub in chart.dependencies),
        declared=chart.manifest.dependencies,
    )


def _enable(
    instance: ChartInstance, values: Tree, path: str, mismatches: list[TypeMismatch]
) -> ChartInstance:
    """Give the instance without disabled sub-charts. Source: processDependencyEnabled."""
    if instance.declared is None:
        return instance
    candidates = _candidates(instance)
    declared = [replace(one, name=one.alias or one.name, enabled=True) for one in instance.declared]
    everything = ChartInstance(
        instance.chart, instance.name, values=instance.values, dependencies=candidates, declared=None
    )
    merged = Coalescer(mismatches).coalesce(everything, values)
    removed = {one.name for one in declared if not _is_enabled(one, merged, path)}
    kept = [
        _enable(sub, merged, f"{path}{sub.name}.", mismatches)
        for sub in candidates
        if sub.name not in removed
    ]
    return ChartInstance(
        instance.chart,
        instance.name,
        values=instance.values,
        dependencies=tuple(kept),
        declared=tuple(one for one in declared if one.name not in removed) or None,
    )


def _candidates(instance: ChartInstance) -> tuple[ChartInstance, ...]:
    """Give the sub-charts under their aliases: first those that are not declared, then the declared ones."""
    declared = instance.declared or ()
    candidates = [sub for sub in instance.dependencies if not any(_is_meant(one, sub) for one in declared)]
    used: set[int] = set()
    for one in declared:
        sub = next((sub for sub in instance.dependencies if _is_meant(one, sub)), None)
        if sub is None:
            continue
        candidates.append(_renamed(sub, one.alias or sub.name, is_again=id(sub) in used))
        used.add(id(sub))
    return tuple(candidates)


def _is_meant(dependency: Dependency, sub: ChartInstance) -> bool:
    return sub.name == dependency.name and is_compatible(dependency.version, sub.chart.manifest.version)


def _renamed(instance: ChartInstance, name: str, *, is_again: bool) -> ChartInstance:
    """Copy an instance under another name.

    A chart that is used once more gets values of its own, since templates may change them.
    """
    return ChartInstance(
        instance.chart,
        name,
        values=copy_values(instance.values) if is_again else instance.values,
        dependencies=tuple(_renamed(sub, sub.name, is_again=is_again) for sub in instance.dependencies),
        declared=instance.declared,
    )


def _is_enabled(dependency: Dependency, values: Tree, path: str) -> bool:
    """Decide by the first condition that is a boolean, else by tags."""
    for condition in dependency.condition.strip().split(","):
        if condition:
            value = find_value(values, path + condition)
            if value is True or value is False:
                return value
    tags: Any = values.get("tags")
    if tags.__class__ is not dict:
        return True
    flags: list[Any] = [tags[tag] for tag in dependency.tags if tag in tags]
    has_true = any(flag is True for flag in flags)
    has_false = any(flag is False for flag in flags)
    return has_true or not has_false


def _import_values(instance: ChartInstance, mismatches: list[TypeMismatch]) -> None:
    """Give charts the values that they import, sub-charts first. Source: processImportValues."""
    for sub in instance.dependencies:
        _import_values(sub, mismatches)
    if instance.declared is None:
        return
    merged = Coalescer(mismatches, keeps_nulls=True).coalesce(instance, {})
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
                imported = merge_tables(imported, _nested(parent, copy_containers(table)), keeps_nulls=True)
        declared.append(replace(one, import_values=tuple(described)))
    instance.declared = tuple(declared)
    instance.values = merge_tables(merged, imported, keeps_nulls=True)


def import_paths(entry: Any) -> tuple[str, str] | None:
    """Give the dotted paths in child and parent that an entry of `import-values` names."""
    if entry.__class__ is dict:
        return sprintf("%v", [entry.get("child")]), sprintf("%v", [entry.get("parent")])
    return (f"exports.{entry}", ".") if entry.__class__ is str else None


def _nested(path: str, table: Tree) -> Tree:
    if path == ".":
        return table
    for part in reversed(path.split(".")):
        table = {part: table}
    return table
