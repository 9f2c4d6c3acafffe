"""Merging of maps: merge, mergeOverwrite and their strict forms.

Source: dario.cat/mergo v1.0.1 merge.go, deepMerge, for maps. What it does beyond the obvious: without overwriting,
every empty value (false, 0, "", an empty list or map, nil) counts as absent from the destination; with overwriting,
empty values of the source win as well, nil among them. Maps that only the source has are not copied: both share
them afterwards.
"""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.dicts import MAX_NESTING
from quarterdeck.runtime.goerror import BudgetError
from quarterdeck.runtime.kinds import is_nil
from quarterdeck.runtime.signatures import function


@function("merge", "func(map[string]interface {}, ...map[string]interface {}) any", effect="writes")
@function("mustMerge", "func(map[string]interface {}, ...map[string]interface {}) any", effect="writes")
def merge(context: Context, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    """Add to the first map what it lacks, from left to right, in place."""
    return _merge_all(context, target, sources, overwrites=False)


@function("mergeOverwrite", "func(map[string]interface {}, ...map[string]interface {}) any", effect="writes")
@function(
    "mustMergeOverwrite", "func(map[string]interface {}, ...map[string]interface {}) any", effect="writes"
)
def merge_overwrite(context: Context, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    """Put everything of the other maps into the first, from left to right, in place."""
    return _merge_all(context, target, sources, overwrites=True)


def _merge_all(
    context: Context, target: dict[str, Any], sources: tuple[dict[str, Any], ...], *, overwrites: bool
) -> dict[str, Any]:
    if is_nil(target) and any(not is_nil(source) for source in sources):
        target = {}
    merger = _Merger(context, overwrites=overwrites)
    for source in sources:
        if not is_nil(source):
            merger.merge(target, source, 0)
    context.writes += merger.has_written
    return target


class _Merger:
    """One call's settings, and whether it has changed anything."""

    def __init__(self, context: Context, *, overwrites: bool) -> None:
        self.context = context
        self.overwrites = overwrites
        self.has_written = False

    def merge(self, target: dict[str, Any], source: dict[str, Any], depth: int) -> None:
        """Merge `source` into `target`, which is not nil."""
        if depth > MAX_NESTING:
            raise BudgetError("maps are nested too deeply to be merged")
        is_announced = False
        for key, value in list(source.items()):
            present = target.get(key)
            if isinstance(value, dict) and isinstance(present, dict):
                self._merge_nested(present, value, depth)  # pyright: ignore[reportUnknownArgumentType] -- Any at the value edge
                if present:
                    continue
            if value is None and not self.overwrites:
                continue
            if self.overwrites or not present:
                if not is_announced:
                    self.context.before_write(target)
                    self.has_written = is_announced = True
                target[key] = value

    def _merge_nested(self, target: dict[str, Any], source: dict[str, Any], depth: int) -> None:
        if is_nil(target) or is_nil(source):
            return
        try:
            self.merge(target, source, depth + 1)
        except RecursionError:
            raise BudgetError("maps are nested too deeply to be merged") from None
