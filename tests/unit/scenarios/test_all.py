"""All scenarios of a chart together: order, names, joining, bounds, and bad input of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memory_files import MemoryFiles
from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import Cancelled
from quarterdeck.scenarios.all import MAX_SCENARIOS, find_scenarios
from quarterdeck.scenarios.manifests import search_manifests
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, ScenarioSet
from quarterdeck.scenarios.workspace_files import DiskFiles
from quarterdeck.settings.model import DEFAULTS, ScenarioSettings, Settings, Written

if TYPE_CHECKING:
    from pathlib import Path

CHART = "/w/charts/shop"
CHARTS = """
-- charts/shop/Chart.yaml --
name: shop
-- charts/shop/values.yaml --
replicas: 1
"""
WORKSPACE = (
    CHARTS
    + """
-- charts/shop/values-prod.yaml --
replicas: 2
-- charts/shop/ci/test-values.yaml --
replicas: 3
-- argocd/prod.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: prod}
spec: {source: {path: charts/shop, helm: {valueFiles: [values-prod.yaml]}}}
-- flux/prod.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: prod}
spec:
  chart: {spec: {chart: charts/shop, sourceRef: {kind: GitRepository}}}
  values: {replicas: 4}
-- helmfile.yaml --
releases: [{name: prod, chart: ./charts/shop}]
"""
)


def find(described: str, settings: Settings = DEFAULTS) -> ScenarioSet:
    files = MemoryFiles(described)
    found = find_scenarios(CHART, ["/w"], files, settings)
    assert all(path == "/w" or path.startswith("/w/") for path in (*files.read, *files.listed))
    return found


def test_the_order_is_defaults_declared_files_other_tools() -> None:
    place = Place("/w/.quarterdeck.yaml", 2, 3)
    declared = {"eu": ScenarioSettings(values=(Written("eu.yaml", place),), place=place)}
    found = find(WORKSPACE, Settings(scenarios=declared))
    assert [(one.name, one.source) for one in found.scenarios] == [
        ("default", "default"),
        ("eu", "declared"),
        ("prod", "file"),
        ("ci/test", "file"),
        ("prod@argo", "argo"),
        ("prod@flux", "flux"),
        ("prod@helmfile", "helmfile"),
    ]
    assert (found.left_out, found.findings) == ((), ())


def test_a_chart_without_anything_has_its_defaults() -> None:
    assert find(CHARTS) == ScenarioSet(scenarios=(DEFAULT_SCENARIO,))


def test_a_declared_default_takes_the_place_of_the_defaults() -> None:
    declared = {"a": ScenarioSettings(), "default": ScenarioSettings(namespace="web")}
    found = find(CHARTS, Settings(scenarios=declared))
    assert [(one.name, one.source, one.namespace) for one in found.scenarios] == [
        ("default", "declared", "web"),
        ("a", "declared", "default"),
    ]


def test_settings_say_which_files_count_and_whether_any() -> None:
    assert [one.name for one in find(WORKSPACE, Settings(discover=False)).scenarios] == [
        "default", "prod", "prod@flux", "prod@helmfile",
    ]  # fmt: skip
    patterns = (Written("ci/*.yaml"),)
    assert [one.name for one in find(WORKSPACE, Settings(discover=patterns)).scenarios][:3] == [
        "default", "ci/test", "prod",
    ]  # fmt: skip


def test_settings_of_the_cluster_count_for_all() -> None:
    found = find(WORKSPACE, Settings(kube_version=Written("1.30"), api_versions=("a/v1",)))
    assert {(one.kube_version, one.api_versions) for one in found.scenarios} == {("1.30", ("a/v1",))}


def test_a_focus_that_is_no_scenario_is_reported() -> None:
    place = Place(f"{CHART}/.quarterdeck.yaml")
    assert find(WORKSPACE, Settings(focus=Written("ci/test", place))).findings == ()
    (finding,) = find(WORKSPACE, Settings(focus=Written("ci/tst", place))).findings
    assert "ci/tst" in finding.message


def test_what_renders_equally_is_joined_under_the_first_name() -> None:
    described = CHARTS + "".join(
        f"-- argocd/{name}.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}}}\nspec: {{source: {{path: charts/shop, helm: {{releaseName: x, "
        f"valuesObject: {{replicas: {replicas}}}}}}}}}\n"
        for name, replicas in (("a", 1), ("b", 1), ("c", 2))
    )
    assert [one.name for one in find(described).scenarios] == ["default", "a", "c"]


def test_names_stay_unique_with_many_of_one_name() -> None:
    application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\n"
    application += "spec: {source: {path: charts/shop, helm: {valuesObject: {replicas: %d}}}}\n"
    described = CHARTS + "-- charts/shop/values-prod.yaml --\nreplicas: 2\n"
    described += "".join(f"-- apps/{one}.yaml --\n{application % number}" for number, one in enumerate("abc"))
    described += f"-- apps/d.yaml --\n{application % 8}---\n{application % 9}"
    assert [one.name for one in find(described).scenarios] == [
        "default", "prod", "prod@argo", "prod@apps/b", "prod@apps/c", "prod@apps/d", "prod@argo-2",
    ]  # fmt: skip


def test_the_number_is_bounded_and_what_is_over_it_is_named() -> None:
    described = CHARTS + "".join(
        f"-- charts/shop/values-n{number:03}.yaml --\nreplicas: 2\n" for number in range(MAX_SCENARIOS + 4)
    )
    found = find(described)
    assert len(found.scenarios) == MAX_SCENARIOS
    assert [one.path for one in found.left_out] == [
        f"{CHART}/values-n{number:03}.yaml" for number in range(MAX_SCENARIOS - 1, MAX_SCENARIOS + 4)
    ]
    assert found.left_out[0].reason.startswith("`n049` is not rendered")


def test_the_answer_does_not_depend_on_the_order_of_roots_or_a_search_made_before() -> None:
    files = MemoryFiles(WORKSPACE)
    expected = find_scenarios(CHART, ["/w"], files)
    manifests = search_manifests(["/w"], files)
    files.listed.clear()
    assert find_scenarios(CHART, ["/w"], files, manifests=manifests) == expected
    assert "/w/argocd" not in files.listed
    assert find_scenarios(CHART, ["/w", "/w/charts"], files) == expected
    assert find_scenarios(CHART, ["/w/charts", "/w/"], files) == expected


def test_the_search_stops_when_nobody_wants_it_any_more() -> None:
    with pytest.raises(Cancelled):
        find_scenarios(CHART, ["/w"], MemoryFiles(WORKSPACE), is_cancelled=lambda: True)


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize("kind", ["Application", "ApplicationSet", "HelmRelease"])
@pytest.mark.parametrize(
    "text",
    [
        "spec: 1",
        "spec: [1]",
        "spec: {source: {path: [charts/shop]}}",
        "spec: {source: {path: charts/shop, helm: [1]}}",
        "spec: {source: {path: charts/shop, helm: {valueFiles: {a: 1}, parameters: x, values: [1]}}}",
        "spec: {source: {path: charts/shop, helm: {valueFiles: [[], {}, null, 3], parameters: [1, {}]}}}",
        "spec: {generators: {a: 1}, template: {spec: {source: {path: charts/shop}}}}",
        "spec: {generators: [1, {list: 1}, {git: []}], template: {spec: {source: {path: charts/shop}}}}",
        "spec: {generators: [{git: {files: [{path: '**'}]}}], template: {spec: {source: {path: '{{a}}'}}}}",
        "spec: {chart: {spec: {chart: charts/shop, sourceRef: GitRepository}}}",
        "spec: {chart: {spec: {chart: charts/shop, sourceRef: {kind: Bucket}, valuesFiles: 3}}}",
        "spec: {chart: {spec: {chart: charts/shop, sourceRef: {kind: Bucket}}}, valuesFrom: 3}",
        "spec: {chart: {spec: {chart: charts/shop, sourceRef: {kind: Bucket}}}, valuesFrom: [1, {}]}",
        "spec: {chart: {spec: {chart: charts/shop, sourceRef: {kind: Bucket}}}, values: 3}",
        f"spec:\n  source: {{path: charts/shop}}\n{BOMB}",
        "spec: &a {source: *a}",
        "metadata: [x]\nspec: {source: {path: charts/shop}}",
        "spec: {source: {path: charts/shop, helm: {values: 'a: [', releaseName: {}}}}",
        'spec: {source: {path: charts/shop, helm: {values: "\\0"}}}',
        "\x07",
        "\udcff: \udcfe",
    ],
)
def test_manifests_of_any_shape_are_survived(kind: str, text: str) -> None:
    group = "helm.toolkit.fluxcd.io/v2" if kind == "HelmRelease" else "argoproj.io/v1alpha1"
    found = find(f"{CHARTS}-- m.yaml --\napiVersion: {group}\nkind: {kind}\n{text}\n")
    assert found.scenarios[0] == DEFAULT_SCENARIO


@pytest.mark.parametrize(
    "text",
    [
        "environments: [1]\nreleases: [{chart: charts/shop}]",
        "environments: {a: [1], 3: {values: 3}}\nreleases: [{chart: charts/shop, values: {a: 1}, set: [1]}]",
        "releases: [{chart: charts/shop, values: [[1], null, 3], secrets: {}, inherit: [1]}]",
        "bases: {a: 1}\nreleases: [{chart: [1]}]",
        "{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}\nreleases: [charts/shop]",
        '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}\nreleases: [{chart: charts/shop}]',
        "{{ end }}\nreleases: [{chart: charts/shop}]",
        f"releases: [{{chart: charts/shop}}]\n{BOMB}",
        "releases: &a [*a]",
        "---\n" * 2000,
    ],
)
def test_helmfiles_of_any_shape_are_survived(text: str) -> None:
    found = find(f"{CHARTS}-- helmfile.yaml --\n{text}\n")
    assert found.scenarios[0] == DEFAULT_SCENARIO


def test_the_disk_outside_of_the_roots_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "w"
    chart = root / "chart"
    chart.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "values-x.yaml").write_text("replicas: 1\n")
    (tmp_path / "outside" / "app.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: x}\nspec: {source: {path: chart}}\n"
    )
    (chart / "Chart.yaml").write_text("name: chart\n")
    (chart / "values.yaml").write_text("replicas: 1\n")
    (chart / "values-link.yaml").symlink_to(tmp_path / "outside" / "values-x.yaml")
    (chart / "envs").symlink_to(tmp_path / "outside")
    (root / "apps").symlink_to(tmp_path / "outside")
    with (chart / "values-huge.yaml").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    (chart / "values-binary.yaml").write_bytes(bytes(range(256)))
    found = find_scenarios(str(chart), [str(root)], DiskFiles([str(root)]))
    assert found.scenarios == (DEFAULT_SCENARIO,)
    assert [(one.path.rpartition("/")[2], one.reason) for one in found.left_out] == [
        ("values-binary.yaml", "it is no text"),
        ("values-huge.yaml", "it cannot be read, or is too large"),
        ("values-link.yaml", "it cannot be read, or is too large"),
    ]
