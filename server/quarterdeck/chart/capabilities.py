"""`.Capabilities`: which Kubernetes and which Helm templates see.

Source: Helm pkg/chart/common/capabilities.go and internal/version; k8s.io/apimachinery pkg/util/version,
ParseGeneric.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from quarterdeck.chart.known_apis import (
    API_VERSIONS,
    GO_VERSION,
    HELM_VERSION,
    KUBE_CLIENT_VERSION,
    KUBE_VERSION,
)
from quarterdeck.errors import OptionError
from quarterdeck.runtime.funcs.methods import Method, call_method, method
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.printing import sprintf
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import GoStruct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KUBE_VERSION = re.compile(r"[\t\n\f\r ]*v?([0-9]+(?:\.[0-9]+)*).*", re.DOTALL)
_MAX_UINT64 = (1 << 64) - 1


class KubeVersion(GoStruct):
    """`.Capabilities.KubeVersion`.

    `version` is in full (`v1.33.4-gke.1245000`), `normalized` the numbers alone (`v1.33.4`).
    """

    __slots__ = ("major", "minor", "normalized", "version")
    go_type: ClassVar[str] = "common.KubeVersion"
    is_stringer: ClassVar[bool] = False

    def __init__(self, version: str, normalized: str, major: str, minor: str) -> None:
        self.version = version
        self.normalized = normalized
        self.major = major
        self.minor = minor

    def get(self, name: str) -> Any:
        """Give a field, or the result of String or GitVersion.

        Raises:
            GoError: there is no such field or method.
        """
        match name:
            case "Version" | "GitVersion":
                return self.version
            case "Major":
                return self.major
            case "Minor":
                return self.minor
            case "String":
                return self.normalized
            case _:
                return super().get(name)

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Refuse arguments: no method takes any.

        Raises:
            GoError: there is no such method, or it takes no arguments.
        """
        if arguments and name in {"String", "GitVersion"}:
            raise GoError(f"wrong number of args for {name}: want 0 got {len(arguments)}")
        return super().invoke(name, arguments)

    def format(self) -> str:
        """Give the normalized version."""
        return self.normalized

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give the fields of the struct."""
        return (
            ("Version", self.version),
            ("normalizedVersion", self.normalized),
            ("Major", self.major),
            ("Minor", self.minor),
        )

    def marshal(self) -> dict[str, Any]:
        """Give the exported fields."""
        return {"Version": self.version, "Major": self.major, "Minor": self.minor}


class VersionSet(GoStruct):
    """`.Capabilities.APIVersions`: a list of texts, with `Has`."""

    __slots__ = ("_known", "versions")
    go_type: ClassVar[str] = "common.VersionSet"
    kind: ClassVar[str] = "slice"
    is_stringer: ClassVar[bool] = False

    def __init__(self, versions: Iterable[str]) -> None:
        self.versions = tuple(versions)
        self._known = frozenset(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __getitem__(self, index: int) -> str:
        return self.versions[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.versions)

    def has(self, version: str) -> bool:
        """Tell whether the API version, or kind of one (`apps/v1/Deployment`), is in the set."""
        return version in self._known

    def get(self, name: str) -> Any:
        """Call a method without arguments, which `Has` refuses.

        Raises:
            GoError: always.
        """
        return self.invoke(name, ())

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call `Has`.

        Raises:
            GoError: there is no such method, or the arguments do not fit.
        """
        return call_method(self, self.go_type, _VERSION_SET_METHODS, name, arguments)

    def format(self) -> str:
        """Give the versions in brackets."""
        return f"[{' '.join(self.versions)}]"

    def marshal(self) -> list[str]:
        """Give the versions."""
        return list(self.versions)


_VERSION_SET_METHODS: dict[str, Method[VersionSet]] = {"Has": method(VersionSet.has, "string")}


