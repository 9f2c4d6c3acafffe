"""The table of template functions: what each takes and gives, in Go's types.

A family file in `runtime.funcs` registers its functions::

    @function("trunc", "func(int, string) string")
    def trunc(length: int, text: str) -> str: ...

The Python function gets arguments that already have the Go types of the signature; `calls.checked` wraps it
with Go's own argument checks (`text/template` exec.go, evalCall and validateType). `effect` tells how it
behaves:

- `pure`: the same arguments always give the same result, nothing else happens.
- `context`: takes the `Context` first; pure otherwise.
- `volatile`: takes the `Context` first; the result differs from run to run (random, time).
- `writes`: takes the `Context` first; changes a container that it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, TypeVar

Effect = Literal["pure", "context", "volatile", "writes"]

_F = TypeVar("_F", bound=Callable[..., Any])


class Function:
    """One template function: its name, its Go signature, the Python function behind it."""

    def __init__(self, name: str, signature: str, call: Callable[..., Any], effect: Effect) -> None:
        self.name = name
        self.signature = signature
        self.call = call
        self.effect: Effect = effect

    @property
    def takes_context(self) -> bool:
        """Whether `call` takes the rendering's `Context` first."""
        return self.effect != "pure"

    @cached_property
    def _shape(self) -> tuple[tuple[str, ...], str]:
        return _split_signature(self.signature)

    @property
    def params(self) -> tuple[str, ...]:
        """Go types of the parameters; the last is `...T` in a variadic function."""
        return self._shape[0]

    @property
    def result(self) -> str:
        """Go type of the (first) result."""
        return self._shape[1]

    @property
    def is_variadic(self) -> bool:
        """Whether the last parameter takes any number of arguments."""
        params = self.params
        return bool(params) and params[-1].startswith("...")


FUNCTIONS: dict[str, Function] = {}
"""Every template function by name; filled when `runtime.funcs.table` is imported."""


def function(name: str, signature: str, *, effect: Effect = "pure") -> Callable[[_F], _F]:
    """Register a template function under `name` with its Go `signature`: `func(int, ...any) string`."""

    def register(call: _F) -> _F:
        FUNCTIONS[name] = Function(name, signature, call, effect)
        return call

    return register


def _split_signature(signature: str) -> tuple[tuple[str, ...], str]:
    """Split `func(a, b) c` at the commas and parentheses of the outermost level."""
    depth = 0
    parts: list[str] = []
    current = ""
    rest = signature.removeprefix("func(")
    for index, char in enumerate(rest):
        if char == ")" and depth == 0:
            if current.strip():
                parts.append(current.strip())
            result = rest[index + 1 :].strip()
            if result.startswith("("):
                result = result[1:-1].split(",")[0].strip()
            return tuple(parts), result
        if char == "," and depth == 0:
            parts.append(current.strip())
            current = ""
            continue
        depth += (char in "([{") - (char in ")]}")
        current += char
    raise AssertionError(f"not a Go signature: {signature}")
