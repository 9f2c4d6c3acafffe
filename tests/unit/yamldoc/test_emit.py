"""Values are written as `toYaml` writes them, and every leaf's place is known."""

from __future__ import annotations

from typing import Any

import pytest

from quarterdeck.yamldoc.emit import emit_yaml, emit_yaml_with_leaves, find_emit_problem
from quarterdeck.yamldoc.key_order import sort_keys
from quarterdeck.yamldoc.pretty import emit_yaml_pretty

FIRST = "a line that is much longer than eighty columns needs to be folded where a space"
LONG = f"{FIRST} stands alone"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (False, "false"), ({}, "{}"), ([], "[]"),
        ("word", "word"), ("two words", "two words"), ("", '""'), ("a: b", "'a: b'"), ("a:b", "a:b"),
        ("a #b", "'a #b'"), ("a#b", "a#b"), ("it's", "it's"), ("'it'", "'''it'''"), ("- a", "'- a'"),
        ("-a", "-a"), ("-", "'-'"), ("?", "'?'"), ("?a", "?a"), (":", "':'"), ("a:", "'a:'"),
        (" a", "' a'"), ("a ", "'a '"), ("---", "'---'"), ("---a", "'---a'"), ("...", "'...'"),
        ("#", "'#'"), ("{{ x }}", "'{{ x }}'"), ("*", "'*'"), ("@a", "'@a'"), ("%a", "'%a'"),
        ("`a", "'`a'"), ("a\\b", r"a\b"), ('say "x"', 'say "x"'), ('"x"', "'\"x\"'"), ("y", '"y"'),
        ("No", '"No"'), ("on", '"on"'), ("true", '"true"'), ("null", '"null"'), ("~", '"~"'),
        ("8080", '"8080"'), ("1e3", '"1e3"'), ("0x1f", '"0x1f"'), ("0o17", '"0o17"'), ("08", '"08"'),
        ("1_0", '"1_0"'), ("2001-01-01", '"2001-01-01"'), ("2001-02-30", "2001-02-30"),
        ("2001-1-1 1:2:3.5", '"2001-1-1 1:2:3.5"'),
        ("2001-01-01T10:00:00+02:00", '"2001-01-01T10:00:00+02:00"'), ("1:30", '"1:30"'), ("1:60", "1:60"),
        (".5", '".5"'), (".inf", '".inf"'), ("1.2.3", "1.2.3"), ("=", "="), ("<<", "<<"),
        ("1e400", "1e400"), (".", "."), ("a\tb", '"a\\tb"'), ("a\rb", '"a\\rb"'), ("\x1b\x00", '"\\e\\0"'),
        ("😀", '"\\U0001F600"'), ("é\xa0", "é\xa0"), ("\ufeffa", '"\\uFEFF\\x61"'),
        ("a\u2028b", "'a\u2028  b'"), ("\udcff", "\ufffd"), ("a\x85b", "a b"),
        ("a\x85\x85b", "|-\n  a\n  b"), ("x\n", "|\n  x"), ("x\ny", "|-\n  x\n  y"), ("x\n\n", "|+\n  x\n"),
        ("\nx", "|2-\n\n  x"), ("  x\ny", "|2-\n    x\n  y"), ("\n", "|2+\n"), ("x \ny", '"x \\ny"'),
        ("x\ny ", '"x\\ny "'), ("x\n\ty", '"x\\n\\ty"'), (8080.0, "8080"), (8080, "8080"), (-0.0, "0"),
        (1e6, "1000000"), (1234567.5, "1.2345675e+06"), (0.00001, "1e-05"), (999999.5, "999999.5"),
        (0.0001, "0.0001"), (1e20, "1e+20"), (1e21, "1e+21"), (2.0**63, "9223372036854776000"),
        (-(2.0**63), "-9.223372036854776e+18"), (2.0**53, "9007199254740992"),
        (2.0**62, "4611686018427388000"), (1.5e300, "1.5e+300"), (b"\xff\x00", "/wA="),
    ],
)  # fmt: skip
def test_a_lone_value_is_written_as_by_marshal(value: Any, text: str) -> None:
    assert emit_yaml(value) == f"{text}\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1.0, {"b": 2.0, "c": []}], "d": {"e": {}}}, "a:\n- 1\n- b: 2\n  c: []\nd:\n  e: {}\n"),
        ([[1.0, 2.0], [], [{"a": [1.0]}]], "- - 1\n  - 2\n- []\n- - a:\n    - 1\n"),
        ({"a": {"b": "x\ny\n"}, "c": ["z\n"]}, "a:\n  b: |\n    x\n    y\nc:\n- |\n  z\n"),
        ({"a": "x\n\n", "b": 1.0}, "a: |+\n  x\n\nb: 1\n"),
        ({"y": 1.0, "1": 2.0, "": 3.0, "a b": 4.0, "- c": 5.0}, '"": 3\n- c: 5\n"1": 2\na b: 4\n"y": 1\n'),
        ({"k" * 129: 1.0}, f"? {'k' * 129}\n: 1\n"),
        ({"k\nl": {"a": 1.0, "b": [2.0]}}, "? |-\n  k\n  l\n: a: 1\n  b:\n  - 2\n"),
        ({"k\nl": [1.0, 2.0]}, "? |-\n  k\n  l\n: - 1\n  - 2\n"),
        ({"a": "x\n\u2028", "b": 1.0}, "a: |+\n  x\n\u2028b: 1\n"),
    ],
)
def test_collections_are_laid_out_as_by_go_yaml(value: Any, text: str) -> None:
    assert emit_yaml(value) == text.replace("- c: 5", "'- c': 5")


