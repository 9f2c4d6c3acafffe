"""Kustomizations of a workspace, as far as they bring HelmReleases together with their patches and values.

Source: kustomize api/types/kustomization.go and api/types/patch.go.
"""

from __future__ import annotations

import re
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from quarterdeck.scenarios.manifests import (
    KUSTOMIZATION,
    MAX_TEXT,
    Source,
    as_list,
    as_map,
    as_text,
    read_manifests,
)
from quarterdeck.scenarios.workspace_files import find_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quarterdeck.diagnostics.model import Place
    from quarterdeck.scenarios.manifests import Manifest, Manifests
    from quarterdeck.scenarios.workspace_files import Files

RELEASE: Final = "HelmRelease"
MAX_DEPTH: Final = 10
"""How deep kustomizations may lie in one another."""
MAX_VARIANTS: Final = 2_000
"""HelmReleases of a workspace, each counted for every overlay that has it."""


class Variant(NamedTuple):
    """A HelmRelease as one overlay has it: its own manifest, then patches in order.

    `folders` are those of the kustomizations that have it, the innermost first. `problem` says what of the
    overlay is not followed here, and where that stands.
    """

    manifests: tuple[Manifest, ...]
    folders: tuple[str, ...] = ()
    namespace: str = ""
    problem: tuple[str, Place] | None = None

    @property
    def name(self) -> str:
        """The name of the HelmRelease."""
        return as_text(self.manifests[0].at("metadata", "name"))

    @property
    def place(self) -> Place:
        """Where its name stands, in the last patch if there is one."""
        *_, last = self.manifests
        return last.place("metadata", "name")

    @property
    def label(self) -> str:
        """The name of the overlay; empty without one."""
        if not self.folders:
            return ""
        folder = self.folders[-1]
        return basename(dirname(folder) if basename(folder) == self.name else folder)


