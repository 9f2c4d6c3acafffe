"""Chart.yaml as Helm understands it: types, checks and the words for what is wrong.

Source: Helm pkg/chart/v2/metadata.go, dependency.go and chart.go; encoding/json's decoding into structs,
which ignores the case of names; sigs.k8s.io/yaml, which makes texts of numbers and booleans where one is due.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from quarterdeck.chart.problems import BAD_CHART_YAML, INVALID_METADATA, stop
from quarterdeck.chart.semver import is_version
from quarterdeck.runtime.printable import is_printable
from quarterdeck.runtime.quoting import quote
from quarterdeck.yamldoc.floats import format_float32

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.yaml_places import YamlPlaces
    from quarterdeck.diagnostics.model import Finding

Path = tuple[str | int, ...]

_ALIAS = re.compile(r"[a-zA-Z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One entry of `dependencies`; `index` is its place in the list."""

    name: str = ""
    version: str = ""
    repository: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = False
    import_values: tuple[Any, ...] = ()
    alias: str = ""
    index: int = 0
    in_requirements: bool = False
    """Whether it stands in requirements.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintainer:
    """One entry of `maintainers`."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The fields of Chart.yaml that Helm knows, with Helm's zero values where one is missing."""

    name: str = ""
    home: str = ""
    sources: tuple[str, ...] = ()
    version: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    maintainers: tuple[Maintainer, ...] = ()
    icon: str = ""
    api_version: str = "v1"
    condition: str = ""
    tags: str = ""
    app_version: str = ""
    deprecated: bool = False
    annotations: dict[str, str] | None = None
    kube_version: str = ""
    dependencies: tuple[Dependency, ...] | None = None
    """None where Chart.yaml has none: Helm then looks at no dependency at all."""
    type: str = ""


@dataclass(slots=True)
class MetadataText:
    """One file that metadata is read from: its value, and where things stand in it."""

    value: Any
    places: YamlPlaces
    file_name: str


_FieldType = Literal["string", "bool", "[]string", "map[string]string", "[]interface {}"]

_METADATA_FIELDS: dict[str, _FieldType] = {
    "name": "string",
    "home": "string",
    "sources": "[]string",
    "version": "string",
    "description": "string",
    "keywords": "[]string",
    "icon": "string",
    "apiVersion": "string",
    "condition": "string",
    "tags": "string",
    "appVersion": "string",
    "deprecated": "bool",
    "annotations": "map[string]string",
    "kubeVersion": "string",
    "type": "string",
}
_DEPENDENCY_FIELDS: dict[str, _FieldType] = {
    "name": "string",
    "version": "string",
    "repository": "string",
    "condition": "string",
    "tags": "[]string",
    "enabled": "bool",
    "import-values": "[]interface {}",
    "alias": "string",
}
_MAINTAINER_FIELDS: dict[str, _FieldType] = {"name": "string", "email": "string", "url": "string"}
_ZERO: dict[str, Any] = {"string": "", "bool": False, "[]string": [], "[]interface {}": []}
_PYTHON_NAMES = {
    "apiVersion": "api_version",
    "appVersion": "app_version",
    "kubeVersion": "kube_version",
    "import-values": "import_values",
}


def read_metadata(
    chart_yaml: MetadataText, requirements: MetadataText | None
) -> tuple[Metadata, tuple[Finding, ...]]:
    """Type and check what Chart.yaml and requirements.yaml say.

    Gives the metadata as far as it can be understood, and findings in the order in which Helm meets them.
    """
    decoder = _Decoder(chart_yaml)
    fields = decoder.decode_metadata()
    problems = list(decoder.problems)
    if requirements is not None:
        second = _Decoder(requirements)
        # Helm decodes requirements.yaml over what Chart.yaml gave.
        fields.update(second.decode_metadata(is_requirements=True))
        problems.extend(second.problems)
    fields["api_version"] = fields.get("api_version") or "v1"
    metadata = Metadata(**fields)
    if not problems:
        problems.extend(_check(metadata, chart_yaml, requirements))
    return _sanitized(metadata), tuple(problems)


