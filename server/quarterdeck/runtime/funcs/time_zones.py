"""Time zones: what the clocks of a place show at an instant. Source: time/zoneinfo.go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from datetime import tzinfo

    from quarterdeck.runtime.context import Context

_FIRST_SECOND = -62_135_510_400
_LAST_SECOND = 253_402_214_400
"""Two days inside the years 1 to 9999, which `datetime` can hold; zones do not change beyond."""

_HALF_A_YEAR = 182 * 86_400

_UNNAMED_HOURS = range(-12, 15)
"""Offsets in whole hours whose unnamed zone Go keeps."""


class Zone:
    """A zone with one name and offset (in seconds east of UTC) for all times."""

    __slots__ = ("abbreviation", "name", "offset")

    def __init__(self, name: str, abbreviation: str, offset: int) -> None:
        self.name = name
        self.abbreviation = abbreviation
        self.offset = offset

    def at(self, second: int) -> tuple[str, int]:  # noqa: ARG002 -- places need it
        """Give the abbreviation and the offset at a Unix time."""
        return self.abbreviation, self.offset

    def find(self, abbreviation: str, second: int) -> int | None:
        """Give the offset that an abbreviation stands for near a time; None if it is not in use here."""
        for near in (second, second - _HALF_A_YEAR, second + _HALF_A_YEAR):
            found, offset = self.at(near)
            if found == abbreviation:
                return offset
        return None


class Place(Zone):
    """A zone whose offset changes; `rules` None means the computer's own."""

    __slots__ = ("rules",)

    def __init__(self, name: str, rules: tzinfo | None) -> None:
        super().__init__(name, "", 0)
        self.rules = rules

    def at(self, second: int) -> tuple[str, int]:
        """Give the abbreviation and the offset at a Unix time."""
        moment = datetime.fromtimestamp(0, UTC) + timedelta(
            seconds=max(_FIRST_SECOND, min(_LAST_SECOND, second))
        )
        local = moment.astimezone(self.rules)
        offset = local.utcoffset() or timedelta()
        return local.tzname() or "", int(offset.total_seconds())


UTC_ZONE = Zone("UTC", "UTC", 0)
COMPUTER_ZONE = Place("Local", None)
_SEEDED_LOCAL_ZONE = Zone("Local", "UTC", 0)


def local_zone(context: Context) -> Zone:
    """Give the computer's own zone; UTC where the run must not depend on it."""
    return COMPUTER_ZONE if context.seed is None else _SEEDED_LOCAL_ZONE


def load_zone(context: Context, name: str) -> Zone:
    """Give the zone of a name such as `Europe/Berlin`, `UTC` (also for "") or `Local`.

    Raises:
        GoError: there is no such zone.
    """
    if name in ("", "UTC"):
        return UTC_ZONE
    return local_zone(context) if name == "Local" else _load_place(name)


def unnamed_zone(offset: int) -> Zone:
    """Give a zone without a name; that of a usual offset is the same each time, and times in it are equal.

    Source: time/zoneinfo.go, FixedZone
    """
    hours, rest = divmod(offset, 3600)
    return _kept_zone("", "", offset) if not rest and hours in _UNNAMED_HOURS else Zone("", "", offset)


def toml_zone(name: str) -> Zone:
    """Give the zone of TOML's times without an offset, and Go's Local for ""; the same zone for one name."""
    return _kept_zone(name, name, 0) if name else _SEEDED_LOCAL_ZONE


@lru_cache(maxsize=64)
def _kept_zone(name: str, abbreviation: str, offset: int) -> Zone:
    return Zone(name, abbreviation, offset)


@lru_cache(maxsize=64)
def _load_place(name: str) -> Zone:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 -- slow to import

    try:
        return Place(name, ZoneInfo(name))
    except (OSError, ValueError, LookupError):
        raise GoError(f"unknown time zone {name}") from None
