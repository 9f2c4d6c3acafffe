"""After an error the rest of the file keeps its tree, and the error is where a person would look."""

from __future__ import annotations

from quarterdeck.gotmpl.nodes import Action, If
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.problems import helm_parse_error


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def test_several_errors_are_reported() -> None:
    template = parse_template("{{ .a ! }}\n{{ nosuch }}\n{{ $x }}\n{{ .b", {"include"})
    assert [problem.code for problem in template.problems] == [
        "syntax", "unknown-function", "undefined-variable", "unclosed-action",
    ]  # fmt: skip


def test_an_action_without_its_end_is_read_as_far_as_its_line() -> None:
    text = "a: {{ .Values.x\nb: {{ .Values.y }}\n"
    template = parse_template(text)
    nodes = [item.node for item in template.items if isinstance(item.node, Action)]
    assert [node.tag.source for node in nodes] == ["{{ .Values.x", "{{ .Values.y }}"]
    assert line_of(text, template.problems[0].start) == 1


def test_a_broken_condition_still_opens_its_block() -> None:
    template = parse_template("{{ if foo( }}x{{ end }}{{ .y }}")
    assert len(template.problems) == 1
    assert isinstance(template.items[0].node, If)
    assert template.items[0].node.end_tag is not None


def test_an_unclosed_string_ends_with_its_tag() -> None:
    template = parse_template('a: {{ include "x . }}\nb: {{ .y }}\n')
    assert len(template.problems) == 1
    assert isinstance(template.items[3].node, Action)


def test_an_unknown_function_keeps_its_node() -> None:
    template = parse_template("{{ nosuch .a | nosuch }}", {"include"})
    assert isinstance(template.items[0].node, Action)
    assert len(template.problems) == 1


def test_a_define_closes_the_blocks_before_it() -> None:
    text = '{{ define "a" }}\n{{ if .x }}\nb\n{{ end }}\n\n{{/* about c */}}\n{{ define "c" }}d{{ end }}\n'
    template = parse_template(text)
    assert template.problems[0].helm_message == "unexpected <define> in command"
    assert template.problems[0].helm_line == 7
    assert line_of(text, template.problems[0].start) <= 6
    fresh = parse_template(text[text.index("{{/*") :])
    assert [item.node for item in template.items[-4:]] == [item.node for item in fresh.items]


def test_a_missing_end_is_found_by_indentation() -> None:
    text = (
        "{{- if .a }}\nspec:\n  {{- if .b }}\n  clusterIP: {{ .b }}\n\n  ports:\n    - {{ .p }}\n"
        "{{- end }}\nafter: {{ .c }}\n"
    )
    template = parse_template(text)
    (problem,) = template.problems
    assert (problem.helm_message, problem.helm_line) == ("unexpected EOF", 10)
    assert 4 <= line_of(text, problem.start) <= 6
    assert isinstance(template.items[2].node, Action)


def test_an_end_that_lost_its_word_closes_its_block() -> None:
    template = parse_template("{{ if .a }}\nx\n{{ }}\n{{ .b }}\n")
    assert isinstance(template.items[-2].node, Action)


def test_helms_words_hold_the_files_name() -> None:
    (problem,) = parse_template("\n{{ .a\n").problems
    assert (
        helm_parse_error(problem, "c/templates/x.yaml")
        == "parse error at (c/templates/x.yaml:3): unclosed action started at c/templates/x.yaml:2"
    )
    problems = parse_template('{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}').problems
    assert helm_parse_error(problems[0], "f") == 'parse error at (f:1): multiple definition of template "a"'