class _Decoder:
    """Decodes one file into fields, as Go's JSON decoder does, and collects what does not fit."""

    def __init__(self, text: MetadataText) -> None:
        self.text = text
        self.problems: list[Finding] = []

    def decode_metadata(self, *, is_requirements: bool = False) -> dict[str, Any]:
        value = self.text.value
        if value is None:
            return {}
        if value.__class__ is not dict:
            self._report((), _json_kind(value), "Go value of type v2.Metadata")
            return {}
        fields = self._decode_struct(value, (), _METADATA_FIELDS, "Metadata.")
        for name, struct, go_type in (
            ("dependencies", "Dependency.dependencies.", "v2.Dependency"),
            ("maintainers", "Maintainer.maintainers.", "v2.Maintainer"),
        ):
            found = _find_field(value, name)
            if found is None:
                continue
            key, items = found
            decoded = self._decode_items(items, (key,), name, struct, go_type)
            if decoded is None:
                fields[name] = None if name == "dependencies" else ()
            elif name == "dependencies":
                fields[name] = tuple(
                    Dependency(**(item or {}), index=index, in_requirements=is_requirements)
                    for index, item in enumerate(decoded)
                )
            else:
                fields[name] = tuple(Maintainer(**(item or {})) for item in decoded)
        return fields

    def _decode_items(
        self, items: Any, path: Path, name: str, struct: str, go_type: str
    ) -> list[dict[str, Any] | None] | None:
        if items is None:
            return None
        if items.__class__ is not list:
            self._report(path, _json_kind(items), f"Go struct field Metadata.{name} of type []*{go_type}")
            return None
        known = _DEPENDENCY_FIELDS if name == "dependencies" else _MAINTAINER_FIELDS
        decoded: list[dict[str, Any] | None] = []
        for index, item in enumerate(items):
            if item is None:
                self._report_empty((*path, index), name)
                decoded.append(None)
            elif item.__class__ is not dict:
                where = f"Go struct field Metadata.{name} of type {go_type}"
                self._report((*path, index), _json_kind(item), where)
                decoded.append(None)
            else:
                decoded.append(self._decode_struct(item, (*path, index), known, struct))
        return decoded

    def _report_empty(self, path: Path, name: str) -> None:
        helm = f"validation: {name} must not contain empty or null nodes"
        place = self.text.places.value(path)
        message = f"an entry of `{name}` is empty"
        self.problems.append(
            stop(INVALID_METADATA, place, message, helm=helm, proposal="Delete the entry, or fill it in.")
        )

    def _decode_struct(
        self, value: dict[str, Any], path: Path, known: dict[str, _FieldType], prefix: str
    ) -> dict[str, Any]:
        folded = {name.casefold(): name for name in known}
        fields: dict[str, Any] = {}
        for key in sorted(value):
            name = key if key in known else folded.get(key.casefold())
            if name is None:
                continue
            decoded = self._decode_field(value[key], (*path, key), known[name], f"{prefix}{name}")
            fields[_PYTHON_NAMES.get(name, name)] = decoded
        return fields

    def _decode_field(self, value: Any, path: Path, kind: _FieldType, field_name: str) -> Any:
        if value is None:
            return None if kind == "map[string]string" else _frozen(_ZERO[kind])
        where = f"Go struct field {field_name} of type "
        if kind == "string":
            return self._decode_string(value, path, where)
        if kind == "bool":
            if value is True or value is False:
                return value
            self._report(path, _json_kind(value), where + kind)
            return False
        if kind == "map[string]string":
            if value.__class__ is not dict:
                self._report(path, _json_kind(value), where + kind)
                return None
            return {key: self._decode_string(item, (*path, key), where) for key, item in value.items()}
        if value.__class__ is not list:
            self._report(path, _json_kind(value), where + kind)
            return ()
        if kind == "[]interface {}":
            return tuple(value)
        return tuple(self._decode_string(item, (*path, index), where) for index, item in enumerate(value))

    def _decode_string(self, value: Any, path: Path, where: str) -> str:
        if value.__class__ is str:
            return value
        if value is None:
            return ""
        if value is True or value is False:
            return "true" if value else "false"
        if value.__class__ is float:
            return self._number_text(value, path)
        self._report(path, _json_kind(value), where + "string")
        return ""

    def _number_text(self, value: float, path: Path) -> str:
        """Spell a number as sigs.k8s.io/yaml does for a text: integers in full, others as float32."""
        integer = self.text.places.integer(path) if value.is_integer() else None
        return format_float32(value) if integer is None else str(integer)

    def _report(self, path: Path, found: str, target: str) -> None:
        json_error = f"json: cannot unmarshal {found} into {target}"
        helm = (
            f"cannot load {self.text.file_name}: error unmarshaling JSON: while decoding JSON: {json_error}"
        )
        name = f"`{'.'.join(str(part) for part in path)}`" if path else "the file"
        wanted = _WANTED.get(target.rsplit(" of type ", 1)[-1], "a map")
        place = self.text.places.value(path)
        message = f"{name} must be {wanted}, not {_FOUND[found]}"
        self.problems.append(stop(BAD_CHART_YAML, place, message, helm=helm, proposal=f"Write {wanted}."))


_WANTED = {
    "string": "text",
    "bool": "true or false",
    "[]string": "a list of texts",
    "map[string]string": "a map of texts",
    "[]interface {}": "a list",
    "[]*v2.Dependency": "a list of maps",
    "[]*v2.Maintainer": "a list of maps",
}
_FOUND = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "bool": "true or false",
}


def _frozen(value: Any) -> Any:
    return tuple(value) if value.__class__ is list else value


def _find_field(value: dict[str, Any], name: str) -> tuple[str, Any] | None:
    """Find a field whatever the case of its name; the last in the order of JSON wins."""
    found = None
    for key in sorted(value):
        if key.casefold() == name.casefold():
            found = key, value[key]
    return found


def _json_kind(value: Any) -> str:
    if value.__class__ is dict:
        return "object"
    if value.__class__ is list:
        return "array"
    if value.__class__ is bool:
        return "bool"
    return "string" if value.__class__ is str else "number"


