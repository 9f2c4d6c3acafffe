"""Go's time.Duration: the value, how it is read and how it prints. Source: time.go, format.go."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from quarterdeck.runtime.funcs.methods import Method, call_method, getter, method
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import Int64, NamedInt

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
MAX_DURATION = (1 << 63) - 1

_UNITS = {
    "ns": 1,
    "us": MICROSECOND,
    "µs": MICROSECOND,
    "μs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_PART = r"([0-9]*)(\.([0-9]*))?([^.0-9]*)"


class Duration(NamedInt):
    """A number of nanoseconds."""

    __slots__ = ()
    go_type: ClassVar[str] = "time.Duration"
    kind: ClassVar[str] = "int64"

    def get(self, name: str) -> Any:
        """Give the result of a method without parameters."""
        return self.invoke(name, ())

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method."""
        return call_method(self, self.go_type, _METHODS, name, arguments)

    def format(self) -> str:
        """Give it as Go prints it: `1h2m3.5s`, `10ms`, `0s`."""
        return format_duration(int(self))


def clamp_duration(nanoseconds: int) -> Duration:
    """Give the nearest duration that Go can hold."""
    return Duration(max(-MAX_DURATION - 1, min(MAX_DURATION, nanoseconds)))


def format_duration(nanoseconds: int) -> str:
    """Give a duration as Go prints it. Source: time.go, Duration.String."""
    size = abs(nanoseconds)
    sign = "-" if nanoseconds < 0 else ""
    if size == 0:
        return "0s"
    if size < SECOND:
        unit, divisor = (
            ("ns", 1) if size < 1_000 else ("µs", 1_000) if size < MILLISECOND else ("ms", MILLISECOND)
        )
        return f"{sign}{_decimal(size, divisor)}{unit}"
    minutes, rest = divmod(size, MINUTE)
    text = f"{_decimal(rest, SECOND)}s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = f"{f'{hours}h' if hours else ''}{minutes}m{text}"
    return sign + text


def _decimal(number: int, divisor: int) -> str:
    whole, rest = divmod(number, divisor)
    if not rest:
        return str(whole)
    return f"{whole}.{rest:0{len(str(divisor)) - 1}}".rstrip("0")


def parse_duration(text: str) -> int:
    """Read a duration such as `1h30m` or `-1.5s`; give nanoseconds. Source: format.go, ParseDuration.

    Raises:
        GoError: it is none.
    """
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    if not rest:
        raise _invalid(text)
    total = 0
    while rest:
        match = re.match(_PART, rest)
        if match is None or not (match[1] or match[3]):
            raise _invalid(text)
        total += _parse_part(match, text)
        if total > MAX_DURATION + 1:
            raise _invalid(text)
        rest = rest[match.end() :]
    if text[0] == "-":
        return -total
    if total > MAX_DURATION:
        raise _invalid(text)
    return total


def _parse_part(match: re.Match[str], text: str) -> int:
    whole = int(match[1]) if len(match[1].lstrip("0")) < 20 and match[1] else 0
    if len(match[1].lstrip("0")) > 19 or whole > MAX_DURATION + 1:
        raise _invalid(text)
    if not match[4]:
        raise GoError(f"time: missing unit in duration {quote_time(text)}")
    unit = _UNITS.get(match[4])
    if unit is None:
        raise GoError(f"time: unknown unit {quote_time(match[4])} in duration {quote_time(text)}")
    if whole > (MAX_DURATION + 1) // unit:
        raise _invalid(text)
    fraction, scale = _leading_fraction(match[3] or "")
    return whole * unit + (int(float(fraction) * (float(unit) / scale)) if fraction else 0)


def _leading_fraction(digits: str) -> tuple[int, float]:
    """Give the digits as far as they fit into 63 bits, and by what to divide them."""
    value, scale = 0, 1.0
    for digit in digits:
        if value > MAX_DURATION // 10 or value * 10 + int(digit) > MAX_DURATION + 1:
            break
        value = value * 10 + int(digit)
        scale *= 10
    return value, scale


def _invalid(text: str) -> GoError:
    return GoError(f"time: invalid duration {quote_time(text)}")


def quote_time(text: str) -> str:
    r"""Give a text in quotes as package time does: bytes outside ASCII as `\xNN`.

    Source: format.go, quote.
    """
    pieces: list[str] = []
    for char in text:
        if " " <= char < "\x80":
            pieces.append(f"\\{char}" if char in '"\\' else char)
        else:
            pieces.extend(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
    return f'"{"".join(pieces)}"'


def _truncate(duration: int, unit: int) -> Duration:
    if unit <= 0:
        return Duration(duration)
    rest = abs(duration) % unit
    return Duration(duration - rest if duration >= 0 else duration + rest)


def round_duration(duration: int, unit: int) -> Duration:
    """Round to a multiple of `unit`, halves away from zero. Source: time.go, Duration.Round."""
    if unit <= 0:
        return Duration(duration)
    rest = abs(duration) % unit
    size = abs(duration) - rest + (unit if rest + rest >= unit else 0)
    return clamp_duration(size if duration >= 0 else -size)


def _in_units(duration: int, unit: int) -> float:
    whole = abs(duration) // unit
    result = float(whole) + float(abs(duration) % unit) / unit
    return -result if duration < 0 else result


_METHODS: dict[str, Method[Duration]] = {
    "Abs": getter(lambda duration: clamp_duration(abs(duration))),
    "Hours": getter(lambda duration: _in_units(duration, HOUR)),
    "Microseconds": getter(lambda duration: Int64(_truncate(duration, MICROSECOND) // MICROSECOND)),
    "Milliseconds": getter(lambda duration: Int64(_truncate(duration, MILLISECOND) // MILLISECOND)),
    "Minutes": getter(lambda duration: _in_units(duration, MINUTE)),
    "Nanoseconds": getter(Int64),
    "Round": method(round_duration, "time.Duration"),
    "Seconds": getter(lambda duration: _in_units(duration, SECOND)),
    "String": getter(Duration.format),
    "Truncate": method(_truncate, "time.Duration"),
}
