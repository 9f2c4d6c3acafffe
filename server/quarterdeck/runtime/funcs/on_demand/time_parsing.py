"""Reading of times by Go's layouts, with its errors. Source: format.go, parse."""

from __future__ import annotations

import re
from typing import NamedTuple

from quarterdeck.runtime.funcs.calendar_dates import (
    MONTH_NAMES,
    WEEKDAY_NAMES,
    CivilTime,
    date_from_days,
    days_from_date,
    days_in_month,
    is_leap,
)
from quarterdeck.runtime.funcs.durations import quote_time
from quarterdeck.runtime.funcs.time_layouts import split_layout
from quarterdeck.runtime.funcs.time_values import Time, time_in_zone
from quarterdeck.runtime.funcs.time_zones import UTC_ZONE, Zone, unnamed_zone
from quarterdeck.runtime.goerror import GoError

_ZONE_NAME = re.compile(
    r"ChST|MeST|GMT(?:[+-](?:2[0-3]|[01]?[0-9])(?![0-9]))?|GMT|[+-](?:2[0-3]|[01]?[0-9])(?![0-9])"
    r"|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z])"
)
_NUMBER = re.compile(r"[0-9]{1,2}")
_TWO_DIGITS = re.compile(r"[0-9]{2}")
_FRACTION = re.compile(r"[.,][0-9]+")
_OFFSETS = {
    "07": re.compile(r"([+-])([0-9]{2})()()"),
    "0700": re.compile(r"([+-])([0-9]{2})([0-9]{2})()"),
    "07:00": re.compile(r"([+-])([0-9]{2}):([0-9]{2})()"),
    "070000": re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})"),
    "07:00:00": re.compile(r"([+-])([0-9]{2}):([0-9]{2}):([0-9]{2})"),
}


class _Mismatch(Exception):  # noqa: N818 -- never leaves this file
    """The value does not look like the layout's element."""


class _OutOfRange(Exception):  # noqa: N818 -- never leaves this file
    """The value looks right but cannot be; the text is what is out of range."""


