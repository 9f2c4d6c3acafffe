"""Go's time.Time: an instant with nanoseconds and the zone it is shown in. Source: time.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from quarterdeck.runtime.funcs.calendar_dates import (
    DAY_SECONDS,
    MONTH_NAMES,
    WEEKDAY_NAMES,
    CivilTime,
    civil_from_seconds,
    days_from_date,
    weekday_of,
)
from quarterdeck.runtime.funcs.conversions import wrap_int64
from quarterdeck.runtime.funcs.durations import SECOND, Duration, clamp_duration
from quarterdeck.runtime.funcs.methods import Method, call_method, getter, method, uncallable
from quarterdeck.runtime.funcs.time_layouts import LayoutTime, format_time
from quarterdeck.runtime.funcs.time_zones import COMPUTER_ZONE, UTC_ZONE, Zone
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import GoStruct, Int64, NamedInt

if TYPE_CHECKING:
    from datetime import datetime

ZERO_SECONDS = -62_135_596_800
"""The Unix time of Go's zero Time, 0001-01-01 00:00:00 UTC."""


class Month(NamedInt):
    """Go's time.Month: 1 is January."""

    __slots__ = ()
    go_type: ClassVar[str] = "time.Month"
    kind: ClassVar[str] = "int"

    def get(self, name: str) -> Any:
        """Give the result of a method."""
        return call_method(self, self.go_type, {"String": getter(Month.format)}, name, ())

    def format(self) -> str:
        """Give its name."""
        return MONTH_NAMES[self - 1]


class Weekday(NamedInt):
    """Go's time.Weekday: 0 is Sunday."""

    __slots__ = ()
    go_type: ClassVar[str] = "time.Weekday"
    kind: ClassVar[str] = "int"

    def get(self, name: str) -> Any:
        """Give the result of a method."""
        return call_method(self, self.go_type, {"String": getter(Weekday.format)}, name, ())

    def format(self) -> str:
        """Give its name."""
        return WEEKDAY_NAMES[self]


class Location(GoStruct):
    """Go's *time.Location, as the method Location of a time gives it."""

    __slots__ = ("zone",)
    go_type: ClassVar[str] = "*time.Location"
    kind: ClassVar[str] = "ptr"

    def __init__(self, zone: Zone) -> None:
        self.zone = zone

    def get(self, name: str) -> Any:
        """Give the result of a method."""
        return call_method(self, self.go_type, {"String": getter(Location.format)}, name, ())

    def format(self) -> str:
        """Give its name."""
        return self.zone.name


