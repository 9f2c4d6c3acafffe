"""Every function is called with any arguments, right and wrong, few and many, through both engines.

The calls are drawn anew in each run, by the run's seed.
"""

from __future__ import annotations

import os
import random
from itertools import filterfalse
from typing import TYPE_CHECKING

import pytest

from function_cases import TIME
from function_engines import OfficialEngine, differences
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quarterdeck.runtime.signatures import Function

EACH = {"share": 12, "corpus": 30, "soak": 400}
"""How many calls of each function."""

UNORDERED = {"keys", "values"}
"""Go walks their maps in random order."""

BEYOND_END = "slice index out of bounds"
"""Go also takes what lies behind a list's end inside its capacity, which depends on how the list grew."""

NOT_VALUES = {"and", "or", "call", "break", "derivePassword"}
"""The first are not called like functions, the last takes a quarter second a call."""

HALF_HOUR_TIME = TIME.replace("+02:00", "-03:30")
"""A time in a zone that Go makes anew each time."""

TEXTS = [
    '""', '"a"', '"Hello World"', ".Values.u", '"a b  c\\n\\td"', '"10"', '"-3.5"', '"0x1F"', '"08"',
    '"true"',
    '"a,b,,c"', '"1.2.3-rc1+b"', '"fooBar_baz-QuxHTTP2xx"', '" x "', '"1h30m"', '"a.b/c.d"', '"é"', '"\\n"',
    '"1e3"',
    '"b64 ==="', '"YQ=="', '"a: 1"', '"[1,2]"', '"{\\"a\\":1}"',
]  # fmt: skip
INTEGERS = ["0", "1", "-1", "2", "5", "3", "40", "-7"]
ANYTHING = [
    ".Values.missing", "nil", '""', '"abc"', '"12"', '"1.50"', "0", "7", "-7", "1.5", "2.0", "true", "false",
    '(list 1 "a" nil 2.5)', "(list)", '(dict "a" 1 "b" (dict "c" nil))', "(dict)", "(int64 7)", ".Values.m",
    ".Values.l", ".Values.mixed", ".Values.n", ".Values.f", ".Values.big", '(splitList "," "b,a,b")',
    "(until 3)",
    ".Values.u", '(semver "1.2.3")', TIME, HALF_HOUR_TIME, "(rest (list))", ".Values",
    '("a" | b64enc)', '(split "," "a,b")',
    '(index "abc" 1)', '(list (list "a") (dict "x" 1))',
]  # fmt: skip
MAPS = [
    ".Values.m", '(dict "a" 1)', "(dict)", '(dict "x" (dict "y" 1) "l" (list 1) "e" "" "n" nil)',
    '(dict "x" (dict "z" 2) "l" (list 2) "e" "E" "n" 1)', ".Values.missing", "nil", '(split "," "a,b")',
    '"str"',
]  # fmt: skip
CHOICES = {
    "string": TEXTS,
    "int": INTEGERS,
    "map[string]interface {}": MAPS,
    "float64": ["0.5", "1", "0.3", "1.5", '"x"'],
    "bool": ["true", "false", "1", '"x"', "nil"],
    "time.Time": [TIME, HALF_HOUR_TIME, '"x"', "nil", "1"],
    "[]any": ['(list "a")', "nil", "(list)", "(list 1)", '"x"'],
}
"""Arguments by the type of the parameter; for other types, anything."""


def draw_calls(function: Function, generator: random.Random, count: int) -> list[str]:
    """Give different calls of a function, most of them with arguments of the right number and types."""
    drawn: set[str] = set()
    for _ in range(3 * count):
        types: list[str] = []
        for param in function.params:
            types += [param[3:]] * generator.choice((0, 1, 1, 2, 3)) if param.startswith("...") else [param]
        chance = generator.random()
        if chance < 0.04 and types:
            types.pop()
        elif chance < 0.08:
            types.append("any")
        arguments = [_draw(type_name, generator) for type_name in types]
        drawn.add(f"{{{{ {' '.join([function.name, *arguments])} }}}}")
        if len(drawn) == count:
            break
    return sorted(drawn)


def _draw(type_name: str, generator: random.Random) -> str:
    choices = CHOICES.get(type_name, ANYTHING)
    return generator.choice(ANYTHING if generator.random() < 0.06 else choices)


def is_comparable(function: Function) -> bool:
    """Tell whether the function always gives the same, and is called like any other."""
    return function.effect != "volatile" and function.name not in UNORDERED | NOT_VALUES


def shares_no_values(text: str) -> bool:
    """Tell whether a call that writes can make no value contain itself: that ends the engine's process."""
    return text.count(".Values") < 2


def is_capacity(difference: str) -> bool:
    """Tell whether Helm took what lies behind a list's end, where we refuse."""
    return BEYOND_END in difference and "Helm: ('', " not in difference


@pytest.mark.parametrize("initial", sorted({name[0] for name in function_table()}))
def test_functions_answer_any_arguments_as_in_helm(tmp_path: Path, initial: str) -> None:
    generator = random.Random(os.environ["QUARTERDECK_SEED"] + initial)
    engine = OfficialEngine(tmp_path)
    different: list[str] = []
    for name, function in function_table().items():
        if name[0] != initial or not is_comparable(function):
            continue
        texts: Sequence[str] = draw_calls(function, generator, EACH[os.environ["QUARTERDECK_PROFILE"]])
        if function.effect == "writes":
            for text in filter(shares_no_values, texts):
                different += differences(engine, [text])
        else:
            different += differences(engine, texts)
    assert not list(filterfalse(is_capacity, different))
