"""Text becomes the value that Helm sees, or the error that Helm prints."""

from __future__ import annotations

from typing import Any

import pytest

from quarterdeck.yamldoc.load import load_yaml

CONVERSION = "error converting YAML to JSON: "


def load(text: str) -> Any:
    value, error = load_yaml(text)
    assert error is None
    return value


def error_of(text: str, *, strict: bool = False) -> str:
    value, error = load_yaml(text, strict=strict)
    assert value is None
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("y", True), ("Yes", True), ("on", True), ("TRUE", True), ("yEs", "yEs"),
        ("n", False), ("off", False), ("No", False), ("False", False),
        ("~", None), ("null", None), ("Null", None), ("nULL", "nULL"),
        ("8080", 8080.0), ("+1", 1.0), ("-0", 0.0), ("1_000", 1000.0), ("0777", 511.0), ("08", 8.0),
        ("0o17", 15.0), ("0O17", 15.0), ("0x1F", 31.0), ("0b11", 3.0), ("-0x10", -16.0), ("0b12", "0b12"),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("12e03", 12000.0), ("._5", "._5"),
        ("1e400", "1e400"), (".5e-400", 0.0), ("0x", "0x"), (".1p3", ".1p3"), ("+-1", "+-1"),
        ("9223372036854775808", 9223372036854775808.0), ("0xffffffffffffffffff", "0xffffffffffffffffff"),
        ("18446744073709551616", 18446744073709551616.0),
        ("1:30", "1:30"), ("12:30:45", "12:30:45"), ("2001-01-01", "2001-01-01"),
        ("2001-01-01T10:00:00Z", "2001-01-01T10:00:00Z"), ("=", "="), ("<<", "<<"),
        ("'8080'", "8080"), ('"yes"', "yes"), ("''", ""), ('"\\x41\\u00e9\\n"', "Aé\n"),
        ("!!str 12", "12"), ("!!int '12'", 12.0), ("!!float 1", 1.0), ("!!bool y", True), ("!!null ''", None),
        ("!!binary aGVsbG8=", "hello"), ("!!binary /w==", "\ufffd"), ("!!timestamp 2001-01-01", "2001-01-01"),
        ("!own 12", "12"), ("! 12", "12"), ('! "12"', "12"),
    ],
)  # fmt: skip
def test_scalars_mean_what_go_yaml_makes_of_them(scalar: str, value: Any) -> None:
    for loaded in (load(scalar), load(f"a: {scalar}\n")["a"], load(f"- {scalar}")[0], load(f"[{scalar}]")[0]):
        assert loaded == value
        assert loaded.__class__ is value.__class__


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("10", "10"), ("0x1f", "31"), ("1.5", "1.5"), ("0.1", "0.1"), ("1e10", "1e+10"),
        ("16777217.5", "1.6777218e+07"), ("true", "true"), ("y", "true"), ("n", "false"), ("off", "false"),
        (".inf", ".inf"), ("-.INF", "-.inf"), (".nan", ".nan"), ("1e300", ".inf"), ("'10'", "10"),
        ("2001-01-01", "2001-01-01"), ("name", "name"), ("=", "="), ("!!str 10", "10"),
        ("!!int '0x10'", "16"), ("1:30", "1:30"),
    ],
)  # fmt: skip
def test_keys_become_strings_as_in_sigs_yaml(key: str, text: str) -> None:
    assert load(f"{key}: v\n") == {text: "v"}
    assert load(f"{key}: 'v'\nother: [1]\n") == {text: "v", "other": [1.0]}
    assert load(f"{key}: &v x\nother: *v\n") == {text: "x", "other": "x"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("\n", None), ("# only a comment", None), ("---\n", None), ("{}", {}), ("[]", []),
        ("a: 1\na: 2\n", {"a": 2.0}),
        ("a: 1\n---\nb: [\n", {"a": 1.0}),
        ("--- a\n--- b\n", "a"),
        ("a: b\n...\nrest", {"a": "b"}),
        ("\ufeffa: 1\n", {"a": 1.0}),
        ("a: 1\r\nb: 2\r\n", {"a": 1.0, "b": 2.0}),
        ("a: |\n  x\n   y\n\nb: >-\n  x\n  y\n", {"a": "x\n y\n", "b": "x y"}),
        ("a: {b, c: }\n", {"a": {"b": None, "c": None}}),
        ("[a: b, c]", [{"a": "b"}, "c"]),
        ("? a\n? b\n", {"a": None, "b": None}),
        ("{a:1, b}", {"a:1": None, "b": None}),
        ("[a:, b]", ["a:", "b"]),
        ("a: \tb", {"a": "b"}),
        ("#\n\ufeffx: 1\n", {"\ufeffx": 1.0}),
    ],
)  # fmt: skip
def test_documents_are_read_as_helm_reads_them(text: str, value: Any) -> None:
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x [1]\nb: *x\n", {"a": [1.0], "b": [1.0]}),
        ("a: &x k\n*x : v\n", {"a": "k", "k": "v"}),
        ("<<: {x: 2}\nx: 1", {"x": 1.0}),
        ("x: 1\n<<: {x: 2}\n", {"x": 2.0}),
        ("<<: [{a: 1}, {a: 2, b: 3}]\n", {"a": 1.0, "b": 3.0}),
        ("m: &m {a: 1}\nn:\n  <<: *m\n  b: 2\n", {"m": {"a": 1.0}, "false": {"a": 1.0, "b": 2.0}}),
        ("'<<': 1\n", {"<<": 1.0}),
    ],
)
def test_aliases_and_merges_work_as_in_go_yaml(text: str, value: Any) -> None:
    assert load(text) == value