class _Reader:
    """What has been read so far of a value; -1 is what was not mentioned."""

    def __init__(self, value: str) -> None:
        self.rest = value
        self.year = self.hour = self.minute = self.second = self.nanoseconds = 0
        self.month = self.day = self.year_day = -1
        self.is_afternoon: bool | None = None
        self.is_utc = False
        self.offset: int | None = None
        self.zone_name = ""

    def skip(self, literal: str) -> None:
        """Read literal text; a run of spaces stands for any number of spaces."""
        while literal:
            if literal[0] == " ":
                if self.rest and self.rest[0] != " ":
                    raise _Mismatch
                literal = literal.lstrip(" ")
                self.rest = self.rest.lstrip(" ")
            elif self.rest[:1] != literal[0]:
                raise _Mismatch
            else:
                literal, self.rest = literal[1:], self.rest[1:]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Read what the pattern matches."""
        match = pattern.match(self.rest)
        if match is None:
            raise _Mismatch
        self.rest = self.rest[match.end() :]
        return match

    def take_name(self, names: tuple[str, ...], length: int | None) -> int:
        """Read one of the names, of which `length` letters count, in any case; give its place."""
        for index, name in enumerate(names):
            wanted = name[:length].lower()
            if self.rest[: len(wanted)].lower() == wanted:
                self.rest = self.rest[len(wanted) :]
                return index
        raise _Mismatch

    def take_number(self, name: str, low: int, high: int, *, is_fixed: bool) -> int:
        """Read one or two digits, or exactly two."""
        number = int(self.take(_TWO_DIGITS if is_fixed else _NUMBER)[0])
        if not low <= number <= high:
            raise _OutOfRange(name)
        return number

    def read(self, element: str, following: str) -> None:
        """Read one element of the layout; `following` is the element after it."""
        if element[0] in ".,":
            self._read_fraction(element)
        elif element[0] in "-Z":
            self._read_offset(element)
        elif element in ("2006", "06"):
            self._read_year(element)
        elif element in ("Monday", "Mon"):
            self.take_name(WEEKDAY_NAMES, 3 if element == "Mon" else None)
        elif element in ("January", "Jan"):
            self.month = self.take_name(MONTH_NAMES, 3 if element == "Jan" else None) + 1
        elif element in ("1", "01"):
            self.month = self.take_number("month", 1, 12, is_fixed=element == "01")
        elif element in ("2", "_2", "02"):
            if element == "_2":
                self.rest = self.rest.removeprefix(" ")
            self.day = self.take_number("day", 0, 99, is_fixed=element == "02")
        elif element in ("002", "__2"):
            self._read_year_day(element)
        elif element in ("PM", "pm"):
            self._read_half(element)
        elif element == "MST":
            self._read_zone_name()
        else:
            self._read_clock(element, following)

    def _read_year(self, element: str) -> None:
        if element == "06":
            if len(self.rest) < 2:
                raise _Mismatch
            year = int(self.take(re.compile(r"[0-9]{2}|[+-][0-9]"))[0])
            self.year = year + (1900 if year >= 69 else 2000)
        else:
            self.year = int(self.take(re.compile(r"[0-9]{4}"))[0])

    def _read_year_day(self, element: str) -> None:
        if element == "__2":
            self.rest = self.rest[min(2, len(self.rest) - len(self.rest.lstrip(" "))) :]
        self.year_day = int(self.take(re.compile(r"[0-9]{3}" if element == "002" else r"[0-9]{1,3}"))[0])

    def _read_half(self, element: str) -> None:
        half = self.rest[:2]
        if half not in (("PM", "AM") if element == "PM" else ("pm", "am")):
            raise _Mismatch
        self.is_afternoon = half[0] in "Pp"
        self.rest = self.rest[2:]

    def _read_clock(self, element: str, following: str) -> None:
        is_fixed = element[0] == "0"
        match element:
            case "15":
                self.hour = self.take_number("hour", 0, 23, is_fixed=False)
            case "3" | "03":
                self.hour = self.take_number("hour", 0, 12, is_fixed=is_fixed)
            case "4" | "04":
                self.minute = self.take_number("minute", 0, 59, is_fixed=is_fixed)
            case _:
                self.second = self.take_number("second", 0, 59, is_fixed=is_fixed)
                if following[:1] not in (".", ",") and _FRACTION.match(self.rest):
                    self.nanoseconds = _nanoseconds(self.take(_FRACTION)[0])

    def _read_fraction(self, element: str) -> None:
        if element[1] == "0":
            self.nanoseconds = _nanoseconds(self.take(re.compile(rf"[.,][0-9]{{{len(element) - 1}}}"))[0])
        elif _FRACTION.match(self.rest):
            self.nanoseconds = _nanoseconds(self.take(_FRACTION)[0])

    def _read_offset(self, element: str) -> None:
        if element[0] == "Z" and self.rest[:1] == "Z":
            self.rest = self.rest[1:]
            self.is_utc = True
            return
        sign, hours, minutes, seconds = self.take(_OFFSETS[element[1:]]).groups()
        for name, number, limit in (("hour", hours, 24), ("minute", minutes, 60), ("second", seconds, 60)):
            if int(number or 0) > limit:
                raise _OutOfRange(f"time zone offset {name}")
        offset = int(hours) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
        self.offset = -offset if sign == "-" else offset

    def _read_zone_name(self) -> None:
        if self.rest.startswith("UTC"):
            self.rest = self.rest[3:]
            self.is_utc = True
        else:
            self.zone_name = self.take(_ZONE_NAME)[0]


def _nanoseconds(fraction: str) -> int:
    return int(fraction[1:10].ljust(9, "0"))


class _Problem(NamedTuple):
    """Which time was read by which layout, for the errors."""

    layout: str
    value: str

    def mismatch(self, element: str, rest: str) -> GoError:
        """Say that a part of the value is not what the layout wants."""
        return GoError(
            f"parsing time {quote_time(self.value)} as {quote_time(self.layout)}: "
            f"cannot parse {quote_time(rest)} as {quote_time(element)}"
        )

    def message(self, text: str) -> GoError:
        """Say what else is wrong."""
        return GoError(f"parsing time {quote_time(self.value)}: {text}")


def parse_time(layout: str, value: str, local: Zone) -> Time:
    """Read a time by a layout; without a zone in it, clocks of `local` showed it.

    Source: time.ParseInLocation.

    Raises:
        GoError: it does not fit the layout, or is no time.
    """
    problem = _Problem(layout, value)
    reader = _Reader(value)
    pairs = split_layout(layout)
    for index, (prefix, element) in enumerate(pairs):
        try:
            reader.skip(prefix)
        except _Mismatch:
            raise problem.mismatch(prefix, reader.rest) from None
        if not element:
            break
        rest = reader.rest
        following = pairs[index + 1][1] if not pairs[index + 1][0] else ""
        try:
            reader.read(element, following)
        except _OutOfRange as error:
            raise problem.message(f"{error} out of range") from None
        except _Mismatch:
            raise problem.mismatch(element, rest) from None
    if reader.rest:
        raise problem.message(f"extra text: {quote_time(reader.rest)}")
    return _to_time(reader, problem, local)


def _to_time(reader: _Reader, problem: _Problem, local: Zone) -> Time:
    if reader.is_afternoon and reader.hour < 12:
        reader.hour += 12
    elif reader.is_afternoon is False and reader.hour == 12:
        reader.hour = 0
    month, day = _month_and_day(reader, problem)
    if not 1 <= day <= days_in_month(month, reader.year):
        raise problem.message("day out of range")
    civil = CivilTime(reader.year, month, day, reader.hour, reader.minute, reader.second)
    if reader.is_utc:
        return time_in_zone(civil, reader.nanoseconds, UTC_ZONE)
    if reader.offset is None and not reader.zone_name:
        return time_in_zone(civil, reader.nanoseconds, local)
    shown = time_in_zone(civil, reader.nanoseconds, UTC_ZONE)
    if reader.offset is not None:
        return _with_offset(shown, reader.offset, reader.zone_name, local)
    offset = local.find(reader.zone_name, shown.seconds)
    if offset is not None:
        return Time(shown.seconds - offset, shown.nanoseconds, local)
    offset = (
        int(reader.zone_name[3:]) * 3600 if reader.zone_name.startswith("GMT") and reader.zone_name[3:] else 0
    )
    return Time(shown.seconds, shown.nanoseconds, Zone(reader.zone_name, reader.zone_name, offset))


def _with_offset(shown: Time, offset: int, name: str, local: Zone) -> Time:
    seconds = shown.seconds - offset
    local_name, local_offset = local.at(seconds)
    if local_offset == offset and name in ("", local_name):
        return Time(seconds, shown.nanoseconds, local)
    zone = Zone(name, name, offset) if name else unnamed_zone(offset)
    return Time(seconds, shown.nanoseconds, zone)


def _month_and_day(reader: _Reader, problem: _Problem) -> tuple[int, int]:
    """Give month and day, from the day of the year if there is one; January and 1 if not mentioned."""
    if reader.year_day < 0:
        return (1 if reader.month < 0 else reader.month), (1 if reader.day < 0 else reader.day)
    if not 1 <= reader.year_day <= 365 + is_leap(reader.year):
        raise problem.message("day-of-year out of range")
    _, month, day = date_from_days(days_from_date(reader.year, 1, reader.year_day))
    if reader.month not in (-1, month):
        raise problem.message("day-of-year does not match month")
    if reader.day not in (-1, day):
        raise problem.message("day-of-year does not match day")
    return month, day
