"""Template text is data: it reaches generated Python only as a constant."""

from __future__ import annotations

import ast
import marshal
import re
import types
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.compiler import expressions
from quarterdeck.compiler.code import compile_unit, dump_code, load_code
from quarterdeck.compiler.codegen import generate
from quarterdeck.compiler.expressions import NotCompilableError
from quarterdeck.compiler.units import Source, Unit
from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FUNCTIONS = function_table()
GLOBALS = {"FS", "FV", "I", "ID", "J", "NN", "P", "RG", "RG2", "S", "TPL", "TR", "str"}
LOCAL = re.compile(r"(d|w|unit|[tvdkr][0-9]+)\Z")
METHODS = {"get", "invoke"}
ATTRIBUTES = {*METHODS, "__class__"}
PRINTED = ("true", "false", "<no value>")
"""Texts that code has of its own: what constants print."""
PLAIN = (str, int, float, complex, type(None))
ALLOWED_NODES = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Assign, ast.AugAssign, ast.Add, ast.If, ast.For,
    ast.Break, ast.Continue, ast.Pass, ast.Return, ast.Expr, ast.IfExp, ast.NamedExpr, ast.Compare, ast.Eq,
    ast.NotEq, ast.Is, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Call,
    ast.Attribute, ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Subscript, ast.Load, ast.Store,
)  # fmt: skip


def units_of(text: str) -> list[Unit]:
    source = Source("chart/templates/x.yaml", text, FUNCTIONS)
    return [Unit(index.name or source.file, source, index) for index in source.units]


def check_harmless(text: str) -> int:
    """Check the Python of every unit of the text, and its code object; give how many there are."""
    count = 0
    for unit in units_of(text):
        try:
            source, _constants = generate(unit, FUNCTIONS)
        except NotCompilableError:
            continue
        count += 1
        check_source(source)
        code = compile_unit(unit, FUNCTIONS)
        if code is not None:
            check_code(code, texts_of(unit))
    return count


def check_source(source: str) -> None:
    """Check that generated Python is one function of known forms that names known things alone."""
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert ast.unparse(function.args) == "d"
    assert (function.name, function.decorator_list, function.returns) == ("unit", [], None)
    asked_for_class = {
        id(node.left)
        for node in ast.walk(function)
        if isinstance(node, ast.Compare) and all(isinstance(operator, ast.Is) for operator in node.ops)
    }
    for node in ast.walk(function):
        assert isinstance(node, ALLOWED_NODES), ast.dump(node)
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                assert LOCAL.match(name), name
            case ast.Name(id=name):
                assert LOCAL.match(name) or is_global(name), name
            case ast.Attribute(attr=name):
                assert name in ATTRIBUTES
                assert name != "__class__" or id(node) in asked_for_class
            case ast.Call(func=called):
                assert not node.keywords
                is_method = isinstance(called, ast.Attribute) and called.attr in METHODS
                assert is_method or (isinstance(called, ast.Name) and is_global(called.id)), ast.dump(node)
            case ast.Subscript(slice=index):
                assert isinstance(index, ast.Constant)
                assert index.value == 1
            case ast.Constant(value=value):
                assert isinstance(value, PLAIN)
            case _:
                pass


def is_global(name: str) -> bool:
    """Tell whether generated code may name this besides its locals."""
    return name in GLOBALS or (name[:2] in ("R_", "C_") and name[2:] in FUNCTIONS)


def check_code(code: types.CodeType, texts: set[str]) -> None:
    """Check that a code object names known things alone, and that its strings are those of the tree."""
    assert all(name in ATTRIBUTES or is_global(name) for name in code.co_names), code.co_names
    assert all(LOCAL.match(name) for name in code.co_varnames), code.co_varnames
    assert not code.co_freevars
    assert not code.co_cellvars
    for value in plain_constants(code.co_consts):
        assert isinstance(value, PLAIN)
        assert not isinstance(value, str) or value in texts, value


def plain_constants(values: tuple[object, ...]) -> Iterator[object]:
    """Give the constants, those in tuples one by one."""
    for value in values:
        if isinstance(value, tuple):
            yield from plain_constants(value)
        else:
            yield value


def texts_of(unit: Unit) -> set[str]:
    """Give every text that a unit's tree holds, which are those that its code may have as constants."""
    texts: set[str] = {"", *PRINTED}
    for _base, statements in unit.parts:
        for statement in statements:
            for node in walk(statement):
                match node:
                    case nodes.Text(value=text) | nodes.String(value=text) | nodes.TemplateCall(name=text):
                        texts.add(text)
                    case nodes.Block(name=text) | nodes.Identifier(name=text):
                        texts.add(text)
                    case nodes.Field(names=names) | nodes.Variable(fields=names) | nodes.Chain(fields=names):
                        texts.update(names)
                    case _:
                        pass
    return texts


