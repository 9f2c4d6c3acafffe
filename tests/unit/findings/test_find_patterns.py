"""Patterns of a text: calls with what they hand over, and the values that are read."""

import pytest
from hypothesis import given

from quarterdeck.findings.find_patterns import find_patterns
from quarterdeck.findings.patterns import (
    ELEMENT,
    AnyOf,
    Call,
    Computed,
    Constant,
    FilePatterns,
    Path,
    Pieces,
    Pipe,
    Read,
)
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.symbols import find_symbols
from quarterdeck.runtime.funcs.table import function_table
from unit.gotmpl.template_texts import FUNCTIONS, texts

TABLE = function_table()


def patterns(text: str) -> FilePatterns:
    return find_patterns(parse_template(text, TABLE))


def only_call(text: str) -> Call:
    (call,) = [call for unit in patterns(text).units for call in unit.calls]
    return call


def reads(text: str, use: str | None = None) -> list[str]:
    """Give the paths that a text reads, in order, with dots between their steps."""
    found = [read for unit in patterns(text).units for read in unit.reads]
    return [".".join(read.names) for read in found if use in (None, read.use)]


# --- calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word", "whole", "name"),
    [
        ('{{ include "a.b" . }}', "include", 'include "a.b" .', '"a.b"'),
        ("{{ include `a.b` . | quote }}", "include", "include `a.b` .", "`a.b`"),
        ('x {{- template "a.b" . }}', "template", '{{- template "a.b" . }}', '"a.b"'),
        ('{{ block "a.b" . }}x{{ end }}', "block", '{{ block "a.b" . }}', '"a.b"'),
        ('{{ . | include "a.b" }}', "include", '. | include "a.b"', '"a.b"'),
        ('{{ "a.b" | include }}', "include", '"a.b" | include', '"a.b"'),
        ('{{ if not (include "a.b" $) }}x{{ end }}', "include", 'include "a.b" $', '"a.b"'),
    ],
)
def test_a_call_by_a_quoted_name(text: str, word: str, whole: str, name: str) -> None:
    call = only_call(text)
    assert (call.word, call.name, call.is_literal) == (word, "a.b", True)
    assert text[call.start : call.end] == whole
    assert text[call.name_start : call.name_end] == name


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ('(printf "%s.name" .Chart.Name)', Pieces(("", ".name"))),
        ('(printf "lib.%s.%d" "x" 2)', Constant("lib.x.2")),
        ('(printf "%s-%5d-%s" "x" 2 .a)', Pieces(("x-", ""))),
        ('(printf "100%%.%v" "x")', Constant("100%.x")),
        ('(printf "%s" true)', Pieces(("", ""))),
        ('(print "lib" ".x")', Constant("lib.x")),
        ('(print $.Template.BasePath "/cm.yaml")', Pieces(("", "/cm.yaml"))),
        (".Values.name", Path(("Values", "name"))),
        ('(default "lib.x" .name)', AnyOf((Constant("lib.x"), Path(("name",))))),
        ("(lower .name)", Computed("lower")),
    ],
)
def test_a_computed_name_is_known_as_far_as_the_text_tells(name: str, target: object) -> None:
    call = only_call(f"{{{{ include {name} . }}}}")
    assert (call.target, call.is_literal) == (target, False)
    assert call.name == (target.value if isinstance(target, Constant) else None)


def test_the_name_may_be_in_a_variable() -> None:
    call = only_call('{{ $name := "a.b" }}{{ include $name . }}')
    assert (call.name, call.is_literal) == ("a.b", False)


@pytest.mark.parametrize(
    ("parts", "fitting", "other"),
    [
        (("", ".name"), ["x.name", ".name"], ["x.names", "name"]),
        (("a", "a"), ["aa", "aba"], ["a", "ab"]),
        (("a.", ".b.", ".c"), ["a.x.b.y.c", "a..b..c"], ["a.b.c", "a.x.b.c"]),
        (("", "", ""), ["", "x"], []),
    ],
)
def test_pieces_fit_texts_that_have_them(
    parts: tuple[str, ...], fitting: list[str], other: list[str]
) -> None:
    assert [text for text in (*fitting, *other) if Pieces(parts).fits(text)] == fitting


@pytest.mark.parametrize(
    ("context", "given"),
    [
        (".", Path(())),
        ("$", Path(())),
        (".Values.image", Path(("Values", "image"))),
        ("$.Values.image", Path(("Values", "image"))),
        ('(index .Values "a-b" 0)', Path(("Values", "a-b", "[0]"))),
        ("(index .Values .key)", Path(("Values", ELEMENT))),
        ('(get .Values "a").b', Path(("Values", "a", "b"))),
        ("(.Values.a | deepCopy)", Path(("Values", "a"))),
        ("(first .Values.a)", Path(("Values", "a", "[0]"))),
        ('(required "needed" .Values.a)', Path(("Values", "a"))),
        ('(dict "x" .Values.a).x.b', Path(("Values", "a", "b"))),
        ('(dict "x" 1).y', Constant(None)),
        ('(index (list . "x") 1)', Constant("x")),
        ('(index (list . "x") 0).Values', Path(("Values",))),
        ('(dict "x" $ | merge (dict "y" .a)).x.b', Path(("b",))),
        ("(ternary .a .b true)", AnyOf((Path(("a",)), Path(("b",))))),
        ("(coalesce .a .b .a)", AnyOf((Path(("a",)), Path(("b",))))),
        ("(toYaml .a)", Computed("toYaml")),
        ('(.Files.Get "x")', Computed("Files.Get")),
        ("nil", Constant(None)),
        ("1.5", Constant(1.5)),
        ("true", Constant(True)),
    ],
)  # fmt: skip
def test_the_context_that_is_handed_over(context: str, given: object) -> None:
    assert only_call(f'{{{{ include "x" {context} }}}}').given == given


