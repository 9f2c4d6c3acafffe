"""The search for other tools' manifests: what it reads, what it finds, and that it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory_files import MemoryFiles
from quarterdeck.diagnostics.model import Place
from quarterdeck.errors import Cancelled
from quarterdeck.scenarios import manifests as search
from quarterdeck.scenarios.manifests import (
    MAX_DEPTH,
    MAX_TEXT,
    Manifests,
    Source,
    find_base,
    find_repository,
    read_manifests,
    search_manifests,
)

APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"


def test_files_are_told_by_the_kinds_that_they_name() -> None:
    files = MemoryFiles("""
        -- a/app.yaml --
        kind: Application
        -- a/set.yml --
        - {kind: x}
        - "kind": 'ApplicationSet'
        -- a/release.yaml --
        kind: HelmRelease
        -- a/map.yaml --
        kind: ConfigMap
        -- a/kustomization.yaml --
        resources: []
        -- a/helmfile.yaml --
        releases: []
        -- a/helmfile.d/x.yaml.gotmpl --
        releases: []
        -- a/words.yaml --
        text: Application HelmRelease
        more: "kind: Application"
        # kind: Application
        -- a/app.json --
        kind: Application
        -- a/binary.yaml --
        kind: Application \0
    """)
    found = search_manifests(["/w"], files)
    assert [(one.path.removeprefix("/w/a/"), sorted(one.kinds)) for one in found.sources] == [
        ("app.yaml", ["Application"]),
        ("helmfile.d/x.yaml.gotmpl", ["helmfile"]),
        ("helmfile.yaml", ["helmfile"]),
        ("kustomization.yaml", ["kustomization"]),
        ("map.yaml", ["ConfigMap"]),
        ("release.yaml", ["HelmRelease"]),
        ("set.yml", ["ApplicationSet"]),
    ]


def test_config_maps_are_kept_only_where_somebody_may_ask_for_them() -> None:
    files = MemoryFiles("-- map.yaml --\nkind: ConfigMap\n-- kustomization.yaml --\nresources: []\n")
    assert not search_manifests(["/w"], files).sources


@pytest.mark.parametrize(
    "path",
    [
        ".github/app.yaml",
        "node_modules/x/app.yaml",
        "shop/templates/app.yaml",
        "shop/charts/db/app.yaml",
        "shop/values-prod.yaml",
        "shop/values.yaml",
        "shop/Chart.yaml",
    ],
)
def test_what_belongs_to_charts_and_packages_is_not_read(path: str) -> None:
    files = MemoryFiles(f"-- {path} --\n{APPLICATION}-- shop/Chart.yaml --\n{APPLICATION}")
    assert not search_manifests(["/w"], files).sources
    assert f"/w/{path}" not in files.read


def test_each_folder_and_file_is_asked_for_once() -> None:
    files = MemoryFiles(f"-- a/app.yaml --\n{APPLICATION}-- a/b/app.yaml --\n{APPLICATION}")
    search_manifests(["/w", "/w/a", "/w/a/"], files)
    assert sorted(files.listed) == ["/w", "/w/a", "/w/a/b"]
    assert sorted(files.read) == ["/w/a/app.yaml", "/w/a/b/app.yaml"]


def test_a_workspace_of_thousands_of_files_is_read_but_hardly_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(search, "parse_yaml", lambda text: parsed.append(text) or real(text))
    files = MemoryFiles(f"-- app.yaml --\n{APPLICATION}")
    for number in range(3000):
        files.add(f"manifests/m{number}.yaml", "kind: Deployment\nspec: {a: 1}\n")
    found = search_manifests(["/w"], files)
    assert len(files.read) == 3001
    assert not parsed
    for _ in range(3):
        assert [one.value["kind"] for source in found.sources for one in read_manifests(source)] == [
            "Application"
        ]
    assert len(parsed) <= 1


real = search.parse_yaml


def test_too_large_a_workspace_is_searched_in_part_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_FOLDERS", 3)
    files = MemoryFiles("".join(f"-- f{number}/a.yaml --\na: 1\n" for number in range(5)))
    found = search_manifests(["/w"], files)
    assert [one.reason for one in found.left_out] == ["the workspace is too large to be looked through"]
    assert len(files.listed) == 3


def test_folders_are_followed_to_a_depth() -> None:
    files = MemoryFiles(
        f"-- {'d/' * MAX_DEPTH}a.yaml --\n{APPLICATION}-- {'d/' * MAX_DEPTH}e/a.yaml --\n{APPLICATION}"
    )
    assert [one.path.count("/d") for one in search_manifests(["/w"], files).sources] == [MAX_DEPTH]


def test_a_very_long_manifest_is_left_out_with_the_reason() -> None:
    files = MemoryFiles(f"-- app.yaml --\n{APPLICATION}text: {'x' * MAX_TEXT}\n")
    found = search_manifests(["/w"], files)
    assert not found.sources
    assert [one.reason for one in found.left_out] == [f"it is longer than {MAX_TEXT} characters"]


def test_the_search_stops_when_nobody_wants_it_any_more() -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 5:
            raise Cancelled

    files = MemoryFiles("".join(f"-- f{number}/a.yaml --\na: 1\n" for number in range(50)))
    with pytest.raises(Cancelled):
        search_manifests(["/w"], files, check=check)
    assert len(files.listed) < 6


def test_the_repository_of_a_manifest_is_the_nearest() -> None:
    manifests = Manifests(repositories=("/w", "/w/a"))
    assert find_repository("/w/a/x/app.yaml", ["/w"], manifests) == "/w/a"
    assert find_repository("/w/b/app.yaml", ["/w"], manifests) == "/w"
    assert find_repository("/w/b/app.yaml", ["/w", "/w/b"], Manifests()) == "/w/b"


def test_paths_of_charts() -> None:
    inside = Manifests(repositories=("/w/a",))
    assert find_base("/w/a/charts/x", "charts/x", ["/w"], inside) == "/w/a"
    assert find_base("/w/a/charts/x", "./charts//x/", ["/w"], inside) == "/w/a"
    assert find_base("/w/a/charts/x", "a/charts/x", ["/w"], inside) == "/w"
    assert find_base("/w/a/charts/x", "x", ["/w"], inside) is None
    assert find_base("/w/a", ".", ["/w"], inside) == "/w/a"
    assert find_base("/w/b", ".", ["/w"], inside) is None
    assert find_base("/w/charts/x", "w/charts/x", ["/w"], Manifests()) == "/"
    assert find_base("/w/charts/x", "w/charts/x", ["/w"], Manifests(repositories=("/w",))) is None


def test_places_of_later_documents_count_from_the_top_of_the_file() -> None:
    source = Source("/w/a.yaml", f"a: 1\n---\n{APPLICATION}", frozenset())
    assert read_manifests(source)[1].place("metadata", "name") == Place("/w/a.yaml", 5, 18, 5, 19)
    assert read_manifests(source)[1].place("none") == Place("/w/a.yaml", 3, 1, 5, 20)


@pytest.mark.parametrize(
    "text",
    [
        "kind: &a [*a]",
        "a: &a {b: *a}\nkind: Application",
        "kind: Application\nspec: " + "[" * 500 + "]" * 500,
        "kind: Application\nspec: " + "{a: " * 500 + "}" * 500,
        "kind: Application\n\x01",
        "kind: Application\n\udc80: 1",
        "kind: List\nitems: [1, null, [], {}]",
        "kind: List\nitems: {a: 1}",
        "kind: Application\n" * 1000,
        "---\n" * 5000,
    ],
)
def test_damaged_and_hostile_files_are_read_as_far_as_they_go(text: str) -> None:
    for manifest in read_manifests(Source("/w/x.yaml", text, frozenset())):
        manifest.place("spec", "a", 0)
        manifest.inline("spec")


def test_a_bomb_is_no_manifest() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert read_manifests(Source("/w/x.yaml", "\n".join(["kind: Application", *lines]), frozenset())) == ()


@given(st.text(alphabet="ab:-|>&*[]{}'\"\n #\t!%", max_size=60))
def test_inline_values_always_say_what_the_manifest_says(values: str) -> None:
    text = "spec:\n  values:" + values
    for manifest in read_manifests(Source("/w/x.yaml", text, frozenset())):
        value, inline = manifest.at("spec", "values"), manifest.inline("spec", "values")
        if inline is None:
            assert value is None or value == {} or not isinstance(value, str | dict)
        elif isinstance(value, dict):
            assert search.load_yaml(inline.text) == (value, None)
        else:
            assert search.load_yaml(inline.text) == search.load_yaml(value)
