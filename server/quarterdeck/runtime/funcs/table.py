"""The table of all template functions."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING

import quarterdeck.runtime.funcs as families
from quarterdeck.runtime.funcs import regex
from quarterdeck.runtime.funcs.semver_constraints import parse_constraints
from quarterdeck.runtime.signatures import FUNCTIONS, Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@cache
def function_table() -> Mapping[str, Function]:
    """Give every function by name; the first call imports the family modules of `runtime.funcs`."""
    for module in iter_modules(families.__path__, f"{families.__name__}."):
        if module.name != __name__:
            import_module(module.name)
    return MappingProxyType(FUNCTIONS)


def load_libraries(texts: Iterable[str], *, compares_versions: bool) -> None:
    """Make ready what is behind functions that these templates name; else the first call does so.

    `compares_versions` tells that a version is compared whatever the templates name.
    """
    joined = "".join(texts)
    if "egex" in joined:
        regex.is_exact()
    if compares_versions or "semverCompare" in joined:
        parse_constraints(">=1.0.0-0")
