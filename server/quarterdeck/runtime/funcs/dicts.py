"""Maps: building, reading, and changing in place.

Go walks maps in random order where the order shows (`keys`, `values`); here it is the order of the keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from quarterdeck.runtime.funcs.reflection import MAX_NESTING
from quarterdeck.runtime.funcs.semver import Version
from quarterdeck.runtime.funcs.text_values import text_of
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.kinds import MAP_TYPE, go_type, is_nil, sorted_keys
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList, GoMap

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context


@function("dict", "func(...any) map[string]interface {}", effect="context")
def make_dict(context: Context, *pairs: Any) -> dict[str, Any]:
    """Give a map of keys and values by turns; keys are made texts, a last key alone gets "".

    Source: sprig dict.go, dict.
    """
    result: dict[str, Any] = {}
    for index in range(0, len(pairs), 2):
        key = pairs[index]
        if key.__class__ is not str:
            key = context.printed_once(key, text_of)
            context.budget.check_length(len(key))
        result[key] = pairs[index + 1] if index + 1 < len(pairs) else ""
    return result


@function("get", "func(map[string]interface {}, string) any")
def get(values: dict[str, Any], key: str) -> Any:
    """Give the key's value, "" if there is no such key."""
    if key in values:
        return values[key]
    return ""


@function("set", "func(map[string]interface {}, string, any) map[string]interface {}", effect="writes")
def set_key(context: Context, values: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Set the key in the map itself, which is also the result."""
    context.before_write(values)
    context.writes += 1
    values[key] = value
    return values


@function("unset", "func(map[string]interface {}, string) map[string]interface {}", effect="writes")
def unset(context: Context, values: dict[str, Any], key: str) -> dict[str, Any]:
    """Remove the key from the map itself, which is also the result."""
    if key in values:
        context.before_write(values)
        context.writes += 1
        del values[key]
    return values


@function("hasKey", "func(map[string]interface {}, string) bool")
def has_key(values: dict[str, Any], key: str) -> bool:
    """Tell whether the map has the key, whatever its value."""
    return key in values


@function("pluck", "func(string, ...map[string]interface {}) []interface {}")
def pluck(key: str, *maps: dict[str, Any]) -> list[Any]:
    """Give the key's values in the maps that have it."""
    return [values[key] for values in maps if key in values]


@function("keys", "func(...map[string]interface {}) []string")
def keys(*maps: dict[str, Any]) -> GoList:
    """Give the keys of all maps, those of one map in their order."""
    return GoList([key for values in maps for key in sorted_keys(values)])


@function("values", "func(map[string]interface {}) []interface {}")
def values_of(values: dict[str, Any]) -> list[Any]:
    """Give the values, in the order of their keys."""
    return [values[key] for key in sorted_keys(values)]


@function("pick", "func(map[string]interface {}, ...string) map[string]interface {}")
def pick(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Give a new map of these keys, as far as they exist."""
    return {name: values[name] for name in names if name in values}


@function("omit", "func(map[string]interface {}, ...string) map[string]interface {}")
def omit(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Give a new map without these keys."""
    return {key: value for key, value in values.items() if key not in names}


@function("dig", "func(...any) any")
def dig(*path: Any) -> Any:
    """Follow keys into nested maps; the last but one argument is the default, the last the map.

    Source: sprig dict.go, dig.
    """
    if len(path) < 3:
        raise GoError("dig needs at least three arguments")
    found = _require_map(path[-1])
    for key in path[:-2]:
        if not isinstance(key, str):
            raise GoError(f"interface conversion: interface {{}} is {_type_name(key)}, not string")
    *parents, last = path[:-2]
    for key in parents:
        if key not in found:
            return path[-2]
        found = _require_map(found[key])
    return found.get(last, path[-2])


def _require_map(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and go_type(value) == MAP_TYPE:
        return value  # pyright: ignore[reportUnknownVariableType] -- Any at the value edge
    raise GoError(f"interface conversion: interface {{}} is {_type_name(value)}, not {MAP_TYPE}")


def _type_name(value: Any) -> str:
    return "nil" if value is None else go_type(value)


@function("deepCopy", "func(any) any")
@function("mustDeepCopy", "func(any) any")
def deep_copy(value: Any) -> Any:
    """Give a copy that shares no map and no list with the value; of a version nothing but its type is copied.

    Source: mitchellh/copystructure, which leaves out fields that are not exported.
    """
    if value is None:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    return copy_value(value, 0)


def copy_value(value: Any, depth: int) -> Any:
    """Copy maps and lists all the way down.

    Raises:
        BudgetError: the value contains itself, or is nested too deeply.
    """
    if isinstance(value, Version):
        return type(value)((0, 0, 0))
    if not isinstance(value, (dict, list)) or is_nil(value):
        return cast("Any", value)
    if depth > MAX_NESTING:
        raise BudgetError("a value is nested too deeply to be copied")
    try:
        if isinstance(value, dict):
            mapping = cast("dict[str, Any]", value)
            return _like(mapping, {key: copy_value(item, depth + 1) for key, item in mapping.items()})
        items = cast("list[Any]", value)
        copied = [copy_value(item, depth + 1) for item in items]
    except RecursionError:
        raise BudgetError("a value is nested too deeply to be copied") from None
    return GoList(copied, items.go_type) if isinstance(items, GoList) else copied


def _like(value: dict[str, Any], copied: dict[str, Any]) -> dict[str, Any]:
    if value.__class__ is dict:
        return copied
    return GoMap(copied, value.go_type) if isinstance(value, GoMap) else type(value)(copied)
