"""Values print as text/template and fmt print them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.runtime.goerror import BudgetError
from quarterdeck.runtime.printing import format_value, print_value, sprint, sprintf, sprintln
from quarterdeck.runtime.values import (
    GoList,
    GoStruct,
    Int64,
    NamedInt,
    NilList,
    NilMap,
    Uint8,
    Values,
)


class Version(GoStruct):
    """A struct whose pointer has String(), as the Kubernetes version in Capabilities."""

    go_type = "common.KubeVersion"
    is_stringer = False

    def format(self) -> str:
        return "v1"

    def fields(self) -> tuple[tuple[str, Any], ...]:
        return (("Version", "v1"), ("Major", None))


class Pointer(Version):
    go_type = "*common.KubeVersion"
    kind = "ptr"


class Span(NamedInt):
    go_type = "time.Duration"

    def format(self) -> str:
        return f"{int(self)}ns"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (8080.0, "8080"),
        (1e6, "1e+06"),
        (-0.0, "-0"),
        (7, "7"),
        (Int64(-7), "-7"),
        (True, "true"),
        (None, "<no value>"),
        ({"b": [1.0, None, "x"], "a": {}}, "map[a:map[] b:[1 <nil> x]]"),
        (Values(z=1.0), "map[z:1]"),
        (GoList(["a", "b"]), "[a b]"),
        (NilMap(), "map[]"),
        (NilList(), "[]"),
        (b"ab", "[97 98]"),
        (1j, "(0+1i)"),
        (Version(), "v1"),
        (Span(5), "5ns"),
        ([Version()], "[{v1 <nil>}]"),
    ],
)
def test_a_value_prints_as_in_a_template(value: Any, text: str) -> None:
    assert print_value(value) == text


def test_keys_are_sorted_by_their_bytes() -> None:
    assert format_value(
        {"\U0001f600": 1, "\uffff": 2, "é": 3, "\udcff": 4, "a": 5, "Z": 6, "10": 7, "9": 8}
    ) == ("map[10:7 9:8 Z:6 a:5 é:3 \uffff:2 \U0001f600:1 \udcff:4]")


def test_sprint_puts_spaces_only_between_operands_that_are_no_strings() -> None:
    assert sprint([1, 2.0, "a", "b", True, None]) == "1 2a" + "b" + "true <nil>"


def test_sprintln_puts_spaces_everywhere_and_ends_the_line() -> None:
    assert sprintln(["a", "b", 1]) == "a b 1\n"


@pytest.mark.parametrize(
    ("layout", "arguments", "text"),
    [
        ("%s-%d%%", ["a", 5], "a-5%"),
        ("%d", [8080.0], "%!d(float64=8080)"),
        ("%s", [None], "%!s(<nil>)"),
        ("%s", [[None, "a"]], "[<nil> a]"),
        ("%d", [["a", 1]], "[%!d(string=a) 1]"),
        ("a", ["b"], "a%!(EXTRA string=b)"),
        ("a", [None, 1], "a%!(EXTRA <nil>, int=1)"),
        ("%s %s", ["a"], "a %!s(MISSING)"),
        ("%", [], "%!(NOVERB)"),
        ("%z", [1], "%!z(int=1)"),
        ("%[2]s %[1]s", ["a", "b"], "b a"),
        ("%[3]s", ["a"], "%!s(BADINDEX)"),
        ("%[x]s", ["a"], "%!s(BADINDEX)"),
        ("%*d|%-*d|", [5, 1, 5, 2], "    1|2    |"),
        ("%*d", ["a", 1], "%!(BADWIDTH)1"),
        ("%.*f", [-1, 1.5], "%!(BADPREC)1.500000"),
        ("%05d|%+d|% d|%x|%X|%#x", [42, 42, 42, 255, 255, 255], "00042|+42| 42|ff|FF|0xff"),
        ("%o|%O|%b", [8, 8, 5], "10|0o10|101"),
        ("%08.3f|%-8.1f|%+.2e", [-3.14159, 2.0, 1234.5], "-003.142|2.0     |+1.23e+03"),
        ("%6s|%-6s|%.2s|%q|%+q|%#q|%x|% X", ["é", "b", "éab", "é\n", "é", "a", "hi", "hi"],
         '     é|b     |éa|"é\\n"|"\\u00e9"|`a`|6869|68 69'),
        ("%c %U %#U %q", [0x1F600, 0x1F600, 0x41, 0x41], "\U0001f600 U+1F600 U+0041 'A' 'A'"),
        ("%v %+v %#v", [{"a": None}, {"a": 1.0}, {"a": ["x", 2.0, None]}],
         'map[a:<nil>] map[a:1] map[string]interface {}{"a":[]interface {}{"x", 2, interface {}(nil)}}'),
        ("%T %T %T %T", [None, 1.0, Values(), Int64(1)], "<nil> float64 common.Values int64"),
        ("%t %t", [True, "x"], "true %!t(string=x)"),
        ("%v %+v %#v", [Version(), Version(), Version()],
         '{v1 <nil>} {Version:v1 Major:<nil>} common.KubeVersion{Version:"v1", Major:interface {}(nil)}'),
        ("%v %+v", [Pointer(), Pointer()], "&{v1 <nil>} &{Version:v1 Major:<nil>}"),
        ("%v %s %d %t", [Span(5), Span(5), Span(5), Span(5)], "5ns 5ns 5 %!t(time.Duration=5)"),
        ("%s %x %v %#v", [b"ab", b"ab", b"ab", b"ab"], "ab 6162 [97 98] []byte{0x61, 0x62}"),
        ("%#v %#v %#v", [NilMap(), NilList("[]string"), Uint8(9)],
         "map[string]interface {}(nil) []string(nil) 0x9"),
        ("%p %p", ["a", NilMap()], "%!p(string=a) 0x0"),
        ("%#g %g %G", [1.0, 1e21, 1e-7], "1.00000 1e+21 1E-07"),
        ("%6.2f%%|%v", [float("nan"), float("inf")], "   NaN%|+Inf"),
        ("%w", ["a"], "%!w(string=a)"),
        ("%w %w", [["a", 1], {"k": "v"}], "%!w([]interface {}=[a 1]) %!w(map[string]interface {}=map[k:v])"),
    ],
)  # fmt: skip
def test_printf_follows_fmt(layout: str, arguments: list[Any], text: str) -> None:
    assert sprintf(layout, arguments) == text


@pytest.mark.parametrize(
    ("layout", "arguments"),
    [
        ("%1000000d" * 1_000, [1] * 1_000),
        ("%1000000v", [[1.0] * 10_000]),
        ("%.1000000f", [{str(number): 1.0 for number in range(10_000)}]),
        ("%.1000000d", [b"x" * 10_000]),
        ("%1000000d", [[b"x" * 10_000]]),
    ],
)
def test_a_layout_cannot_ask_for_endless_text(layout: str, arguments: list[Any]) -> None:
    with pytest.raises(BudgetError, match="exceeds the limit of 67108864"):
        sprintf(layout, arguments)


LAYOUTS = st.lists(
    st.one_of(
        st.sampled_from(["%", "*", "[", "]", ".", "1", "9", "#", "+", "-", " ", "0", "%%"]),
        st.text(max_size=2),
    ),
    max_size=12,
).map("".join)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.floats(), st.integers(-(2**63), 2**63 - 1), st.text(), st.binary()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(layout=LAYOUTS, arguments=st.lists(VALUES, max_size=4))
def test_no_layout_makes_printf_raise(layout: str, arguments: list[Any]) -> None:
    assert isinstance(sprintf(layout, arguments), str)


@given(value=VALUES)
def test_percent_v_is_what_print_gives(value: Any) -> None:
    assert sprintf("%v", [value]) == sprint([value]) == sprintf("%[1]v", [value])


@given(text=st.text(alphabet=st.characters(exclude_characters="%")))
def test_text_without_verbs_is_kept(text: str) -> None:
    assert sprintf(text, []) == text


def test_a_value_that_holds_itself_is_not_printed(deep_stack: None) -> None:
    loop: dict[str, Any] = {}
    loop["a"] = [loop]
    with pytest.raises(BudgetError, match="nested too deeply to be printed"):
        print_value(loop)
    with pytest.raises(BudgetError, match="nested too deeply to be printed"):
        sprintf("%#v", [loop])