FRAGMENTS = [
    "{{", "}}", "{{-", "-}}", " ", "\n", "if", "else", "end", "range", "with", "define", "include",
    "template", "block", "$x", ":=", "=", "|", "(", ")", ".", ".a", ".__class__", ".get", "$", "quote",
    "printf", "dict", "list", "eq", "default", '"', "'", "`", "\\", '"""', "'''", "#", "__import__",
    "os.system", "\0", "\0001", "%s", "{x}", "lambda", ";", "tpl", "\u2028", "\x85", "é", "\ud800", "0x1p2",
    "1_000", "9" * 30, ")})", "\\x00", "\\N{DASH}", "nil", "true",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=25).map("".join))
def test_no_text_gets_out_of_its_constant(text: str) -> None:
    check_harmless(text)


HOSTILE_TEXTS = st.one_of(
    st.sampled_from(
        (
            "'", '"', "\\", "\\'", '\\"', "'''", '"""', "\n", "\r", "\r\n", "\0", "\0000", "\0\0", "\\x00",
            "{", "}",
            "{}", "%s", "#", ";", "\u2028", "\ud800", "\udc80", "\\N{DASH}", "');__import__('os');('",
            "'+d+'",
            '");exit();("', "\n d=1\n", "__import__('os').system('x')", "f'{d}'", "\\\n", "\ufeff", "\t",
            "\f\x0b",
            "x" * 70 + "'", "\0" + "1" * 70,
        )
    ),
    st.text(max_size=8),
    st.text(min_size=60, max_size=80),
)  # fmt: skip
HOSTILE_NAMES = st.sampled_from(
    (
        "__class__", "__globals__", "__builtins__", "mro", "get", "invoke", "format", "unit", "d", "w", "t1",
        "v1",
        "k1", "d1", "r1", "I", "P", "R_quote", "C_quote", "str", "import", "lambda", "None", "True",
        "exec", "pop",
    )
)  # fmt: skip
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def quoted(text: str) -> str:
    """Write a text as a string constant of Go."""
    return f'"{"".join(ESCAPES.get(char, char) for char in text)}"'


def without(mark: str) -> st.SearchStrategy[str]:
    """Give hostile texts that do not hold the mark."""
    return HOSTILE_TEXTS.filter(lambda text: mark not in text)


def fields(start: str) -> st.SearchStrategy[str]:
    """Give chains of hostile names."""
    return st.lists(HOSTILE_NAMES, min_size=1, max_size=3).map(lambda names: f"{start}.{'.'.join(names)}")


CONSTANTS = ("1", "-2.5", "true", "nil", "'a'", "0x1F", "1i")
TWO_ARGUMENTS = (
    "printf", "eq", "dict", "list", "default", "and", "or", "include", "tpl", "index", "print", "cat",
    "hasKey",
)  # fmt: skip
PIPED = ("quote", "toYaml | nindent 2", "upper", "not", "len", "default 1", "printf `%s`")
OPERANDS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        HOSTILE_TEXTS.map(quoted),
        without("`").map("`{}`".format),
        fields(""),
        fields("$"),
        fields("$x"),
        st.sampled_from((".", "$", "$x", *CONSTANTS)),
        CALLS.map("({})".format),
        st.builds("({}).{}".format, CALLS, HOSTILE_NAMES),
    )
)
CALLS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        OPERANDS,
        st.builds("{} {} {}".format, st.sampled_from(TWO_ARGUMENTS), OPERANDS, OPERANDS),
        st.builds("{} | {}".format, CALLS, st.sampled_from(PIPED)),
    )
)
STATEMENTS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        without("{{"),
        CALLS.map("{{{{ {} }}}}".format),
        CALLS.map("{{{{ $x = {} }}}}".format),
        st.builds("{{{{ template {} {} }}}}".format, HOSTILE_TEXTS.map(quoted), OPERANDS),
        st.builds(
            "{{{{ {} {} }}}}{}{{{{ else }}}}{}{{{{ end }}}}".format,
            st.sampled_from(("if", "with", "range", "range $k, $x :=", "if $x :=")),
            CALLS,
            STATEMENTS,
            STATEMENTS,
        ),
    )
)
PROGRAMS = st.builds(
    "{{{{ $x := {} }}}}{}{{{{ define {} }}}}{}{{{{ end }}}}".format,
    CALLS,
    st.lists(STATEMENTS, max_size=4).map("".join),
    HOSTILE_TEXTS.map(quoted),
    without("{{"),
)


@given(PROGRAMS)
def test_programs_of_hostile_texts_and_names_stay_data(text: str) -> None:
    check_harmless(text)


