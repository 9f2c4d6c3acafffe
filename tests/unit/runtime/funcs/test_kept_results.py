"""What functions keep from one call for the next: it must never show."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.yamldoc.emit import emit_yaml

TABLE = function_table()
SCALARS = st.text(max_size=3) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
MAPS = st.dictionaries(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4),
    SCALARS | st.lists(SCALARS, max_size=3),
    min_size=1,
    max_size=4,
)


@given(MAPS)
def test_a_text_that_was_read_before_gives_equal_new_objects(value: dict[str, Any]) -> None:
    text = emit_yaml(value)
    read = TABLE["fromYaml"].call
    first, second, third = read(text), read(text), read(text)
    assert first == second == third
    assert not common_objects(second, third)
    first.clear()
    assert read(text) == second


def common_objects(left: Any, right: Any) -> list[Any]:
    """Give the containers, numbers and texts that two trees share though they need not."""
    found = leaves(left)
    return [value for identity, value in leaves(right).items() if identity in found]


def leaves(value: Any) -> dict[int, Any]:
    """Give all parts of a tree of which Python has more than one, by identity."""
    if isinstance(value, dict):
        inner = [leaf for item in value.values() for leaf in leaves(item).items()]
        return {id(value): value, **dict(inner)}
    if isinstance(value, list):
        return {id(value): value, **dict(leaf for item in value for leaf in leaves(item).items())}
    return {} if isinstance(value, bool) or value is None or value == "" else {id(value): value}


def test_an_authority_signs_with_the_key_that_it_was_made_with() -> None:
    context = Context(seed=None)
    authority = TABLE["genCA"].call(context, "authority", 10)
    certificate = TABLE["genSignedCert"].call(context, "web", [], ["web.example"], 10, authority)
    again = TABLE["genSignedCertWithKey"].call(context, "web", [], [], 10, authority, certificate.key)
    assert again.key == certificate.key
    assert again.certificate != certificate.certificate


def test_a_map_as_key_is_printed_anew_once_anything_was_written() -> None:
    context = Context(seed=1)
    values: dict[str, Any] = {"a": 1.0}
    make, put = TABLE["dict"].call, TABLE["set"].call
    assert list(make(context, values, "x")) == list(make(context, values, "y")) == ["map[a:1]"]
    put(context, values, "a", 2.0)
    assert list(make(context, values, "x")) == ["map[a:2]"]
    context.begin_file("next.yaml")
    values["a"] = 3.0
    assert list(make(context, values, "x")) == ["map[a:3]"]
