"""Releases of helmfiles that deploy a chart of the workspace."""

from __future__ import annotations

import pytest

from memory_files import MemoryFiles
from quarterdeck.scenarios.drafts import FoundScenarios, Workspace
from quarterdeck.scenarios.helmfile import find_helmfile_scenarios
from quarterdeck.scenarios.manifests import search_manifests
from quarterdeck.scenarios.model import InlineValues, Scenario
from quarterdeck.yamldoc.load import load_yaml

CHART = "/w/charts/shop"
CHARTS = """
-- charts/shop/Chart.yaml --
name: shop
-- charts/shop/values.yaml --
replicas: 1
-- charts/shop/values-prod.yaml --
replicas: 2
"""


def find(described: str) -> FoundScenarios:
    files = MemoryFiles(CHARTS)
    files.texts |= MemoryFiles(described).texts
    roots = ("/w",)
    workspace = Workspace(CHART, roots, files, search_manifests(roots, files), lambda: None)
    found = find_helmfile_scenarios(workspace)
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


def test_a_release_with_everything() -> None:
    described = """
        -- helmfile.yaml --
        repositories: [{name: x, url: https://example.org}]
        kubeVersion: v1.33
        releases:
          - name: other
            chart: x/redis
          - name: shop
            namespace: prod
            chart: ./charts/shop
            apiVersions: [monitoring.coreos.com/v1]
            values:
              - charts/shop/values-prod.yaml
              - # by hand
                replicas: 3
                image: {tag: v1}
              - envs/*.yaml
            set:
              - name: a.b
                value: x,{y}
              - {name: list, values: [a, "b,c"]}
              - {name: script, file: run.sh}
            setString:
              - {name: build, value: "007"}
        -- envs/b.yaml --
        a: 1
        -- envs/a.yaml --
        a: 1
    """
    scenario = one(described)
    assert (scenario.name, scenario.source, scenario.release_name) == ("shop", "helmfile", "shop")
    assert (scenario.namespace, scenario.kube_version) == ("prod", "v1.33")
    assert scenario.api_versions == ("monitoring.coreos.com/v1",)
    assert values_of(scenario) == [
        f"{CHART}/values-prod.yaml",
        {"replicas": 3.0, "image": {"tag": "v1"}},
        "/w/envs/a.yaml",
        "/w/envs/b.yaml",
    ]
    assert [(flag.kind, flag.text) for flag in scenario.flags] == [
        ("set", r"a.b=x\,\{y\}"),
        ("set", r"list={a,b\,c}"),
        ("set-file", "script=/w/run.sh"),
        ("set-string", "build=007"),
    ]
    layer = scenario.layers[1]
    assert isinstance(layer, InlineValues)
    lines = MemoryFiles(described).texts["/w/helmfile.yaml"].split("\n")
    assert lines[layer.place.line - 1].strip() == "replicas: 3"
    assert layer.text.split("\n")[0] == lines[layer.place.line - 1]
    assert scenario.place is not None
    assert lines[scenario.place.line - 1] == "  - name: shop"


def test_parts_in_a_folder_and_paths_that_go_up() -> None:
    described = """
        -- helmfile.d/10-shop.yaml --
        releases:
          - {name: shop, chart: ../charts/shop, values: [../charts/shop/values-prod.yaml]}
        -- helmfile.d/20-other.yaml --
        releases: [{name: other, chart: ../charts/other}]
        -- other.d/10-shop.yaml --
        releases: [{name: shop, chart: ../charts/shop}]
    """
    assert one(described).files == (f"{CHART}/values-prod.yaml",)


