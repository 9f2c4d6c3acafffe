"""Which sub-charts a set of values disables: conditions and tags.

Helm merges all values once for each chart with dependencies, to look at a few of them. Here only the keys
that conditions and tags name are merged.

Source: Helm pkg/chart/v2/util/dependencies.go, processDependencyEnabled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.instances import ChartInstance
from quarterdeck.chart.semver import is_compatible
from quarterdeck.chart.values import GLOBAL, Coalescer, KeyFilter, copy_values, find_value

if TYPE_CHECKING:
    from quarterdeck.chart.metadata import Dependency
    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.values import TypeMismatch

Tree = dict[str, Any]


class Node:
    """One chart whose dependencies are decided.

    `everything` is the chart with all sub-charts that could take part, under their aliases; those below them
    have their own names, as when Helm decides. `prefix` is the dotted path of its values, with a dot at the
    end. `children` are the same sub-charts as nodes, None where Chart.yaml declares no dependencies.
    """

    __slots__ = ("children", "everything", "path", "prefix")

    def __init__(self, instance: ChartInstance, path: str) -> None:
        self.path = path
        self.prefix = f"{path}." if path else ""
        self.children: tuple[Node, ...] | None = None
        self.everything = instance
        if instance.declared is None:
            return
        candidates = _candidates(instance)
        self.everything = ChartInstance(
            instance.chart,
            instance.name,
            values=instance.values,
            dependencies=candidates,
            declared=tuple(
                replace(one, name=one.alias or one.name, enabled=True) for one in instance.declared
            ),
        )
        self.children = tuple(Node(sub, f"{self.prefix}{sub.name}") for sub in candidates)

    @property
    def declared(self) -> tuple[Dependency, ...]:
        """The dependencies under their aliases."""
        return self.everything.declared or ()


class Plan:
    """All decisions about one chart's dependencies, and which keys of the values they look at."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.keys: KeyFilter = {}
        self._collect(root)
        self._names = _all_names(root.everything) | _alias_names(root)
        self._is_odd = GLOBAL in _all_keys(self.keys) or any(
            self._has_clash(values) for values in _all_values(root.everything)
        )

    def find_disabled(self, overrides: Tree, mismatches: list[TypeMismatch]) -> frozenset[str]:
        """Give the dotted paths of the sub-charts that do not take part."""
        is_odd = self._is_odd or self._has_clash(overrides)
        if not self.keys and not is_odd:
            return frozenset()
        disabled: set[str] = set()
        self._decide(self.root, overrides, None if is_odd else self.keys, mismatches, disabled)
        return frozenset(disabled)

    def _decide(
        self,
        node: Node,
        values: Tree,
        keys: KeyFilter | None,
        mismatches: list[TypeMismatch],
        disabled: set[str],
    ) -> None:
        if node.children is None:
            return
        merged = Coalescer(mismatches).coalesce(node.everything, values, keys=keys)
        names = {one.name for one in node.declared if not _is_enabled(one, merged, node.prefix)}
        for child in node.children:
            if child.everything.name in names:
                disabled.add(child.path)
            else:
                self._decide(child, merged, keys, mismatches, disabled)
        disabled.update(f"{node.prefix}{name}" for name in names)

    def _collect(self, node: Node) -> None:
        """Note the keys that conditions and tags name."""
        for one in node.declared:
            for condition in one.condition.strip().split(","):
                if condition:
                    keys = self.keys
                    for part in f"{node.prefix}{condition}".split("."):
                        keys = keys.setdefault(part, {})
            if one.tags:
                self.keys.setdefault("tags", {})
        for child in node.children or ():
            self._collect(child)

    def _has_clash(self, values: Tree) -> bool:
        """Tell whether what may be taken for the section of a sub-chart, anywhere in `values`, is no map.

        Helm, merging all for each decision, would stop at some of these, so then all is merged here too.
        """
        for name in self._names & values.keys():
            section = values[name]
            if section.__class__ is not dict or self._has_clash(section):
                return True
        return False


def make_plan(chart: Chart) -> Plan:
    """Give the chart's plan, which is made once."""
    plan: Plan | None = chart.memory.get("plan")
    if plan is None:
        plan = chart.memory["plan"] = Plan(Node(_raw_instance(chart, set()), ""))
    return plan


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


def _is_enabled(dependency: Dependency, values: Tree, prefix: str) -> bool:
    """Decide by the first condition that is a boolean, else by tags."""
    for condition in dependency.condition.strip().split(","):
        if condition:
            value = find_value(values, prefix + condition)
            if value is True or value is False:
                return value
    tags: Any = values.get("tags")
    if tags.__class__ is not dict:
        return True
    flags: list[Any] = [tags[tag] for tag in dependency.tags if tag in tags]
    has_true = any(flag is True for flag in flags)
    has_false = any(flag is False for flag in flags)
    return has_true or not has_false


def _all_names(instance: ChartInstance) -> set[str]:
    names = set(instance.dependency_names)
    for sub in instance.dependencies:
        names |= _all_names(sub)
    return names


def _alias_names(node: Node) -> set[str]:
    """Give the names under which sub-charts are decided, at all levels."""
    names: set[str] = set()
    for child in node.children or ():
        names |= {child.everything.name} | _alias_names(child) | _all_names(child.everything)
    return names


def _all_keys(keys: KeyFilter) -> set[str]:
    found = set(keys)
    for inner in keys.values():
        found |= _all_keys(inner)
    return found


def _all_values(instance: ChartInstance) -> list[Tree]:
    found = [instance.values]
    for sub in instance.dependencies:
        found.extend(_all_values(sub))
    return found
