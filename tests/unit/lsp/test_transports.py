"""Tests of addresses to listen at."""

from __future__ import annotations

import pytest

from quarterdeck.errors import OptionError
from quarterdeck.lsp.transports import parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:2087", ("127.0.0.1", 2087)),
        ("localhost:0", ("localhost", 0)),
        (":2087", ("127.0.0.1", 2087)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_an_address_is_host_and_port(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "2087", "localhost", "localhost:", "localhost:-1", "::1:2087", "a:65536", "a:b"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OptionError, match=r"for example 127\.0\.0\.1:2087"):
        parse_address(text)
