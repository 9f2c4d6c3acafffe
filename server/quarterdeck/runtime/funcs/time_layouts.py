"""Go's time layouts, such as `2006-01-02T15:04:05Z07:00`: taken apart, and written. Source: format.go."""

from __future__ import annotations

import re
from functools import lru_cache

from quarterdeck.runtime.funcs.calendar_dates import MONTH_NAMES, WEEKDAY_NAMES, CivilTime

_ELEMENT = (
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm"
    r"|[-Z]070000|[-Z]07:00:00|[-Z]0700|[-Z]07:00|[-Z]07|[.,]0+(?![0-9])|[.,]9+(?![0-9])"
)


@lru_cache(maxsize=256)
def split_layout(layout: str) -> tuple[tuple[str, str], ...]:
    """Give pairs of literal text and the element after it; the last element is "". Source: nextStdChunk."""
    pairs: list[tuple[str, str]] = []
    end = 0
    for match in re.finditer(_ELEMENT, layout):
        pairs.append((layout[end : match.start()], match[0]))
        end = match.end()
    pairs.append((layout[end:], ""))
    return tuple(pairs)


class LayoutTime:
    """What a layout can show of a time: civil time in its zone, weekday (0 for Sunday), nanoseconds, zone."""

    __slots__ = ("abbreviation", "civil", "nanoseconds", "offset", "weekday")

    def __init__(
        self, civil: CivilTime, weekday: int, nanoseconds: int, abbreviation: str, offset: int
    ) -> None:
        self.civil = civil
        self.weekday = weekday
        self.nanoseconds = nanoseconds
        self.abbreviation = abbreviation
        self.offset = offset


def format_time(time: LayoutTime, layout: str) -> str:
    """Write a time by a layout. Source: format.go, Time.appendFormat."""
    return "".join([prefix + _write(time, element) for prefix, element in split_layout(layout)])


def _write(time: LayoutTime, element: str) -> str:
    if element == "":
        return ""
    if element[0] in ".,":
        return _write_fraction(time.nanoseconds, element)
    if element[0] in "-Z":
        return "Z" if element[0] == "Z" and time.offset == 0 else _write_offset(time.offset, element[1:])
    civil = time.civil
    match element:
        case "2006":
            return _padded(civil.year, 4)
        case "06":
            return f"{abs(civil.year) % 100:02}"
        case "January":
            return MONTH_NAMES[civil.month - 1]
        case "Jan":
            return MONTH_NAMES[civil.month - 1][:3]
        case "Monday":
            return WEEKDAY_NAMES[time.weekday]
        case "Mon":
            return WEEKDAY_NAMES[time.weekday][:3]
        case "MST":
            return time.abbreviation or _write_offset(time.offset, "0700")
        case "PM":
            return "PM" if civil.hour >= 12 else "AM"
        case "pm":
            return "pm" if civil.hour >= 12 else "am"
        case _:
            return _write_number(civil, element)


def _write_number(civil: CivilTime, element: str) -> str:
    match element:
        case "1":
            return str(civil.month)
        case "01":
            return f"{civil.month:02}"
        case "2":
            return str(civil.day)
        case "_2":
            return f"{civil.day:2}"
        case "02":
            return f"{civil.day:02}"
        case "__2":
            return f"{civil.year_day:3}"
        case "002":
            return f"{civil.year_day:03}"
        case "15":
            return f"{civil.hour:02}"
        case "3":
            return str(civil.hour % 12 or 12)
        case "03":
            return f"{civil.hour % 12 or 12:02}"
        case "4":
            return str(civil.minute)
        case "04":
            return f"{civil.minute:02}"
        case "5":
            return str(civil.second)
        case _:
            return f"{civil.second:02}"


def _padded(number: int, width: int) -> str:
    return f"-{-number:0{width}}" if number < 0 else f"{number:0{width}}"


def _write_offset(offset: int, element: str) -> str:
    """Write an offset as `element` shows it: `07`, `0700`, `07:00`, `070000`, `07:00:00`."""
    minutes = abs(offset) // 60
    sign = "-" if offset <= -60 else "+"
    parts = [f"{minutes // 60:02}", f"{minutes % 60:02}", f"{abs(offset) % 60:02}"]
    colon = ":" if ":" in element else ""
    return sign + colon.join(parts[: len(element.replace(":", "")) // 2])


def _write_fraction(nanoseconds: int, element: str) -> str:
    digits = f"{nanoseconds:09}"[: len(element) - 1].ljust(min(len(element) - 1, 9), "0")
    if element[1] == "9":
        digits = digits.rstrip("0")
        return element[0] + digits if digits else ""
    return element[0] + digits