class Kustomizations:
    """All kustomizations of a workspace, by their folders."""

    def __init__(self, manifests: Manifests, roots: Sequence[str], files: Files) -> None:
        self._roots = roots
        self._files = files
        self._by_folder: dict[str, Manifest] = {}
        for source in manifests.of_kind(KUSTOMIZATION):
            for manifest in read_manifests(source)[:1]:
                self._by_folder.setdefault(dirname(source.path), manifest)
        self._sources = {source.path: source for source in manifests.of_kind(RELEASE)}

    def variants(self) -> list[Variant]:
        """Give every HelmRelease of the workspace as it is deployed, by path.

        That is once for each kustomization that no other one has among its resources; one that is in no
        kustomization counts by itself.
        """
        inner = {path for folder in self._by_folder for path in self._resources(folder)}
        variants: list[Variant] = []
        for folder in sorted(self._by_folder):
            if folder not in inner:
                variants += self._collect(folder, ())
        reached = {one.manifests[0].path for one in variants}
        used = reached | {patch.path for one in variants for patch in one.manifests[1:]}
        for path in sorted(self._sources):
            if path not in used:
                variants += (Variant((manifest,)) for manifest in self._releases(path))
        return variants[:MAX_VARIANTS]

    def generated_files(self, folder: str, name: str) -> dict[str, str]:
        """Give the files of a ConfigMap that a kustomization makes: keys to absolute paths."""
        found: dict[str, str] = {}
        manifest = self._by_folder.get(folder)
        for item in as_list(None if manifest is None else manifest.at("configMapGenerator")):
            generator = as_map(item)
            if as_text(generator.get("name")) == name:
                for file in map(as_text, as_list(generator.get("files"))):
                    key, equals, path = file.partition("=")
                    if not equals:
                        key, path = basename(file), file
                    found[key] = normpath(f"{folder}/{path}")
        return found

    def folders_with(self, name: str) -> list[str]:
        """Give the folders of kustomizations that make a ConfigMap of that name."""
        return [folder for folder in sorted(self._by_folder) if self.generated_files(folder, name)]

    def _resources(self, folder: str) -> Iterator[str]:
        manifest = self._by_folder[folder]
        for field in ("resources", "bases", "components"):
            for path in map(as_text, as_list(manifest.at(field))):
                if path and "://" not in path:
                    yield normpath(f"{folder}/{path}")

    def _releases(self, path: str) -> Iterator[Manifest]:
        source = self._sources.get(path)
        for manifest in () if source is None else read_manifests(source):
            if manifest.kind == RELEASE and isinstance(manifest.at("spec"), dict):
                yield manifest

    def _collect(self, folder: str, above: tuple[str, ...]) -> list[Variant]:
        """Give the HelmReleases of a kustomization and of those in it, patched."""
        manifest = self._by_folder.get(folder)
        if manifest is None or folder in above or len(above) >= MAX_DEPTH:
            return []
        found: list[Variant] = []
        for path in self._resources(folder):
            if len(found) >= MAX_VARIANTS:
                break
            found += (Variant((release,)) for release in self._releases(path))
            found += self._collect(path, (*above, folder))
        namespace = as_text(manifest.at("namespace"))
        patches = list(self._patches(folder, manifest))
        changed: list[Variant] = []
        for variant in found:
            one = variant._replace(
                folders=(*variant.folders, folder), namespace=namespace or variant.namespace
            )
            for patch in patches:
                one = patch.applied_to(one)
            changed.append(one)
        return changed

    def _patches(self, folder: str, manifest: Manifest) -> Iterator[_Patch]:
        for field in ("patches", "patchesStrategicMerge", "patchesJson6902"):
            for number, item in enumerate(as_list(manifest.at(field))):
                place = manifest.place(field, number)
                target: dict[str, Any] | None = None
                path, text = as_text(item), ""
                if isinstance(item, dict):
                    described = as_map(item)
                    path, text = as_text(described.get("path")), as_text(described.get("patch"))
                    target = as_map(described["target"]) if described.get("target") else None
                if text or "\n" in path:
                    keys = (field, number, "patch") if text else (field, number)
                    content = tuple(self._inline(manifest, keys))
                else:
                    content = self._patch_file(normpath(f"{folder}/{path}"))
                yield _Patch(content, target, place)

    def _patch_file(self, path: str) -> tuple[Manifest, ...] | None:
        """Give the HelmReleases of a patch; None if there is no such file."""
        if path in self._sources:
            return tuple(self._releases(path))
        text = None if find_inside(path, ".", self._roots) is None else self._files.read_text(path)
        if text is None:
            return None
        # Its name may be one that the search does not look at.
        source = Source(path, text[:MAX_TEXT], frozenset())
        return tuple(one for one in read_manifests(source) if one.kind == RELEASE)

    def _inline(self, manifest: Manifest, keys: tuple[str | int, ...]) -> Iterator[Manifest]:
        """Read a patch that stands in the kustomization itself, at its lines."""
        written = manifest.inline(*keys)
        if written is not None:
            text = "\n" * (written.place.line - 1) + written.text
            for patch in read_manifests(Source(manifest.path, text, frozenset())):
                if patch.kind == RELEASE:
                    yield patch


class _Patch(NamedTuple):
    """A patch: the HelmReleases in it, none if it is for something else or a list of operations.

    Without content, it is not known what it is for.
    """

    content: tuple[Manifest, ...] | None
    target: dict[str, Any] | None
    place: Place

    def applied_to(self, variant: Variant) -> Variant:
        """Give a HelmRelease with the patch, if it is for it."""
        unknown = variant._replace(
            problem=variant.problem or ("a patch of its overlay is not followed", self.place)
        )
        if self.content is None:
            return unknown
        if self.target is None:
            own = tuple(one for one in self.content if as_text(one.at("metadata", "name")) == variant.name)
            return variant._replace(manifests=(*variant.manifests, *own))
        if not _is_target(self.target, variant):
            return variant
        if not self.content or set(self.target) - {"kind", "name", "group", "version", "namespace"}:
            return unknown
        return variant._replace(manifests=(*variant.manifests, *self.content))


def _is_target(target: dict[str, Any], variant: Variant) -> bool:
    """Tell whether a patch may be for a HelmRelease; names are patterns."""
    kind, name = as_text(target.get("kind")), as_text(target.get("name"))
    if kind not in {"", RELEASE}:
        return False
    if not name or name == variant.name:
        return True
    try:
        return len(name) < 200 and re.fullmatch(re.sub(r"[^\w.*|-]", "", name), variant.name) is not None
    except re.error:
        return False
