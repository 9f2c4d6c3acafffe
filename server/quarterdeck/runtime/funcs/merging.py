"""Merging of maps: merge, mergeOverwrite and their strict forms.

Source: dario.cat/mergo v1.0.1 merge.go, deepMerge, for maps. What it does beyond the obvious: without
overwriting, every empty value (false, 0, "", an empty list or map, nil) counts as absent from the
destination; with overwriting, empty values of the source win as well, nil among them. Maps that only the
source has are not copied: both share them afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.funcs.reflection import MAX_NESTING
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.kinds import MAP_TYPE as _MAP
from quarterdeck.runtime.kinds import element_type, is_nil
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

_TOO_DEEP = "maps are nested too deeply to be merged"


@function("merge", f"func({_MAP}, ...{_MAP}) any", effect="writes")
def merge(context: Context, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any] | str:
    """Add to the first map what it lacks, from left to right, in place; "" if that is not possible."""
    try:
        return must_merge(context, target, *sources)
    except _DifferentTypesError:
        return ""


@function("mustMerge", f"func({_MAP}, ...{_MAP}) any", effect="writes")
def must_merge(context: Context, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    """Add to the first map what it lacks, from left to right, in place."""
    return _merge_all(context, target, sources, overwrites=False)


@function("mergeOverwrite", f"func({_MAP}, ...{_MAP}) any", effect="writes")
@function("mustMergeOverwrite", f"func({_MAP}, ...{_MAP}) any", effect="writes")
def merge_overwrite(context: Context, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    """Put everything of the other maps into the first, from left to right, in place."""
    return _merge_all(context, target, sources, overwrites=True)


def _merge_all(
    context: Context, target: dict[str, Any], sources: tuple[dict[str, Any], ...], *, overwrites: bool
) -> dict[str, Any]:
    if is_nil(target) and any(not is_nil(source) for source in sources):
        target = {}
    merger = _Merger(context, overwrites=overwrites)
    try:
        for source in sources:
            if not is_nil(source):
                merger.merge(target, source, 0)
    except RecursionError:
        raise BudgetError(_TOO_DEEP) from None
    finally:
        context.writes += merger.has_written
    return target


class _DifferentTypesError(GoError):
    """A map cannot be merged into a pointer."""


class _Merger:
    """One call's settings, and whether it has changed anything."""

    def __init__(self, context: Context, *, overwrites: bool) -> None:
        self.context = context
        self.overwrites = overwrites
        self.has_written = False

    def merge(self, target: dict[str, Any], source: dict[str, Any], depth: int) -> None:
        """Merge `source` into `target`, neither of which is nil."""
        if depth > MAX_NESTING:
            raise BudgetError(_TOO_DEEP)
        for key, value in list(source.items()):
            present = target.get(key)
            if isinstance(value, dict):
                if isinstance(present, dict):
                    if not (is_nil(present) or is_nil(value)):
                        self.merge(cast("dict[str, Any]", present), cast("dict[str, Any]", value), depth + 1)
                    if present:
                        continue
                elif isinstance(present, GoStruct) and present.kind == "ptr" and not self.overwrites:
                    raise _DifferentTypesError("src and dst must be of same type")
            if self.overwrites or not (present or value is None):
                self._set(target, key, value, element_type(source))

    def _set(self, target: dict[str, Any], key: str, value: Any, value_type: str) -> None:
        """Set a key to a value from a map whose elements are of type `value_type`."""
        wanted = element_type(target)
        if wanted not in ("interface {}", value_type):
            raise GoError(
                f"reflect.Value.SetMapIndex: value of type {value_type} is not assignable to type {wanted}"
            )
        self.context.before_write(target)
        self.has_written = True
        target[key] = value
