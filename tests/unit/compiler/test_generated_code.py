"""Template text is data: it reaches generated Python only as a constant."""

import ast
import re
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.compiler.code import compile_unit, dump_code, load_code
from quarterdeck.compiler.codegen import generate
from quarterdeck.compiler.expressions import NotCompilableError
from quarterdeck.compiler.units import Source, Unit
from quarterdeck.runtime.funcs.table import function_table

FUNCTIONS = function_table()
GLOBALS = {"FS", "FV", "I", "ID", "J", "NN", "P", "RG", "RG2", "S", "TPL", "TR", "str"}
LOCAL = re.compile(r"(d|w|unit|[tvdkr][0-9]+)\Z")
ATTRIBUTES = {"get", "invoke", "__class__"}
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
    """Check the Python of every unit of the text; give how many there are."""
    count = 0
    for unit in units_of(text):
        try:
            source, _constants = generate(unit, FUNCTIONS)
        except NotCompilableError:
            continue
        count += 1
        for node in ast.walk(ast.parse(source)):
            assert isinstance(node, ALLOWED_NODES), ast.dump(node)
            if isinstance(node, ast.Name):
                is_function = node.id[:2] in ("R_", "C_") and node.id[2:] in FUNCTIONS
                assert node.id in GLOBALS or is_function or LOCAL.match(node.id), node.id
            elif isinstance(node, ast.Attribute):
                assert node.attr in ATTRIBUTES
            elif isinstance(node, ast.Subscript):
                assert isinstance(node.slice, ast.Constant)
                assert node.slice.value == 1
    return count


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


def test_code_survives_the_way_to_the_disk_and_back() -> None:
    text = "{{ if .Values.a }}" + "long text " * 20 + "{{ .Values.a | quote }}{{ end }}"
    code = compile_unit(units_of(text)[0], FUNCTIONS)
    assert code is not None
    data = dump_code(code)
    assert dump_code(compile_unit(units_of(text)[0], FUNCTIONS) or code) == data
    assert load_code(data) == code
    assert load_code(data[:-3]) is None
    assert load_code(b"i\0\0\0\0") is None
