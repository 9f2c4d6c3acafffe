"""No text and no value raises, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from quarterdeck.yamldoc.emit import emit_yaml, emit_yaml_with_leaves, find_emit_problem
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.nodes import AliasNode, ListNode, MapNode, Node
from quarterdeck.yamldoc.parser import YamlDocument, parse_manifests, parse_yaml
from quarterdeck.yamldoc.path import find_path, find_value
from quarterdeck.yamldoc.pretty import emit_yaml_pretty

FRAGMENTS = st.sampled_from(
    [
        "a", "b: ", "- ", "\n", "  ", "\n  ", "'", '"', "[", "]", "{", "}", ",", ": ", ":", "#", "|\n",
        ">-\n", "&a ", "*a", "<<: ", "? ", "---\n", "...\n", "!!int ", "!!binary ", "! ", "\t", "\r\n",
        "\x85", "\u2028", "\ufeff", "é", "😀", "\x00", "\x7f", "\udcff", "\ud800", "%YAML 1.1\n", "%", "@",
        "null", "0x1f", "1e999", ".nan", "\\", "key: v\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(FRAGMENTS, max_size=30).map("".join), st.text(st.characters(), max_size=60))
STRINGS = st.one_of(
    TEXTS, st.lists(st.sampled_from(["word", " ", "  ", "\n", ": ", "#", "'"]), max_size=40).map("".join)
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.integers(-(2**53), 2**53),
        STRINGS,
        st.binary(max_size=5),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(STRINGS, inner, max_size=4)),
    max_leaves=12,
)


def spans_are_nested(node: Node, start: int, end: int) -> bool:
    if not start <= node.start <= node.end <= end:
        return False
    if isinstance(node, MapNode):
        return all(spans_are_nested(part, node.start, node.end) for entry in node.entries for part in entry)
    if isinstance(node, ListNode):
        return all(spans_are_nested(item, node.start, node.end) for item in node.items)
    return True


@given(text=TEXTS)
@example("\ufeff" * 3)
@example("[a:,{b:[" * 300)
@example("*a" * 500)
@example("\x85\u2028\u2029---\n" * 50)
def test_any_text_is_loaded_or_refused(text: str) -> None:
    for strict in (False, True):
        value, error = load_yaml(text, strict=strict)
        assert error is None or value is None
        json.dumps(value, allow_nan=False)


@given(text=TEXTS)
def test_any_text_has_documents_with_spans_inside_of_it(text: str) -> None:
    for stream in (parse_yaml(text), parse_manifests(text)):
        for document in stream.documents:
            assert 0 <= document.span.start <= document.span.end <= len(text)
            assert document.problem is None or document.value is None
            if document.root is not None:
                assert spans_are_nested(document.root, 0, len(text))
            check_offsets(document, len(text))
        offsets = [problem.offset for problem in stream.problems]
        assert all(0 <= offset <= len(text) for offset in offsets)


def check_offsets(document: YamlDocument, length: int) -> None:
    for offset in range(0, length + 1, 3):
        found = find_path(document, offset)
        if found is not None:
            find_value(document, found[0])


@given(text=TEXTS)
def test_a_stream_of_one_document_has_the_value_that_loading_gives(text: str) -> None:
    value, error = load_yaml(text)
    documents = parse_yaml(text).documents
    if error is None and documents and documents[0].problem is None:
        assert documents[0].value == value


@given(value=VALUES)
def test_any_value_is_written_or_refused(value: Any) -> None:
    text, leaves = emit_yaml_with_leaves(value)
    assert text == emit_yaml(value)
    assert bool(text) == (find_emit_problem(value) is None)
    assert all(0 <= leaf.start <= leaf.end <= len(text) for leaf in leaves)
    emit_yaml_pretty(value)


@given(value=VALUES)
def test_what_is_written_reads_back_as_what_json_made_of_it(value: Any) -> None:
    text = emit_yaml(value)
    if text and "\u2028" not in text and "\u2029" not in text:
        once, error = load_yaml(text)
        assert error is None
        assert emit_yaml(once) == text


def test_values_that_contain_themselves_or_are_too_deep_are_refused() -> None:
    endless: dict[str, Any] = {}
    endless["self"] = {"list": [endless]}
    assert emit_yaml(endless) == ""
    assert "encountered a cycle via" in (find_emit_problem(endless) or "")
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    assert emit_yaml(deep) == ""
    assert emit_yaml_pretty(deep) == ""
    assert find_emit_problem(deep) == "yaml: exceeded max depth of 10000"


def test_an_alias_within_its_own_value_ends_every_search() -> None:
    document = parse_yaml("a: &a\n  <<: *a\n  b: *a\n").documents[0]
    assert document.value is None
    assert document.value_problem is not None
    assert find_value(document, ("a", "missing")) is None
    found = find_value(document, ("a", "b", "b", "b"))
    assert found is not None
    assert isinstance(found.node, AliasNode)
