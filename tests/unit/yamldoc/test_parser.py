"""Every key and value has a place, and a damaged document leaves the others readable."""

from __future__ import annotations

import pytest
import yaml

from quarterdeck.errors import ToolError
from quarterdeck.text.span import Span
from quarterdeck.yamldoc import events
from quarterdeck.yamldoc.compose import ComposeError, compose_next
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.nodes import ListNode, MapNode, Node, ScalarNode
from quarterdeck.yamldoc.parser import parse_manifests, parse_yaml, split_manifests

CHART = """\
# a comment
image: # another
  repository: nginx
  tag: "1.2"   # quoted
args: [-x, 'y z']
command:
  - |
    line
    line

  - é😀
last:
"""


def pairs(text: str, node: Node | None) -> dict[str, str]:
    assert isinstance(node, MapNode)
    return {text[k.start : k.end]: text[v.start : v.end] for k, v in node.entries}


def test_keys_and_values_have_exact_spans() -> None:
    document = parse_yaml(CHART).documents[0]
    root = document.root
    assert isinstance(root, MapNode)
    assert pairs(CHART, root) == {
        "image": 'repository: nginx\n  tag: "1.2"',
        "args": "[-x, 'y z']",
        "command": "- |\n    line\n    line\n\n  - é😀",
        "last": "",
    }
    assert pairs(CHART, root.entries[0][1]) == {"repository": "nginx", "tag": '"1.2"'}
    command = root.entries[2][1]
    assert isinstance(command, ListNode)
    assert [CHART[item.start : item.end] for item in command.items] == ["|\n    line\n    line\n\n", "é😀"]
    assert not command.is_flow


def test_nodes_know_style_tag_anchor_and_value() -> None:
    text = "- plain\n- 'single'\n- \"double\"\n- |\n  block\n- >\n  fold\n- !!int &x '12'\n- 0x1f\n"
    root = parse_yaml(text).documents[0].root
    assert isinstance(root, ListNode)
    nodes = [item for item in root.items if isinstance(item, ScalarNode)]
    assert [node.style for node in nodes] == [None, "'", '"', "|", ">", "'", None]
    assert [node.value for node in nodes] == ["plain", "single", "double", "block\n", "fold\n", 12.0, 31.0]
    assert (nodes[5].tag, nodes[5].anchor, nodes[5].text) == ("tag:yaml.org,2002:int", "x", "12")
    assert [node.is_implicit for node in nodes] == [True, False, False, False, False, False, True]


def test_the_value_of_a_document_is_what_loading_gives() -> None:
    for text in (CHART, "a: &x {y: [1, on]}\nb: *x\n<<: {c: d}\n10: z\n", "word", "[]"):
        assert parse_yaml(text).documents[0].value == load_yaml(text)[0]


def test_origins_lead_from_a_value_to_the_text_that_wrote_it() -> None:
    text = "a: &x {port: 8080, names: [web, w]}\nb: *x\n<<: {c: d}\n"
    for source in (text, "a: {port: 8080, names: [web, w]}\nb: [x, x]\nb: [z]\n"):
        document = parse_yaml(source).documents[0]
        value = document.value
        origins = document.origins
        names = origins[id(value["a"]["names"])]
        port = origins[id(value["a"]["port"])]
        assert source[names.start : names.end] == "[web, w]"
        assert source[port.start : port.end] == "8080"
        assert [source[origins[id(leaf)].start] for leaf in value["a"]["names"]] == ["w", "w"]
        assert origins[id(value)] is document.root
    document = parse_yaml(text).documents[0]
    copied = document.origins[id(document.value["b"]["port"])]
    assert text[copied.start : copied.end] == "8080"


def test_a_damaged_document_is_reported_and_the_others_are_read() -> None:
    text = "a: 1\n---\nbad: [1\nfoo: bar\n---\nb: *x\n---\n\tq: 1\n---\nc: \x07\n---\nlast: {d: e}\n"
    stream = parse_yaml(text)
    assert [document.value for document in stream.documents] == [
        {"a": 1.0},
        None,
        None,
        None,
        None,
        {"last": {"d": "e"}},
    ]
    assert [problem.offset for problem in stream.problems] == [
        text.index(":", text.index("foo")), text.index("*x"), text.index("\tq"), text.index("\x07"),
    ]  # fmt: skip
    assert [problem.go_message for problem in stream.problems] == [
        "yaml: line 2: did not find expected ',' or ']'",
        "yaml: unknown anchor 'x' referenced",
        "yaml: line 2: found character that cannot start any token",
        "yaml: control characters are not allowed",
    ]
    assert all(problem.message and problem.proposal for problem in stream.problems)
    assert stream.problems[2].message == "a tab cannot indent YAML"
    damaged = stream.documents[1]
    assert isinstance(damaged.root, MapNode)
    assert text[damaged.root.start :].startswith("bad: [1")


