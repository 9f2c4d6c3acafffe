"""The parts of a chart that may be rendered apart: its top-level sub-charts, and the files of its own.

A sub-chart sees its own section of the values and nothing above it, so an edit in one leaves the others as
they are, unless templates change values that several of them see: maps below `global`, the release. The files
of the outermost chart see everything.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.values import Values, find_containers

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence

    from quarterdeck.chart.prepare import RenderInputs, TemplateFile
    from quarterdeck.runtime.values import RootContext

ROOT = ""
"""The group of the outermost chart's own files; the others are named as the sub-charts are."""


class Groups:
    """Which file and which dot is of which group.

    `order` has the names of all files in Helm's order; `known` are the groups of other inputs of the chart.
    """

    def __init__(self, inputs: RenderInputs, order: Sequence[str], known: Groups | None = None) -> None:
        self.context = inputs.context
        """The dot of the outermost chart."""
        root = inputs.instance
        prefixes = [(f"{sub.full_path}/", sub.name) for sub in root.dependencies]
        self._dots: dict[str, list[RootContext]] = {}
        self._of_dot: dict[int, str] = {}
        self._names: dict[str, list[str]] = {}
        self.of_file: dict[str, str] = {}
        """The group of each file that is no partial."""
        for file in inputs.templates:
            dot = file.context
            group = self._of_dot.get(id(dot))
            if group is None:
                group = ROOT
                if dot is not inputs.context:
                    group = next((name for start, name in prefixes if file.name.startswith(start)), ROOT)
                self._of_dot[id(dot)] = group
                self._dots.setdefault(group, []).append(dot)
            self._names.setdefault(group, []).append(file.name)
            if not file.is_partial:
                self.of_file[file.name] = group
        files = {file.name: file for file in inputs.templates}
        self.first: dict[str, str] = {}
        """The first file of each group that has any, partials left out; the groups are in Helm's order."""
        self.last: dict[str, str] = {}
        """The last one."""
        self.files: dict[str, list[str]] = {}
        """All of them."""
        self.position: dict[str, int] = {}
        """Where each of them stands in Helm's order."""
        for name in order:
            found = self.of_file.get(name)
            if found is not None:
                self.position[name] = len(self.position)
                self.first.setdefault(found, name)
                self.last[found] = name
                self.files.setdefault(found, []).append(name)
        self._reach: dict[str, frozenset[int]] = {}
        same: set[str] = set()
        if known is not None:
            same = {group for group in self._dots if self.has_dots_of(known, group)}
            reaches = known._reach.items()  # noqa: SLF001 - another of its kind
            self._reach = {group: reached for group, reached in reaches if group in same}
        self._seers: dict[int, frozenset[str]] = {}
        self._last_in_dot = {
            id(file.context): file for file in (files[name] for name in order if name in self.of_file)
        }
        self._shown: TemplateFile | None = None
        self._templates: dict[str, Values] = {}
        if known is not None:
            self._templates = {
                name: template
                for name, template in known._templates.items()  # noqa: SLF001
                if self.of_file.get(name) in same
            }

    def of(self, file: TemplateFile) -> str:
        """Give the group of a file."""
        return self._of_dot[id(file.context)]

    def dots(self, group: str) -> list[RootContext]:
        """Give the dots of a group's files; none of one that is not there."""
        return self._dots.get(group, [])

    def names(self, group: str) -> list[str]:
        """Give the names of all files of a group, partials among them."""
        return self._names[group]

    def has_dots_of(self, other: Groups, group: str) -> bool:
        """Tell whether the files of a group see the very objects that they see in other inputs."""
        own, others = self.dots(group), other.dots(group)
        return self is other or (
            len(own) == len(others) and all(one is two for one, two in zip(own, others, strict=True))
        )

    def enter(self, file: TemplateFile) -> None:
        """Put into the dot of a file what `.Template` is there: the same object each time."""
        template = self._templates.get(file.name)
        if template is None:
            template = self._templates[file.name] = Values({"Name": file.name, "BasePath": file.base_path})
        file.context["Template"] = template

    def leave(self, groups: Collection[str]) -> None:
        """Bring the dots of some groups into the state in which no file was run; the root's mean all."""
        for group, dots in self._dots.items():
            if group in groups or ROOT in groups:
                for dot in dots:
                    dot.pop("Template", None)

    def show(self, file: TemplateFile | None) -> None:
        """Bring all dots into the state in which they are when all files were run, that of `file` last."""
        self._shown = file
        for last in self._last_in_dot.values():
            self.enter(last)
        if file is not None:
            self.enter(file)

    @contextmanager
    def shown_as_last(self) -> Generator[None]:
        """Show the state in which they are when all files were run, whatever was shown before."""
        before = self._shown
        self.show(None)
        try:
            yield
        finally:
            self.show(before)

    def find_seers(self, container: Any) -> frozenset[str]:
        """Give the groups whose files can look into a map or list of the values."""
        identity = id(container)
        seers = self._seers.get(identity)
        if seers is None:
            found = {group for group in self.files if group == ROOT or identity in self._reached(group)}
            seers = self._seers[identity] = frozenset(found)
        return seers

    def _reached(self, group: str) -> frozenset[int]:
        """Give the identities of all maps and lists that a group's dots lead to, themselves among them."""
        reached = self._reach.get(group)
        if reached is None:
            reached = self._reach[group] = _union(map(find_containers, self.dots(group)))
        return reached


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    return found.union(*sets)
