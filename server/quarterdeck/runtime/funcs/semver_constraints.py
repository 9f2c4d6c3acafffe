"""Constraints on versions: `>=1.2, <2 || ~3.1`, and the function semverCompare.

Source: Masterminds/semver v3.5 constraints.go. A group of constraints without a prerelease in it never takes
a version that is one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.bytewise import byte_length
from quarterdeck.runtime.funcs.semver import Version, compare_prereleases, parse_version
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.signatures import function

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CONSTRAINT_LENGTH = 512
MAX_GROUPS = 32

_SPACE = r"[\t\n\f\r ]"
_OPERATOR = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_PRERELEASE = r"-(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)"
_METADATA = r"(?:\+(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
_NUMBER = r"[0-9|xX*]+"
_WILDCARD_VERSION = rf"v?({_NUMBER})(\.{_NUMBER})?(\.{_NUMBER})?({_PRERELEASE})?{_METADATA}"
_PLAIN_VERSION = rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:{_PRERELEASE})?{_METADATA}"

_ONE = rf"{_SPACE}*({_OPERATOR}){_SPACE}*({_WILDCARD_VERSION}){_SPACE}*"
_EACH = rf"(?:{_OPERATOR}){_SPACE}*{_PLAIN_VERSION}"
_GROUP = (
    rf"{_SPACE}*(?:{_OPERATOR}){_SPACE}*{_PLAIN_VERSION}{_SPACE}*"
    rf"(?:(?:{_SPACE}+|,{_SPACE}*)(?:{_OPERATOR}){_SPACE}*{_PLAIN_VERSION}{_SPACE}*)*"
)
_RANGE = rf"{_SPACE}*({_PLAIN_VERSION}){_SPACE}+-{_SPACE}+({_PLAIN_VERSION}){_SPACE}*"


class Constraint:
    """One operator with its version; the `any_` flags tell which numbers were left out or wild."""

    __slots__ = ("any_minor", "any_number", "any_patch", "test", "version")

    def __init__(self, text: str) -> None:
        match = re.fullmatch(_ONE, text)
        if match is None:
            raise GoError(f"improper constraint: {quote(text)}")
        operator, version, major, minor, patch, prerelease = match.group(1, 2, 3, 4, 5, 6)
        prerelease = prerelease or ""
        self.any_minor = self.any_patch = False
        self.any_number = True
        if _is_wild(major):
            version = f"0.0.0{prerelease}"
        elif _is_wild(minor):
            self.any_minor = True
            version = f"{major}.0.0{prerelease}"
        elif _is_wild(patch):
            self.any_patch = True
            version = f"{major}{minor}.0{prerelease}"
        else:
            self.any_number = False
        try:
            self.version = parse_version(version)
        except GoError:
            raise GoError("constraint parser error") from None
        self.test = _TESTS[operator]

    def allows(self, version: Version, *, takes_prereleases: bool) -> bool:
        """Tell whether the version meets the constraint."""
        if version.prerelease and not takes_prereleases:
            return False
        return self.test(self, version)


def _is_wild(number: str | None) -> bool:
    return not number or number.removeprefix(".") in ("x", "X", "*")


def _is_other(constraint: Constraint, version: Version) -> bool:
    wanted = constraint.version
    if constraint.any_number:
        if version.numbers[0] != wanted.numbers[0]:
            return True
        if constraint.any_minor:
            return False
        if version.numbers[1] != wanted.numbers[1]:
            return True
        if constraint.any_patch:
            if version.prerelease or wanted.prerelease:
                return compare_prereleases(version.prerelease, wanted.prerelease) != 0
            return False
        if version.numbers[2] != wanted.numbers[2]:
            return True
    return version.compare(wanted) != 0


def _is_greater(constraint: Constraint, version: Version) -> bool:
    wanted = constraint.version
    if not constraint.any_number or (
        version.numbers[0] == wanted.numbers[0] and not (constraint.any_minor or constraint.any_patch)
    ):
        return version.compare(wanted) > 0
    if version.numbers[0] != wanted.numbers[0]:
        return version.numbers[0] > wanted.numbers[0]
    return not constraint.any_minor and version.numbers[1] > wanted.numbers[1]


def _is_less(constraint: Constraint, version: Version) -> bool:
    return version.compare(constraint.version) < 0


def _is_greater_or_equal(constraint: Constraint, version: Version) -> bool:
    return version.compare(constraint.version) >= 0


def _is_less_or_equal(constraint: Constraint, version: Version) -> bool:
    wanted = constraint.version
    if not constraint.any_number:
        return version.compare(wanted) <= 0
    if version.numbers[0] != wanted.numbers[0]:
        return version.numbers[0] < wanted.numbers[0]
    return constraint.any_minor or version.numbers[1] <= wanted.numbers[1]


def _is_about(constraint: Constraint, version: Version) -> bool:
    """`~`: the last number may grow; `~0.0.0` takes everything."""
    wanted = constraint.version
    if version.compare(wanted) < 0:
        return False
    if wanted.numbers == (0, 0, 0) and not (constraint.any_minor or constraint.any_patch):
        return True
    return version.numbers[0] == wanted.numbers[0] and (
        constraint.any_minor or version.numbers[1] == wanted.numbers[1]
    )


def _is_equal(constraint: Constraint, version: Version) -> bool:
    """`=` or nothing: wild numbers make it `~`."""
    if constraint.any_number:
        return _is_about(constraint, version)
    return version.compare(constraint.version) == 0


def _is_compatible(constraint: Constraint, version: Version) -> bool:
    """`^`: the leftmost number that is not 0 stays."""
    wanted = constraint.version
    if version.compare(wanted) < 0 or version.numbers[0] != wanted.numbers[0]:
        return False
    if wanted.numbers[0] > 0 or constraint.any_minor:
        return True
    if version.numbers[1] != wanted.numbers[1]:
        return False
    return wanted.numbers[1] > 0 or constraint.any_patch or version.numbers[2] == wanted.numbers[2]


_TESTS: dict[str, Callable[[Constraint, Version], bool]] = {
    "": _is_equal,
    "=": _is_equal,
    "!=": _is_other,
    ">": _is_greater,
    "<": _is_less,
    ">=": _is_greater_or_equal,
    "=>": _is_greater_or_equal,
    "<=": _is_less_or_equal,
    "=<": _is_less_or_equal,
    "~": _is_about,
    "~>": _is_about,
    "^": _is_compatible,
}


@lru_cache(maxsize=1024)
def parse_constraints(text: str) -> tuple[tuple[Constraint, ...], ...]:
    """Read constraints: groups of which one must be met, each with constraints that must all be met.

    Raises:
        GoError: the syntax is wrong.
    """
    if byte_length(text) > MAX_CONSTRAINT_LENGTH:
        raise GoError(f"constraint string is too long (max {MAX_CONSTRAINT_LENGTH} bytes)")
    for match in list(re.finditer(_RANGE, text)):
        text = text.replace(match[0], f">= {match[1]}, <= {match[2]} ", 1)
    groups = text.split("||")
    if len(groups) > MAX_GROUPS:
        raise GoError(f"too many constraint groups (max {MAX_GROUPS})")
    return tuple(map(_parse_group, groups))


def _parse_group(text: str) -> tuple[Constraint, ...]:
    if re.fullmatch(_GROUP, text) is None:
        raise GoError(f"improper constraint: {quote(text)}")
    return tuple(Constraint(match[0]) for match in re.finditer(_EACH, text))


def satisfies(constraints: tuple[tuple[Constraint, ...], ...], version: Version) -> bool:
    """Tell whether the version meets one of the groups."""
    for group in constraints:
        takes_prereleases = any(constraint.version.prerelease for constraint in group)
        if all(constraint.allows(version, takes_prereleases=takes_prereleases) for constraint in group):
            return True
    return False


@function("semverCompare", "func(string, string) bool")
@lru_cache(maxsize=1024)
def semver_compare(constraints: str, version: str) -> bool:
    """Tell whether the version meets the constraints."""
    parsed = parse_constraints(constraints)
    return satisfies(parsed, parse_version(version))