def test_what_an_alias_gives_is_a_value_of_its_own() -> None:
    value = load("a: &x {k: [word, 1.5]}\nb: *x\n")
    assert value["a"] is not value["b"]
    assert value["a"]["k"] is not value["b"]["k"]
    assert value["a"]["k"][0] is not value["b"]["k"][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
        ("\n\na: b: c\n", "yaml: line 3: mapping values are not allowed in this context"),
        ("a: 1\nfoo\nb: 2\n", "yaml: line 3: could not find expected ':'"),
        ("a: [1\n", "yaml: line 1: did not find expected ',' or ']'"),
        ("[a?b]", "yaml: did not find expected ',' or ']'"),
        ("- a\nb: c\n", "yaml: line 1: did not find expected '-' indicator"),
        ("a:\n\t- b", "yaml: line 2: found character that cannot start any token"),
        ("'a", "yaml: found unexpected end of stream"),
        ('"\\q"', "yaml: found unknown escape character"),
        ("a: *x\n", "yaml: unknown anchor 'x' referenced"),
        ("a: &x [*x]\n", "yaml: anchor 'x' value contains itself"),
        ("<<: word\n", "yaml: map merge requires map or sequence of maps as the value"),
        (
            "{{ .Values.x }}: y\n",
            'yaml: invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}',
        ),
        ("? [a, 1, null]\n: b\n", 'yaml: invalid map key: []interface {}{"a", 1, interface {}(nil)}'),
        ("%YAML 1.2\n---\na: 1\n", "yaml: found incompatible YAML document"),
        ("a: \x01\n", "yaml: control characters are not allowed"),
        ("a: \udcff\n", "yaml: invalid leading UTF-8 octet"),
        ("a: !!int word", "yaml: cannot decode !!str `word` as a !!int"),
        ("a: !!binary x", "yaml: !!binary value contains invalid base64 data"),
        ("~: x", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"'),
        (
            "9223372036854775808: 1",
            "unsupported map key of type: uint64, key: 0x8000000000000000, value: 1",
        ),
        ("a: .nan", "json: unsupported value: NaN"),
        ("a: [-.inf]", "json: unsupported value: -Inf"),
    ],
)
def test_errors_are_go_s_word_for_word(text: str, message: str) -> None:
    assert error_of(text) == CONVERSION + message


def test_strict_loading_refuses_keys_that_come_twice() -> None:
    assert error_of("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", strict=True) == (
        f"{CONVERSION}yaml: unmarshal errors:\n"
        '  line 2: key "a" already set in map\n  line 5: key "c" already set in map'
    )
    assert load_yaml("1: a\n1.0: b\n", strict=True)[1] is None


def test_text_after_a_forbidden_character_counts_only_if_go_has_read_it() -> None:
    assert load_yaml("a: 1\n---\n" + "#" * 600 + "\x00") == ({"a": 1.0}, None)
    assert error_of("a: 1\n---\n\x00") == f"{CONVERSION}yaml: control characters are not allowed"


def test_equal_leaves_are_objects_of_their_own() -> None:
    for text in (
        "[x, x, 'x', \"x\", word, word, 1, 1, 8080, 8080, !!str y, !!str y]",
        "a: x\nb: x\nc: 1\nd: 1\n",
    ):
        value = load(text)
        leaves = list(value.values() if isinstance(value, dict) else value)
        assert len({id(leaf) for leaf in leaves}) == len(leaves)


def test_aliases_that_multiply_are_refused_as_in_go() -> None:
    lines = ["x: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"y{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert error_of("\n".join(lines)) == f"{CONVERSION}yaml: document contains excessive aliasing"


def test_a_thousand_aliases_of_small_values_are_fine() -> None:
    text = "a: &a [1, 2]\nb:\n" + "- *a\n" * 90 + "c:\n" + "- 1\n" * 1000
    assert len(load(text)["b"]) == 90


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "[?", "? "])
def test_nesting_has_go_s_limit(opening: str) -> None:
    assert error_of(opening * 10_010) == f"{CONVERSION}yaml: exceeded max depth of 10000"


def test_nesting_below_the_limit_is_read() -> None:
    value = load("[" * 5_000 + "]" * 5_000)
    depth = 0
    while value:
        value = value[0]
        depth += 1
    assert depth == 4_999
