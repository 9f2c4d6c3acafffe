"""`.Files`, `.Capabilities`, `.Chart` and `.Release` as templates see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.chart.capabilities import make_capabilities, parse_kube_version
from quarterdeck.chart.files import Files
from quarterdeck.chart.glob import PatternError, compile_file_pattern, compile_files_glob
from quarterdeck.chart.model import ChartFile
from quarterdeck.chart.prepare import Release
from quarterdeck.errors import OptionError
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import GoMap, NilMap
from unit.chart.chart_folders import CHART_YAML, prepare_files

if TYPE_CHECKING:
    from pathlib import Path


def files(contents: dict[str, bytes]) -> Files:
    return Files({path: ChartFile(path, data, path) for path, data in contents.items()})


def test_files_are_read_by_name_and_what_was_read_is_known() -> None:
    some = files({"a.txt": b"one\ntwo\n", "dir/b.bin": b"\xff\x00"})
    assert some.invoke("Get", ("a.txt",)) == "one\ntwo\n"
    assert some.invoke("Get", ("gone",)) == ""
    assert some.invoke("GetBytes", ("dir/b.bin",)) == b"\xff\x00"
    assert some.invoke("Lines", ("a.txt",)) == ["one", "two"]
    assert some.invoke("Lines", ("gone",)) == []
    assert some.get("a.txt") == b"one\ntwo\n"
    assert some.get("gone") is None
    assert some.reads == {"a.txt", "dir/b.bin", "gone"}


def test_globs_share_what_was_read() -> None:
    some = files({"a.txt": b"1", "conf/x.ini": b"2", "conf/deep/z.ini": b"3"})
    chosen = some.invoke("Glob", ("conf/**.ini",))
    assert list(chosen) == ["conf/deep/z.ini", "conf/x.ini"]
    assert len(some.invoke("Glob", ("*",))) == 1
    assert chosen.invoke("AsConfig", ()) == 'x.ini: "2"\nz.ini: "3"'
    assert chosen.invoke("AsSecrets", ()) == "x.ini: Mg==\nz.ini: Mw=="
    assert some.reads == {"conf/x.ini", "conf/deep/z.ini"}
    assert some.globs == {"conf/**.ini", "*"}


def test_methods_are_refused_in_gos_words() -> None:
    with pytest.raises(GoError, match="wrong number of args for Get: want 1 got 0"):
        files({}).get("Get")
    with pytest.raises(GoError, match="wrong number of args for Lines: want 1 got 2"):
        files({}).invoke("Lines", ("a", "b"))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", "d/a.txt", False),
        ("**.txt", "d/a.txt", True),
        ("d/?.txt", "d/a.txt", True),
        ("{a,b}.txt", "b.txt", True),
        ("{a,b", "b", True),
        ("[a-c].txt", "b.txt", True),
        ("[!a-c].txt", "b.txt", False),
        ("[abc]", "c", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("[", "anything/at/all", True),
        ("[z-a]", "anything", True),
        ("a,b", "a,b", True),
    ],
)
def test_glob_patterns(pattern: str, path: str, expected: bool) -> None:
    assert compile_files_glob(pattern).matches(path) is expected


@given(pattern=st.text("ab*?[]{},!^-\\/", max_size=14), path=st.text("ab/*[", max_size=10))
def test_no_glob_pattern_fails(pattern: str, path: str) -> None:
    assert compile_files_glob(pattern).matches(path) in {True, False}


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.tgz", "a.tgz", True),
        ("*.tgz", "d/a.tgz", False),
        ("a*b*c", "aXbXc", True),
        ("a[b-d]e", "ace", True),
        ("a[^b-d]e", "ace", False),
        ("a\\*b", "a*b", True),
        ("[a]*", "ab", True),
    ],
)
def test_patterns_of_helmignore(pattern: str, path: str, expected: bool) -> None:
    assert (compile_file_pattern(pattern).fullmatch(path) is not None) is expected


@pytest.mark.parametrize("pattern", ["[", "[]", "a[b", "[a-]", "a\\"])
def test_malformed_patterns_of_helmignore_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="syntax error in pattern"):
        compile_file_pattern(pattern)


def test_a_pattern_made_to_be_slow_is_not() -> None:
    assert compile_file_pattern("*a" * 40 + "b").fullmatch("a" * 200) is None


def test_capabilities_have_the_engines_defaults_and_more() -> None:
    capabilities = make_capabilities(api_versions=["example.com/v1"])
    assert capabilities.get("KubeVersion").get("Version") == "v1.36.0"
    assert capabilities.get("KubeVersion").format() == "v1.36.0"
    versions = capabilities.get("APIVersions")
    assert versions.invoke("Has", ("apps/v1",)) is True
    assert versions.invoke("Has", ("example.com/v1",)) is True
    assert versions.invoke("Has", ("example.com/v2",)) is False
    assert versions[0] == "v1"
    assert list(versions)[-1] == "example.com/v1"
    assert capabilities.get("HelmVersion").get("Version") == "v4.2"
    with pytest.raises(GoError, match=r"can't evaluate field Nope in type \*common.Capabilities"):
        capabilities.get("Nope")


def test_a_kubernetes_version_keeps_its_suffix_and_compares_without() -> None:
    version = parse_kube_version("1.33.4-gke.1245000")
    assert (version.version, version.normalized) == ("v1.33.4-gke.1245000", "v1.33.4")
    assert (version.get("Major"), version.get("Minor")) == ("1", "33")
    with pytest.raises(OptionError, match="invalid kube version '1': illegal version string \"1\""):
        parse_kube_version("1")


def test_chart_and_release_have_gos_names(tmp_path: Path) -> None:
    inputs = prepare_files(
        tmp_path,
        f"-- Chart.yaml --\n{CHART_YAML}appVersion: 2\nannotations: {{a: 1}}\nmaintainers: [{{name: me}}]\n"
        "-- charts/sub/Chart.yaml --\n{apiVersion: v1, name: sub, version: 1.0.0}\n",
    )
    chart = inputs.context.get("Chart")
    assert (chart["Name"], chart["AppVersion"], chart["IsRoot"]) == ("demo", "2", True)
    assert chart["Maintainers"] == [{"Name": "me", "Email": "", "URL": ""}]
    assert isinstance(chart["Annotations"], GoMap)
    sub = inputs.context.get("Subcharts")["sub"].get("Chart")
    assert (sub["Name"], sub["APIVersion"], sub["IsRoot"]) == ("sub", "v1", False)
    assert isinstance(sub["Annotations"], NilMap)
    upgrade = Release(name="x", namespace="ns", revision=3, is_upgrade=True).as_map()
    assert upgrade == {
        "Name": "x",
        "Namespace": "ns",
        "IsUpgrade": True,
        "IsInstall": False,
        "Revision": 3,
        "Service": "Helm",
    }
