"""Encodings, expressions, versions and placeholders."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs import regex
from quarterdeck.runtime.funcs.bytewise import from_bytes, to_bytes
from quarterdeck.runtime.funcs.encoding import b32dec, b32enc, b64dec, b64enc
from quarterdeck.runtime.funcs.ip_addresses import parse_address
from quarterdeck.runtime.funcs.pem_blocks import find_pem_block
from quarterdeck.runtime.funcs.placeholders import (
    is_placeholder,
    make_certificate_placeholder,
    make_key_placeholder,
)
from quarterdeck.runtime.funcs.semver import parse_version
from quarterdeck.runtime.funcs.semver_constraints import parse_constraints, satisfies
from quarterdeck.runtime.funcs.urls import parse_url
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def refusal(call: Callable[..., object], *arguments: object) -> str:
    """Give the message with which a call fails, "" if it does not."""
    try:
        call(*arguments)
    except GoError as error:
        return str(error)
    return ""


@given(st.binary())
def test_base64_and_base32_are_those_of_everyone(data: bytes) -> None:
    text = from_bytes(data)
    assert b64enc(text) == base64.b64encode(data).decode()
    assert b32enc(text) == base64.b32encode(data).decode()
    assert to_bytes(b64dec(b64enc(text))) == data
    assert to_bytes(b32dec(b32enc(text))) == data


@given(st.text("YWJj=\n!", max_size=12))
def test_broken_base64_gives_an_error_as_its_text(text: str) -> None:
    digits = text.replace("\n", "")
    is_good = len(digits) % 4 == 0 and re.fullmatch(r"[YWJj]*={0,2}", digits)
    assert b64dec(text).startswith("illegal base64 data at input byte ") == (not is_good)


@given(st.text("ab", max_size=8), st.text("ab*()|", max_size=6))
def test_finding_and_replacing_agree(text: str, source: str) -> None:
    message = refusal(regex.compile_expression, source)
    if message:
        assert message.startswith("error parsing regexp: ")
        return
    expression = regex.compile_expression(source)
    data = text.encode()
    spans = list(expression.matches(data, len(data) + 1))
    assert all(begin <= end for begin, end in spans)
    assert b"".join(expression.replace(data, [0])) == data


@pytest.fixture
def _without_re2(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(regex, "import_module", _refuse)
    for cached in (regex._library, regex.compile_expression):
        cached.cache_clear()
    yield
    for cached in (regex._library, regex.compile_expression):
        cached.cache_clear()


def _refuse(name: str) -> object:
    raise ImportError(name)


@pytest.mark.usefixtures("_without_re2")
def test_without_re2_plain_expressions_still_work() -> None:
    assert not regex.is_exact()
    assert regex.regex_find(r"[[:alpha:]]+\z", "1 abc") == "abc"
    assert regex.regex_replace_all(Context(seed=1), "(a+)b", "xaab", "$1-") == "xaa-"
    with pytest.raises(GoError, match=r"error parsing regexp: "):
        regex.must_regex_match("(", "x")


def test_with_re2_expressions_are_exact() -> None:
    assert regex.is_exact()


VERSIONS = st.builds(
    "{}.{}.{}{}".format,
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(("", "-a", "-a.1", "-1", "-10", "-b")),
)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered(one: str, other: str) -> None:
    first, second = parse_version(one), parse_version(other)
    assert first.compare(second) == -second.compare(first)
    assert (first.compare(second) == 0) == (one == other)
    for operator, holds in (("<", first.compare(second) < 0), (">=", first.compare(second) >= 0)):
        wanted = parse_constraints(f"{operator} {other}")
        takes_prereleases = bool(second.prerelease) or not first.prerelease
        assert satisfies(wanted, first) == (holds and takes_prereleases)


@given(st.text("0123456789.x*v<>=~^!-|, a", max_size=30))
def test_any_constraint_is_read_or_refused(text: str) -> None:
    message = refusal(parse_constraints, text)
    if message:
        assert message.startswith(("improper constraint: ", "constraint parser error"))
    else:
        assert satisfies(parse_constraints(text), parse_version("1.2.3")) in (True, False)


@given(st.ip_addresses())
def test_addresses_are_read(address: object) -> None:
    assert parse_address(str(address)) == address.packed


@given(st.text())
def test_any_text_is_a_url_or_an_error(text: str) -> None:
    message = refusal(parse_url, text)
    assert not message or message.startswith("parse ")


@pytest.mark.parametrize("kind", ["", "rsa", "dsa", "ecdsa", "ed25519"])
def test_placeholders_are_known_again_and_say_so(kind: str) -> None:
    block = find_pem_block(make_key_placeholder(Context(seed=1), kind))
    assert block is not None
    assert is_placeholder(block[1])
    assert b"placeholder" in block[1]


def test_certificates_of_a_seeded_run_are_placeholders_that_differ() -> None:
    context = Context(seed=1)
    first, second = make_certificate_placeholder(context), make_certificate_placeholder(context)
    assert first != second
    for text in (*first, *second):
        block = find_pem_block(text)
        assert block is not None
        assert is_placeholder(block[1])


def test_a_key_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(GoError, match="Unknown type none"):
        make_key_placeholder(Context(seed=1), "none")


def test_blocks_are_found_after_other_text_and_past_broken_ones() -> None:
    text = "x\n-----BEGIN A-----\n!\n-----END A-----\n-----BEGIN B-----\nK: v\n\nYQ==\n-----END B-----\n"
    assert find_pem_block(text) == ("B", b"a")
    assert find_pem_block("nothing") is None