def test_a_damaged_document_keeps_the_tree_before_the_damage() -> None:
    text = "spec:\n  replicas: 1\n  name: a: b\n"
    document = parse_yaml(text).documents[0]
    assert document.problem is not None
    assert document.value is None
    root = document.root
    assert isinstance(root, MapNode)
    assert pairs(text, root.entries[0][1]) == {"replicas": "1", "name": "a"}
    text = "- a: 1\n  b: 2\n- c: d: e\n"
    root = parse_yaml(text).documents[0].root
    assert isinstance(root, ListNode)
    assert text[root.start : root.end].startswith("- a: 1\n  b: 2")


def test_a_well_formed_document_without_a_value_says_why() -> None:
    document = parse_yaml("{{ .Values.x }}: y\n").documents[0]
    assert document.problem is None
    problem = document.value_problem
    assert problem is not None
    assert problem.go_message.startswith("error converting YAML to JSON: yaml: invalid map key: map[")
    assert problem.offset == 1
    assert "Quote" in problem.proposal


def test_positions_count_code_points_and_the_byte_order_mark() -> None:
    for text in ("\ufeffé: 😀\nb: c\n", "é: 😀\n---\n\ufeffb: c\n", "é: {😀:, b: c}\n"):
        stream = parse_yaml(text)
        assert not stream.problems
        node = stream.documents[-1].root
        while isinstance(node, MapNode) and isinstance(node.entries[-1][1], MapNode):
            node = node.entries[-1][1]
        assert pairs(text, node).popitem()[1] == "c"


def test_documents_can_be_found_by_offset() -> None:
    text = "# head\na: 1\n---\nb: 2\n--- c\n"
    stream = parse_yaml(text)
    assert [text[d.span.start : d.span.end] for d in stream.documents][1:] == ["\nb: 2\n", " c\n"]
    document = stream.document_at(text.index("b"))
    assert document is stream.documents[1]
    assert parse_yaml("").document_at(0) is None


def test_manifests_are_split_as_helm_splits_them() -> None:
    text = "\n\n---\n# only a comment\n--- \napiVersion: v1\n---kind: x\nname: x1\n---\n\n --- z\n---"
    assert [text[span.start : span.end] for span in split_manifests(text)] == [
        "# only a comment\n", "apiVersion: v1\n", "kind: x\nname: x1\n", "--- z\n",
    ]  # fmt: skip
    stream = parse_manifests(text)
    assert [document.value for document in stream.documents] == [
        None, {"apiVersion": "v1"}, {"kind": "x", "name": "x1"}, "z",
    ]  # fmt: skip
    assert stream.problems == ()
    assert split_manifests("  ---a: 1\n") == [Span(5, 10)]
    assert split_manifests(" \n") == []


def test_of_a_manifest_the_first_document_counts() -> None:
    stream = parse_manifests("a: 1\n... \nb: 2\n---\nc: [\n---\nd: 4")
    assert [document.value for document in stream.documents] == [{"a": 1.0}, None, {"d": 4.0}]
    assert len(stream.problems) == 1


def test_compose_raises_what_libyaml_and_go_yaml_refuse() -> None:
    with pytest.raises(yaml.YAMLError, match="mapping values"):
        compose_next(events.make_parser("a: b: c"))
    with pytest.raises(ComposeError, match="unknown anchor 'x' referenced"):
        compose_next(events.make_parser("a: *x"))
    assert compose_next(events.make_parser("")) is None


def test_without_libyaml_nothing_is_read_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_CParser", None)
    for read in (lambda: load_yaml("a: [b]"), lambda: parse_yaml("a: [b]")):
        with pytest.raises(ToolError, match="without libyaml"):
            read()
