"""Argo CD Applications and ApplicationSets that deploy a chart of the workspace."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from memory_files import MemoryFiles
from quarterdeck.scenarios.argo import find_argo_scenarios
from quarterdeck.scenarios.drafts import FoundScenarios, Workspace
from quarterdeck.scenarios.manifests import search_manifests
from quarterdeck.scenarios.model import InlineValues, Scenario
from quarterdeck.yamldoc.load import load_yaml

CHART = "/w/charts/shop"
CHARTS = """
-- .git/HEAD --
ref: x
-- charts/shop/Chart.yaml --
name: shop
-- charts/shop/values.yaml --
replicas: 1
-- charts/shop/values-prod.yaml --
replicas: 2
-- charts/other/Chart.yaml --
name: other
"""


def find(described: str, chart: str = CHART, roots: tuple[str, ...] = ("/w",)) -> FoundScenarios:
    files = MemoryFiles(CHARTS)
    files.texts |= MemoryFiles(described).texts
    manifests = search_manifests(roots, files)
    found = find_argo_scenarios(Workspace(chart, roots, files, manifests, lambda: None))
    assert all(path == "/w" or path.startswith("/w/") for path in (*files.read, *files.listed))
    return found


def one(described: str, **others: object) -> Scenario:
    found = find(described, **others)  # type: ignore[arg-type]
    assert not found.left_out
    (scenario,) = found.scenarios
    return scenario


def application(source: str, *, name: str = "shop-prod", destination: str = "namespace: prod") -> str:
    head = f"-- apps/{name}.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\n"
    head += f"metadata:\n  name: {name}\n"
    return f"{head}spec:\n  destination: {{{destination}}}\n{indent(dedent(source).strip(chr(10)), '  ')}\n"


def values_of(layer: str | InlineValues) -> object:
    assert isinstance(layer, InlineValues)
    return load_yaml(layer.text)[0]


def test_an_application_with_everything() -> None:
    scenario = one(
        application("""
            source:
              repoURL: https://example.org/shop.git
              path: charts/shop
              targetRevision: main
              helm:
                releaseName: store
                kubeVersion: "1.33"
                apiVersions: [monitoring.coreos.com/v1]
                valueFiles:
                  - values-prod.yaml
                  - /environments/eu.yaml
                values: |
                  image:
                    tag: v1
                parameters:
                  - {name: a.b, value: "1,2"}
                  - name: list
                    value: "{x,y}"
                  - name: text
                    value: "007"
                    forceString: true
                  - name: who
                    value: $ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE} $HOME
                fileParameters:
                  - {name: script, path: files/run.sh}
        """)
        + "-- environments/eu.yaml --\nregion: eu\n"
    )
    assert (scenario.name, scenario.source, scenario.release_name) == ("shop-prod", "argo", "store")
    assert (scenario.namespace, scenario.kube_version) == ("prod", "1.33")
    assert scenario.api_versions == ("monitoring.coreos.com/v1",)
    assert scenario.files == (f"{CHART}/values-prod.yaml", "/w/environments/eu.yaml")
    assert isinstance(scenario.layers[2], InlineValues)
    assert scenario.layers[2].text == "        image:\n          tag: v1\n"
    assert [(flag.kind, flag.text) for flag in scenario.flags] == [
        ("set", r"a.b=1\,2"),
        ("set", "list={x,y}"),
        ("set-string", "text=007"),
        ("set", "who=shop-prod-prod $HOME"),
        ("set-file", f"script={CHART}/files/run.sh"),
    ]


def test_everything_has_its_place() -> None:
    described = application("""
        source:
          path: charts/shop
          helm:
            valueFiles:
              - values-prod.yaml
            values: |
              replicas: 3
            parameters:
              - name: a
                value: b
    """)
    scenario = one(described)
    lines = MemoryFiles(described).texts["/w/apps/shop-prod.yaml"].split("\n")
    places = (scenario.place, *scenario.layer_places, scenario.flags[0].place)
    assert [(place and lines[place.line - 1][place.column - 1 :]) for place in places] == [
        "shop-prod",
        "values-prod.yaml",
        "        replicas: 3",
        "name: a",
    ]
    assert isinstance(scenario.layers[1], InlineValues)
    assert scenario.layers[1].place == scenario.layer_places[1]


def test_without_helm_settings_the_release_has_the_name_of_the_application() -> None:
    scenario = one(application("source: {path: ./charts/shop/}", destination=""))
    assert (scenario.release_name, scenario.namespace, scenario.layers) == ("shop-prod", "default", ())


def test_an_object_of_values_counts_before_a_text_of_values_and_keeps_its_lines() -> None:
    described = application("""
        source:
          path: charts/shop
          helm:
            values: "replicas: 5"
            valuesObject:
              # how many
              replicas: 3
              nested: {a: 1}
    """)
    (layer,) = one(described).layers
    assert isinstance(layer, InlineValues)
    assert layer.text == "        replicas: 3\n        nested: {a: 1}"
    lines = MemoryFiles(described).texts["/w/apps/shop-prod.yaml"].split("\n")
    assert lines[layer.place.line - 1] == "        replicas: 3"


@pytest.mark.parametrize(
    "values",
    [
        'values: "replicas: 3"',
        "values: >-\n  replicas: 3",
        "values: |2\n    replicas: 3",
        "valuesObject: {replicas: 3}",
        "common: &c\n  replicas: 3\nvaluesObject: *c",
        "common: &c {n: &n 3}\nvaluesObject:\n  replicas: *n",
        "common: &c\n  replicas: 3\nvaluesObject:\n  <<: *c",
    ],
)
def test_inline_values_may_be_written_in_any_way(values: str) -> None:
    described = "source:\n  path: charts/shop\n  helm:\n" + indent(values, "    ")
    (layer,) = one(application(described)).layers
    assert values_of(layer) == {"replicas": 3}


def test_several_sources_with_values_of_another() -> None:
    scenario = one(
        application("""
            sources:
              - repoURL: https://example.org/charts.git
                path: charts/shop
                helm:
                  valueFiles: [$values/environments/prod.yaml]
              - repoURL: https://example.org/values.git
                ref: values
              - {chart: redis, repoURL: https://charts.example.org}
        """)
        + "-- values-repo/.git/HEAD --\nx\n-- values-repo/environments/prod.yaml --\nreplicas: 3\n"
    )
    assert scenario.files == ("/w/values-repo/environments/prod.yaml",)


def test_patterns_of_values_files_are_followed_in_order_of_paths() -> None:
    scenario = one(
        application("source: {path: charts/shop, helm: {valueFiles: ['../../envs/**/*.yaml']}}")
        + "-- envs/b.yaml --\na: 1\n-- envs/a/z.yaml --\na: 1\n-- envs/c.txt --\na: 1\n"
    )
    assert scenario.files == ("/w/envs/a/z.yaml", "/w/envs/b.yaml")


def test_a_missing_file_stays_so_that_it_is_reported_unless_it_may_be_missing() -> None:
    source = "source: {path: charts/shop, helm: {valueFiles: [none.yaml, values-prod.yaml]%s}}"
    assert one(application(source % "")).files == (f"{CHART}/none.yaml", f"{CHART}/values-prod.yaml")
    lenient = one(application(source % ", ignoreMissingValueFiles: true"))
    assert lenient.files == (f"{CHART}/values-prod.yaml",)


@pytest.mark.parametrize(
    ("helm", "reason"),
    [
        ("valueFiles: [../../../etc/passwd]", "the path ../../../etc/passwd leads out of the workspace"),
        ("valueFiles: [https://x.org/v.yaml]", "the values of https://x.org/v.yaml are not in the workspace"),
        ("valueFiles: [$values/x.yaml]", "no source has the name values, which $values/x.yaml begins with"),
        ("valueFiles: ['*.none.yaml']", "no values file matches *.none.yaml"),
        ("valueFiles: ['../../../../*']", "no values file matches ../../../../*"),
        ("fileParameters: [{name: a, path: ../../../x}]", "the path ../../../x leads out of the workspace"),
    ],
)
def test_what_is_not_in_the_workspace_leaves_the_whole_application_out(helm: str, reason: str) -> None:
    found = find(application(f"source: {{path: charts/shop, helm: {{{helm}}}}}"))
    assert not found.scenarios
    assert [(one.path, one.reason) for one in found.left_out] == [("/w/apps/shop-prod.yaml", reason)]
    assert found.left_out[0].place.line == 7


def test_encrypted_values_are_left_out_of_the_scenario_which_says_so() -> None:
    found = find(
        application(
            "source: {path: charts/shop, helm: {valueFiles: [values-prod.yaml, enc.yaml, 'secrets://s.yaml']}}"
        )
        + "-- charts/shop/enc.yaml --\na: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops: {version: 3}\n"
    )
    assert [one.files for one in found.scenarios] == [(f"{CHART}/values-prod.yaml",)]
    assert [(one.path, one.reason) for one in found.left_out] == [
        (f"{CHART}/enc.yaml", "it is encrypted; its values are not used"),
        ("secrets://s.yaml", "it is encrypted; its values are not used"),
    ]
    assert all("ENC[" not in one.reason for one in found.left_out)


@pytest.mark.parametrize(
    "source",
    [
        "source: {path: charts/other}",
        "source: {path: elsewhere/charts/shop}",
        "source: {path: shop}",
        "source: {path: /charts/shop}",
        "source: {path: ../w/charts/shop}",
        "source: {chart: shop, repoURL: https://charts.example.org}",
        "source: {path: charts/shop, plugin: {name: x}}",
        "source: {path: charts/shop, kustomize: {namePrefix: x}}",
        "source: [1, 2]",
        "sources: {a: 1}",
        "sources: [null, 3, [x]]",
    ],
)
def test_applications_of_other_sources_are_not_ours(source: str) -> None:
    assert find(application(source)) == FoundScenarios([], [])


def test_other_kinds_and_other_groups_are_not_ours() -> None:
    described = application("source: {path: charts/shop}").replace("argoproj.io", "app.k8s.io")
    assert find(described) == FoundScenarios([], [])


def test_applications_in_a_list_count_one_by_one() -> None:
    described = """
        -- apps.yaml --
        kind: List
        apiVersion: v1
        items:
          - kind: Application
            apiVersion: argoproj.io/v1alpha1
            metadata: {name: a}
            spec:
              source: {path: charts/shop, helm: {valuesObject: {replicas: 3}}}
          - kind: Application
            apiVersion: argoproj.io/v1alpha1
            metadata: {name: b}
            spec: {source: {path: charts/shop}}
    """
    found = find(described)
    assert [one.name for one in found.scenarios] == ["a", "b"]
    assert found.scenarios[0].layers[0].place.line == 8  # type: ignore[union-attr]


def test_only_a_part_of_the_repository_may_be_open() -> None:
    described = application("source: {path: deploy/charts/shop}").replace("-- apps/", "-- charts/apps/")
    files = MemoryFiles(CHARTS, root="/r/deploy")
    files.texts |= MemoryFiles(described, root="/r/deploy").texts
    del files.texts["/r/deploy/.git/HEAD"]
    roots = ("/r/deploy",)
    workspace = Workspace("/r/deploy/charts/shop", roots, files, search_manifests(roots, files), lambda: None)
    assert [one.name for one in find_argo_scenarios(workspace).scenarios] == ["shop-prod"]


# --- sets --------------------------------------------------------------------------------------------------


def application_set(generators: str, template: str, *, is_go: bool = False) -> str:
    head = f"""
        -- apps/set.yaml --
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata:
          name: shops
        spec:
          goTemplate: {str(is_go).lower()}
          generators:
    """
    parts = [dedent(head), indent(dedent(generators).strip("\n"), "    "), "  template:"]
    return "\n".join(part.rstrip() for part in (*parts, indent(dedent(template).strip("\n"), "    "))) + "\n"


BY_ENVIRONMENT = """
    metadata: {name: 'shop-{{env}}'}
    spec:
      destination: {namespace: '{{ns}}'}
      source:
        path: charts/shop
        helm:
          valueFiles: ['values-{{env}}.yaml']
          values: |
            url: {{env}}.example.org
            text: "{{ .Values.other }}"
"""
ELEMENTS = """
    - list:
        elements:
          - {env: prod, ns: shop}
          - {env: test, ns: shop-test}
"""


def test_a_set_with_a_list_makes_one_scenario_of_each_element() -> None:
    found = find(application_set(ELEMENTS, BY_ENVIRONMENT))
    assert not found.left_out
    assert [(one.name, one.release_name, one.namespace, one.files) for one in found.scenarios] == [
        ("shop-prod", "shop-prod", "shop", (f"{CHART}/values-prod.yaml",)),
        ("shop-test", "shop-test", "shop-test", (f"{CHART}/values-test.yaml",)),
    ]
    layer = found.scenarios[1].layers[1]
    assert values_of(layer) == {"url": "test.example.org", "text": "{{ .Values.other }}"}
    assert isinstance(layer, InlineValues)
    assert layer.place.line == 21


def test_a_set_with_go_templates() -> None:
    template = """
        metadata: {name: '{{ .env | upper | lower }}-{{ .zone | default "eu" }}'}
        spec:
          source:
            path: 'charts/{{ .chart.name }}'
            helm:
              valuesObject:
                env: '{{ .env }}'
    """
    elements = """
        - list:
            elements:
              - {env: prod, zone: us, chart: {name: shop}}
              - {env: test, chart: {name: other}}
    """
    scenario = one(application_set(elements, template, is_go=True))
    assert scenario.name == "prod-us"
    assert values_of(scenario.layers[0]) == {"env": "prod"}


def test_a_set_over_folders_of_the_repository() -> None:
    generators = """
        - git:
            directories:
              - path: charts/*
              - path: charts/other
                exclude: true
            values: {team: 'team-{{path.basename}}'}
    """
    template = """
        metadata: {name: '{{path.basename}}-{{path[0]}}'}
        spec: {source: {path: '{{path}}'}, destination: {namespace: '{{values.team}}'}}
    """
    scenario = one(application_set(generators, template))
    assert (scenario.name, scenario.namespace) == ("shop-charts", "team-shop")


def test_a_set_over_parameter_files_of_the_repository() -> None:
    generators = """
        - git:
            files:
              - path: clusters/**/config.yaml
    """
    template = """
        metadata: {name: 'shop-{{ index .path.segments 1 }}-{{ .cluster.name }}'}
        spec:
          source:
            path: charts/shop
            helm: {valueFiles: ['/{{ .path.path }}/values.yaml']}
    """
    described = (
        application_set(generators, template, is_go=True)
        + """
-- clusters/eu/config.yaml --
cluster: {name: one}
-- clusters/us/config.yaml --
cluster: {name: two}
-- clusters/us/values.yaml --
replicas: 3
"""
    )
    found = find(described)
    assert [(one.name, one.files) for one in found.scenarios] == [
        ("shop-eu-one", ("/w/clusters/eu/values.yaml",)),
        ("shop-us-two", ("/w/clusters/us/values.yaml",)),
    ]


def test_a_set_over_a_matrix() -> None:
    generators = """
        - matrix:
            generators:
              - git: {directories: [{path: 'charts/*'}]}
              - list: {elements: [{env: prod, app: '{{path.basename}}'}, {env: test, app: x}]}
    """
    template = """
        metadata: {name: '{{path.basename}}-{{env}}-{{app}}'}
        spec: {source: {path: '{{path}}'}}
    """
    found = find(application_set(generators, template))
    assert [one.name for one in found.scenarios] == ["shop-prod-shop", "shop-test-x"]


def test_parameters_of_the_first_generator_of_a_matrix_win_key_by_key() -> None:
    generators = """
        - matrix:
            generators:
              - list: {elements: [{app: {name: one}}]}
              - list: {elements: [{app: {name: two, zone: eu}}]}
    """
    template = """
        metadata: {name: '{{ .app.name }}-{{ .app.zone }}'}
        spec: {source: {path: charts/shop}}
    """
    assert one(application_set(generators, template, is_go=True)).name == "one-eu"


@pytest.mark.parametrize(
    ("generators", "reason"),
    [
        ("- clusters: {}", "what the generator clusters gives is not known here"),
        ("- scmProvider: {}", "what the generator scmProvider gives is not known here"),
        ("- {}", "what the generator (none) gives is not known here"),
        (
            "- list: {elements: [{env: prod}]}\n  selector: {a: b}",
            "the selector of a generator is not followed",
        ),
        (
            "- matrix: {generators: [{list: {elements: [{env: a}]}}, {clusters: {}}]}",
            "what the generator clusters gives is not known here",
        ),
    ],
)
def test_generators_that_ask_a_cluster_are_left_out_with_the_reason(generators: str, reason: str) -> None:
    found = find(application_set(generators, BY_ENVIRONMENT))
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == [reason]


def test_generators_of_sets_for_other_charts_are_not_worth_a_word() -> None:
    template = BY_ENVIRONMENT.replace("charts/shop", "charts/other")
    assert find(application_set("- clusters: {}", template)) == FoundScenarios([], [])


def test_a_values_file_with_an_unknown_placeholder_leaves_its_application_out() -> None:
    found = find(application_set("- list: {elements: [{ns: x}]}", BY_ENVIRONMENT))
    assert not found.scenarios
    assert [one.reason for one in found.left_out] == ["it is not known here what values-{{env}}.yaml means"]


def test_patterns_of_generators_do_not_lead_out_of_the_workspace() -> None:
    generators = "- git: {directories: [{path: '../*'}, {path: '/etc/*'}, {path: '**/..'}]}"
    assert find(application_set(generators, "spec: {source: {path: '{{path}}'}}")) == FoundScenarios([], [])


def test_templates_that_never_end_are_left_out() -> None:
    template = """
        metadata: {name: 'x{{ range until 100000 }}{{ range until 100000 }}y{{ end }}{{ end }}'}
        spec: {source: {path: charts/shop}}
    """
    found = find(application_set("- list: {elements: [{a: b}]}", template, is_go=True))
    assert not found.scenarios
    assert [one.reason.startswith("it is not known here what x{{ range") for one in found.left_out] == [True]
