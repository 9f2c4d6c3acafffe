"""Web servers and registries that behave badly, and what they get to see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.errors import ReadError
from quarterdeck.external.http import fetch, fetch_body
from quarterdeck.external.oci import CHART_LAYER, Repository
from unit.web_server import WebServer, run_web_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


def test_credentials_do_not_go_along_to_another_server(server: WebServer) -> None:
    with run_web_server() as other:
        server.pages["/away"] = 302, {"Location": f"http://{other.address}/end"}, b""
        server.pages["/here"] = 302, {"Location": "/end"}, b""
        other.pages["/end"] = server.pages["/end"] = 200, {}, b"there"
        headers = {"Authorization": "Bearer secret"}
        for path in ("/away", "/here"):
            answer = fetch(f"http://{server.address}{path}", limit=100, headers=headers)
            assert answer.body == b"there"
        assert other.shown["/end"] is None
        assert server.shown["/end"] == "Bearer secret"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.invalid/x", "data:,x", "http:///x"])
def test_redirects_out_of_the_web_are_refused(server: WebServer, target: str) -> None:
    server.pages["/x"] = 302, {"Location": target}, b""
    with pytest.raises(ReadError, match=r"cannot read http://127\.0\.0\.1:\d+/x"):
        fetch_body(f"http://{server.address}/x", limit=100)


def test_redirects_without_end_are_refused(server: WebServer) -> None:
    server.pages["/x"] = 302, {"Location": "/x"}, b""
    with pytest.raises(ReadError):
        fetch_body(f"http://{server.address}/x", limit=100)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content-Length": "9"}, "it ends after 4 of 9 bytes"),
        ({"Content-Length": "5000000"}, "it is larger than 1000 bytes"),
        ({"Content-Length": "\u00b2"}, ""),
    ],
)
def test_a_body_of_the_wrong_length_is_refused(
    server: WebServer, headers: dict[str, str], words: str
) -> None:
    server.pages["/x"] = 200, headers, b"body"
    url = f"http://{server.address}/x"
    if not words:
        assert fetch_body(url, limit=1_000) == b"body"
        return
    with pytest.raises(ReadError, match=words):
        fetch_body(url, limit=1_000)


def test_a_body_without_end_is_refused(server: WebServer) -> None:
    server.pages["/x"] = 200, {"Transfer-Encoding": "identity", "Content-Length": ""}, b"x" * 5_000
    with pytest.raises(ReadError, match="larger than 1000 bytes"):
        fetch_body(f"http://{server.address}/x", limit=1_000)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://", "http://[", "ftp://x/y", "file:///etc/passwd", "http://a b/c"]
)
def test_urls_that_lead_nowhere_are_refused(url: str) -> None:
    with pytest.raises(ReadError, match="cannot read"):
        fetch_body(url, limit=100)


@pytest.mark.parametrize(
    "reference",
    ["oci://", "oci://host", "host/UPPER", "host/a/../b?x", "user:pass@host/x", "a b/c", "host/x#y"],
)
def test_odd_references_are_refused(reference: str) -> None:
    with pytest.raises(ReadError, match="does not name a repository"):
        Repository(reference)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b"{}",
        b'{"layers": 1}',
        b'{"layers": "text"}',
        b'{"layers": [1, null, {}]}',
        json.dumps({"layers": [{"mediaType": CHART_LAYER}]}).encode(),
        json.dumps({"layers": [{"mediaType": CHART_LAYER, "digest": "sha256:../../x"}]}).encode(),
    ],
    ids=range(9),
)
def test_manifests_that_are_none_are_refused(server: WebServer, manifest: bytes) -> None:
    server.pages["/v2/x/manifests/1"] = 200, {}, manifest
    with pytest.raises(ReadError):
        Repository(f"{server.address}/x").fetch_chart("1")


@pytest.mark.parametrize("tags", [None, 1, "text", {"a": 1}])
def test_tags_that_are_no_list_are_none(server: WebServer, tags: Any) -> None:
    server.pages["/v2/x/tags/list"] = 200, {}, json.dumps({"tags": tags}).encode()
    assert Repository(f"{server.address}/x").list_tags() == []


def test_pages_of_tags_on_another_server_are_not_asked(server: WebServer) -> None:
    with run_web_server() as other:
        link = f'<http://{other.address}/v2/x/more>; rel="next"'
        server.pages["/v2/x/tags/list"] = 200, {"Link": link}, b'{"tags": ["1.0.0"]}'
        assert Repository(f"{server.address}/x").list_tags() == ["1.0.0"]
        assert other.shown == {}


@pytest.mark.parametrize("token", ['{"token": "a\\nb: c"}', '{"token": 1, "x": 2}', "[]", "{}", ""])
def test_tokens_that_are_none_end_in_a_refusal(server: WebServer, token: str) -> None:
    server.token.append("let-me-in")
    server.pages["/token"] = 200, {}, token.encode()
    with pytest.raises(ReadError):
        Repository(f"{server.address}/x").list_tags()
