"""Values files that are found: which are taken, what they are called, and what is left alone."""

from __future__ import annotations

import pytest

from memory_files import MemoryFiles
from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import Cancelled
from quarterdeck.scenarios.found import MAX_FOUND, find_values_files, look_at_values

CHART = "/w/charts/shop"
BASIS = """
-- charts/shop/Chart.yaml --
name: shop
dependencies:
  - name: postgresql
    alias: db
-- charts/shop/values.yaml --
replicas: 1
"image": {}
-- charts/shop/templates/values-of-a-template.yaml --
replicas: 2
"""


def files_with(described: str) -> MemoryFiles:
    files = MemoryFiles(BASIS)
    files.texts |= MemoryFiles(described).texts
    return files


def found(described: str, patterns: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    """Names of scenarios with the one file of each, relative to the chart."""
    scenarios = find_values_files(CHART, files_with(described), patterns=patterns).scenarios
    return [(one.name, str(one.layers[0]).removeprefix(CHART + "/")) for one in scenarios]


def left_out(described: str) -> dict[str, str]:
    result = find_values_files(CHART, files_with(described))
    return {one.path.removeprefix(CHART + "/"): one.reason for one in result.left_out}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("values-prod.yaml", "prod"),
        ("values.prod.yml", "prod"),
        ("values_prod.yaml", "prod"),
        ("valuesProd.yaml", "Prod"),
        ("prod.values.yaml", "prod"),
        ("prod-values.yaml", "prod"),
        ("shop-values-prod.yaml", "shop-prod"),
        ("values-eu.west-1.yaml", "eu.west-1"),
        ("values.yml", "values"),
        ("ci/test-values.yaml", "ci/test"),
        ("ci/host.yml", "ci/host"),
        ("ci/values.yaml", "ci"),
        ("environments/prod.yaml", "prod"),
        ("envs/values-prod.yaml", "prod"),
        ("values/prod.yaml", "prod"),
        ("env/prod/values.yaml", "prod"),
        ("env/prod/values-eu.yaml", "prod/eu"),
        ("env/prod/eu.yaml", "prod/eu"),
        ("overlays/prod/values.yaml", "prod"),
        ("staging/values.yaml", "staging"),
        ("tests/values/hpa.yaml", "tests/hpa"),
        ("test-values/nginx.yaml", "test-values/nginx"),
        ("hack/minikube/values.yaml", "hack/minikube"),
    ],
)
def test_layouts_that_people_use(path: str, name: str) -> None:
    assert found(f"-- charts/shop/{path} --\nreplicas: 2\n") == [(name, path)]


def test_a_scenario_stands_where_its_file_begins() -> None:
    (only,) = find_values_files(CHART, files_with("-- charts/shop/values-a.yaml --\nreplicas: 2\n")).scenarios
    assert (only.place, only.source) == (Place(f"{CHART}/values-a.yaml"), "file")
    assert (only.release_name, only.namespace) == ("release-name", "default")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("values.schema.json", "{}"),
        ("values.schema.yaml", "replicas: 1"),
        ("values-prod.yaml.tmpl", "replicas: 1"),
        ("values.md", "replicas: 1"),
        ("prod.yaml", "replicas: 1"),
        ("docs/values-prod.yaml", "replicas: 1"),
        ("crds/values-prod.yaml", "replicas: 1"),
        (".hidden/values-prod.yaml", "replicas: 1"),
        ("charts/db/values-prod.yaml", "replicas: 1"),
        ("environments/kustomization.yaml", "replicas: 1"),
        ("values-list.yaml", "- replicas\n- image\n"),
        ("values-text.yaml", "replicas\n"),
        ("values-empty.yaml", "---\n# nothing yet\n"),
        ("ci/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nreplicas: 1\n"),
        ("values-manifest.yaml", "a: 1\n---\nkind: Secret\napiVersion: v1\n"),
        ("a/b/c/d/values-deep.yaml", "replicas: 1"),
    ],
)
def test_what_holds_no_values_is_not_taken_and_not_worth_a_word(path: str, text: str) -> None:
    described = f"-- charts/shop/{path} --\n{text}"
    assert found(described) == []
    assert left_out(described) == {}


def test_another_chart_below_keeps_its_values() -> None:
    described = """
        -- charts/shop/extra/Chart.yaml --
        name: extra
        -- charts/shop/extra/values-prod.yaml --
        replicas: 1
        -- charts/shop/extra/more/values-prod.yaml --
        replicas: 1
    """
    assert found(described) == []


@pytest.mark.parametrize("text", ["{replicas: 2}", '{"replicas": 2}', "  replicas: 2\n", "? replicas\n: 2\n"])
def test_a_map_may_be_written_in_any_way(text: str) -> None:
    assert found(f"-- charts/shop/envs/prod.yaml --\n{text}") == [("prod", "envs/prod.yaml")]


@pytest.mark.parametrize("text", ["replicas: 2\nimage: {", "replicas: 2\n  a: b: c\n\t- x\n"])
def test_a_file_stays_a_scenario_while_it_is_damaged(text: str) -> None:
    assert found(f"-- charts/shop/values-prod.yaml --\n{text}") == [("prod", "values-prod.yaml")]


@pytest.mark.parametrize("key", ["replicas", "image", "postgresql", "db", "global"])
def test_a_file_in_a_folder_is_for_the_chart_if_it_knows_one_of_the_keys(key: str) -> None:
    assert found(f"-- charts/shop/envs/prod.yaml --\nother: 1\n{key}: 2\n") == [("prod", "envs/prod.yaml")]


