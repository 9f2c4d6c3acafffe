"""Dates: now, date, dateInZone, dateModify, ago, duration, toDate and their kin. Source: sprig date.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.funcs.conversions import parse_decimal
from quarterdeck.runtime.funcs.durations import (
    HOUR,
    MINUTE,
    SECOND,
    clamp_duration,
    format_duration,
    parse_duration,
    round_duration,
)
from quarterdeck.runtime.funcs.time_values import ZERO_SECONDS, Time
from quarterdeck.runtime.funcs.time_zones import UTC_ZONE, load_zone, local_zone
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import Int32, Int64

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

_HTML_DATE = "2006-01-02"
_DAY = 24 * HOUR
_SPANS = ((365 * _DAY, "y"), (30 * _DAY, "mo"), (_DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"))


@function("now", "func() time.Time", effect="volatile")
def now(context: Context) -> Time:
    """Give the time."""
    return Time.of(context.now(), local_zone(context))


@function("date", "func(string, any) string", effect="volatile")
def date(context: Context, layout: str, moment: Any) -> str:
    """Write a time, or a number of seconds since 1970, by a layout; anything else stands for now."""
    return date_in_zone(context, layout, moment, "Local")


@function("htmlDate", "func(any) string", effect="volatile")
def html_date(context: Context, moment: Any) -> str:
    """Write a time's date as HTML wants it."""
    return date_in_zone(context, _HTML_DATE, moment, "Local")


@function("htmlDateInZone", "func(any, string) string", effect="volatile")
def html_date_in_zone(context: Context, moment: Any, zone: str) -> str:
    """Write a time's date in a zone as HTML wants it."""
    return date_in_zone(context, _HTML_DATE, moment, zone)


@function("dateInZone", "func(string, any, string) string", effect="volatile")
@function("date_in_zone", "func(string, any, string) string", effect="volatile")
def date_in_zone(context: Context, layout: str, moment: Any, zone: str) -> str:
    """Write a time by a layout as clocks in the zone show it; of unknown zones, UTC."""
    try:
        place = load_zone(context, zone)
    except GoError:
        place = UTC_ZONE
    return _time_of(context, moment).in_zone(place).format_as(layout)


def _time_of(context: Context, moment: Any) -> Time:
    if isinstance(moment, Time):
        return moment
    if moment.__class__ in (int, Int64, Int32):
        return Time(int(moment), 0, local_zone(context))
    return now(context)


@function("dateModify", "func(string, time.Time) time.Time")
@function("date_modify", "func(string, time.Time) time.Time")
def date_modify(change: str, moment: Time) -> Time:
    """Give a time later by a duration; one that cannot be read changes nothing."""
    try:
        return moment.plus(parse_duration(change))
    except GoError:
        return moment


@function("mustDateModify", "func(string, time.Time) time.Time")
@function("must_date_modify", "func(string, time.Time) time.Time")
def must_date_modify(change: str, moment: Time) -> Time:
    """Give a time later by a duration."""
    return moment.plus(parse_duration(change))


@function("ago", "func(any) string", effect="volatile")
def ago(context: Context, moment: Any) -> str:
    """Give how long ago a time was, in whole seconds."""
    current = now(context)
    past = _time_of(context, moment) if moment.__class__ is not Int32 else current
    return round_duration(current.minus(past), SECOND).format()


@function("duration", "func(any) string")
def duration(seconds: Any) -> str:
    """Give a number of seconds, an int64 or a text, as a duration; anything else counts as 0."""
    if isinstance(seconds, str):
        count = parse_decimal(seconds)
    else:
        count = int(seconds) if seconds.__class__ is Int64 else 0
    wrapped = (count * SECOND + (1 << 63)) % (1 << 64) - (1 << 63)
    return format_duration(wrapped)


@function("durationRound", "func(any) string", effect="volatile")
def duration_round(context: Context, value: Any) -> str:
    """Give a duration, or the time since a time, in its largest unit: `2y`, `3mo`, `5h`."""
    nanoseconds = 0
    if isinstance(value, str):
        try:
            nanoseconds = parse_duration(value)
        except GoError:
            nanoseconds = 0
    elif value.__class__ is Int64:
        nanoseconds = int(value)
    elif isinstance(value, Time):
        nanoseconds = int(clamp_duration(now(context).minus(value)))
    size = abs(nanoseconds)
    for unit, name in _SPANS:
        if size > unit:
            return f"{size // unit}{name}"
    return "0s"


@function("toDate", "func(string, string) time.Time", effect="context")
def to_date(context: Context, layout: str, text: str) -> Time:
    """Read a time by a layout; the zero time if it cannot be read."""
    try:
        return must_to_date(context, layout, text)
    except GoError:
        return Time(ZERO_SECONDS)


@function("mustToDate", "func(string, string) time.Time", effect="context")
def must_to_date(context: Context, layout: str, text: str) -> Time:
    """Read a time by a layout."""
    from quarterdeck.runtime.funcs.on_demand.time_parsing import parse_time  # noqa: PLC0415 -- slow to import

    return parse_time(layout, text, local_zone(context))


@function("unixEpoch", "func(time.Time) string")
def unix_epoch(moment: Time) -> str:
    """Give the seconds since 1970."""
    return str(moment.seconds)
