"""The Gregorian calendar without bounds: days since 1970-01-01 and dates. Source: time.go."""

from __future__ import annotations

from typing import NamedTuple

DAY_SECONDS = 86_400
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CivilTime(NamedTuple):
    """A date and a time of day; month and day count from 1."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    @property
    def year_day(self) -> int:
        """The day of the year, counted from 1."""
        return days_from_date(self.year, self.month, self.day) - days_from_date(self.year, 1, 1) + 1


def is_leap(year: int) -> bool:
    """Tell whether the year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(month: int, year: int) -> int:
    """Give the length of a month."""
    return 29 if month == 2 and is_leap(year) else _MONTH_LENGTHS[month - 1]


def days_from_date(year: int, month: int, day: int) -> int:
    """Give the days since 1970-01-01; months and days out of range carry over, as in `time.Date`."""
    carry, month = divmod(month - 1, 12)
    year += carry
    shifted = year - (month < 2)
    years_days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
    month_days = (153 * ((month + 10) % 12) + 2) // 5
    return years_days + month_days + day - 1 - 719_468


def date_from_days(days: int) -> tuple[int, int, int]:
    """Give year, month and day of a number of days since 1970-01-01."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + 400 * era + (month <= 2), month, day


def civil_from_seconds(seconds: int) -> CivilTime:
    """Give date and time of day of seconds since 1970-01-01."""
    days, rest = divmod(seconds, DAY_SECONDS)
    hour, rest = divmod(rest, 3600)
    return CivilTime(*date_from_days(days), hour, *divmod(rest, 60))


def weekday_of(seconds: int) -> int:
    """Give the day of the week, 0 for Sunday."""
    return (seconds // DAY_SECONDS + 4) % 7
