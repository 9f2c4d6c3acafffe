"""Flux HelmReleases that deploy a chart of the workspace."""

from __future__ import annotations

import pytest

from memory_files import MemoryFiles
from quarterdeck.scenarios.drafts import FoundScenarios, Workspace
from quarterdeck.scenarios.flux import find_flux_scenarios
from quarterdeck.scenarios.manifests import search_manifests
from quarterdeck.scenarios.model import InlineValues, Scenario
from quarterdeck.yamldoc.load import load_yaml

CHART = "/w/charts/podinfo"
CHARTS = """
-- charts/podinfo/Chart.yaml --
name: podinfo
-- charts/podinfo/values.yaml --
replicaCount: 1
-- charts/podinfo/values-prod.yaml --
replicaCount: 2
"""
RELEASE = """
-- apps/base/podinfo/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: podinfo
spec:
  interval: 5m
  chart:
    spec:
      chart: ./charts/podinfo
      sourceRef: {kind: GitRepository, name: podinfo}
"""
CONFIG_MAP = "kind: ConfigMap\nmetadata: {name: common}\ndata: {values.yaml: 'a: 1'}\n"
CONFIG_MAPS = f"-- a/c.yaml --\n{CONFIG_MAP}-- b/c.yaml --\n{CONFIG_MAP}"
BASE = (
    RELEASE
    + """
  values:
    replicaCount: 3
    ui: {color: red}
-- apps/base/podinfo/kustomization.yaml --
kind: Kustomization
resources: [namespace.yaml, release.yaml]
"""
)


def find(described: str) -> FoundScenarios:
    files = MemoryFiles(CHARTS)
    files.texts |= MemoryFiles(described).texts
    roots = ("/w",)
    found = find_flux_scenarios(Workspace(CHART, roots, files, search_manifests(roots, files), lambda: None))
    assert all(path == "/w" or path.startswith("/w/") for path in (*files.read, *files.listed))
    return found


def one(described: str) -> Scenario:
    found = find(described)
    assert not found.left_out
    (scenario,) = found.scenarios
    return scenario


def values_of(scenario: Scenario) -> list[object]:
    """Files as they are, inline values read."""
    return [load_yaml(one.text)[0] if isinstance(one, InlineValues) else one for one in scenario.layers]


@pytest.mark.parametrize("version", ["v2", "v2beta1", "v2beta2"])
def test_a_release_of_a_chart_in_a_git_repository(version: str) -> None:
    described = RELEASE.replace("/v2", f"/{version}") + "  values:\n    # three\n    replicaCount: 3\n"
    scenario = one(described)
    assert (scenario.name, scenario.source) == ("podinfo", "flux")
    assert (scenario.release_name, scenario.namespace) == ("podinfo", "podinfo")
    layer = scenario.layers[0]
    assert isinstance(layer, InlineValues)
    lines = MemoryFiles(described).texts[layer.place.path].split("\n")
    assert (layer.text, lines[layer.place.line - 1]) == ("    replicaCount: 3", "    replicaCount: 3")


@pytest.mark.parametrize(
    ("extra", "release", "namespace"),
    [
        ("  releaseName: web\n", "web", "podinfo"),
        ("  targetNamespace: prod\n", "prod-podinfo", "prod"),
        ("  targetNamespace: prod\n  releaseName: web\n", "web", "prod"),
        (
            f"  releaseName: {'x' * 60}\n",
            "x" * 40 + "-" + "42f2d9733566",
            "podinfo",
        ),
    ],
)
def test_names_of_releases_and_namespaces(extra: str, release: str, namespace: str) -> None:
    scenario = one(RELEASE + extra)
    assert (scenario.release_name, scenario.namespace) == (release, namespace)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("./charts/podinfo", "podinfo"),
        ("./charts/podinfo", "./charts/${app}"),
        ("kind: GitRepository", "kind: HelmRepository"),
        ("helm.toolkit.fluxcd.io", "helm.example.org"),
        ("chart: ./charts/podinfo", "chart: {}"),
    ],
)
def test_releases_of_other_charts_are_not_ours(old: str, new: str) -> None:
    assert find(RELEASE.replace(old, new)) == FoundScenarios([], [])


def test_a_release_may_name_a_helm_chart() -> None:
    described = """
        -- release.yaml --
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: podinfo}
        spec:
          chartRef: {kind: HelmChart, name: podinfo-chart}
        ---
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmChart
        metadata: {name: podinfo-chart}
        spec:
          chart: charts/podinfo
          sourceRef: {kind: GitRepository, name: x}
          valuesFiles: [charts/podinfo/values.yaml, charts/podinfo/values-prod.yaml]
    """
    assert one(described).files == (f"{CHART}/values-prod.yaml",)


def test_values_files_in_the_place_of_the_defaults_count_if_the_defaults_are_among_them() -> None:
    listed = "      valuesFiles: [%s]\n"
    scenario = one(RELEASE + listed % "./charts/podinfo/values.yaml, ./charts/podinfo/values-prod.yaml")
    assert scenario.files == (f"{CHART}/values-prod.yaml",)
    found = find(RELEASE + listed % "./charts/podinfo/values-prod.yaml")
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == [
        "its valuesFiles stand in the place of the chart's values.yaml"
    ]


