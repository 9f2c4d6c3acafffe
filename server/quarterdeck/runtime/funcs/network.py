"""The network: getHostByName, which Helm answers only when DNS is enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context


@function("getHostByName", "func(string) string", effect="volatile")
def get_host_by_name(context: Context, name: str) -> str:
    """Give one of the host's addresses, "" unless DNS is enabled.

    Source: Helm engine.go, initFunMap; sprig.
    """
    if not context.enable_dns:
        return ""
    context.volatile_calls += 1
    addresses = _look_up(name)
    if not addresses:
        raise GoError("invalid argument to Intn")
    return context.random.choice(addresses)


def _look_up(name: str) -> list[str]:
    import socket  # noqa: PLC0415 -- few charts need it

    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return sorted({str(entry[4][0]) for entry in found})
