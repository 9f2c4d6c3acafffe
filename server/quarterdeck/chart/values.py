"""Lays values over the defaults of a chart and its sub-charts, as Helm does, and shares what stays the same.

Helm copies every tree before it merges. Here trees are never changed once they are made: a merge makes new
maps where its two sides differ, and shares the rest. One part is different: the maps below `global` are
shared between charts in Helm too, and changed in place while they are merged, so that one chart's defaults
show in another's globals. Those maps are copied first and then changed as Helm does it.

Source: Helm pkg/chart/common/util/coalesce.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.printing import sprintf

if TYPE_CHECKING:
    from quarterdeck.chart.instances import ChartInstance

Tree = dict[str, Any]

KeyFilter = dict[str, "KeyFilter"]
"""The keys of a chart's values that are looked at; for the section of a sub-chart, those in it."""

GLOBAL = "global"
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class TypeMismatch:
    """The section of a sub-chart is no map: the keys that lead to it, and what it is instead."""

    path: tuple[str, ...]
    value: Any

    @property
    def helm_message(self) -> str:
        """Helm's words."""
        return f"type mismatch on {self.path[-1]}: {sprintf('%t', [self.value])}"


@dataclass(frozen=True, slots=True)
class Coalescer:
    """Merges values with the defaults of a chart and its sub-charts.

    With `keeps_nulls`, nulls stay in the result (Helm's MergeValues). Otherwise a null takes away the default
    that it meets, and defaults that are null are left out (Helm's CoalesceValues). A section that is no map
    is noted in `mismatches`, where Helm stops, and replaced by an empty one.
    """

    mismatches: list[TypeMismatch]
    keeps_nulls: bool = False

    def coalesce(
        self,
        instance: ChartInstance,
        values: Tree,
        path: tuple[str, ...] = (),
        *,
        keys: KeyFilter | None = None,
    ) -> Tree:
        """Give `values` laid over all defaults, in a map that is the caller's own.

        `path` are the keys that lead to `values` where they are the section of a sub-chart. With `keys`, only
        those are merged; `global` must not be among them.
        """
        merged = self._lay_over_defaults(instance, values, owns_global=bool(path), keys=keys)
        for sub_chart in instance.dependencies:
            name = sub_chart.name
            if keys is not None and name not in keys:
                continue
            section: Any = merged.get(name, _MISSING)
            if section is _MISSING:
                section = {}
            elif section.__class__ is not dict:
                self.mismatches.append(TypeMismatch((*path, name), section))
                section = {}
            if keys is None:
                merged[name] = self.coalesce(sub_chart, with_globals(section, merged), (*path, name))
            else:
                merged[name] = self.coalesce(sub_chart, section, (*path, name), keys=keys[name])
        return merged

    def _lay_over_defaults(
        self, instance: ChartInstance, values: Tree, *, owns_global: bool, keys: KeyFilter | None
    ) -> Tree:
        """Merge `values` with the chart's own defaults alone. Source: coalesce.go, coalesceValues."""
        keeps_nulls = self.keeps_nulls
        defaults = instance.values
        base = defaults if keeps_nulls else instance.values_without_nulls
        if keys is not None:
            base = {key: base[key] for key in keys if key in base}
            values = {key: values[key] for key in keys if key in values}
        merged = {**base, **values}
        names = instance.dependency_names
        for key, value in values.items():
            if value is None:
                if not keeps_nulls and key in defaults:
                    del merged[key]
            elif value.__class__ is dict:
                default: Any = defaults.get(key)
                if default.__class__ is not dict:
                    continue
                keeps = keeps_nulls or key in names
                if not keeps:
                    default = base[key]
                if key == GLOBAL and owns_global:
                    _complete(value, default, keeps_nulls=keeps)
                else:
                    merged[key] = merge_tables(value, default, keeps_nulls=keeps)
        if names and not (owns_global and GLOBAL in values):
            shared: Any = merged.get(GLOBAL)
            if shared.__class__ is dict:
                merged[GLOBAL] = copy_maps(shared)
        return merged


def with_globals(section: Tree, parent: Tree) -> Tree:
    """Give a sub-chart's section with the parent's globals in it. Source: coalesce.go, coalesceGlobals.

    Maps directly below `global` are the section's own; those below them are the parent's, as in Helm.
    """
    own: Any = section.get(GLOBAL, _MISSING)
    inherited: Any = parent.get(GLOBAL, _MISSING)
    if own is _MISSING:
        own = {}
    elif own.__class__ is dict:
        own = copy_maps(own)
    else:
        return section
    if inherited is not _MISSING:
        if inherited.__class__ is not dict:
            return section
        for key, value in inherited.items():
            current = own.get(key)
            if value.__class__ is dict:
                if key not in own:
                    own[key] = dict(value)
                elif current.__class__ is dict:
                    top = dict(value)
                    _complete(top, current, keeps_nulls=True)
                    own[key] = top
            elif current.__class__ is not dict:
                own[key] = value
    return {**section, GLOBAL: own}


