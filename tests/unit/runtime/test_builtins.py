"""The functions of text/template do what Go's do, and all functions stand in one table."""

from __future__ import annotations

from typing import Any

import pytest

from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import GoStruct

BUILTINS = {
    *("and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "index", "len"),
    *("print", "printf", "println", "html", "js", "urlquery", "call"),
}


class Version(GoStruct):
    go_type = "common.KubeVersion"

    def format(self) -> str:
        return "v1<"


def call(name: str, *arguments: Any) -> Any:
    return function_table()[name].call(*arguments)


def test_the_table_holds_the_builtins_and_names_fit() -> None:
    table = function_table()
    assert table.keys() >= BUILTINS
    assert all(function.name == name for name, function in table.items())


def test_and_and_or_give_the_argument_that_decides() -> None:
    assert call("and", 1, 0.0, "x") == 0.0
    assert call("and", 1, "x") == "x"
    assert call("or", "", None, "x", 1) == "x"
    assert call("or", "", None) is None
    assert call("not", []) is True


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("print", (1, 2, "a", None), "1 2a<nil>"),
        ("println", ("a", 1), "a 1\n"),
        ("printf", ("%03d", 7), "007"),
        ("html", ("<a b='c' d=\"e\">&\0",), "&lt;a b=&#39;c&#39; d=&#34;e&#34;&gt;&amp;\ufffd"),
        ("html", (1.0, None, Version()), "1&lt;no value&gt;v1&lt;"),
        ("js", ("it's <b> \"a\\b\" = &\n\u2028é",),
         "it\\'s \\u003Cb\\u003E \\\"a\\\\b\\\" \\u003D \\u0026\\u000A\\u2028é"),
        ("js", ("plain7",), "plain7"),
        ("urlquery", ("a b/&=é~",), "a+b%2F%26%3D%C3%A9~"),
        ("len", ("abc",), 3),
        ("index", ({"a": [1.0]}, "a", 0), 1.0),
    ],
)  # fmt: skip
def test_builtins_give_go_s_results(name: str, arguments: tuple[Any, ...], text: Any) -> None:
    assert call(name, *arguments) == text


def test_nothing_can_be_called() -> None:
    with pytest.raises(GoError, match="call of nil"):
        call("call", None)
    with pytest.raises(GoError, match="non-function <target> of type string"):
        call("call", "a", 1)
