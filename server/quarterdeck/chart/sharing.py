"""Makes the inputs of a rendering of the objects of an earlier one, as far as both are the same.

A rendering knows values by the identity of objects: that is how it finds where a character was written, and
how it knows that a result can be used again. So what is the same after an edit, or in another scenario, is to
be the same object. Each object of the new trees is either kept or replaced, wherever it stands, by one equal
object of the old trees, no two of them by the same one: which objects stand at several places (YAML aliases,
globals) is then what it was in the new trees. Origins of values are asked for by path, of the new inputs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.chart.files import Files
from quarterdeck.chart.prepare import TemplateFile
from quarterdeck.runtime.values import NilList, NilMap, RootContext, Values, plain_get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.chart.prepare import RenderInputs

_MISSING: Any = object()
_CONTAINERS: tuple[type[Any], ...] = (dict, list)
_SCALARS: frozenset[type[Any]] = frozenset({str, float, bool, int, type(None)})
_items: Callable[[dict[Any, Any]], Iterable[tuple[Any, Any]]] = dict[Any, Any].items
"""Gives the entries of any map; of a chart's dot too, no read is counted."""
_BETWEEN_CHECKS = 500
"""Maps and lists."""
_OF_EACH_FILE = "Template"
"""The entry of a dot that is another for each file."""


def share_inputs(
    old: RenderInputs, new: RenderInputs, check: Callable[[], None] = lambda: None
) -> RenderInputs:
    """Give `new` with the objects of `old` where both are the same; the same `new` where nothing is.

    A chart whose templates see what they saw before has the very dot that it had. Values are walked once, so
    this costs some milliseconds for each ten thousand of them. `check` is called now and then, and may raise.
    """
    if new.context is old.context:
        return new
    sharing = _Sharing(old, new, check)
    context = sharing.shared(new.context, old.context)
    if context is old.context and new.chart is not old.chart:
        context.look_again()
    known = {file.name: file for file in old.templates}
    base_paths = {id(file.context): file.base_path for file in old.templates}
    templates: list[TemplateFile] = []
    for file in new.templates:
        before = known.get(file.name)
        dot = sharing.shared(file.context, _MISSING if before is None else before.context)
        base_path = base_paths.get(id(dot), file.base_path)
        if base_path != file.base_path:
            base_path = file.base_path  # otherwise all files of a chart have one object for it
        made = TemplateFile(file.name, file.text, dot, base_path, file.display_path, file.is_partial)
        is_same = before is not None and dot is before.context and made == before
        templates.append(before if before is not None and is_same else made)
    return replace(
        new,
        templates=tuple(templates),
        values=plain_get(context, "Values"),
        context=context,
        identities=sharing.identities(),
    )


def _dots(inputs: RenderInputs) -> Iterable[RootContext]:
    return {id(file.context): file.context for file in inputs.templates}.values()