class Time(GoStruct):
    """An instant: Unix seconds and nanoseconds, shown in a zone; `has_clock` if read from a running clock."""

    __slots__ = ("has_clock", "nanoseconds", "seconds", "zone")
    go_type: ClassVar[str] = "time.Time"
    kind: ClassVar[str] = "struct"

    def __init__(
        self, seconds: int, nanoseconds: int = 0, zone: Zone = UTC_ZONE, *, has_clock: bool = False
    ) -> None:
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.zone = zone
        self.has_clock = has_clock

    @classmethod
    def of(cls, moment: datetime, zone: Zone) -> Time:
        """Give what a clock shows at a moment that knows its offset."""
        whole = moment.replace(microsecond=0)
        return cls(int(whole.timestamp()), moment.microsecond * 1_000, zone, has_clock=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self.instant() == other.instant() and self.zone is other.zone

    def __hash__(self) -> int:
        return hash(self.instant())

    def get(self, name: str) -> Any:
        """Give the result of a method without parameters."""
        return self.invoke(name, ())

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method."""
        return call_method(self, self.go_type, _METHODS, name, arguments)

    def format(self) -> str:
        """Give it as Go prints it; a clock's reading ends with the time that the program has run."""
        text = self.format_as("2006-01-02 15:04:05.999999999 -0700 MST")
        return f"{text} m=+0.000000001" if self.has_clock else text

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give what makes two times deeply equal."""
        return (("wall", self.nanoseconds), ("ext", self.seconds), ("loc", self.zone.name))

    def marshal(self) -> Any:
        """Give it in RFC 3339, as JSON has it."""
        return self.format_as("2006-01-02T15:04:05.999999999Z07:00")

    def go_string(self) -> str:
        """Give it as Go code."""
        civil = self.civil()
        zones = {"UTC": "time.UTC", "Local": "time.Local"}
        zone = zones.get(self.zone.name) or f"time.Location({quote(self.zone.name)})"
        month = MONTH_NAMES[civil.month - 1]
        clock = f"{civil.hour}, {civil.minute}, {civil.second}, {self.nanoseconds}"
        return f"time.Date({civil.year}, time.{month}, {civil.day}, {clock}, {zone})"

    def shown(self) -> int:
        """Give the seconds that clocks of its zone show, counted as if the zone were UTC."""
        return self.seconds + self.zone.at(self.seconds)[1]

    def civil(self) -> CivilTime:
        """Give date and time of day in its zone."""
        return civil_from_seconds(self.shown())

    def format_as(self, layout: str) -> str:
        """Write it by a layout."""
        abbreviation, offset = self.zone.at(self.seconds)
        shown = self.seconds + offset
        civil = civil_from_seconds(shown)
        return format_time(
            LayoutTime(civil, weekday_of(shown), self.nanoseconds, abbreviation, offset), layout
        )

    def plus(self, nanoseconds: int) -> Time:
        """Give the time that much later."""
        carry, rest = divmod(self.nanoseconds + nanoseconds, SECOND)
        return Time(self.seconds + carry, rest, self.zone, has_clock=self.has_clock)

    def minus(self, other: Time) -> Duration:
        """Give the time between, as far as a duration holds it."""
        return clamp_duration((self.seconds - other.seconds) * SECOND + self.nanoseconds - other.nanoseconds)

    def in_zone(self, zone: Zone) -> Time:
        """Give the same instant, shown in another zone."""
        return Time(self.seconds, self.nanoseconds, zone)

    def instant(self) -> tuple[int, int]:
        """Give what orders times."""
        return self.seconds, self.nanoseconds


def time_in_zone(civil: CivilTime, nanoseconds: int, zone: Zone) -> Time:
    """Give the instant at which clocks in the zone show a date and time. Source: time.go, Date."""
    shown = days_from_date(civil.year, civil.month, civil.day) * DAY_SECONDS
    shown += civil.hour * 3600 + civil.minute * 60 + civil.second
    offset = zone.at(shown)[1]
    if offset and zone.at(shown - offset)[1] != offset:
        offset = zone.at(shown - offset)[1]
    return Time(shown - offset, nanoseconds, zone)


def _add_date(time: Time, years: int, months: int, days: int) -> Time:
    civil = time.civil()
    moved = civil._replace(year=civil.year + years, month=civil.month + months, day=civil.day + days)
    return time_in_zone(moved, time.nanoseconds, time.zone)


def _truncate(time: Time, unit: int) -> Time:
    if unit <= 0:
        return time
    since_zero = (time.seconds - ZERO_SECONDS) * SECOND + time.nanoseconds
    return time.plus(-(since_zero % unit))


def _round(time: Time, unit: int) -> Time:
    if unit <= 0:
        return time
    rest = ((time.seconds - ZERO_SECONDS) * SECOND + time.nanoseconds) % unit
    return time.plus(-rest if rest + rest < unit else unit - rest)


def _is_after(time: Time, other: Time) -> bool:
    return time.instant() > other.instant()


def _is_before(time: Time, other: Time) -> bool:
    return time.instant() < other.instant()


def _is_same(time: Time, other: Time) -> bool:
    return time.instant() == other.instant()


def _compare(time: Time, other: Time) -> int:
    return _is_after(time, other) - _is_before(time, other)


def _in_location(time: Time, location: Location) -> Time:
    return time.in_zone(location.zone)


_METHODS: dict[str, Method[Time]] = {
    "Add": method(Time.plus, "time.Duration"),
    "AddDate": method(_add_date, "int", "int", "int"),
    "After": method(_is_after, "time.Time"),
    "Before": method(_is_before, "time.Time"),
    "Clock": uncallable("function Clock has 3 return values; should be 1 or 2"),
    "Compare": method(_compare, "time.Time"),
    "Date": uncallable("function Date has 3 return values; should be 1 or 2"),
    "Day": getter(lambda time: time.civil().day),
    "Equal": method(_is_same, "time.Time"),
    "Format": method(Time.format_as, "string"),
    "GoString": getter(Time.go_string),
    "Hour": getter(lambda time: time.civil().hour),
    "In": method(_in_location, "*time.Location"),
    "ISOWeek": uncallable(
        "invalid function signature for ISOWeek: second return value should be error; is int"
    ),
    "IsZero": getter(lambda time: time.instant() == (ZERO_SECONDS, 0)),
    "Local": getter(lambda time: time.in_zone(COMPUTER_ZONE)),
    "Location": getter(lambda time: Location(time.zone)),
    "MarshalJSON": getter(lambda time: f'"{time.marshal()}"'.encode()),
    "MarshalText": getter(lambda time: time.marshal().encode()),
    "Minute": getter(lambda time: time.civil().minute),
    "Month": getter(lambda time: Month(time.civil().month)),
    "Nanosecond": getter(lambda time: time.nanoseconds),
    "Round": method(_round, "time.Duration"),
    "Second": getter(lambda time: time.civil().second),
    "String": getter(Time.format),
    "Sub": method(Time.minus, "time.Time"),
    "Truncate": method(_truncate, "time.Duration"),
    "UTC": getter(lambda time: time.in_zone(UTC_ZONE)),
    "Unix": getter(lambda time: Int64(time.seconds)),
    "UnixMicro": getter(lambda time: Int64(time.seconds * 1_000_000 + time.nanoseconds // 1_000)),
    "UnixMilli": getter(lambda time: Int64(time.seconds * 1_000 + time.nanoseconds // 1_000_000)),
    "UnixNano": getter(lambda time: Int64(wrap_int64(time.seconds * SECOND + time.nanoseconds))),
    "Weekday": getter(lambda time: Weekday(weekday_of(time.shown()))),
    "Year": getter(lambda time: time.civil().year),
    "YearDay": getter(lambda time: time.civil().year_day),
    "Zone": uncallable("invalid function signature for Zone: second return value should be error; is int"),
}
