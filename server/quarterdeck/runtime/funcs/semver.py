"""Semantic versions: the value, and the functions semver and semverCompare.

Source: Masterminds/semver v3.5 version.go; it takes versions with fewer than three numbers and with leading
zeros.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

from quarterdeck.runtime.funcs.bytewise import byte_length
from quarterdeck.runtime.funcs.methods import Method, call_method, getter, method
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct, Uint64

MAX_VERSION_LENGTH = 256
_MAX_UINT64 = (1 << 64) - 1

_VERSION = (
    r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_IDENTIFIER = r"[0-9A-Za-z-]+"


class Version(GoStruct):
    """A pointer to a version, as `semver` gives it; `original` is the text it was read from."""

    __slots__ = ("metadata", "numbers", "original", "prerelease")
    go_type: ClassVar[str] = "*semver.Version"
    kind: ClassVar[str] = "ptr"

    def __init__(
        self, numbers: tuple[int, int, int], prerelease: str = "", metadata: str = "", original: str = ""
    ) -> None:
        self.numbers = numbers
        self.prerelease = prerelease
        self.metadata = metadata
        self.original = original

    def get(self, name: str) -> Any:
        """Give the result of a method without parameters."""
        return self.invoke(name, ())

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method."""
        return call_method(self, self.go_type, _POINTER_METHODS, name, arguments)

    def format(self) -> str:
        """Give the version in full: three numbers, no `v`."""
        prerelease = f"-{self.prerelease}" if self.prerelease else ""
        metadata = f"+{self.metadata}" if self.metadata else ""
        major, minor, patch = self.numbers
        return f"{major}.{minor}.{patch}{prerelease}{metadata}"

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give what makes two versions deeply equal."""
        major, minor, patch = map(Uint64, self.numbers)
        return (
            ("major", major),
            ("minor", minor),
            ("patch", patch),
            ("pre", self.prerelease),
            ("metadata", self.metadata),
            ("original", self.original),
        )

    def marshal(self) -> Any:
        """Give the version in full, as JSON has it."""
        return self.format()

    def compare(self, other: Version) -> int:
        """Give -1, 0 or 1 as this version is before, beside or after the other; metadata do not count."""
        if self.numbers != other.numbers:
            return -1 if self.numbers < other.numbers else 1
        if self.prerelease and other.prerelease:
            return compare_prereleases(self.prerelease, other.prerelease)
        return bool(other.prerelease) - bool(self.prerelease)


class VersionValue(Version):
    """A version that is no pointer, as methods give it; methods of the pointer are out of its reach."""

    __slots__ = ()
    go_type: ClassVar[str] = "semver.Version"
    kind: ClassVar[str] = "struct"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VersionValue) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash(self.fields())

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method."""
        return call_method(self, self.go_type, _VALUE_METHODS, name, arguments)


def compare_prereleases(one: str, other: str) -> int:
    """Compare identifier by identifier; a shorter prerelease comes first."""
    ones, others = one.split("."), other.split(".")
    for index in range(max(len(ones), len(others))):
        order = _compare_identifiers(
            ones[index] if index < len(ones) else "", others[index] if index < len(others) else ""
        )
        if order:
            return order
    return 0


def _compare_identifiers(one: str, other: str) -> int:
    """Numbers count as numbers and come before texts; what is missing comes first."""
    if one == other:
        return 0
    if not one or not other:
        return -1 if not one else 1
    number, other_number = _as_number(one), _as_number(other)
    if number is None and other_number is None:
        return 1 if one > other else -1
    if number is None or other_number is None:
        return 1 if number is None else -1
    return 1 if number > other_number else -1


def _as_number(identifier: str) -> int | None:
    if not (identifier.isascii() and identifier.isdigit()):
        return None
    number = int(identifier)
    return number if number <= _MAX_UINT64 else None


@lru_cache(maxsize=1024)
def parse_version(text: str) -> Version:
    """Read a version. Source: coerceNewVersion.

    Raises:
        GoError: it is none.
    """
    if byte_length(text) > MAX_VERSION_LENGTH:
        raise GoError(f"version string is too long (max {MAX_VERSION_LENGTH} bytes)")
    match = re.fullmatch(_VERSION, text)
    if match is None:
        raise GoError("invalid semantic version")
    major, minor, patch = (_parse_segment(match[index] or "0") for index in (1, 2, 3))
    if match[4]:
        _check_prerelease(match[4])
    return Version((major, minor, patch), match[4] or "", match[5] or "", text)