@dataclass(slots=True)
class _Checker:
    """Collects what Helm's validation refuses; Helm stops at the first, we report all."""

    text: MetadataText
    problems: list[Finding] = field(default_factory=list["Finding"])

    def add(self, path: Path, message: str, helm: str, proposal: str) -> None:
        place = self.text.places.value(path)
        self.problems.append(
            stop(INVALID_METADATA, place, message, helm=f"validation: {helm}", proposal=proposal)
        )


def _check(
    metadata: Metadata, chart_yaml: MetadataText, requirements: MetadataText | None
) -> Iterator[Finding]:
    """Yield what Helm's `Metadata.Validate` refuses, in its order."""
    checker = _Checker(chart_yaml)
    name = sanitize(metadata.name)
    if not name:
        message = "`name` is missing"
        checker.add(("name",), message, "chart.metadata.name is required", "Give the chart a name.")
    elif name in {".", ".."}:
        helm = f"chart.metadata.name {quote(name)} is not allowed"
        checker.add(("name",), f"a chart cannot be called {name!r}", helm, "Give the chart a name.")
    elif "/" in name:
        helm = f"chart.metadata.name {quote(name)} is invalid"
        proposal = "Use letters, digits and dashes."
        checker.add(("name",), f"a chart's name must not contain a slash: {name!r}", helm, proposal)
    if not metadata.version:
        message = "`version` is missing"
        proposal = "Add a version such as 0.1.0."
        checker.add(("version",), message, "chart.metadata.version is required", proposal)
    elif not is_version(metadata.version):
        helm = f"chart.metadata.version {quote(metadata.version)} is invalid"
        message = f"`version` is not a semantic version: {metadata.version!r}"
        checker.add(("version",), message, helm, "Write three numbers, such as 1.2.0.")
    if metadata.type not in {"", "application", "library"}:
        helm = "chart.metadata.type must be application or library"
        message = f"`type` must be application or library, not {metadata.type!r}"
        checker.add(("type",), message, helm, "Write application or library.")
    yield from checker.problems
    yield from _check_dependencies(metadata, chart_yaml, requirements)


def _check_dependencies(
    metadata: Metadata, chart_yaml: MetadataText, requirements: MetadataText | None
) -> Iterator[Finding]:
    seen: set[str] = set()
    for dependency in metadata.dependencies or ():
        text = requirements if dependency.in_requirements and requirements is not None else chart_yaml
        checker = _Checker(text)
        path: Path = ("dependencies", dependency.index)
        name = sanitize(dependency.name)
        if dependency.alias and not _ALIAS.fullmatch(dependency.alias):
            helm = f"dependency {quote(name)} has disallowed characters in the alias"
            message = (
                f"the alias {dependency.alias!r} of dependency {name!r} has characters that are not allowed"
            )
            checker.add((*path, "alias"), message, helm, "Use letters, digits, `_` and `-`.")
        key = dependency.alias or name
        if key in seen:
            helm = f"more than one dependency with name or alias {quote(key)}"
            message = f"two dependencies are called {key!r}"
            place: Path = (*path, "alias" if dependency.alias else "name")
            checker.add(place, message, helm, "Give one of them another alias.")
        seen.add(key)
        yield from checker.problems


def sanitize(text: str) -> str:
    """Turn white space into blanks and drop what cannot be printed.

    Source: Helm pkg/chart/v2/metadata.go, sanitizeString; Go's unicode.IsSpace and unicode.IsPrint.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if is_space(char) else char for char in text if is_space(char) or is_printable(ord(char))
    )


def is_space(char: str) -> bool:
    """Tell whether Go counts the character as white space (Unicode's property White_Space)."""
    return char in _SPACES


_SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)


def _sanitized(metadata: Metadata) -> Metadata:
    return Metadata(
        name=sanitize(metadata.name),
        home=sanitize(metadata.home),
        sources=tuple(map(sanitize, metadata.sources)),
        version=metadata.version,
        description=sanitize(metadata.description),
        keywords=tuple(map(sanitize, metadata.keywords)),
        maintainers=tuple(
            Maintainer(name=sanitize(one.name), email=sanitize(one.email), url=sanitize(one.url))
            for one in metadata.maintainers
        ),
        icon=sanitize(metadata.icon),
        api_version=metadata.api_version,
        condition=sanitize(metadata.condition),
        tags=sanitize(metadata.tags),
        app_version=sanitize(metadata.app_version),
        deprecated=metadata.deprecated,
        annotations=metadata.annotations,
        kube_version=sanitize(metadata.kube_version),
        dependencies=None
        if metadata.dependencies is None
        else tuple(map(_sanitized_dependency, metadata.dependencies)),
        type=metadata.type,
    )


def _sanitized_dependency(dependency: Dependency) -> Dependency:
    return Dependency(
        name=sanitize(dependency.name),
        version=sanitize(dependency.version),
        repository=sanitize(dependency.repository),
        condition=sanitize(dependency.condition),
        tags=tuple(map(sanitize, dependency.tags)),
        enabled=dependency.enabled,
        import_values=dependency.import_values,
        alias=dependency.alias,
        index=dependency.index,
        in_requirements=dependency.in_requirements,
    )
