"""Versions and version ranges of charts, by the rules of Masterminds' semver."""

from __future__ import annotations

from functools import lru_cache

from quarterdeck.runtime.funcs.semver import Version, parse_version
from quarterdeck.runtime.funcs.semver_constraints import Constraint, parse_constraints, satisfies
from quarterdeck.runtime.goerror import GoError


def is_version(text: str) -> bool:
    """Tell whether `text` is a version, perhaps with fewer than three numbers."""
    return read_version(text) is not None


def is_range(text: str) -> bool:
    """Tell whether `text` is a range of versions."""
    return _read_range(text) is not None


@lru_cache(maxsize=1024)
def is_compatible(constraint: str, version: str) -> bool:
    """Tell whether `version` lies in the range `constraint`; False where one of them is malformed.

    Source: Helm pkg/chart/v2/util/compatible.go, IsCompatibleRange.
    """
    parsed = read_version(version)
    allowed = _read_range(constraint)
    return parsed is not None and allowed is not None and satisfies(allowed, parsed)


@lru_cache(maxsize=1024)
def read_version(text: str) -> Version | None:
    """Give the version, None if `text` is none."""
    try:
        return parse_version(text)
    except GoError:
        return None


@lru_cache(maxsize=1024)
def _read_range(text: str) -> tuple[tuple[Constraint, ...], ...] | None:
    try:
        return parse_constraints(text)
    except GoError:
        return None
