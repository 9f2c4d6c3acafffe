"""The documents of rendered files, and the order in which Helm installs and prints them.

Source: Helm pkg/release/v1/util/manifest.go, manifest_sorter.go and kind_sorter.go; pkg/action/action.go,
renderResources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from quarterdeck.compiler.units import GO_SPACE
from quarterdeck.errors import RenderStoppedError
from quarterdeck.runtime.floats import format_general
from quarterdeck.text.span import Span
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.parser import split_manifests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

INSTALL_ORDER: Final = (
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
    "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass",
    "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList",
    "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList",
    "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
    "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
    "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
)  # fmt: skip
"""Kinds in the order in which Helm installs them; all others come after, by name."""

_RANKS: Final = {kind: rank for rank, kind in enumerate(INSTALL_ORDER)}

HOOK: Final = "helm.sh/hook"
HOOK_EVENTS: Final = {
    event: event
    for event in (
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
    )
} | {"test-success": "test"}
"""Events that the annotation `helm.sh/hook` may name, and what Helm understands by each."""

NOTES_SUFFIX: Final = "NOTES.txt"
"""Files whose names end so are shown after an installation and are no manifests."""

_STRUCT: Final = (
    'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }'
)


class Head(NamedTuple):
    """What Helm reads of a document, empty where there is none; `hook` is None without that annotation."""

    api_version: str = ""
    kind: str = ""
    hook: str | None = None


class Document(NamedTuple):
    """One document of a rendered file: its place in the file's text, its text and what is in it.

    `error` is what Helm says where it cannot read it, without `YAML parse error on …: `; head and value
    are empty then.
    """

    file: str
    span: Span
    text: str
    value: Any
    head: Head
    error: str = ""

    @property
    def hook_events(self) -> tuple[str, ...] | None:
        """The events at which it runs as a hook; None for what is no hook, empty if Helm knows none of them.

        One unknown event makes Helm skip the whole document.
        """
        if self.head.hook is None:
            return None
        names = [name.strip(GO_SPACE).lower() for name in self.head.hook.split(",")]
        return tuple(HOOK_EVENTS[name] for name in names) if all(n in HOOK_EVENTS for n in names) else ()


class Manifests(NamedTuple):
    """All documents of a rendering in Helm's order; what is a hook stands apart."""

    resources: tuple[Document, ...]
    hooks: tuple[Document, ...]


def read_documents(file: str, text: str) -> Iterator[Document]:
    """Read the documents of one rendered file, in order. Source: manifest.go, SplitManifests."""
    for span in split_manifests(text):
        yield read_document(file, text[span.start : span.end], span)


def read_document(file: str, text: str, span: Span | None = None) -> Document:
    """Read one document; without a `span` it is all of the file."""
    value, error = load_yaml(text)
    head = Head()
    if error is None:
        head, error = _read_head(value)
    return Document(file, Span(0, len(text)) if span is None else span, text, value, head, error or "")


def has_documents(file: str, text: str) -> bool:
    """Tell whether Helm looks for documents in a rendered file."""
    is_partial = file.rpartition("/")[2].startswith("_")
    return not is_partial and not file.endswith(NOTES_SUFFIX) and bool(text.strip(GO_SPACE))


def sort_documents(templates: Mapping[str, str]) -> Manifests:
    """Put the documents of all rendered files (name to text) into the order in which Helm prints them.

    Source: manifest_sorter.go, SortManifests.

    Raises:
        RenderStoppedError: one cannot be read, so that Helm prints nothing.
    """
    resources: list[Document] = []
    hooks: list[Document] = []
    for file in sorted(templates):
        if not has_documents(file, templates[file]):
            continue
        for document in read_documents(file, templates[file]):
            if document.error:
                raise RenderStoppedError(yaml_parse_error(document))
            events = document.hook_events
            if events is None:
                resources.append(document)
            elif events:
                hooks.append(document)
    return Manifests(_by_kind(resources), _by_kind(hooks))


def yaml_parse_error(document: Document) -> str:
    """Give Helm's message on a document that it cannot read."""
    return f"YAML parse error on {document.file}: {document.error}"


def _by_kind(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Sort by kind, keeping the order of equal ones. Source: kind_sorter.go, lessByKind."""
    return tuple(sorted(documents, key=lambda one: _rank(one.head.kind)))


def _rank(kind: str) -> tuple[int, str]:
    rank = _RANKS.get(kind)
    return (len(_RANKS), kind) if rank is None else (rank, "")


# --- what Helm reads of a document ------------------------------------------------------------------


class _Mismatch(Exception):  # noqa: N818 - never leaves this module
    """A field has a value of another type; `str()` is Go's text."""


def _read_head(value: Any) -> tuple[Head, str | None]:
    """Read a document's value into Helm's `SimpleHead`, as encoding/json does: keys in any case, in order."""
    if value is None:
        return Head(), None
    refusal = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
    if value.__class__ is not dict:
        return Head(), f"{refusal}{_go_kind(value)} into Go value of type util.SimpleHead"
    try:
        return _read_fields(cast("dict[str, Any]", value)), None
    except _Mismatch as mismatch:
        return Head(), f"{refusal}{mismatch}"


def _read_fields(value: dict[str, Any]) -> Head:
    api_version = kind = ""
    hook: str | None = None
    for key in sorted(value):
        match key.lower():
            case "apiversion":
                api_version = _text(value[key], key, api_version)
            case "kind":
                kind = _text(value[key], key, kind)
            case "metadata":
                hook = _read_metadata(value[key], key, hook)
            case _:
                pass
    return Head(api_version, kind, hook)


def _read_metadata(value: Any, key: str, hook: str | None) -> str | None:
    if value is None:
        return None
    if value.__class__ is not dict:
        raise _mismatch(value, key, _STRUCT)
    metadata = cast("dict[str, Any]", value)
    for name in sorted(metadata):
        match name.lower():
            case "name":
                _text(metadata[name], f"{key}.{name}", "")
            case "annotations":
                annotations = metadata[name]
                path = f"{key}.{name}"
                if annotations is None:
                    hook = None
                    continue
                if annotations.__class__ is not dict:
                    raise _mismatch(annotations, path, "map[string]string")
                texts = {
                    inner: _text(annotations[inner], f"{path}.{inner}", "") for inner in sorted(annotations)
                }
                hook = texts.get(HOOK, hook)
            case _:
                pass
    return hook


def _text(value: Any, path: str, before: str) -> str:
    """Give a field of type string; YAML numbers and booleans become texts before JSON is read."""
    match value:
        case None:
            return before
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else format_general(value)
        case _:
            raise _mismatch(value, path, "string")


def _mismatch(value: Any, path: str, wanted: str) -> _Mismatch:
    return _Mismatch(f"{_go_kind(value)} into Go struct field .{path} of type {wanted}")


def _go_kind(value: Any) -> str:
    return {dict: "object", list: "array", str: "string", bool: "bool"}.get(value.__class__, "number")
