"""Versions and version ranges of charts, by the rules of Masterminds' semver."""

from __future__ import annotations

from functools import lru_cache

from quarterdeck.runtime.funcs.semver import parse_version
from quarterdeck.runtime.funcs.semver_constraints import parse_constraints, satisfies
from quarterdeck.runtime.goerror import GoError


@lru_cache(maxsize=1024)
def is_version(text: str) -> bool:
    """Tell whether `text` is a version, perhaps with fewer than three numbers."""
    try:
        parse_version(text)
    except GoError:
        return False
    return True


@lru_cache(maxsize=1024)
def is_compatible(constraint: str, version: str) -> bool:
    """Tell whether `version` lies in the range `constraint`; False where one of them is malformed.

    Source: Helm pkg/chart/v2/util/compatible.go, IsCompatibleRange.
    """
    try:
        return satisfies(parse_constraints(constraint), parse_version(version))
    except GoError:
        return False
