"""Values as TOML text, and back. Source: Helm funcs.go."""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime.funcs.time_zones import toml_zone
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.tomltext import encode_toml

_PANICS = ("reflect: ",)


@function("toToml", "func(any) string")
def to_toml(value: Any) -> str:
    """Give the value as TOML, or what is wrong with it; nil fails."""
    try:
        return encode_toml(value)
    except BudgetError:
        raise
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
    from quarterdeck.runtime.tomldecode import decode_toml  # noqa: PLC0415 -- few charts need it

    value, error = decode_toml(text, _read_time)
    if error:
        value["Error"] = error
    return value


def _read_time(layout: str, text: str, zone: str) -> Any:
    """Read a time; without an offset in it, clocks of a zone of that name and no offset showed it."""
    from quarterdeck.runtime.funcs.on_demand.time_parsing import parse_time  # noqa: PLC0415 -- slow to import

    return parse_time(layout, text, toml_zone(zone))
