"""Paths lead to places, and places to paths."""

from __future__ import annotations

import pytest

from quarterdeck.yamldoc.parser import YamlDocument, parse_yaml
from quarterdeck.yamldoc.path import YamlPath, find_nearest, find_path, find_value

TEXT = """\
spec:
  containers:
    - name: web
      ports: [{containerPort: 8080}]
    - &second
      name: side
10: ten
on: switch
copy: *second
name: first
name: last
base: &base {a: 1, b: 2}
other: {c: 3}
merged:
  a: 0
  <<: [*base, {b: 9, d: 4}]
  c: 5
"""


def document() -> YamlDocument:
    return parse_yaml(TEXT).documents[0]


def written(path: YamlPath) -> tuple[str | None, str] | None:
    found = find_value(document(), path)
    if found is None:
        return None
    key = found.key_span
    value = found.value_span
    return (None if key is None else TEXT[key.start : key.end]), TEXT[value.start : value.end]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("spec", "containers", 0, "name"), ("name", "web")),
        (("spec", "containers", 0, "ports", 0, "containerPort"), ("containerPort", "8080")),
        (("spec", "containers", 0, "ports", 0), (None, "{containerPort: 8080}")),
        (("10",), ("10", "ten")),
        (("true",), ("on", "switch")),
        (("name",), ("name", "last")),
        (("copy",), ("copy", "*second")),
        (("copy", "name"), ("name", "side")),
        (("merged", "a"), ("a", "1")),
        (("merged", "b"), ("b", "2")),
        (("merged", "d"), ("d", "4")),
        (("merged", "c"), ("c", "5")),
        (("merged", "<<"), None),
        (("on",), None),
        (("spec", "containers", 2), None),
        (("spec", "containers", "0"), None),
        (("spec", "containers", -1), None),
        (("name", "deeper"), None),
    ],
)
def test_a_path_leads_to_its_key_and_value(path: YamlPath, expected: tuple[str | None, str] | None) -> None:
    assert written(path) == expected


def test_what_a_path_finds_is_what_the_value_holds() -> None:
    value = document().value
    assert value["merged"] == {"a": 1.0, "b": 2.0, "d": 4.0, "c": 5.0}
    for key in value["merged"]:
        found = find_value(document(), ("merged", key))
        assert found is not None
        assert getattr(found.target, "value", None) == value["merged"][key]


def test_the_nearest_place_stands_in_for_a_missing_one() -> None:
    found = find_nearest(document(), ("spec", "containers", 0, "image", "tag"))
    assert found is not None
    assert found[0] == ("spec", "containers", 0)
    assert find_nearest(parse_yaml("# empty\n---\n# more").documents[0], ("a",)) is not None


@pytest.mark.parametrize(
    ("marked", "path"),
    [
        ("spec:\n  rep<|>licas: 1\n", ("spec", "replicas")),
        ("spec:\n  replicas: 1<|>\n", ("spec", "replicas")),
        ("a: [x, y<|>]\n", ("a", 1)),
        ("a:\n  - b: <|>c\n", ("a", 0, "b")),
        ("y: <|>x\n", ("true",)),
        ("a: 1\n<|>\nb: 2\n", ()),
    ],
)
def test_an_offset_leads_to_its_path(marked: str, path: YamlPath) -> None:
    offset = marked.index("<|>")
    found = find_path(parse_yaml(marked.replace("<|>", "")).documents[0], offset)
    assert found is not None
    assert found[0] == path


def test_an_offset_outside_of_the_root_has_no_path() -> None:
    assert find_path(parse_yaml("# comment\na: 1\n").documents[0], 3) is None
    assert find_path(document(), len(TEXT) + 5) is None
