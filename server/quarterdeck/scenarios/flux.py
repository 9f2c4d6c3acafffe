"""Flux HelmReleases of a workspace whose chart is one of its charts.

Source: fluxcd/helm-controller api/v2/helmrelease_types.go; fluxcd/pkg chartutil/values.go,
ChartValuesFromReferences; fluxcd/source-controller internal/helm/chart/builder_local.go.
"""

from __future__ import annotations

import hashlib
from posixpath import dirname
from typing import TYPE_CHECKING, Any, Final

from quarterdeck.chart.strvals import SetError, parse_set_line
from quarterdeck.chart.values_file import merge_maps
from quarterdeck.scenarios.drafts import Draft, FoundScenarios
from quarterdeck.scenarios.kustomize import RELEASE, Kustomizations
from quarterdeck.scenarios.manifests import as_list, as_map, as_text, find_base, read_manifests
from quarterdeck.scenarios.model import InlineValues
from quarterdeck.scenarios.sops import ENCRYPTED_REASON, is_encrypted
from quarterdeck.scenarios.workspace_files import find_inside
from quarterdeck.yamldoc.emit import emit_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.diagnostics.model import Place
    from quarterdeck.scenarios.drafts import Workspace
    from quarterdeck.scenarios.kustomize import Variant
    from quarterdeck.scenarios.manifests import Manifest
    from quarterdeck.scenarios.model import Scenario

GROUP: Final = "helm.toolkit.fluxcd.io"
_LONGEST_NAME: Final = 53
_HASH_LENGTH: Final = 12
_FROM_FILES: Final = frozenset({"GitRepository", "Bucket"})
"""Kinds of sources in which a chart is a folder."""


def find_flux_scenarios(workspace: Workspace) -> FoundScenarios:
    """Give the scenarios of all HelmReleases that deploy the chart, once for each overlay that has them."""
    found = FoundScenarios([], [])
    if not any(workspace.manifests.of_kind(RELEASE)):
        return found
    kustomizations = Kustomizations(workspace.manifests, workspace.roots, workspace.files)
    ours: list[tuple[Variant, dict[str, Any], str]] = []
    for variant in kustomizations.variants():
        workspace.check()
        if variant.manifests[0].group != GROUP:
            continue
        spec = _merged_spec(variant)
        path = _chart_path(workspace, spec)
        base = find_base(workspace.chart, path, workspace.roots, workspace.manifests)
        if base is not None:
            ours.append((variant, spec, base))
    names = [variant.name for variant, _, _ in ours]
    for variant, spec, base in ours:
        is_one_of_many = len(variant.manifests) > 1 or names.count(variant.name) > 1
        name = f"{variant.label}/{variant.name}" if variant.label and is_one_of_many else variant.name
        draft = Draft(workspace, "flux", variant.place)
        scenario = _Reader(workspace, kustomizations, variant, spec, base, draft).read(name or "flux")
        found.left_out.extend(draft.left_out)
        if scenario is not None:
            found.scenarios.append(scenario)
    return found


def _merged_spec(variant: Variant) -> dict[str, Any]:
    """Merge the specifications of a release and its patches, without their values."""
    spec: dict[str, Any] = {}
    for manifest in variant.manifests:
        own = {key: value for key, value in as_map(manifest.at("spec")).items() if key != "values"}
        spec = merge_maps(spec, own)
    return spec


def _chart_path(workspace: Workspace, spec: dict[str, Any]) -> str:
    """Give the path of the chart's folder in its source; empty where it comes from elsewhere."""
    described = _chart_spec(workspace, spec)
    is_folder = as_text(as_map(described.get("sourceRef")).get("kind")) in _FROM_FILES
    return as_text(described.get("chart")) if is_folder else ""


def _chart_spec(workspace: Workspace, spec: dict[str, Any]) -> dict[str, Any]:
    """Give what says which chart it is, in the release itself or in a HelmChart that it names."""
    reference = as_map(spec.get("chartRef"))
    if as_text(reference.get("kind")) != "HelmChart":
        return as_map(as_map(spec.get("chart")).get("spec"))
    name = as_text(reference.get("name"))
    for source in workspace.manifests.of_kind("HelmChart"):
        for manifest in read_manifests(source) if name and name in source.text else ():
            if manifest.kind == "HelmChart" and as_text(manifest.at("metadata", "name")) == name:
                return as_map(manifest.at("spec"))
    return {}