def test_a_file_in_a_folder_with_foreign_keys_is_left_out_with_the_reason() -> None:
    described = "-- charts/shop/envs/prod.yaml --\nregion: eu\n"
    assert found(described) == []
    assert left_out(described) == {"envs/prod.yaml": "the chart knows none of its keys"}


def test_a_file_that_is_named_for_values_beside_the_chart_may_have_any_keys() -> None:
    described = "-- charts/shop/values-prod.yaml --\nregion: eu\n-- charts/shop/ci/a-values.yaml --\nx: 1\n"
    assert [name for name, _ in found(described)] == ["prod", "ci/a"]


def test_without_known_keys_every_map_counts() -> None:
    files = MemoryFiles("-- c/Chart.yaml --\nname: c\n-- c/envs/prod.yaml --\nregion: eu\n")
    assert [one.name for one in find_values_files("/w/c", files).scenarios] == ["prod"]


def test_names_are_short_unique_and_do_not_depend_on_files_that_come_later() -> None:
    first = found("-- charts/shop/values-prod.yaml --\nreplicas: 2\n")
    described = """
        -- charts/shop/values-prod.yaml --
        replicas: 2
        -- charts/shop/environments/prod.yaml --
        replicas: 2
        -- charts/shop/environments/prod.yml --
        replicas: 2
        -- charts/shop/values-default.yaml --
        replicas: 2
    """
    assert found(described) == [
        ("values-default", "values-default.yaml"),
        *first,
        ("environments/prod", "environments/prod.yaml"),
        ("environments/prod.yml", "environments/prod.yml"),
    ]


def test_secrets_are_left_alone_and_named() -> None:
    described = """
        -- charts/shop/secrets.yaml --
        replicas: 2
        -- charts/shop/secrets.prod.yaml --
        password: ENC[AES256_GCM,data:aGVsbG8=,iv:x,tag:y,type:str]
        sops: {mac: "", version: 3.8.1}
        -- charts/shop/values-prod.yaml --
        password: ENC[AES256_GCM,data:aGVsbG8=,iv:x,tag:y,type:str]
        sops:
          lastmodified: "2024-01-01T00:00:00Z"
          mac: ENC[AES256_GCM,data:x,iv:x,tag:y,type:str]
          version: 3.8.1
        -- charts/shop/ci/secret-values.yaml --
        replicas: 2
    """
    assert found(described) == [("ci/secret", "ci/secret-values.yaml")]
    assert left_out(described) == {
        "secrets.prod.yaml": "it is encrypted; its values are not used",
        "secrets.yaml": "its name says that it holds secrets; its values are not used",
        "values-prod.yaml": "it is encrypted; its values are not used",
    }


def test_a_file_that_cannot_be_read_is_left_out_with_the_reason() -> None:
    files = files_with("-- charts/shop/values-prod.yaml --\nreplicas: 1\n")
    files.texts[f"{CHART}/values-bin.yaml"] = "replicas: 1\0"
    reader = files.read_text
    files.read_text = lambda path: None if path.endswith("-prod.yaml") else reader(path)  # type: ignore[method-assign]
    result = find_values_files(CHART, files)
    assert not result.scenarios
    assert [(one.path.rpartition("/")[2], one.reason) for one in result.left_out] == [
        ("values-bin.yaml", "it is no text"),
        ("values-prod.yaml", "it cannot be read, or is too large"),
    ]


def test_patterns_of_the_settings_say_which_files_count() -> None:
    described = """
        -- charts/shop/values-prod.yaml --
        replicas: 2
        -- charts/shop/deploy/eu/shop.yaml --
        region: eu
        -- charts/shop/docs/example.yaml --
        region: eu
    """
    patterns = ("deploy/**", "docs/*.yaml", "../**", "[")
    assert found(described, patterns) == [
        ("deploy/eu/shop", "deploy/eu/shop.yaml"),
        ("docs/example", "docs/example.yaml"),
    ]


def test_a_chart_with_very_many_files_is_read_as_far_as_is_bounded() -> None:
    files = files_with("")
    for number in range(MAX_FOUND + 5):
        files.add(f"charts/shop/ci/n{number:04}-values.yaml", "replicas: 2\n")
    result = find_values_files(CHART, files)
    assert len(result.scenarios) == MAX_FOUND
    assert [one.path for one in result.left_out] == [
        f"{CHART}/ci/n{number:04}-values.yaml" for number in range(MAX_FOUND, MAX_FOUND + 5)
    ]
    assert sum("-values.yaml" in path for path in files.read) == MAX_FOUND


def test_the_search_stops_when_nobody_wants_it_any_more() -> None:
    def stop() -> None:
        raise Cancelled

    files = files_with("")
    with pytest.raises(Cancelled):
        find_values_files(CHART, files, check=stop)
    assert not files.read


def test_nothing_is_read_or_listed_outside_of_the_chart() -> None:
    files = files_with("-- charts/shop/envs/prod.yaml --\nreplicas: 1\n-- charts/values-x.yaml --\na: 1\n")
    find_values_files(CHART, files)
    assert all(path.startswith(CHART) for path in (*files.read, *files.listed))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "---",
        "...",
        "--- |\n",
        "%YAML 1.2",
        "\ufeff",
        "&a [*a]",
        "a: &a [*a, *a]",
        "\udc80: 1",
        "!!binary x",
    ],
)
def test_looking_at_any_text_gives_an_answer(text: str) -> None:
    assert look_at_values(text).kind in {"map", "manifest", "empty", "other", "binary"}


def test_a_bomb_is_looked_at_without_being_unfolded() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [*{below}, *{below}, *{below}, *{below}]"
        for below, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
    ]
    assert look_at_values("\n".join(lines)).keys == frozenset("abcdefghijkl")
    assert look_at_values("{" + ", ".join(lines) + "}").kind in {"map", "other"}
