"""Times and durations: what is written is read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.calendar_dates import (
    civil_from_seconds,
    date_from_days,
    days_from_date,
    days_in_month,
    weekday_of,
)
from quarterdeck.runtime.funcs.durations import MAX_DURATION, format_duration, parse_duration
from quarterdeck.runtime.funcs.on_demand.time_parsing import parse_time
from quarterdeck.runtime.funcs.time_values import Time
from quarterdeck.runtime.funcs.time_zones import UTC_ZONE, Zone, load_zone, local_zone
from quarterdeck.runtime.funcs.toml_documents import from_toml
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENTS = st.datetimes(timezones=st.just(UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def refusal(call: Callable[..., object], *arguments: object) -> str:
    """Give the message with which a call fails, "" if it does not."""
    try:
        call(*arguments)
    except GoError as error:
        return str(error)
    return ""


@given(MOMENTS)
def test_the_calendar_is_pythons_where_that_has_one(moment: datetime) -> None:
    seconds = (moment.replace(microsecond=0) - EPOCH) // timedelta(seconds=1)
    civil = civil_from_seconds(seconds)
    assert tuple(civil) == moment.timetuple()[:6]
    assert civil.year_day == moment.timetuple().tm_yday
    assert weekday_of(seconds) == moment.isoweekday() % 7


@given(st.integers(-(10**9), 10**9))
def test_days_and_dates_go_both_ways_without_bounds(days: int) -> None:
    year, month, day = date_from_days(days)
    assert 1 <= day <= days_in_month(month, year)
    assert days_from_date(year, month, day) == days


@given(st.integers(-10_000, 10_000), st.integers(-50, 50), st.integers(-500, 500))
def test_months_and_days_out_of_range_carry_over(year: int, month: int, day: int) -> None:
    whole_years, rest = divmod(month - 1, 12)
    assert days_from_date(year, month, day) == days_from_date(year + whole_years, rest + 1, 1) + day - 1


@given(st.integers(-MAX_DURATION - 1, MAX_DURATION))
def test_durations_are_read_back(nanoseconds: int) -> None:
    assert abs(parse_duration(format_duration(nanoseconds)) - nanoseconds) <= 1


@given(st.text())
def test_any_text_is_a_duration_or_an_error_in_gos_words(text: str) -> None:
    message = refusal(parse_duration, text)
    if message:
        assert message.startswith("time: ")
    else:
        assert -MAX_DURATION - 1 <= parse_duration(text) <= MAX_DURATION


@pytest.mark.parametrize(
    "layout",
    [
        "2006-01-02T15:04:05.999999999Z07:00",
        "Mon Jan _2 15:04:05.000000 -07:00:00 2006",
        "20060102150405.999999",
    ],
)
@given(moment=st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)), offset=st.integers(-720, 720))  # noqa: DTZ001 -- the zone is drawn beside it
def test_times_are_read_back_by_their_layout(layout: str, moment: datetime, offset: int) -> None:
    zone = Zone("", "", offset * 60)
    seconds = (moment.replace(microsecond=0, tzinfo=UTC) - EPOCH) // timedelta(seconds=1)
    time = Time(seconds, moment.microsecond * 1_000, zone)
    assert parse_time(layout, time.format_as(layout), zone).instant() == time.instant()


@given(st.text(), st.text())
def test_any_layout_and_text_are_a_time_or_an_error_in_gos_words(layout: str, text: str) -> None:
    message = refusal(parse_time, layout, text, UTC_ZONE)
    assert not message or message.startswith("parsing time ")


def test_a_seeded_run_has_a_fixed_clock_and_no_zone_of_its_own() -> None:
    context = Context(seed=1)
    assert local_zone(context).at(0) == ("UTC", 0)
    assert load_zone(context, "Local").name == "Local"
    assert load_zone(context, "") is UTC_ZONE
    with pytest.raises(GoError, match="unknown time zone Nowhere"):
        load_zone(context, "Nowhere")


def test_zones_change_with_the_season() -> None:
    berlin = load_zone(Context(seed=1), "Europe/Berlin")
    assert berlin.at(1_700_000_000) == ("CET", 3600)
    assert berlin.at(1_690_000_000) == ("CEST", 7200)
    assert berlin.at(10**15) == berlin.at(253_402_214_400)
    assert berlin.find("CEST", 1_700_000_000) == 7200
    assert berlin.find("PST", 1_700_000_000) is None


@pytest.mark.parametrize(
    ("offset", "is_kept"),
    [
        ("+02:00", True),
        ("-12:00", True),
        ("+14:00", True),
        ("+15:00", False),
        ("-13:00", False),
        ("-03:30", False),
    ],
)
def test_times_are_equal_where_go_keeps_the_zone_of_their_offset(offset: str, is_kept: bool) -> None:
    first, second = (
        parse_time("2006-01-02T15:04:05Z07:00", f"2024-02-29T13:04:05{offset}", UTC_ZONE) for _ in range(2)
    )
    assert (first == second) is is_kept


def test_toml_times_of_one_kind_share_their_zone() -> None:
    assert from_toml("a = 2024-02-29") == from_toml("a = 2024-02-29")