def test_a_map_that_is_handed_over_has_its_keys_with_their_places() -> None:
    text = '{{ include "x" (dict "value" .Values.a "context" $ .key 1) }}'
    given = only_call(text).given
    entries = [(entry.key, text[entry.start : entry.end], entry.value) for entry in given.entries]  # type: ignore[union-attr]
    assert entries == [
        ("value", '"value"', Path(("Values", "a"))),
        ("context", '"context"', Path(())),
    ]
    assert given.has_others  # type: ignore[union-attr]


def test_set_changes_the_map_in_a_variable() -> None:
    text = '{{ $c := dict "a" 1 }}{{ $_ := set $c "b" .x }}{{ include "x" $c.b }}{{ $_ := set $c "b" 2 }}'
    assert only_call(text).given == Path(("x",))


def test_a_template_that_is_called_without_a_context() -> None:
    assert only_call('{{ template "x" }}').given is None
    assert only_call('{{ "x" | include }}').given is None


@pytest.mark.parametrize(
    ("text", "pipes"),
    [
        ('{{ include "x" . }}', []),
        ('{{ include "x" . | nindent 4 }}', [("nindent", 4)]),
        ('{{ include "x" . | trim | indent 2 | quote }}', [("trim",), ("indent", 2), ("quote",)]),
        ('{{ (include "x" .) | fromYaml | toJson }}', [("fromYaml",), ("toJson",)]),
        ('{{ nindent 4 (include "x" . | trim) }}', [("trim",), ("nindent", 4)]),
        ('{{ $x := include "x" . | b64enc }}', [("b64enc",)]),
        ('{{ if eq "a" (include "x" .) }}{{ end }}', []),
    ],
)
def test_the_functions_that_get_the_text(text: str, pipes: list[tuple[object, ...]]) -> None:
    expected = [Pipe(str(name), tuple(map(Constant, arguments))) for name, *arguments in pipes]  # type: ignore[arg-type]
    assert list(only_call(text).pipes) == expected


def test_tpl_is_a_call_of_a_text() -> None:
    text = "{{ tpl .Values.extra $ | nindent 2 }}"
    call = only_call(text)
    assert (call.word, call.name, call.target, call.given) == (
        "tpl",
        None,
        Path(("Values", "extra")),
        Path(()),
    )
    assert text[call.name_start : call.name_end] == ".Values.extra"
    assert reads(text) == ["Values.extra"]


# --- reads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("{{ .Values.a.b }}", ["Values.a.b"]),
        ("{{ $.Values.a }}", ["Values.a"]),
        ("{{ with .a }}{{ .b }}{{ $.c }}{{ else }}{{ .d }}{{ end }}", ["a", "a.b", "c", "d"]),
        ("{{ with $x := .a }}{{ $x.b }}{{ else }}{{ $x.c }}{{ end }}", ["a", "a.b", "a.c"]),
        ("{{ range .list }}{{ .x }}{{ end }}", ["list", "list.[].x"]),
        ("{{ range $k, $v := .map }}{{ $k }}{{ $v.x }}{{ .y }}{{ end }}", ["map", "map.[].x", "map.[].y"]),
        ("{{ range $v := .map }}{{ $v.x }}{{ else }}{{ $v }}{{ end }}", ["map", "map.[].x", "map.[]"]),
        ("{{ $x := .a }}{{ $x.b }}", ["a", "a.b"]),
        ("{{ $x := .a }}{{ if .c }}{{ $x = .b }}{{ end }}{{ $x.d }}", ["a", "c", "b", "a.d", "b.d"]),
        ("{{ if .a }}{{ $x := .b }}{{ end }}{{ $x }}", ["a", "b"]),
        ('{{ if hasKey .Values "a" }}{{ end }}', ["Values.a"]),
        ('{{ dig "a" "b" "none" .Values }}', ["Values.a.b"]),
        ('{{ .Values | dig "a" "b" "none" }}', ["Values.a.b"]),
        ('{{ (index .Values "a").b }}', ["Values.a.b"]),
        ("{{ default .a .b.c }}", ["a", "b.c"]),
        ("{{ .a | default .b | quote }}", ["a", "b"]),
        ("{{ toYaml .Values.a | nindent 2 }}", ["Values.a"]),
        ("{{ .Files.Get .Values.name }}", ["Files.Get", "Values.name"]),
        ("{{ range tuple .a .b }}{{ .x }}{{ end }}", ["a", "b", "a.x", "b.x"]),
        ("{{ . }}", [""]),
        ('{{ include "x" . }}{{ $y := $ }}', []),
        ("{{ undefined .a }}{{ $nosuch.b }}", ["a"]),
    ],
)  # fmt: skip
def test_the_paths_that_are_read(text: str, paths: list[str]) -> None:
    assert reads(text) == paths