@given(st.lists(PROGRAMS, min_size=20, max_size=20))
@settings(max_examples=5)
def test_most_hostile_programs_reach_the_generator(programs: list[str]) -> None:
    assert sum(check_harmless(text) > 1 for text in programs) > 8


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("'{}'".format, "{{ print `');d.clear();('` }}"),
        ("'{}'".format, "';import os#"),
        ("f'{}'".format, "{{ print `{d.mro}` }}"),
        ("{}".format, "{{ print `__import__` }}"),
        ("'{}'".format, "\\{{ . }},d.pop(1)#"),
        ("'{}'".format, "\\x41"),
    ],
)
def test_the_check_notices_text_that_gets_out(
    monkeypatch: pytest.MonkeyPatch, quote: Callable[[str], str], text: str
) -> None:
    assert check_harmless(text) == 1
    monkeypatch.setattr(expressions, "_quoted", quote)
    with pytest.raises((AssertionError, SyntaxError)):
        check_harmless(text)


PIECES = st.text(st.characters(), min_size=0, max_size=40)


@given(PIECES, PIECES, PIECES)
def test_texts_and_strings_arrive_as_they_were(before: str, inner: str, after: str) -> None:
    before, after = before.replace("{", "("), after.replace("{", "(")
    inner = inner.replace("`", "'").replace("\r", "")
    text = f"{before}{{{{ `{inner}` }}}}{after}"
    (unit,) = units_of(text)
    code = compile_unit(unit, FUNCTIONS)
    if code is None:  # a short constant that looks like a placeholder
        assert "\0" in text
        return
    pieces = types.FunctionType(code, {"__builtins__": {}})({})
    assert "".join(pieces[1::2]) == before + inner + after


HOSTILE = [
    '{{ "\\"; import os #" }}',
    "{{ `'''` }}'''{{ `\"\"\"` }}",
    '{{ $__import__ := "os" }}{{ $__import__ }}',
    "{{ .__class__.__mro__ }}",
    "{{ (.a).__subclasses__ }}",
    '{{ index . "__class__" }}',
    "{{ define \"x'); import os; ('\" }}{{ .a }}{{ end }}{{ include \"x'); import os; ('\" . }}",
    '{{ printf "%s%s" "\\u0027" .a }}',
    '{{ dict "a\\n" .b "}" 1 }}',
    "{{ $d := 1 }}{{ $w := 2 }}{{ $str := 3 }}{{ $d }}{{ $w }}{{ $str }}",
    "\\\n{{ .a }}\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_data(text: str) -> None:
    assert check_harmless(text) > 0


def test_what_python_cannot_nest_is_left_to_the_interpreter() -> None:
    ranges = "{{ range .a }}" * 30 + "{{ . }}" + "{{ end }}" * 30
    branches = "{{ if .a }}" * 120 + "x" + "{{ end }}" * 120
    parentheses = "{{ " + "(" * 300 + ".a" + ")" * 300 + " }}"
    for text in (ranges, branches, parentheses):
        assert compile_unit(units_of(text)[0], FUNCTIONS) is None


LONG = "long text " * 20


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .Values.a }}" + LONG + "{{ .Values.a | quote }}{{ end }}",
        LONG,
        LONG + "{{/* note */}}" + LONG,
        LONG + '{{ "\\x00" }}{{ "\\x000" | quote }}',
        '{{ "\\x00" }}short',
        '{{ "\\x00' + LONG + '" }}' + LONG,
        '{{ printf "\\x00%s" .a }}' + LONG,
        "{{ .a }}\0" + LONG + "{{ .b }}",
        '{{ "' + "\\u0041" * 30 + '" }}{{ .a }}',
    ],
)
def test_code_survives_the_way_to_the_disk_and_back(text: str) -> None:
    code = compile_unit(units_of(text)[0], FUNCTIONS)
    if code is None:
        return
    data = dump_code(code, text)
    assert dump_code(compile_unit(units_of(text)[0], FUNCTIONS) or code, text) == data
    assert load_code(data, text) == code
    assert load_code(data[:-3], text) is None


@pytest.mark.parametrize("value", [0, (), (1, 2), "text", ("text", (0, 4)), None])
def test_what_is_no_code_is_not_loaded(value: object) -> None:
    assert load_code(marshal.dumps(value), "text") is None


def test_literal_text_is_not_stored_again() -> None:
    text = "{{ if .Values.a }}" + LONG * 50 + "{{ .Values.a | quote }}{{ end }}"
    code = compile_unit(units_of(text)[0], FUNCTIONS)
    assert code is not None
    assert len(dump_code(code, text)) < len(text) / 10
