"""Dependencies fetched from a repository, a registry and a folder; the servers run here."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from typing import TYPE_CHECKING

import pytest

from quarterdeck.chart.dependencies import FetchProgress, fetch_dependencies
from quarterdeck.chart.load import read_chart
from quarterdeck.errors import OptionError
from quarterdeck.external.oci import CHART_LAYER
from unit.chart.chart_folders import CHART_YAML, pack, write_chart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Pages = dict[str, tuple[int, dict[str, str], bytes]]


@pytest.fixture
def server() -> Iterator[tuple[str, Pages]]:
    """A web server on this machine: its address, and what it answers by path."""
    pages: Pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            status, headers, body = pages.get(path, (404, {}, b""))
            if path.startswith("/v2/") and self.headers.get("Authorization") != "Bearer let-me-in":
                realm = f'Bearer realm="http://{self.headers["Host"]}/token",service="here"'
                status, headers, body = 401, {"WWW-Authenticate": realm}, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"127.0.0.1:{running.server_port}", pages
        running.shutdown()
        thread.join()


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
