"""`emit_yaml` and `emit_yaml_pretty` write what the official engine's toYaml and toYamlPretty write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differential.yaml_engine import write_all
from quarterdeck.yamldoc.emit import emit_yaml
from quarterdeck.yamldoc.pretty import emit_yaml_pretty

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = st.sampled_from(
    [
        "", "true", "y", "n", "on", "off", "null", "~", "1", "1.5", "1e3", "0777", "08", "0o17", "0x1f",
        "2001-01-01", "1:30", ".5", ".inf", "+1", "-", "?", ":", "=", "<<", "a: b", "a #b", "a:b", "#x",
        "- a", " a", "a ", "it's", '"q"', "x\ny", "x\n", "\nx", "x\n\n", "  x\ny", "x \ny",
        "https://host:80/?a=b", "{{ x }}", "*", "&a", "!a", "%a", "@a", "`a", "a\tb", "a\n\tb", "1_000",
        "._5", "-0", "1e400", "😀", "é", "\x7f", "\x85", "a\u2028b", "\ufeff", "---", "...", "\\",
    ]
)  # fmt: skip
PIECES = st.sampled_from(
    ["word", "a", " ", " ", "  ", "'", '"', ": ", "#", "é", "\\", "\n", "longer-than-most-words", "😀"]
)
SENTENCES = st.lists(st.text("abcé", min_size=1, max_size=9), min_size=12, max_size=50).map(" ".join)
STRINGS = st.one_of(WORDS, SENTENCES, st.lists(PIECES, max_size=60).map("".join), st.text(max_size=12))
KEYS = st.one_of(
    st.sampled_from(
        ["a", "b", "A", "_a", "a1", "a10", "a2", "a02", "9", "10", "app.kubernetes.io/name", "x-y", "é"]
    ),
    WORDS,
    st.text(max_size=8),
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**64), 2**64).map(float),
    st.sampled_from([8080.0, 1e6, 1234567.5, 1e20, 1e21, 1e-5, 1e-7, -0.0, 999999.5, 2.0**63]),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, STRINGS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=15,
)


@pytest.mark.parametrize(("function", "emit"), [("toYaml", emit_yaml), ("toYamlPretty", emit_yaml_pretty)])
@given(values=st.lists(VALUES, min_size=1, max_size=40))
def test_any_value_is_written_as_by_helm(
    function: str, emit: Callable[[Any], str], values: list[Any]
) -> None:
    for value, expected in zip(values, write_all(function, values), strict=True):
        assert emit(value).removesuffix("\n") == expected
