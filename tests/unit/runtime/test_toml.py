"""TOML is written and read as BurntSushi/toml does it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.tomldecode import TABLES_TYPE, decode_toml
from quarterdeck.runtime.tomltext import MAX_NESTING, encode_toml
from quarterdeck.runtime.values import GoList, GoStruct, Int64, NamedInt, NilList, NilMap

TREES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1).map(Int64),
        st.floats(allow_nan=False),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=6),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text('ab. é"', min_size=1, max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)
TABLES = st.dictionaries(st.text("abc-_. é\"'\\", min_size=1, max_size=4), TREES, max_size=4)


class Moment(GoStruct):
    go_type = "time.Time"

    def __init__(self, text: str, zone: str = "") -> None:
        self.text = text
        self.zone = zone

    def marshal(self) -> Any:
        return self.text

    def fields(self) -> tuple[tuple[str, Any], ...]:
        return (("loc", self.zone),)


class Span(NamedInt):
    go_type = "time.Duration"

    def format(self) -> str:
        return "5s"


def read_time(layout: str, value: str, zone: str) -> Any:
    """Read the times of these tests as pairs of text and zone; the layout says how long they are."""
    if len(value) != len(layout.replace("Z07:00", "Z").replace(".999999999", "")):
        raise GoError("another layout")
    return (value, zone)


def decode(text: str) -> tuple[dict[str, Any], str]:
    return decode_toml(text, read_time)


def test_plain_values_come_before_tables_and_tables_are_indented() -> None:
    tree = {
        "z": 1.0,
        "a": {
            "b": None,
            "c": 1.5,
            "e": {"f": [{"x": Int64(1)}, {"y": {"t": 1}}], "h": [[{"r": 1, "q": None}]]},
        },
        "list": [1.0, "two", [True]],
        "k.x y": 'a\t"\x7f',
        "": b"ab",
    }
    assert encode_toml(tree) == (
        '"" = [97, 98]\n'
        '"k.x y" = "a\\t\\"\\u007f"\n'
        'list = [1.0, "two", [true]]\n'
        "z = 1.0\n"
        "\n[a]\n  c = 1.5\n  [a.e]\n    h = [[{r = 1}]]\n"
        "\n    [[a.e.f]]\n      x = 1\n"
        "\n    [[a.e.f]]\n      [a.e.f.y]\n        t = 1\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        ([1, 2.0], "[1, 2.0]"),
        ({}, ""),
        ({"a": NilMap(), "b": NilList(), "c": []}, "c = []\n"),
        ({"a": [{"b": 1, "c": None}, 2]}, "a = [{b = 1, }, 2]\n"),
        ({"f": 1e6, "g": float("nan"), "h": float("-inf")}, "f = 1e+06\ng = nan\nh = -inf\n"),
        ({"t": Moment("1979-05-27T07:32:00Z"), "d": Span(5)}, 'd = "5s"\nt = 1979-05-27T07:32:00Z\n'),
        ({"t": Moment("1979-05-27T07:32:00Z", "datetime-local")}, "t = 1979-05-27T07:32:00\n"),
        ({"t": Moment("1979-05-27T00:00:00Z", "date-local")}, "t = 1979-05-27\n"),
        ({"t": Moment("0000-01-01T07:32:00Z", "time-local")}, "t = 07:32:00\n"),
    ],
)
def test_corners_are_written_as_the_library_writes_them(value: Any, text: str) -> None:
    assert encode_toml(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "reflect: call of reflect.Value.Type on zero Value"),
        ({"a": [1, None]}, "toml: cannot encode array with nil element"),
        ({"a": [[{"b": [None]}]]}, "toml: cannot encode array with nil element"),
        ({"a": 1j}, "unsupported type: complex128"),
        (1j, "unsupported type for key '': complex128"),
        ([{"a": 1}], "toml: top-level values must be Go maps or structs"),
    ],
)
def test_what_toml_lacks_is_refused(value: Any, message: str) -> None:
    with pytest.raises(GoError) as caught:
        encode_toml(value)
    assert str(caught.value) == message


def test_a_map_that_holds_itself_is_refused(deep_stack: None) -> None:
    loop: dict[str, Any] = {}
    loop["a"] = loop
    listed: dict[str, Any] = {}
    listed["a"] = [[listed]]
    for value in (loop, listed, [[loop]]):
        with pytest.raises(BudgetError, match="nested too deeply"):
            encode_toml(value)


def test_tables_and_lists_nest_a_thousand_deep(deep_stack: None) -> None:
    value: Any = {"k": 1}
    for _ in range(MAX_NESTING - 2):
        value = {"a": value}
    assert encode_toml(value).endswith("k = 1\n")
    with pytest.raises(BudgetError, match="nested too deeply"):
        encode_toml({"a": {"a": {"a": value}}})


@given(tables=TABLES)
def test_what_is_written_reads_back_here_and_in_python(tables: dict[str, Any]) -> None:
    text = encode_toml(tables)
    assert decode(text) == (tables, "")
    assert tomllib.loads(text) == tables


def test_integers_are_int64_and_lists_of_tables_have_their_type() -> None:
    tables, error = decode("a = 0x1F\nb.c = 1_000\n[[t]]\nx = [1.5, {y = 'z'}]\n[[t]]\n[t.u]\n")
    assert error == ""
    assert tables == {"a": 31, "b": {"c": 1000}, "t": [{"x": [1.5, {"y": "z"}]}, {"u": {}}]}
    assert tables["a"].__class__ is Int64
    assert isinstance(tables["t"], GoList)
    assert tables["t"].go_type == TABLES_TYPE
    assert tables["t"][0]["x"].__class__ is list


def test_strings_of_all_kinds_are_read() -> None:
    text = '''a = "\\u00e9\\x41\\e\\t"\nb = 'a\\b'\nc = """\nx\\\n   y\\"""""\nd = \'\'\'\nq\'\'\'\'\'\n'''
    assert decode(text) == ({"a": "éA\x1b\t", "b": "a\\b", "c": 'xy""', "d": "q''"}, "")


def test_dates_are_read_by_layout_and_zone() -> None:
    text = "a = 1979-05-27 07:32:00z\nb = 1979-05-27t07:32:00\nc = 1979-05-27 # d\nd = 07:32:00\n"
    assert decode(text) == (
        {
            "a": ("1979-05-27T07:32:00Z", ""),
            "b": ("1979-05-27T07:32:00", "datetime-local"),
            "c": ("1979-05-27", "date-local"),
            "d": ("07:32:00", "time-local"),
        },
        "",
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a=1\nb=\n", '2 (last key "b")', "expected value but found '\\n' instead"),
        ("a=1\na=2", '2 (last key "a")', "Key 'a' has already been defined."),
        ("a", "1", "unexpected EOF; expected key separator '='"),
        ("[a", "1", "expected '.' or ']' to end table name, but got '\\x00' instead"),
        ("a=1\n[a.b]\n", "2", "Key 'a' was already created as a hash."),
        ("[a]\n[a]", "2", "Key 'a' has already been defined."),
        ("a=1\n[[a]]", "2", "Key 'a' was already created and cannot be used as an array."),
        (
            "a={b=[1",
            '1 (last key "a.b")',
            "expected a comma (',') or array terminator (']'), but got end of file",
        ),
        ("a=01", '1 (last key "a")', 'Invalid integer "01": cannot have leading zeroes'),
        ("a=1__0", '1 (last key "a")', 'Invalid integer "1__0": underscores must be surrounded by digits'),
        ("a=1.", '1 (last key "a")', "Invalid float \"1.\": '.' must be followed by one or more digits"),
        ("a=9223372036854775808", '1 (last key "a")', "9223372036854775808 is out of range for int64"),
        ("a=1e999", '1 (last key "a")', "1e999 is out of range for float64"),
        ("a=1979-99-99999", '1 (last key "a")', 'invalid datetime: "1979-99-99999"'),
        ("a='x\n'", '1 (last key "a")', "strings cannot contain newlines"),
        ('a="\\q"', '1 (last key "a")', "invalid escape in string '\\q'"),
        ("a=1\n#\x01", "2", "TOML files cannot contain control characters: '0x01'"),
        ("a='\udcff'", '1 (last key "a")', "invalid UTF-8 byte: 0xff"),
    ],
)
def test_a_broken_text_is_refused_in_the_library_s_words(text: str, place: str, message: str) -> None:
    assert decode(text) == ({}, f"toml: line {place}: {message}")


def test_a_text_with_nul_characters_is_taken_for_utf_16() -> None:
    message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"
    assert decode("\0") == ({}, f"toml: line 1: {message}")


@given(text=st.text(st.sampled_from("ab=.[]{},\"'#\n\r\t \\0123eE_+-xz:TZé\x01"), max_size=30))
def test_any_text_gives_tables_or_an_error(text: str) -> None:
    tables, error = decode(text)
    assert error.startswith("toml: line ") or (not error and isinstance(tables, dict))
    assert not (tables and error)
