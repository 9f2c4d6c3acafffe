"""Tests of paths and URIs, for both kinds of systems on any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.text.uri import normal_path, path_from_uri, uri_from_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///shop/templates/a.yaml", "/shop/templates/a.yaml"),
        ("file:///my%20shop/a%25b%23c.yaml", "/my shop/a%b#c.yaml"),
        ("file:///my shop/a.yaml", "/my shop/a.yaml"),
        ("file:///sh%C3%B6p/a.yaml", "/shöp/a.yaml"),
        ("file:///shöp/a.yaml", "/shöp/a.yaml"),
        ("file:///shop/./x/../a.yaml", "/shop/a.yaml"),
        ("file:///shop//templates/", "/shop/templates"),
        ("file://localhost/shop/a.yaml", "/shop/a.yaml"),
        ("FILE:///shop/a.yaml", "/shop/a.yaml"),
        ("file:/shop/a.yaml", "/shop/a.yaml"),
        ("file:////shop/a.yaml", "/shop/a.yaml"),
        ("file://server/share/a.yaml", None),
        ("file:///shop/%00.yaml", None),
        ("file:shop/a.yaml", None),
        ("file:", None),
        ("file://[", None),
        ("untitled:Untitled-1", None),
        ("git:/shop/a.yaml?x", None),
        ("https://example.org/a.yaml", None),
        ("", None),
    ],
)
def test_uris_name_files_of_this_machine_or_none(uri: str, path: str | None) -> None:
    assert path_from_uri(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/my%20shop/a.yaml", "C:/my shop/a.yaml"),
        ("file:///C:/my%20shop/a.yaml", "C:/my shop/a.yaml"),
        ("file:///c:/", "C:/"),
        ("file:///c:/shop/../a.yaml", "C:/a.yaml"),
        ("file://server/share/a.yaml", "//server/share/a.yaml"),
    ],
)
def test_drive_letters_and_shares_have_one_form(uri: str, path: str) -> None:
    assert path_from_uri(uri, windows=True) == path


def test_bytes_that_are_no_text_survive() -> None:
    path = path_from_uri("file:///shop/%FF.yaml", windows=False)
    assert path is not None
    assert uri_from_path(path) == "file:///shop/%FF.yaml"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/my shop/a#b?.yaml", "file:///my%20shop/a%23b%3F.yaml"),
        ("C:/my shop/a.yaml", "file:///c%3A/my%20shop/a.yaml"),
        ("//server/share/a b.yaml", "file://server/share/a%20b.yaml"),
    ],
)
def test_paths_are_escaped_as_vs_code_does_it(path: str, uri: str) -> None:
    assert uri_from_path(path) == uri


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_path_comes_back_from_its_uri(name: str) -> None:
    path = normal_path("/" + name, windows=False)
    assert path_from_uri(uri_from_path(path), windows=False) == path


@given(st.text())
def test_no_text_makes_reading_a_uri_fail(text: str) -> None:
    for uri in (text, "file:" + text, "file://" + text, "file:///" + text):
        for windows in (False, True):
            path = path_from_uri(uri, windows=windows)
            assert path is None or normal_path(path, windows=windows) == path


def test_backslashes_are_separators_on_windows_only() -> None:
    assert normal_path("c:\\shop\\a.yaml", windows=True) == "C:/shop/a.yaml"
    assert normal_path("/shop\\a.yaml", windows=False) == "/shop\\a.yaml"