class _Sharing:
    """The walk through two forests of values side by side."""

    def __init__(self, old: RenderInputs, new: RenderInputs, check: Callable[[], None]) -> None:
        self._check = check
        self._new = _identities([new.context, *_dots(new)], check)
        self._fixed = self._new & (old.identities or _identities([old.context, *_dots(old)], check))
        """What is in both already stays where it is."""
        self._results: dict[int, Any] = {}
        """What stands for what was met in the new trees, by its identity."""
        self._taken: set[int] = set()
        """Identities of old objects that stand for new ones."""

    def identities(self) -> frozenset[int]:
        """Give the identities of all objects in the trees that were made."""
        return frozenset(self._new.difference(self._results).union(map(id, self._results.values())))

    def shared(self, new: Any, old: Any) -> Any:
        """Give what stands for `new`, where `old` stood before; `_MISSING` for nothing."""
        kind = new.__class__
        if kind is str or kind is float:
            return self._leaf(new, old)
        if not isinstance(new, _CONTAINERS):
            return self._struct(new, old) if kind is Files else new
        identity = id(new)
        result = self._results.get(identity, _MISSING)
        if result is _MISSING:
            # All that is in something fixed is fixed.
            result = new if identity in self._fixed else self._container(new, old)
            if len(self._results) % _BETWEEN_CHECKS == 0:
                self._check()
            self._results[identity] = result
        return result

    def _leaf(self, new: Any, old: Any) -> Any:
        if new is old or id(new) in self._fixed:
            return new
        found = self._results.get(id(new), _MISSING)
        if found is not _MISSING:
            return found
        if (
            old.__class__ is new.__class__
            and old == new
            and (new.__class__ is str or repr(old) == repr(new))
            and self._is_free(old)
            and _is_everybodys(new) == _is_everybodys(old)
        ):
            self._taken.add(id(old))
            self._results[id(new)] = old
            return old
        self._results[id(new)] = new
        return new

    def _is_free(self, old: Any) -> bool:
        return id(old) not in self._fixed and id(old) not in self._taken

    def _struct(self, new: Files, old: Any) -> Any:
        if id(new) not in self._results:
            is_same = old.__class__ is Files and self._is_free(old) and new.is_same(old)
            if is_same:
                self._taken.add(id(old))
            self._results[id(new)] = old if is_same else new
        return self._results[id(new)]

    def _container(self, new: dict[Any, Any] | list[Any], old: Any) -> Any:
        is_like = old.__class__ is new.__class__ and getattr(old, "go_type", "") == getattr(
            new, "go_type", ""
        )
        if isinstance(new, dict):
            made, is_same = self._map(new, old if is_like else {})
        else:
            made, is_same = self._list(new, old if is_like else [])
        if is_like and is_same and self._is_free(old):
            self._taken.add(id(old))
            return old
        return _made_like(new, made)

    def _map(self, new: dict[Any, Any], old: dict[Any, Any]) -> tuple[dict[Any, Any], bool]:
        """Give the entries that stand for those of a map, and whether they are those of `old`."""
        before = _entries(old)
        values = dict(before)
        keys = {key: key for key in values}
        made: dict[Any, Any] = {}
        for key, value in _entries(new):
            shared = self.shared(value, values.get(key, _MISSING))
            made[self._leaf(key, keys.get(key, _MISSING))] = shared
        is_same = len(made) == len(before) and all(
            _is_one(key, old_key) and _is_one(value, old_value)
            for (key, value), (old_key, old_value) in zip(_items(made), before, strict=True)
        )
        return made, is_same

    def _list(self, new: list[Any], old: list[Any]) -> tuple[list[Any], bool]:
        """Do the same for the items of a list."""
        count = len(old)
        made = [
            self.shared(value, old[index] if index < count else _MISSING) for index, value in enumerate(new)
        ]
        return made, len(made) == count and all(map(_is_one, made, old))


def _made_like(container: Any, content: Any) -> Any:
    """Give a map or list of the same type with other content."""
    kind = container.__class__
    if kind in (dict, list):
        return content
    if kind is RootContext:
        made = RootContext(content)
        made.known = getattr(container, "known", frozenset())
        return made
    if kind is Values:
        return Values(content)
    return container if kind in (NilMap, NilList) else kind(content, container.go_type)


def _identities(roots: Iterable[RootContext], check: Callable[[], None]) -> set[int]:
    """Give the identities of all objects in some trees, keys and scalars among them."""
    found: set[int] = set()
    entered: set[int] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        container = waiting.pop()
        if id(container) in entered:
            continue
        entered.add(id(container))
        if len(entered) % _BETWEEN_CHECKS == 0:
            check()
        values: Iterable[Any] = container
        if isinstance(container, dict):
            mapping = cast("dict[Any, Any]", container)
            found.update(map(id, mapping))
            values = mapping.values()
        found.update(map(id, values))
        waiting += [one for one in values if one.__class__ not in _SCALARS and isinstance(one, _CONTAINERS)]
    return found | entered


def _is_everybodys(value: Any) -> bool:
    """Tell whether Python has one object for all occurrences of the value, a letter."""
    return value.__class__ is str and len(value) == 1 and value is chr(ord(value))


def _entries(mapping: dict[Any, Any]) -> list[tuple[Any, Any]]:
    entries = list(_items(mapping))
    if mapping.__class__ is RootContext:
        return [entry for entry in entries if entry[0] != _OF_EACH_FILE]
    return entries


def _is_one(one: Any, other: Any) -> bool:
    """Tell whether two objects are one, or values of which each occurrence is as good as the other."""
    if one is other:
        return True
    kind = one.__class__
    if kind is not other.__class__ or kind in (dict, list, float) or isinstance(one, _CONTAINERS):
        return False
    return isinstance(one, int) and one == other