def test_environments_make_one_scenario_each() -> None:
    described = """
        -- helmfile.yaml --
        environments:
          test:
          prod:
            values:
              - environments/prod.yaml
              - zone: eu
              - '{{ .Environment.Name }}.yaml'
        values:
          - zone: none
        ---
        releases:
          - name: shop-{{ .Environment.Name }}
            chart: charts/shop
            values:
              - values/{{ .Environment.Name }}.yaml
              - zone: {{ .Values.zone | quote }}
              - text: '{{`{{ .Release.Name }}`}}'
              - values/{{`{{ .Release.Name }}`}}.yaml
            {{- if eq .Environment.Name "prod" }}
              - replicas: {{ .StateValues.replicas }}
            {{- end }}
        -- environments/prod.yaml --
        replicas: 5
        -- prod.yaml --
        x: 1
    """
    found = find(described)
    assert not found.left_out
    assert [(one.name, one.release_name, values_of(one)) for one in found.scenarios] == [
        (
            "test/shop-test",
            "shop-test",
            [
                "/w/values/test.yaml",
                {"zone": "none"},
                {"text": "{{ .Release.Name }}"},
                "/w/values/shop-test.yaml",
            ],
        ),
        (
            "prod/shop-prod",
            "shop-prod",
            [
                "/w/values/prod.yaml",
                {"zone": "eu"},
                {"text": "{{ .Release.Name }}"},
                "/w/values/shop-prod.yaml",
                {"replicas": 5.0},
            ],
        ),
    ]


def test_places_are_exact_as_long_as_templates_keep_the_lines() -> None:
    described = """
        -- helmfile.yaml --
        environments: {prod: {}}
        ---
        releases:
          - name: shop-{{ .Environment.Name }}
            chart: charts/shop
            values:
              - replicas: 3
    """
    (layer,) = one(described).layers
    assert isinstance(layer, InlineValues)
    assert layer.place.line == 7
    moved = described.replace("- name:", "{{- if true }}\n          - name:") + "    {{- end }}\n"
    (layer,) = one(moved).layers
    assert isinstance(layer, InlineValues)
    assert layer.place.line == 1


def test_bases_are_read_first() -> None:
    described = """
        -- helmfile.yaml --
        bases: [environments.yaml]
        ---
        releases:
          - name: shop
            chart: charts/shop
            inherit: [{template: common}]
            condition: shop.enabled
        -- environments.yaml --
        environments:
          prod: {values: [{shop: {enabled: true}}]}
          test: {values: [{shop: {enabled: false}}]}
        templates:
          common:
            namespace: web
            values: [{replicas: 3}]
    """
    found = find(described)
    assert not found.left_out
    assert [(one.name, one.namespace, values_of(one)) for one in found.scenarios] == [
        ("prod/shop", "web", [{"replicas": 3.0}])
    ]
    assert found.scenarios[0].layer_places[0].path == "/w/environments.yaml"


def test_lists_of_inherited_templates_are_joined_and_their_other_fields_win() -> None:
    described = """
        -- helmfile.yaml --
        defaultInherit: all
        releases:
          - name: shop
            chart: charts/shop
            namespace: own
            inherit: [{template: web, except: [secrets]}]
            values: [{a: 4}]
        templates:
          all: {values: [{a: 1}]}
          web:
            inherit: [{template: below}, {template: web}]
            namespace: web
            values: [{a: 3}]
            secrets: [x.yaml]
          below: {values: [{a: 2}], kubeVersion: v1.30}
    """
    scenario = one(described)
    assert values_of(scenario) == [{"a": 1.0}, {"a": 2.0}, {"a": 3.0}, {"a": 4.0}]
    assert (scenario.namespace, scenario.kube_version) == ("web", "v1.30")


def test_a_helmfile_that_cannot_be_read_is_worth_a_word_only_where_it_names_the_chart() -> None:
    described = '-- helmfile.yaml --\nreleases: [{name: x, chart: %s, values: [{{ requiredEnv "X" }}]}]\n'
    assert [one.reason for one in find(described % "charts/shop").left_out] == [
        "its templates need what is not known here"
    ]
    assert find(described % "charts/other") == FoundScenarios([], [])