class _Reader:
    """Reads one HelmRelease as one overlay has it."""

    def __init__(
        self,
        workspace: Workspace,
        kustomizations: Kustomizations,
        variant: Variant,
        spec: dict[str, Any],
        base: str,
        draft: Draft,
    ) -> None:
        self.workspace = workspace
        self.kustomizations = kustomizations
        self.variant = variant
        self.spec = spec
        self.base = base
        self.draft = draft
        own = as_text(variant.manifests[0].at("metadata", "namespace"))
        self.namespace = variant.namespace or own

    def place(self, *keys: str | int) -> Place:
        """Give the place of a part of the specification: in the last patch that has it."""
        for manifest in reversed(self.variant.manifests):
            if manifest.at("spec", *keys) is not None:
                return manifest.place("spec", *keys)
        return self.variant.manifests[0].place("spec")

    def read(self, name: str) -> Scenario | None:
        """Give the scenario; None if it is left out."""
        if any(is_encrypted(manifest.text) for manifest in self.variant.manifests):
            self.draft.refuse(ENCRYPTED_REASON)
        if self.variant.problem is not None:
            self.draft.refuse(*self.variant.problem)
        self._add_values_files()
        for number, item in enumerate(as_list(self.spec.get("valuesFrom"))):
            self._add_reference(as_map(item), self.place("valuesFrom", number))
        self._add_values()
        target = as_text(self.spec.get("targetNamespace"))
        release = as_text(self.spec.get("releaseName"))
        if not release:
            release = f"{target}-{self.variant.name}" if target else self.variant.name
        return self.draft.finish(name, release=_shorten(release), namespace=target or self.namespace)

    def _add_values_files(self) -> None:
        """Add files that stand in the place of the chart's values.yaml, if it is one of them."""
        described = _chart_spec(self.workspace, self.spec)
        paths = [as_text(path) for path in as_list(described.get("valuesFiles"))]
        paths += [path for path in [as_text(described.get("valuesFile"))] if path and path not in paths]
        if not paths:
            return
        place = self.place("chart", "spec", "valuesFiles")
        defaults = f"{self.workspace.chart}/values.yaml"
        if all(find_inside(self.base, path, self.workspace.roots) != defaults for path in paths):
            self.draft.refuse("its valuesFiles stand in the place of the chart's values.yaml", place)
            return
        # Laid over the defaults, files give the same as with the defaults among them.
        while paths and find_inside(self.base, paths[0], self.workspace.roots) == defaults:
            del paths[0]
        may_be_missing = described.get("ignoreMissingValuesFiles") is True
        for path in paths:
            self.draft.add_file(self.base, path, place, may_be_missing=may_be_missing)

    def _add_reference(self, reference: dict[str, Any], place: Place) -> None:
        """Add values of a ConfigMap of the workspace; those of a Secret are never read."""
        name = as_text(reference.get("name"))
        if as_text(reference.get("kind")) != "ConfigMap":
            self.draft.leave_out(f"the values of the Secret {name} are not used", place)
            return
        key = as_text(reference.get("valuesKey")) or "values.yaml"
        target = as_text(reference.get("targetPath"))
        found = self._values_of(name, key)
        if len(found) != 1:
            if found or reference.get("optional") is not True:
                many = "is more than once" if found else "is not"
                self.draft.refuse(f"the ConfigMap {name} with {key} {many} in the workspace", place)
        elif target:
            self._add_at(target, found[0], place)
        elif isinstance(found[0], str):
            self.draft.add_path(found[0], place)
        else:
            self.draft.add_inline(found[0])

    def _values_of(self, name: str, key: str) -> list[str | InlineValues]:
        """Give what a ConfigMap has at a key: a file it is made of, or values that stand in it.

        Those of the release's own kustomizations and folder count before all others.
        """
        folders = [*self.variant.folders, *(dirname(one.path) for one in self.variant.manifests)]
        near: list[str | InlineValues] = []
        far: list[str | InlineValues] = []
        for folder in self.kustomizations.folders_with(name):
            path = self.kustomizations.generated_files(folder, name).get(key)
            if path is not None and find_inside(path, ".", self.workspace.roots) is not None:
                (near if folder in folders else far).append(path)
        for manifest in self._config_maps(name):
            values = manifest.inline("data", key)
            if values is not None:
                (near if dirname(manifest.path) in folders else far).append(values)
        return near or far

    def _config_maps(self, name: str) -> Iterator[Manifest]:
        for source in self.workspace.manifests.of_kind("ConfigMap"):
            if name not in source.text or is_encrypted(source.text):
                continue
            for manifest in read_manifests(source):
                is_it = manifest.kind == "ConfigMap" and as_text(manifest.at("metadata", "name")) == name
                namespace = as_text(manifest.at("metadata", "namespace"))
                if is_it and (not namespace or not self.namespace or namespace == self.namespace):
                    yield manifest

    def _add_at(self, target: str, found: str | InlineValues, place: Place) -> None:
        """Set one value at a path, as `--set` would. Source: chartutil/values.go, ReplacePathValue."""
        text = (self.workspace.files.read_text(found) or "") if isinstance(found, str) else found.text
        text = text.strip()
        quote = text[:1] if text[:1] in {"'", '"'} and text.endswith(text[:1]) else ""
        values: dict[str, Any] = {}
        try:
            text = f"{target}={text.strip(quote) if quote else text}"
            parse_set_line(text, values, "set-string" if quote else "set")
        except SetError as error:
            self.draft.refuse(f"the targetPath {target} makes no sense: {error}", place)
            return
        self.draft.add_inline(InlineValues(emit_yaml(values), place))

    def _add_values(self) -> None:
        """Add the release's own values, and those of its patches over them."""
        having = [one for one in self.variant.manifests if one.at("spec", "values") is not None]
        trees = [as_map(one.at("spec", "values")) for one in having]
        if any(map(_has_null, trees[1:])):
            # A null in a patch takes the release's value away, not the chart's.
            merged: dict[str, Any] = {}
            for tree in trees:
                merged = _patch(merged, tree)
            self.draft.add_inline(InlineValues(emit_yaml(merged), having[-1].place("spec", "values")))
            return
        for manifest in having:
            self.draft.add_inline(manifest.inline("spec", "values"))


def _has_null(tree: Any) -> bool:
    if isinstance(tree, dict):
        return any(value is None or _has_null(value) for value in as_map(tree).values())
    return False


def _patch(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Merge as a JSON merge patch does: a null takes the key away."""
    merged = dict(lower)
    for key, value in upper.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _patch(as_map(merged.get(key)), as_map(value)) if isinstance(value, dict) else value
    return merged


def _shorten(name: str) -> str:
    """Shorten a release's name. Source: helm-controller internal/release/name.go, ShortenName."""
    if len(name) <= _LONGEST_NAME:
        return name or "release-name"
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH_LENGTH]
    return f"{name[: _LONGEST_NAME - _HASH_LENGTH - 1]}-{digest}"