def test_what_becomes_of_what_is_read() -> None:
    text = (
        "{{ .v1 }}{{ if .t1 }}{{ end }}{{ if and (eq .t2 1) (not .t3) }}{{ end }}{{ with .e1 }}{{ end }}"
        '{{ range .e2 }}{{ end }}{{ $x := .p1 }}{{ include "x" .p2 }}{{ include "x" (dict "a" .p3) }}'
        "{{ ternary .v2 .v3 .t4 }}{{ .v4 | quote }}{{ .t5 | empty }}"
    )
    assert reads(text, "value") == ["v1", "v2", "v3", "v4"]
    assert reads(text, "tested") == ["t1", "t2", "t3", "t4", "t5"]
    assert reads(text, "entered") == ["e1", "e2"]
    assert reads(text, "passed") == ["p1", "p2", "p3"]


def test_reads_have_the_span_of_their_expression() -> None:
    text = 'text\n{{ define "x" }}\n  {{ .a.b }}{{ index .c "d" }}\n{{ end }}'
    (_, unit) = patterns(text).units
    assert [text[read.start : read.end] for read in unit.reads] == [".a.b", 'index .c "d"']
    assert text[unit.start : unit.end].startswith('{{ define "x" }}')
    assert text[unit.name_start : unit.name_end] == '"x"'


# --- units -------------------------------------------------------------------------------------------------


def test_what_stands_in_a_define_or_block_is_its_own() -> None:
    text = '{{ .a }}{{ block "q" .b }}{{ .c }}{{ $.d }}{{ end }}{{ define "x" }}{{ .e }}{{ end }}{{ .f }}'
    own, block, define = patterns(text).units
    assert [read.names for read in own.reads] == [("a",), ("b",), ("f",)]
    assert [read.names for read in block.reads] == [("c",), ("d",)]
    assert [read.names for read in define.reads] == [("e",)]
    assert [(unit.name, unit.is_block) for unit in (own, block, define)] == [
        ("", False),
        ("q", True),
        ("x", False),
    ]
    assert [call.given for call in own.calls] == [Path(("b",))]


def test_variables_do_not_reach_into_a_block() -> None:
    assert reads('{{ $x := .a }}{{ block "q" . }}{{ $x.b }}{{ end }}') == ["a"]


# --- any text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{{ $x := "a" }}' + "{{ $x = print $x $x }}" * 60 + "{{ include $x . }}",
        "{{ $x := dict }}" + '{{ $x = dict "a" $x "b" $x }}' * 60 + '{{ include "x" $x }}',
        "{{ $x := . }}" + "{{ $x = list $x $x }}" * 60 + '{{ include "x" $x }}',
        "{{ $x := .a }}" + "{{ $x = index $x 0 }}" * 60 + '{{ include "x" $x }}',
        "{{ $x := .a }}"
        + "".join(f"{{{{ $x = .a{number} }}}}" for number in range(60))
        + '{{ include "x" $x }}',
    ],
)
def test_what_grows_with_each_line_is_not_followed_for_ever(text: str) -> None:
    assert len(repr(only_call(text))) < 5_000


@pytest.mark.parametrize("depth", [20, 90, 180, 190])
def test_what_is_nested_too_deeply_is_left_out(depth: int) -> None:
    deep = "(quote " * depth + ".d" + ")" * depth
    text = "{{ .b }}" + "{{ if .a }}" * depth + f"{{{{ {deep} }}}}" + "{{ end }}" * depth + "{{ .c }}"
    found = patterns(text)
    names = {read.names for read in found.units[0].reads}
    assert {("b",), ("c",)} <= names
    if depth == 20:
        assert (("d",) in names, found.is_whole) == (True, True)
    if parse_template(text, TABLE).problems == ():
        assert found.is_whole == (("d",) in names)


@given(texts)
def test_calls_by_quoted_names_are_the_symbols_of_any_text(text: str) -> None:
    template = parse_template(text, FUNCTIONS)
    found = find_patterns(template)
    calls = [call for unit in found.units for call in unit.calls if call.is_literal and call.word != "tpl"]
    assert sorted((call.name, call.name_start, call.name_end, call.word) for call in calls) == sorted(
        (one.name, one.name_start, one.name_end, one.word) for one in find_symbols(template).references
    )
    for unit in found.units:
        assert 0 <= unit.start <= unit.name_start <= unit.name_end <= unit.end <= len(text)
        for one in (*unit.reads, *unit.calls):
            assert unit.start <= one.start <= one.end <= unit.end


def test_reads_are_plain_data() -> None:
    assert patterns("{{ .a }}").units[0].reads == (Read(("a",), 3, 5, "value"),)