class BuildInfo(GoStruct):
    """`.Capabilities.HelmVersion`."""

    __slots__ = ("values",)
    go_type: ClassVar[str] = "version.BuildInfo"
    is_stringer: ClassVar[bool] = False
    _JSON_NAMES: ClassVar[dict[str, str]] = {
        "Version": "version",
        "GitCommit": "git_commit",
        "GitTreeState": "git_tree_state",
        "GoVersion": "go_version",
        "KubeClientVersion": "kube_client_version",
    }

    def __init__(self) -> None:
        self.values = {
            "Version": HELM_VERSION,
            "GitCommit": "",
            "GitTreeState": "",
            "GoVersion": GO_VERSION,
            "KubeClientVersion": KUBE_CLIENT_VERSION,
        }

    def get(self, name: str) -> Any:
        """Give a field.

        Raises:
            GoError: there is no such field.
        """
        found = self.values.get(name)
        return super().get(name) if found is None else found

    def format(self) -> str:
        """Give the fields in braces."""
        return sprintf("%v", [self])

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give the fields of the struct."""
        return tuple(self.values.items())

    def marshal(self) -> dict[str, Any]:
        """Give the fields that are not empty, under their JSON names."""
        names = self._JSON_NAMES
        return {
            names[name]: value for name, value in self.values.items() if value or name == "KubeClientVersion"
        }


class Capabilities(GoStruct):
    """`.Capabilities` of one rendering."""

    __slots__ = ("api_versions", "helm_version", "kube_version")
    go_type: ClassVar[str] = "*common.Capabilities"
    kind: ClassVar[str] = "ptr"
    is_stringer: ClassVar[bool] = False

    def __init__(self, kube_version: KubeVersion, api_versions: VersionSet) -> None:
        self.kube_version = kube_version
        self.api_versions = api_versions
        self.helm_version = BuildInfo()

    def get(self, name: str) -> Any:
        """Give a field, or a copy of all.

        Raises:
            GoError: there is no such field or method.
        """
        match name:
            case "KubeVersion":
                return self.kube_version
            case "APIVersions":
                return self.api_versions
            case "HelmVersion":
                return self.helm_version
            case "Copy":
                return Capabilities(self.kube_version, self.api_versions)
            case _:
                return super().get(name)

    def format(self) -> str:
        """Give the fields in braces; a template prints what the pointer points to."""
        return sprintf("%v", [self]).removeprefix("&")

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give the fields of the struct."""
        return (
            ("KubeVersion", self.kube_version),
            ("APIVersions", self.api_versions),
            ("HelmVersion", self.helm_version),
        )


def make_capabilities(kube_version: str | None = None, api_versions: Iterable[str] = ()) -> Capabilities:
    """Give the capabilities of a cluster of version `kube_version` that also has `api_versions`.

    None stands for the version that Helm takes without a cluster. Equal arguments give one object.

    Raises:
        OptionError: `kube_version` is no version; the text is Helm's.
    """
    return _make_capabilities(KUBE_VERSION if kube_version is None else kube_version, tuple(api_versions))


@lru_cache(maxsize=64)
def _make_capabilities(kube_version: str, api_versions: tuple[str, ...]) -> Capabilities:
    return Capabilities(parse_kube_version(kube_version), VersionSet((*API_VERSIONS, *api_versions)))


def parse_kube_version(text: str) -> KubeVersion:
    """Read a Kubernetes version such as `1.33` or `v1.33.4-gke.1245000`.

    Raises:
        OptionError: it is none; the text is that of `helm template --kube-version`.
    """
    match = _KUBE_VERSION.fullmatch(text)
    if match is None or "\n" in text[match.end(1) :]:
        raise _refused(text, f"could not parse {quote(text)} as version")
    components = match[1].split(".")
    if len(components) < 2:
        raise _refused(text, f"illegal version string {quote(text)}")
    if components[0] != "0" and components[0].startswith("0"):
        reason = f"illegal zero-prefixed version component {quote(components[0])} in {quote(text)}"
        raise _refused(text, reason)
    for component in components:
        digits = component.lstrip("0")
        if len(digits) > 20 or int(digits or "0") > _MAX_UINT64:
            cause = f"strconv.ParseUint: parsing {quote(component)}: value out of range"
            reason = f"illegal non-numeric version component {quote(component)} in {quote(text)}: {cause}"
            raise _refused(text, reason)
    numbers = [str(int(component)) for component in components]
    version = text if text.startswith("v") else f"v{text}"
    return KubeVersion(version, f"v{'.'.join(numbers)}", numbers[0], numbers[1])


def _refused(text: str, reason: str) -> OptionError:
    return OptionError(f"invalid kube version '{text}': {reason}")
