"""Operands that exist on both sides: an expression for Helm, and the same value as our runtime has it."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from official_engine import ask_helm
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.printing import print_value
from quarterdeck.runtime.values import GoList, Int64, NilList, Uint8

CHART = "apiVersion: v2\nname: c\nversion: 0.1.0\n"


class Operand(NamedTuple):
    """`expression` in a template gives `value`; where it holds `@`, that stands for a value of the chart."""

    expression: str
    value: Any
    is_from_values: bool = False


TEXTS = st.text(
    st.one_of(
        st.sampled_from(" ab.,:\"'\\`<>&=%\t\n\r\x00\x7f/é\u2028\u200b\ufeff\ufffd€\U0001f600"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=8,
)
FLOATS = st.one_of(
    st.integers(-3_000_000, 3_000_000).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1000, 1000).map(lambda number: round(number, 3)),
    st.sampled_from(
        [0.0, -0.0, 1e6, 999999.0, 999999.5, 1e-4, 1e-5, 1e20, 1e21, 1e-6, 1e-7, 1.5e300, 5e-324]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), FLOATS, TEXTS)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)


def from_values(trees: st.SearchStrategy[Any]) -> st.SearchStrategy[Operand]:
    """Draw operands that come from the chart's values."""
    return trees.map(lambda tree: Operand("", tree, is_from_values=True))


MADE = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda number: Operand(str(number), number)),
    st.integers(-1000, 1000).map(lambda number: Operand(str(number), number)),
    st.integers(-1000, 1000).map(lambda number: Operand(f"(int64 {number})", Int64(number))),
    st.integers(0, 2).map(lambda place: Operand(f'(index "a\\xe9z" {place})', Uint8(b"a\xe9z"[place]))),
    st.just(Operand('(splitList "," "a,b c,")', GoList(["a", "b c", ""], "[]string"))),
    st.just(Operand("(until 3)", GoList([0, 1, 2], "[]int"))),
    st.just(Operand("(rest (list))", NilList())),
    st.just(Operand('(list 1 (int64 2) "a" nil)', [1, Int64(2), "a", None])),
    st.just(Operand("(dict)", {})),
    st.just(Operand('(trunc 1 "é")', "\udcc3")),
    st.sampled_from(["inf", "-inf", "nan"]).map(lambda name: Operand(f'(float64 "{name}")', float(name))),
    st.just(Operand("1i", 1j)),
    st.just(Operand("-2.5i", complex(0.0, -2.5))),
)
OPERANDS = st.one_of(from_values(TREES), from_values(SCALARS), MADE)


class Outcome(NamedTuple):
    """The text of a rendering, or what went wrong."""

    text: str
    error: str


def ask(expression: str, operands: list[Operand], values: dict[str, Any] | None = None) -> Outcome:
    """Give what Helm makes of `{{ expression }}`, in which `@0` stands for the first operand, and so on.

    `values` are further values of the chart. The text is what Helm gives, the error only what follows the
    innermost place.
    """
    for place, operand in reversed(list(enumerate(operands))):
        written = f"(index .Values.l {place})" if operand.is_from_values else operand.expression
        expression = expression.replace(f"@{place}", written)
    values = {
        **(values or {}),
        "l": [operand.value if operand.is_from_values else None for operand in operands],
    }
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder)
        (chart / "templates").mkdir()
        (chart / "Chart.yaml").write_text(CHART)
        (chart / "templates" / "a.yaml").write_text("{{ " + expression + " }}", "utf-8")
        answer = ask_helm(chart, values)
    if not answer.error:
        return Outcome(answer.templates["c/templates/a.yaml"], "")
    place = re.search(r"executing .*?>:\s+", answer.error, re.DOTALL)
    assert place, answer.error
    return Outcome("", answer.error[place.end() :])


def ours(name: str, call: Any, *arguments: Any) -> Outcome:
    """Give what our function makes of the arguments, printed as Helm prints a template's text.

    Error texts end at a NUL character: they reach us as C strings.
    """
    try:
        text = print_value(call(*arguments))
    except GoError as error:
        return Outcome("", f"error calling {name}: {error}".partition("\0")[0])
    return Outcome(as_helm_returns(text.replace("<no value>", "")), "")


def as_helm_returns(text: str) -> str:
    """Give the text as it comes through the engine's JSON answer: bytes that are no UTF-8 are lost."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def template_string(text: str) -> str:
    """Give the text as a string constant of a template."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