def _parse_segment(digits: str) -> int:
    number = int(digits)
    if number > _MAX_UINT64:
        raise GoError(
            f'error parsing version segment: strconv.ParseUint: parsing "{digits}": value out of range'
        )
    return number


def _check_prerelease(text: str) -> None:
    """Source: validatePrerelease."""
    for part in text.split("."):
        if part.isascii() and part.isdigit():
            if len(part) > 1 and part[0] == "0":
                raise GoError("version segment starts with 0")
        elif re.fullmatch(_IDENTIFIER, part) is None:
            raise GoError("invalid prerelease string")


def _check_metadata(text: str) -> None:
    """Source: validateMetadata."""
    if any(re.fullmatch(_IDENTIFIER, part) is None for part in text.split(".")):
        raise GoError("invalid metadata string")


@function("semver", "func(string) *semver.Version")
def semver(text: str) -> Version:
    """Read a version; each call gives a pointer of its own, which equals no other."""
    version = parse_version(text)
    return Version(version.numbers, version.prerelease, version.metadata, version.original)


def _next(
    version: Version, numbers: tuple[int, int, int], prerelease: str = "", metadata: str = ""
) -> VersionValue:
    result = VersionValue(numbers, prerelease, metadata)
    result.original = version.original[: version.original.startswith("v")] + result.format()
    return result


def _increment(name: str, number: int) -> int:
    if number == _MAX_UINT64:
        raise GoError(f"{name} version increment would overflow uint64")
    return number + 1


def _next_patch(version: Version) -> VersionValue:
    major, minor, patch = version.numbers
    return _next(version, (major, minor, patch if version.prerelease else _increment("patch", patch)))


def _next_minor(version: Version) -> VersionValue:
    major, minor, _ = version.numbers
    return _next(version, (major, _increment("minor", minor), 0))


def _next_major(version: Version) -> VersionValue:
    return _next(version, (_increment("major", version.numbers[0]), 0, 0))


def _with_prerelease(version: Version, prerelease: str) -> VersionValue:
    if prerelease:
        _check_prerelease(prerelease)
    return _next(version, version.numbers, prerelease, version.metadata)


def _with_metadata(version: Version, metadata: str) -> VersionValue:
    if metadata:
        _check_metadata(metadata)
    return _next(version, version.numbers, version.prerelease, metadata)


def _is_equal(version: Version, other: Version) -> bool:
    return version.compare(other) == 0


def _is_less(version: Version, other: Version) -> bool:
    return version.compare(other) < 0


def _is_at_most(version: Version, other: Version) -> bool:
    return version.compare(other) <= 0


def _is_greater(version: Version, other: Version) -> bool:
    return version.compare(other) > 0


def _is_at_least(version: Version, other: Version) -> bool:
    return version.compare(other) >= 0


_VALUE_METHODS: dict[str, Method[Version]] = {
    "Major": getter(lambda version: Uint64(version.numbers[0])),
    "Minor": getter(lambda version: Uint64(version.numbers[1])),
    "Patch": getter(lambda version: Uint64(version.numbers[2])),
    "Prerelease": getter(lambda version: version.prerelease),
    "Metadata": getter(lambda version: version.metadata),
    "String": getter(Version.format),
    "IncPatch": getter(_next_patch),
    "IncMinor": getter(_next_minor),
    "IncMajor": getter(_next_major),
    "SetPrerelease": method(_with_prerelease, "string"),
    "SetMetadata": method(_with_metadata, "string"),
    "Value": getter(Version.format),
    "MarshalJSON": getter(lambda version: f'"{version.format()}"'.encode()),
    "MarshalText": getter(lambda version: version.format().encode()),
}

_POINTER_METHODS: dict[str, Method[Version]] = {
    **_VALUE_METHODS,
    "Original": getter(lambda version: version.original),
    "Compare": method(Version.compare, "*semver.Version"),
    "Equal": method(_is_equal, "*semver.Version"),
    "LessThan": method(_is_less, "*semver.Version"),
    "LessThanEqual": method(_is_at_most, "*semver.Version"),
    "GreaterThan": method(_is_greater, "*semver.Version"),
    "GreaterThanEqual": method(_is_at_least, "*semver.Version"),
}
