"""Dependencies fetched from a repository, a registry and a folder; the servers run here."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.dependencies import FetchProgress, fetch_dependencies
from quarterdeck.chart.load import read_chart
from quarterdeck.errors import OptionError, ReadError
from quarterdeck.external.oci import CHART_LAYER
from unit.chart.chart_folders import CHART_YAML, pack, write_chart
from unit.web_server import run_web_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Pages = dict[str, tuple[int, dict[str, str], bytes]]


@pytest.fixture
def server() -> Iterator[tuple[str, Pages]]:
    """A web server on this machine: its address, and what it answers by path."""
    with run_web_server() as running:
        running.token.append("let-me-in")
        yield running.address, running.pages


def package(version: str, name: str = "sub") -> bytes:
    text = f"apiVersion: v2\nname: {name}\nversion: {version}\n"
    return pack({f"{name}/Chart.yaml": text.encode(), f"{name}/values.yaml": b"a: 1\n"})


def declare(folder: Path, repository: str, version: str = "^1", extra: str = "") -> Path:
    declared = f"dependencies:\n- name: sub\n  version: {version}\n  repository: {repository}\n"
    return write_chart(folder, f"-- Chart.yaml --\n{CHART_YAML}{declared}{extra}")


def serve_index(pages: Pages, packages: dict[str, bytes], digests: dict[str, str] | None = None) -> None:
    entries = [
        {
            "version": version,
            "urls": [f"packages/sub-{version}.tgz"],
            "digest": (digests or {}).get(version, hashlib.sha256(data).hexdigest()),
        }
        for version, data in packages.items()
    ]
    pages["/repo/index.yaml"] = 200, {}, json.dumps({"entries": {"sub": entries}}).encode()
    for version, data in packages.items():
        pages[f"/repo/packages/sub-{version}.tgz"] = 200, {}, data


def test_the_highest_version_that_fits_comes_from_a_repository(
    tmp_path: Path, server: tuple[str, Pages]
) -> None:
    address, pages = server
    serve_index(pages, {version: package(version) for version in ("1.2.0", "1.10.0", "2.0.0", "1.11.0-rc.1")})
    folder = declare(tmp_path, f"http://{address}/repo")
    steps: list[FetchProgress] = []
    report = fetch_dependencies(folder, steps.append)
    assert [(one.name, one.version) for one in report.fetched] == [("sub", "1.10.0")]
    assert report.problems == ()
    assert (steps[0].done, steps[-1].done) == (0, len(package("1.10.0")))
    assert sorted(path.name for path in (folder / "charts").iterdir()) == ["sub-1.10.0.tgz"]
    chart = read_chart(folder)
    assert (chart.problems, chart.dependencies[0].values) == ((), {"a": 1.0})
    assert fetch_dependencies(folder).fetched == ()


def test_the_locked_version_is_kept(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_index(pages, {version: package(version) for version in ("1.2.0", "1.10.0")})
    folder = declare(tmp_path, f"http://{address}/repo")
    (folder / "Chart.lock").write_text("dependencies:\n- name: sub\n  version: 1.2.0\n")
    assert [one.version for one in fetch_dependencies(folder).fetched] == ["1.2.0"]


def test_a_chart_comes_from_a_registry_that_wants_a_token(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    data = package("1.3.0+build.1")
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    manifest = {"layers": [{"mediaType": CHART_LAYER, "digest": digest, "size": len(data)}]}
    link = {"Link": '</v2/charts/sub/tags/more>; rel="next"'}
    pages["/token"] = 200, {}, b'{"token": "let-me-in"}'
    pages["/v2/charts/sub/tags/list"] = 200, link, b'{"tags": ["0.9.0", "latest"]}'
    pages["/v2/charts/sub/tags/more"] = 200, {}, b'{"tags": ["1.3.0_build.1"]}'
    pages["/v2/charts/sub/manifests/1.3.0_build.1"] = 200, {}, json.dumps(manifest).encode()
    pages[f"/v2/charts/sub/blobs/{digest}"] = 200, {}, data
    report = fetch_dependencies(declare(tmp_path, f"oci://{address}/charts"))
    assert report.problems == ()
    assert [one.version for one in report.fetched] == ["1.3.0+build.1"]


def test_a_chart_next_door_is_packaged(tmp_path: Path) -> None:
    write_chart(
        tmp_path / "sub",
        "-- Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.1}\n-- values.yaml --\na: 2\n",
    )
    folder = declare(tmp_path / "demo", "file://../sub")
    assert [one.version for one in fetch_dependencies(folder).fetched] == ["1.0.1"]
    assert read_chart(folder).dependencies[0].values == {"a": 2.0}


@pytest.mark.parametrize(
    ("packages", "digests", "words"),
    [
        ({"2.0.0": package("2.0.0")}, {}, "no version that fits '^1'"),
        ({"1.0.0": package("1.0.0")}, {"1.0.0": "0" * 64}, "its digest is another one"),
        ({"1.0.0": package("1.0.0", name="other")}, {}, "the package holds another chart"),
        ({"1.0.0": b"no archive"}, {}, "not a packaged chart"),
        ({"1.0.0": pack({"sub/../../evil": b"x"})}, {}, "leads out of the chart's folder"),
        ({"1.0.0": package("9.0.0")}, {}, "the package holds version 9.0.0, which does not fit"),
    ],
)
def test_what_cannot_be_trusted_is_reported_and_nothing_is_written(
    tmp_path: Path,
    server: tuple[str, Pages],
    packages: dict[str, bytes],
    digests: dict[str, str],
    words: str,
) -> None:
    address, pages = server
    serve_index(pages, packages, digests)
    folder = declare(tmp_path / "demo", f"http://{address}/repo")
    report = fetch_dependencies(folder)
    assert report.fetched == ()
    (problem,) = report.problems
    assert words in problem.message
    assert (problem.path, problem.line) == (f"{folder.as_posix()}/Chart.yaml", 7)
    assert not (folder / "charts").exists() or list((folder / "charts").iterdir()) == []


@pytest.mark.parametrize("repository", ["''", "'@stable'", "ftp://example.com", "file://../gone"])
def test_repositories_that_lead_nowhere_are_reported(tmp_path: Path, repository: str) -> None:
    report = fetch_dependencies(declare(tmp_path / "demo", repository))
    assert len(report.problems) == 1
    assert report.fetched == ()


def test_a_missing_page_is_reported(tmp_path: Path, server: tuple[str, Pages]) -> None:
    report = fetch_dependencies(declare(tmp_path, f"http://{server[0]}/nowhere"))
    assert "the server answers 404" in report.problems[0].message


def test_nothing_is_fetched_into_an_archive(tmp_path: Path) -> None:
    (tmp_path / "demo.tgz").write_bytes(package("1.0.0"))
    with pytest.raises(OptionError):
        fetch_dependencies(tmp_path / "demo.tgz")


def serve_registry(pages: Pages, path: str, tag: str, data: bytes) -> None:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    layers = [{"mediaType": CHART_LAYER, "digest": digest, "size": len(data)}]
    pages["/token"] = 200, {}, b'{"token": "let-me-in"}'
    pages[f"/v2/{path}/tags/list"] = 200, {}, json.dumps({"tags": [tag]}).encode()
    pages[f"/v2/{path}/manifests/{tag}"] = 200, {}, json.dumps({"layers": layers}).encode()
    pages[f"/v2/{path}/blobs/{digest}"] = 200, {}, data


def test_an_index_may_lead_to_a_registry(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_registry(pages, "charts/sub", "1.2.3", package("1.2.3"))
    entry = {"version": "1.2.3", "urls": [f"oci://{address}/charts/sub:1.2.3"]}
    pages["/repo/index.yaml"] = 200, {}, json.dumps({"entries": {"sub": [entry]}}).encode()
    report = fetch_dependencies(declare(tmp_path, f"http://{address}/repo"))
    assert ([one.version for one in report.fetched], report.problems) == (["1.2.3"], ())


def test_two_dependencies_of_one_repository_cost_one_index(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    repository = f"http://{address}/repo"
    serve_index(pages, {"1.0.0": package("1.0.0")})
    entry = {"version": "2.0.0", "urls": ["other.tgz"]}
    index = json.loads(pages["/repo/index.yaml"][2])
    index["entries"]["other"] = [entry]
    pages["/repo/index.yaml"] = 200, {}, json.dumps(index).encode()
    pages["/repo/other.tgz"] = 200, {}, package("2.0.0", name="other")
    folder = declare(
        tmp_path, repository, extra=f"- {{name: other, version: 2.x, repository: {repository}}}\n"
    )
    sizes: list[int] = []
    report = fetch_dependencies(folder, lambda step: sizes.append(step.done))
    assert [one.name for one in report.fetched] == ["sub", "other"]
    assert sizes.count(len(pages["/repo/index.yaml"][2])) == 1


def test_a_package_that_does_not_fit_is_replaced(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_index(pages, {"1.5.0": package("1.5.0")})
    folder = declare(tmp_path, f"http://{address}/repo")
    (folder / "charts").mkdir()
    (folder / "charts/sub-0.9.0.tgz").write_bytes(package("0.9.0"))
    (folder / "charts/mine-0.9.0.tgz").write_bytes(package("0.9.0", name="mine"))
    assert [one.version for one in fetch_dependencies(folder).fetched] == ["1.5.0"]
    kept = sorted(path.name for path in (folder / "charts").iterdir())
    assert kept == ["mine-0.9.0.tgz", "sub-1.5.0.tgz"]


def test_a_folder_that_does_not_fit_is_left_alone(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_index(pages, {"1.5.0": package("1.5.0")})
    folder = declare(tmp_path, f"http://{address}/repo")
    write_chart(folder / "charts/sub", "-- Chart.yaml --\n{apiVersion: v2, name: sub, version: 0.1.0}\n")
    (problem,) = fetch_dependencies(folder).problems
    assert "remove the folder first" in problem.message
    assert [path.name for path in (folder / "charts").iterdir()] == ["sub"]


def test_nothing_is_written_through_a_link(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_index(pages, {"1.5.0": package("1.5.0")})
    folder = declare(tmp_path / "demo", f"http://{address}/repo")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "charts").symlink_to(elsewhere)
    (problem,) = fetch_dependencies(folder).problems
    assert "nothing is written through links" in problem.message
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil", "a/b", "..", ".hidden", "a\\b", "C:x"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, server: tuple[str, Pages], name: str) -> None:
    address, pages = server
    entry = {"version": "1.0.0", "urls": ["evil.tgz"]}
    pages["/repo/index.yaml"] = 200, {}, json.dumps({"entries": {name: [entry]}}).encode()
    text = f"apiVersion: v2\nname: '{name}'\nversion: 1.0.0\n"
    pages["/repo/evil.tgz"] = 200, {}, pack({"x/Chart.yaml": text.encode()})
    folder = declare(tmp_path / "a/b/demo", f"http://{address}/repo")
    before = sorted(tmp_path.rglob("*"))
    chart_yaml = folder / "Chart.yaml"
    chart_yaml.write_text(chart_yaml.read_text().replace("name: sub", f"name: '{name}'"))
    report = fetch_dependencies(folder)
    assert report.fetched == ()
    assert "cannot be the name of a file" in report.problems[0].message
    assert sorted(tmp_path.rglob("*")) == before


def test_a_package_that_cannot_be_written_leaves_nothing(tmp_path: Path, server: tuple[str, Pages]) -> None:
    address, pages = server
    serve_index(pages, {"1.5.0": package("1.5.0")})
    folder = declare(tmp_path, f"http://{address}/repo")
    (folder / "charts/sub-1.5.0.tgz").mkdir(parents=True)
    (problem,) = fetch_dependencies(folder).problems
    assert "sub cannot be fetched" in problem.message
    assert [path.name for path in (folder / "charts").iterdir()] == ["sub-1.5.0.tgz"]


def test_a_neighbour_that_cannot_be_read_whole_is_not_packaged(tmp_path: Path) -> None:
    sub = write_chart(tmp_path / "sub", "-- Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.1}\n")
    (sub / "gone.yaml").symlink_to("nowhere.yaml")
    (problem,) = fetch_dependencies(declare(tmp_path / "demo", "file://../sub")).problems
    assert "gone.yaml" in problem.message


@pytest.mark.parametrize(
    "index",
    [b"", b"[1]", b"entries: [1]", b"entries: {sub: {}}", b"entries: {sub: [1, {version: 1}]}", b"\xff\x00"]
    + [b"entries: {sub: [{version: 1.0.0, urls: %s}]}" % urls for urls in (b"x", b"[]", b"['http://[']")],
)
def test_an_odd_index_is_reported(tmp_path: Path, server: tuple[str, Pages], index: bytes) -> None:
    address, pages = server
    pages["/repo/index.yaml"] = 200, {}, index
    (problem,) = fetch_dependencies(declare(tmp_path, f"http://{address}/repo")).problems
    assert problem.message.startswith("sub cannot be fetched: ")


def test_a_chart_without_chart_yaml_is_refused(tmp_path: Path) -> None:
    folder = write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    (folder / "Chart.yaml").unlink()
    with pytest.raises(ReadError, match=r"Chart\.yaml is missing"):
        fetch_dependencies(folder)