def test_long_lines_are_folded_after_column_80() -> None:
    assert emit_yaml({"key": LONG}) == f"key: {FIRST}\n  stands alone\n"
    assert emit_yaml({"key": LONG + ":"}) == f"key: '{FIRST}\n  stands alone:'\n"
    assert emit_yaml([LONG + "\t"]) == f'- "{FIRST}\n  stands alone\\t"\n'
    assert emit_yaml({"key": "x" * 90 + "  y z"}) == f"key: {'x' * 90}  y\n  z\n"
    assert emit_yaml({"key": "\t" + "x" * 90 + "  y z"}) == f'key: "\\t{"x" * 90}\n  \\ y z"\n'


def test_keys_come_in_natural_order() -> None:
    assert sort_keys(["z", "M", "10", "9", "a", "a10", "a9", "a09", "_a", "a-b", "a.b", "é"]) == (
        ["_a", "9", "10", "M", "a", "a-b", "a.b", "a9", "a09", "a10", "z", "é"]
    )
    assert sort_keys(["1a", "1.", "12"]) == ["1.", "12", "1a"]
    assert sort_keys(["1a", "1.", "12"], digits_matter=True) == ["1a", "1.", "12"]


@pytest.mark.parametrize(
    "value", [float("nan"), {"a": float("inf")}, "\x7f", {"\x81": 1.0}, {"k" * 1_030: 1.0}, object()]
)
def test_what_marshal_refuses_gives_no_text(value: Any) -> None:
    assert emit_yaml(value) == ""
    assert emit_yaml_with_leaves(value) == ("", [])
    assert find_emit_problem(value)


def test_subclasses_and_objects_are_written_as_what_they_hold() -> None:
    class Words(list[Any]):
        pass

    class Text(str):
        __slots__ = ()

    class Settings:
        def json_value(self) -> Any:
            return {"name": "x"}

    assert emit_yaml({"a": Words(["b"]), "c": Text("d"), "e": Settings()}) == "a:\n- b\nc: d\ne:\n  name: x\n"


def test_every_leaf_knows_its_place_and_its_container() -> None:
    value = {
        "name": "web",
        "ports": [80.0, {"port": 8080.0, "text": "x\ny\n"}],
        "long": LONG,
        "empty": {},
        "k\nl": ["in a complex key"],
    }
    text, leaves = emit_yaml_with_leaves(value)
    assert text == emit_yaml(value)
    written = {(id(leaf.container), leaf.key): text[leaf.start : leaf.end] for leaf in leaves}
    ports = value["ports"]
    inner = ports[1]
    assert written[id(value), "name"] == "web"
    assert written[id(value), "ports"] == "- 80\n- port: 8080\n  text: |\n    x\n    y"
    assert written[id(ports), 0] == "80"
    assert written[id(ports), 1] == "port: 8080\n  text: |\n    x\n    y"
    assert written[id(inner), "port"] == "8080"
    assert written[id(inner), "text"] == "|\n    x\n    y"
    assert written[id(value), "long"].endswith("\n  stands alone")
    assert written[id(value), "empty"] == "{}"
    assert written[id(value["k\nl"]), 0] == "in a complex key"
    root = leaves[0]
    assert root.container[root.key] is value
    assert text[root.start : root.end] + "\n" == text


def test_pretty_text_differs_where_go_yaml_v3_does() -> None:
    value = {"a": [1e6, "y", {"b": LONG, "c": [2.0]}], "d": "x\n\ty\n", "e": "\udcff", "f": "\x7f"}
    assert emit_yaml_pretty(value) == (
        f'a:\n  - 1e+06\n  - "y"\n  - b: {LONG}\n    c:\n      - 2\n'
        'd: |\n  x\n  \ty\ne: !!binary /w==\nf: "\\x7F"\n'
    )
    assert emit_yaml_pretty(float("nan")) == ".nan\n"
    assert emit_yaml_pretty(object()) == ""
    assert emit_yaml_pretty(b"\x01\x02") == "- 1\n- 2\n"
