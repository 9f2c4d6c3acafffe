"""`load_yaml` reads what the official engine's fromYaml reads, with the same errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus_charts
from differential.yaml_engine import read_all, write_all
from quarterdeck.yamldoc.emit import emit_yaml
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.parser import parse_yaml

SCALARS = st.sampled_from(
    [
        "word", "two words", "y", "No", "on", "null", "~", "", "8080", "1_000", "0777", "08", "0o17",
        "0x1F", "0b11", "1e3", ".5", "1.", "1:30", "2001-01-01", "'8080'", '"yes"', "''", '"\\x41\\n"',
        "!!str 12", "!!int '12'", "!!float 1", "!!binary aGk=", "[]", "{}", "[a, b: c]", "{a: 1, b}",
        "[a:, b]", "|\n   block\n    more\n", ">-\n   folded\n   text\n\n   end\n", "=", "é", "😀",
        "12345678901234567890", "1e400", "-0", "&x anchored", "*x", "&m {k: v}", "*m", "'it''s'",
        "# comment", "a#b", "a:b", "http://h:1/?a=b",
    ]
)  # fmt: skip
KEYS = st.sampled_from(
    ["a", "b", "key", "10", "1.5", "y", "off", "'q'", "2001-01-01", "<<", "a b", "é", "? c\n", "0x10"]
)
LINES = st.tuples(KEYS, SCALARS).map(lambda pair: f"{pair[0]}: {pair[1]}\n")
ITEMS = SCALARS.map(lambda scalar: f"  - {scalar}\n")
BLOCKS = st.one_of(
    LINES,
    st.tuples(KEYS, st.lists(ITEMS, max_size=3)).map(lambda pair: f"{pair[0]}:\n{''.join(pair[1])}"),
    st.sampled_from(
        ["# comment\n", "\n", "---\n", "m: &m\n  k: v\nn:\n  <<: *m\n", "x: &x [1]\n", "\tz: 1\n", "loose\n"]
    ),
)
TEXTS = st.lists(BLOCKS, max_size=8).map("".join)

NO_COLON = "could not find expected ':'"
MISTAKES = [
    "a: b: c\n",
    "a: 1\nb: 2\n c: 3\n",
    "a:\n  b: 1\n c: 2\n",
    "a: 1\nfoo\nb: 2\n",
    "a: [1\nb: 2\n",
    "a: {x: 1\nb: 2\n",
    "a: 'open\nb: 2\n",
    'a: "x" y\n',
    "a:\n\t- b\n",
    "a: @x\n",
    "a: *x\n",
    "a: &x\n- *x\n",
    "a: - b\n",
    "- a\nb: c\n",
    "{{ .Values.x }}: y\n",
    "a: {{ .Values.x }}\n",
    "a: |x\n  text\n",
    "a: |\n  x\n y\n",
    'a: "\\q"\n',
    "<<: word\n",
    "a: .nan\n",
    "~: x\n",
    "9223372036854775808: x\n",
    "a: !!int word\n",
    "a: \x07\n",
    "%YAML 1.2\n---\na: 1\n",
    "a: [x?y]\n",
    "a: [b:, c]\n",
]

DEEP_MISTAKES = [
    "a: " + "[" * 2_000,
    "a: " + "[" * 2_000 + "}",
    "a: " + "[" * 2_000 + "]" * 2_000 + "]",
    "a: " + "[" * 2_000 + "@",
    "a: " + "{b: " * 2_000 + "1" + "]",
    "a:\n" + "- " * 2_000 + "x\n b: c: d\n",
    "a:\n" + "- " * 2_000 + "x: y: z\n",
    "a:\n" + "- " * 2_000 + "'open",
    "a:\n" + "- " * 2_000 + "x\nb: 1\nc\n",
    "\n".join(" " * level + "a:" for level in range(1_500)) + "\n  b: 1\n c: 2\nx",
    "a: " + "[" * 10_001 + "]" * 10_001,
]


def check_same(texts: list[str]) -> None:
    """Compare value and error of every text whose first document holds a map or nothing."""
    for text, read in zip(texts, read_all(texts), strict=True):
        value, error = load_yaml(text)
        if error is not None or (read.error is not None and "cannot unmarshal" not in read.error):
            assert error == read.error or looks_further_ahead(error, read.error)
        elif read.error is None:
            assert (value or {}) == read.value
            documents = parse_yaml(text).documents
            assert not documents or documents[0].value == value


def looks_further_ahead(error: str | None, expected: str | None) -> bool:
    """Tell whether both refuse a line without a colon, which libyaml notices earlier than go-yaml.

    With a second mistake before that line, or a comment behind it, the messages or lines can differ.
    """
    return error is not None and expected is not None and NO_COLON in error + expected


@given(texts=st.lists(TEXTS, min_size=1, max_size=40))
def test_any_text_is_read_as_by_helm(texts: list[str]) -> None:
    check_same([text for text in texts if not has_ambiguous_keys(text)])


def has_ambiguous_keys(text: str) -> bool:
    """Tell whether keys of two types may become one string, where Go takes either value by chance."""
    return ("!!" in text and "<<" in text) or ("0x10" in text and "16" in text)


@pytest.mark.parametrize("text", MISTAKES)
def test_usual_mistakes_are_reported_in_helm_s_words(text: str) -> None:
    check_same([text])


@pytest.mark.parametrize("text", DEEP_MISTAKES, ids=range(len(DEEP_MISTAKES)))
def test_mistakes_far_down_are_reported_in_helm_s_words(text: str) -> None:
    check_same([text])


@pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)
@pytest.mark.parametrize("name", corpus_charts.shared_names())
def test_values_of_real_charts_are_read_and_written_as_by_helm(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = corpus_charts.unpack(name, tmp_path_factory.getbasetemp() / "charts")
    texts = [path.read_text("utf-8-sig") for path in sorted(folder.rglob("*values*.yaml")) if path.is_file()]
    check_same(texts)
    values = [value for text in texts if (value := load_yaml(text)[0]) is not None]
    for value, expected in zip(values, write_all("toYaml", values), strict=True):
        assert emit_yaml(value).removesuffix("\n") == expected