def merge_tables(upper: Tree, lower: Tree, *, keeps_nulls: bool) -> Tree:
    """Give `upper` laid over `lower`, map by map; one of them, where the result equals it.

    Without `keeps_nulls`, a null in `upper` takes away what `lower` has.
    Source: coalesce.go, coalesceTablesFullKey.
    """
    if upper is lower or not lower:
        return upper
    if not upper:
        return lower
    if len(upper) > len(lower):
        return _merge_few(upper, lower, keeps_nulls=keeps_nulls)
    merged = {**lower, **upper}
    for key, value in upper.items():
        if value.__class__ is dict:
            below: Any = lower.get(key)
            if below.__class__ is dict and below is not value:
                merged[key] = merge_tables(value, below, keeps_nulls=keeps_nulls)
        elif value is None and not keeps_nulls and lower.get(key) is not None:
            del merged[key]
    return merged


def _merge_few(upper: Tree, lower: Tree, *, keeps_nulls: bool) -> Tree:
    """Do the same where `lower` is the smaller one."""
    result: Tree | None = None
    for key, below in lower.items():
        value: Any = upper.get(key, _MISSING)
        if value is _MISSING:
            result = dict(upper) if result is None else result
            result[key] = below
        elif value is None:
            if not keeps_nulls and below is not None:
                result = dict(upper) if result is None else result
                del result[key]
        elif value is not below and value.__class__ is dict and below.__class__ is dict:
            inner = merge_tables(value, below, keeps_nulls=keeps_nulls)
            if inner is not value:
                result = dict(upper) if result is None else result
                result[key] = inner
    return upper if result is None else result


def _complete(upper: Tree, lower: Tree, *, keeps_nulls: bool) -> None:
    """Merge copies of what `lower` has into `upper` itself, whose maps are all private."""
    for key, below in lower.items():
        value: Any = upper.get(key, _MISSING)
        if value is _MISSING:
            upper[key] = copy_maps(below) if below.__class__ is dict else below
        elif value is None:
            if not keeps_nulls and below is not None:
                del upper[key]
        elif value is not below and value.__class__ is dict and below.__class__ is dict:
            _complete(value, below, keeps_nulls=keeps_nulls)


def copy_maps(tree: Tree) -> Tree:
    """Copy a map and the maps in it; lists and scalars are shared."""
    return {key: copy_maps(value) if value.__class__ is dict else value for key, value in tree.items()}


def copy_containers(value: Any) -> Any:
    """Copy maps and lists all the way down; scalars are shared."""
    if value.__class__ is dict:
        return {key: copy_containers(item) for key, item in value.items()}
    if value.__class__ is list:
        return [copy_containers(item) for item in value]
    return value


def copy_values(value: Any) -> Any:
    """Copy a tree with its scalars, so that the identity of each tells it from the original.

    Texts of one character at most, booleans and null stay what they are: Python has one of each.
    """
    if value.__class__ is dict:
        return {key: copy_values(item) for key, item in value.items()}
    if value.__class__ is list:
        return [copy_values(item) for item in value]
    if value.__class__ is str and len(value) > 1:
        return "".join((value[:1], value[1:]))
    if value.__class__ is float:
        return value * 1.0
    return value


def drop_nulls(tree: Tree) -> Tree:
    """Give the tree without entries of maps that are null; itself where there is none."""
    result: Tree | None = None
    for key, value in tree.items():
        if value is None:
            result = dict(tree) if result is None else result
            del result[key]
        elif value.__class__ is dict and value:
            inner = drop_nulls(value)
            if inner is not value:
                result = dict(tree) if result is None else result
                result[key] = inner
    return tree if result is None else result


def find_table(values: Any, path: str) -> Tree | None:
    """Give the map at a dotted path. Source: Helm pkg/chart/common/values.go, Table."""
    for part in path.split("."):
        values = values.get(part) if values.__class__ is dict else None
    return values if values.__class__ is dict else None


def find_value(values: Tree, path: str) -> Any:
    """Give what stands at a dotted path and is no map, None otherwise. Source: values.go, PathValue."""
    parents, dot, last = path.rpartition(".")
    table = find_table(values, parents) if dot else values
    value: Any = None if table is None else table.get(last)
    return None if value.__class__ is dict else value
