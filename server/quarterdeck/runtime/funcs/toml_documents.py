"""Values as TOML text, and back. Source: Helm funcs.go; BurntSushi/toml decode.go.

What is read comes from Python's own reader; of a broken text it tells the place as Go does, but in its own words.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from quarterdeck.runtime.funcs.calendar_dates import CivilTime
from quarterdeck.runtime.funcs.time_values import Time, time_in_zone
from quarterdeck.runtime.funcs.time_zones import UTC_ZONE, Zone
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.tomltext import encode_toml
from quarterdeck.runtime.values import GoList, Int64

_PANICS = ("reflect: ",)
_TABLES = "[]map[string]interface {}"
_PLACE = r"(.*) \(at (?:line (\d+), column \d+|end of document)\)"


@function("toToml", "func(any) string")
def to_toml(value: Any) -> str:
    """Give the value as TOML, or what is wrong with it; nil fails."""
    try:
        return encode_toml(value)
    except GoError as error:
        if str(error).startswith(_PANICS):
            raise
        return str(error)


@function("mustToToml", "func(any) string")
def must_to_toml(value: Any) -> str:
    """Give the value as TOML."""
    return encode_toml(value)


@function("fromToml", "func(string) map[string]interface {}")
def from_toml(text: str) -> dict[str, Any]:
    """Give the map that the text is; its key Error says what is wrong with the text."""
    import tomllib  # noqa: PLC0415 -- few charts need it

    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {"Error": _describe(str(error), text)}
    except RecursionError:
        return {"Error": "toml: nested too deep"}
    return {key: _convert(value, has_table_lists="[[" in text) for key, value in read.items()}


def _describe(message: str, text: str) -> str:
    match = re.fullmatch(_PLACE, message, re.DOTALL)
    if match is None:
        return f"toml: {message}"
    line = match[2] or str(text.count("\n") + 1)
    return f"toml: line {line}: {match[1][:1].lower()}{match[1][1:]}"


def _convert(value: Any, *, has_table_lists: bool) -> Any:
    """Give a value read by Python as Go reads it: int64, and times in the zones that stand for local ones."""
    if value.__class__ is int:
        return Int64(value)
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: _convert(item, has_table_lists=has_table_lists) for key, item in table.items()}
    if isinstance(value, list):
        items = [_convert(item, has_table_lists=has_table_lists) for item in cast("list[Any]", value)]
        if has_table_lists and items and all(item.__class__ is dict for item in items):
            return GoList(items, _TABLES)
        return items
    if isinstance(value, datetime):
        return _convert_datetime(value)
    if isinstance(value, date):
        return time_in_zone(CivilTime(value.year, value.month, value.day, 0, 0, 0), 0, _local("date-local"))
    if isinstance(value, time):
        civil = CivilTime(0, 1, 1, value.hour, value.minute, value.second)
        return time_in_zone(civil, value.microsecond * 1_000, _local("time-local"))
    return value


def _convert_datetime(value: datetime) -> Time:
    civil = CivilTime(value.year, value.month, value.day, value.hour, value.minute, value.second)
    offset = value.utcoffset()
    if offset is None:
        zone = _local("datetime-local")
    elif offset == timedelta():
        zone = UTC_ZONE
    else:
        zone = Zone("", "", int(offset.total_seconds()))
    return time_in_zone(civil, value.microsecond * 1_000, zone)


def _local(name: str) -> Zone:
    return Zone(name, name, 0)
