"""What `parse_template` makes of texts, right and wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.gotmpl.goparser import TagError, TagParser
from quarterdeck.gotmpl.nodes import (
    Action,
    Broken,
    Chain,
    Command,
    Define,
    Else,
    Field,
    Identifier,
    If,
    Number,
    Pipeline,
    Range,
    String,
    TemplateCall,
    Text,
    Variable,
)
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.printer import print_template
from quarterdeck.gotmpl.quick import SHAPES, build_pipeline
from quarterdeck.gotmpl.scope import Scope
from unit.gotmpl.template_texts import FUNCTIONS, expressions, texts


def first_node(text: str) -> object:
    template = parse_template(text)
    assert not template.problems
    return template.items[0].node


def pipeline_of(text: str) -> Pipeline:
    node = first_node(text)
    assert isinstance(node, Action)
    return node.pipeline


@given(texts)
@settings(max_examples=300)
def test_any_text_is_printed_as_it_was(text: str) -> None:
    assert print_template(parse_template(text, FUNCTIONS)) == text


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@settings(max_examples=100)
def test_text_with_lone_surrogates_is_printed_as_it_was(text: str) -> None:
    assert print_template(parse_template("{{" + text)) == "{{" + text


@given(texts)
@settings(max_examples=200)
def test_nodes_and_items_stand_where_their_text_is(text: str) -> None:
    at = 0
    for item in parse_template(text, FUNCTIONS).items:
        assert item.start == at
        assert item.node.start == 0
        at += item.node.end
    assert at == len(text)


@given(expressions)
@settings(max_examples=500)
def test_the_quick_reading_agrees_with_the_exact_one(expression: str) -> None:
    source = "{{ " + expression + " }}"
    shape = SHAPES[source]
    scope = Scope()
    scope.declare("$x")
    for name, _ in shape.declared:
        scope.declare(name)
    quick = build_pipeline(shape, 0, scope.visible, FUNCTIONS) if shape.words else None
    if quick is None:
        return
    parsed = TagParser(source, 0, base=0, scope=scope, functions=FUNCTIONS, is_top_level=True).parse()
    assert parsed.pipeline == quick
    assert parsed.kind is shape.kind
    assert parsed.end == len(source)


def test_a_field_has_its_names_and_place() -> None:
    assert pipeline_of("{{ .Values.a }}") == Pipeline(
        3, 12, (), False, (Command(3, 12, (Field(3, 12, ("Values", "a")),)),)
    )


def test_a_call_in_a_pipe_in_parentheses() -> None:
    pipeline = pipeline_of('{{ printf "%s" (.a | quote).b }}')
    name, text, chain = pipeline.commands[0].args
    assert name == Identifier(3, 9, "printf")
    assert text == String(10, 14, '"%s"', "%s")
    assert isinstance(chain, Chain)
    assert (chain.start, chain.end, chain.fields) == (15, 29, ("b",))
    assert isinstance(chain.node, Pipeline)
    assert (chain.node.start, chain.node.end) == (16, 26)


def test_declarations_and_assignments() -> None:
    assert pipeline_of("{{ $x := 1 }}").variables == (Variable(3, 5, "$x"),)
    assert not pipeline_of("{{ $x := 1 }}").assigns
    template = parse_template("{{ $x := 1 }}{{ $x = 2 }}")
    node = template.items[1].node
    assert isinstance(node, Action)
    assert node.pipeline.assigns


def test_range_declares_two_variables() -> None:
    node = first_node("{{ range $k, $v := .m }}{{ $k }}{{ break }}{{ end }}")
    assert isinstance(node, Range)
    assert [variable.name for variable in node.pipeline.variables] == ["$k", "$v"]


def test_else_if_nests_and_shares_the_end() -> None:
    node = first_node("{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}")
    assert isinstance(node, If)
    assert isinstance(node.otherwise, Else)
    assert node.otherwise.is_chained
    inner = node.otherwise.body[0]
    assert isinstance(inner, If)
    assert inner.tag == node.otherwise.tag
    assert inner.end_tag is None
    assert node.end_tag is not None
    assert inner.otherwise is not None
    assert not inner.otherwise.is_chained


def test_trim_markers_cut_the_value_and_keep_the_text() -> None:
    template = parse_template("a \n{{- .x -}} \t b")
    before, _, after = (item.node for item in template.items)
    assert before == Text(0, 3, "a \n", "a", 0)
    assert after == Text(0, 4, " \t b", "b", 3)


def test_only_ascii_space_is_trimmed() -> None:
    template = parse_template("\f\xa0{{- .x }}")
    assert template.items[0].node == Text(0, 2, "\f\xa0", "\f\xa0", 0)


def test_a_minus_without_space_is_a_sign() -> None:
    assert pipeline_of("{{-3}}").commands[0].args == (Number(2, 4, "-3", -3, -3.0),)


def test_a_raw_string_may_hold_delimiters() -> None:
    assert pipeline_of("{{ `{{ x }}` }}").commands[0].args == (String(3, 12, "`{{ x }}`", "{{ x }}"),)


def test_a_trailing_pipe_is_accepted() -> None:
    assert len(pipeline_of("{{ .a | quote | }}").commands) == 2


def test_names_of_templates_have_places() -> None:
    define = first_node('{{ define "a b" }}{{ end }}')
    assert isinstance(define, Define)
    assert (define.name, define.name_start, define.name_end) == ("a b", 10, 15)
    call = first_node('{{ template "t" .x }}')
    assert isinstance(call, TemplateCall)
    assert (call.name, call.name_start, call.name_end) == ("t", 12, 15)


def test_a_variable_of_the_body_is_known_in_the_else_branch() -> None:
    assert not parse_template("{{ if .a }}{{ $y := 2 }}{{ else }}{{ $y }}{{ end }}").problems
    assert (
        parse_template("{{ if .a }}{{ $y := 2 }}{{ end }}{{ $y }}").problems[0].code == "undefined-variable"
    )


def test_break_is_a_function_where_there_is_one() -> None:
    assert not parse_template("{{ break }}", {"break"}).problems
    assert parse_template("{{ break }}", {"x"}).problems[0].helm_message == "{{break}} outside {{range}}"


# (text, Go's message, Go's line), as Go 1.26 says it.
REFUSED = [
    ("{{ if .x }}\n", "unexpected EOF", 2),
    ("{{ end }}", "unexpected {{end}}", 1),
    ("a\n{{ else }}", "unexpected {{else}}", 2),
    ("{{ if .a }}{{ else }}{{ else }}{{ end }}", "expected end; found {{else}}", 1),
    ("{{ range .a }}{{ else if .b }}{{ end }}", "unexpected <if> in input", 1),
    ('{{ define "a" }}{{ else }}{{ end }}', "unexpected {{else}} in define clause", 1),
    ('{{ block "a" . }}\n{{ else }}{{ end }}', "unexpected {{else}} in block clause", 1),
    ('{{ if .a }}{{ define "x" }}{{ end }}{{ end }}', "unexpected <define> in command", 1),
    ("{{ nosuch }}", 'function "nosuch" not defined', 1),
    ("{{ $x }}", 'undefined variable "$x"', 1),
    ("{{ }}", "missing value for command", 1),
    ("{{ if }}{{ end }}", "missing value for if", 1),
    ("{{ .a | 1 }}", "non executable command in pipeline stage 2", 1),
    ("{{ (.a }}", "unclosed left paren", 1),
    ("{{ .a) }}", "unexpected right paren", 1),
    ("{{ .a\n\n", "unclosed action started at \0:1", 3),
    ('{{ .a\n"b }}', "unterminated quoted string in action started at \0:1", 2),
    ("{{ `a }}", "unterminated raw quoted string", 1),
    ("{{/* a }}", "unclosed comment", 1),
    ("{{/* a */ }}", "comment ends before closing delimiter", 1),
    ("{{ .a-b }}", "bad character U+002D '-'", 1),
    ("{{ .a.b! }}", "bad character U+0021 '!'", 1),
    ("{{ 08 }}", 'integer overflow: "08"', 1),
    ("{{ 1x }}", 'bad number syntax: "1x"', 1),
    ("{{ 99999999999999999999 }}", 'integer overflow: "99999999999999999999"', 1),
    ('{{ "\\d" }}', "invalid syntax", 1),
    ('{{ "a".b }}', 'unexpected . after term "\\"a\\""', 1),
    ("{{ $a, $b := .x }}", "too many declarations in command", 1),
    ("{{ break }}", "{{break}} outside {{range}}", 1),
    ("{{ define x }}{{ end }}", 'unexpected "x" in define clause', 1),
    ("{{ template . }}", "unexpected <.> in template clause", 1),
    (
        '{{ define "a" }}x{{ end }}{{ define "a" }}y\n{{ end }}',
        'template: multiple definition of template "a"',
        2,
    ),
]


@pytest.mark.parametrize(("text", "message", "line"), REFUSED)
def test_what_go_refuses_is_refused_in_gos_words(text: str, message: str, line: int) -> None:
    problem = parse_template(text, FUNCTIONS).problems[0]
    assert (problem.helm_message, problem.helm_line) == (message, line)


def test_an_empty_define_may_be_defined_again() -> None:
    assert not parse_template('{{ define "a" }} {{/* c */}}{{ end }}{{ define "a" }}x{{ end }}').problems
    assert not parse_template('{{ define "a" }}x{{ end }}{{ define "a" }}{{ end }}').problems


def test_too_deep_nesting_is_a_problem_and_not_a_crash() -> None:
    for text in ("{{ if .a }}" * 5000, "{{ " + "(" * 5000 + " }}", "{{ if .a }}" + "{{ else if .b }}" * 5000):
        template = parse_template(text)
        assert template.problems
        assert print_template(template) == text


def test_hostile_texts_take_linear_time_at_most_a_hundred_times() -> None:
    for piece in ("{{ ` ", "{{/*", '{{ "', "{{ (", "{{ end }}", "{{"):
        text = piece * 20_000
        assert len(parse_template(text).problems) <= 100


def test_a_tag_that_go_cannot_read_is_kept_as_broken_text() -> None:
    template = parse_template("a {{ .x ! }} b {{ .y }}")
    assert [type(item.node) for item in template.items] == [Text, Broken, Text, Action]


def test_an_exact_reading_reports_where_it_stops() -> None:
    with pytest.raises(TagError) as raised:
        TagParser("{{ .a ! }}", 0, base=0, scope=Scope(), functions=FUNCTIONS, is_top_level=True).parse()
    assert (raised.value.start, raised.value.end) == (6, 7)