def test_values_come_in_the_order_files_references_own() -> None:
    described = (
        RELEASE
        + """
      valuesFiles: [charts/podinfo/values.yaml, charts/podinfo/values-prod.yaml]
  valuesFrom:
    - {kind: ConfigMap, name: common}
    - {kind: ConfigMap, name: common, valuesKey: tag, targetPath: image.tag}
    - {kind: ConfigMap, name: made}
    - {kind: ConfigMap, name: not-here, optional: true}
  values:
    replicaCount: 4
-- apps/base/podinfo/common.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: common, namespace: podinfo}
data:
  values.yaml: |
    ui:
      color: blue
  tag: "'6.0'"
-- apps/base/podinfo/kustomization.yaml --
resources: [release.yaml, common.yaml]
configMapGenerator:
  - name: made
    files: [values.yaml=made-values.yaml]
-- apps/base/podinfo/made-values.yaml --
a: 1
"""
    )
    assert values_of(one(described)) == [
        f"{CHART}/values-prod.yaml",
        {"ui": {"color": "blue"}},
        {"image": {"tag": "6.0"}},
        "/w/apps/base/podinfo/made-values.yaml",
        {"replicaCount": 4.0},
    ]


def test_values_of_a_config_map_stand_where_they_are_written() -> None:
    described = (
        RELEASE
        + """
  valuesFrom: [{kind: ConfigMap, name: common}]
-- elsewhere/common.yaml --
kind: ConfigMap
metadata: {name: common}
data:
  values.yaml: |
    ui: {}
"""
    )
    (layer,) = one(described).layers
    assert isinstance(layer, InlineValues)
    assert (layer.place.path, layer.place.line, layer.text) == ("/w/elsewhere/common.yaml", 5, "    ui: {}\n")


def test_secrets_are_never_read() -> None:
    described = (
        RELEASE
        + """
  valuesFrom: [{kind: Secret, name: passwords}]
-- apps/base/podinfo/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: passwords}
stringData: {values.yaml: "password: hunter2"}
"""
    )
    found = find(described)
    assert [one.layers for one in found.scenarios] == [()]
    assert [one.reason for one in found.left_out] == ["the values of the Secret passwords are not used"]


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ("", "the ConfigMap common with values.yaml is not in the workspace"),
        (
            CONFIG_MAPS,
            "the ConfigMap common with values.yaml is more than once in the workspace",
        ),
    ],
)
def test_values_that_are_not_certain_leave_the_release_out(others: str, reason: str) -> None:
    found = find(f"{RELEASE}  valuesFrom: [{{kind: ConfigMap, name: common}}]\n{others}")
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == [reason]


def test_overlays_lay_their_patches_over_the_base() -> None:
    described = (
        BASE
        + """
-- apps/staging/kustomization.yaml --
namespace: staging
resources: [../base/podinfo]
patches:
  - path: podinfo-values.yaml
    target: {kind: HelmRelease, name: podinfo}
-- apps/staging/podinfo-values.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo}
spec:
  values:
    replicaCount: 5
-- apps/production/kustomization.yaml --
resources: [../base/podinfo]
patches:
  - patch: |
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata:
        name: podinfo
      spec:
        targetNamespace: prod
        values:
          replicaCount: 7
          ui: null
  - patch: "[]"
    target: {kind: Deployment}
-- apps/dev/kustomization.yaml --
bases: [../base/podinfo]
"""
    )
    found = find(described)
    assert not found.left_out
    assert {one.name: (one.namespace, values_of(one)) for one in found.scenarios} == {
        "dev/podinfo": ("podinfo", [{"replicaCount": 3.0, "ui": {"color": "red"}}]),
        "production/podinfo": ("prod", [{"replicaCount": 7.0}]),
        "staging/podinfo": (
            "staging",
            [{"replicaCount": 3.0, "ui": {"color": "red"}}, {"replicaCount": 5.0}],
        ),
    }
    production = next(one for one in found.scenarios if one.name == "production/podinfo")
    assert production.place is not None
    lines = MemoryFiles(described).texts[production.place.path].split("\n")
    assert lines[production.place.line - 1].strip() == "name: podinfo"


def test_a_patch_of_operations_leaves_the_overlay_out() -> None:
    described = (
        BASE
        + """
-- apps/staging/kustomization.yaml --
resources: [../base/podinfo]
patches:
  - target: {kind: HelmRelease}
    patch: |
      - op: remove
        path: /spec/values
"""
    )
    found = find(described)
    assert not found.scenarios
    assert [(one.reason, one.place.line) for one in found.left_out] == [
        ("a patch of its overlay is not followed", 3)
    ]


def test_a_patch_may_have_the_name_of_a_values_file() -> None:
    described = (
        BASE
        + """
-- apps/staging/kustomization.yaml --
resources: [../base/podinfo]
patchesStrategicMerge: [values.yaml]
-- apps/staging/values.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo}
spec: {values: {replicaCount: 5}}
"""
    )
    assert values_of(one(described))[1:] == [{"replicaCount": 5.0}]


@pytest.mark.parametrize("path", ["none.yaml", "../../../../etc/passwd"])
def test_a_patch_that_is_not_there_leaves_the_overlay_out(path: str) -> None:
    found = find(
        f"{BASE}-- a/kustomization.yaml --\nresources: [../apps/base/podinfo]\npatches: [{{path: {path}}}]\n"
    )
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == ["a patch of its overlay is not followed"]


def test_kustomizations_that_hold_each_other_end() -> None:
    described = (
        RELEASE
        + """
-- a/kustomization.yaml --
resources: [../b, ../apps/base/podinfo/release.yaml]
-- b/kustomization.yaml --
resources: [../a, ../../../.., https://example.org/x]
-- c/kustomization.yaml --
resources: [../a]
"""
    )
    assert [one.name for one in find(described).scenarios] == ["podinfo"]


def test_an_encrypted_release_is_left_out() -> None:
    found = find(
        RELEASE + "  values:\n    a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops: {version: 3}\n"
    )
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == ["it is encrypted; its values are not used"]