def test_a_templated_values_file_counts_as_what_it_gives() -> None:
    described = """
        -- helmfile.yaml --
        environments: {prod: {values: [{count: 4}]}}
        releases:
          - {name: shop, namespace: web, chart: charts/shop, values: [values.yaml.gotmpl]}
        -- values.yaml.gotmpl --
        replicas: {{ .Values.count }}
        host: {{ .Release.Name }}.{{ .Release.Namespace }}
    """
    scenario = one(described)
    assert values_of(scenario) == [{"replicas": 4.0, "host": "shop.web"}]
    assert scenario.layers[0].place.path == "/w/values.yaml.gotmpl"  # type: ignore[union-attr]


def test_secrets_are_left_out_and_named() -> None:
    described = """
        -- helmfile.yaml --
        releases:
          - name: shop
            chart: charts/shop
            values: [charts/shop/values-prod.yaml]
            secrets: [secrets/prod.yaml]
    """
    found = find(described)
    assert [one.files for one in found.scenarios] == [(f"{CHART}/values-prod.yaml",)]
    assert [(one.path, one.reason) for one in found.left_out] == [
        ("secrets/prod.yaml", "it is encrypted; its values are not used")
    ]


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        ("values: ['x.gotmpl']", "what the template x.gotmpl gives is not known here"),
        ("values: ['{{ requiredEnv \"X\" }}.yaml']", "its templates need what is not known here"),
        ("values: ['{{ .Values.none }}.yaml']", "its templates need what is not known here"),
        ("values: ['{{ now }}.yaml']", "its templates need what is not known here"),
        ("values: [../../etc/passwd]", "the path ../../etc/passwd leads out of the workspace"),
        ("values: [/etc/passwd]", "the path /etc/passwd leads out of the workspace"),
        ("values: ['https://x.org/v']", "the values of https://x.org/v are not in the workspace"),
        ("values: ['git::https://x.org/v']", "the values of git::https://x.org/v are not in the workspace"),
        ("values: ['none/*.yaml']", "no values file matches none/*.yaml"),
        ("env: [{name: a, value: B}]", "its values come from the environment of a process"),
    ],
)
def test_what_is_not_known_leaves_the_release_out(release: str, reason: str) -> None:
    found = find(f"-- helmfile.yaml --\nreleases:\n  - {{name: shop, chart: charts/shop, {release}}}\n")
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == [reason]


def test_environments_whose_values_are_not_known_leave_templates_out() -> None:
    described = """
        -- helmfile.yaml --
        environments:
          prod: {values: [none.yaml]}
        ---
        releases: [{name: shop, chart: charts/shop, values: ['{{ .Environment.Name }}.yaml']}]
    """
    found = find(described)
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == ["the environment's values none.yaml are not known here"]


@pytest.mark.parametrize(
    "text",
    [
        "releases: [{name: shop, chart: charts/shop, installed: false}]",
        "releases: [{name: shop, chart: x/shop}]",
        "releases: {shop: charts/shop}",
        "releases: [charts/shop, null, 3]",
        "- charts/shop",
        "releases: [{chart: ../../charts/shop}]",
    ],
)
def test_what_is_no_release_of_the_chart_is_not_taken(text: str) -> None:
    assert find(f"-- helmfile.yaml --\n{text}\n") == FoundScenarios([], [])


def test_missing_files_may_be_allowed() -> None:
    described = """
        -- helmfile.yaml --
        missingFileHandler: Warn
        releases: [{name: shop, chart: charts/shop, values: [none.yaml, charts/shop/values-prod.yaml]}]
    """
    assert one(described).files == (f"{CHART}/values-prod.yaml",)
    assert one(described.replace("Warn", "Error")).files == ("/w/none.yaml", f"{CHART}/values-prod.yaml")


def test_bases_that_hold_each_other_end() -> None:
    described = """
        -- helmfile.yaml --
        bases: [b.yaml, ../../etc/passwd]
        releases: [{name: shop, chart: charts/shop}]
        -- b.yaml --
        bases: [helmfile.yaml]
    """
    assert {one.name for one in find(described).scenarios} == {"shop"}
