"""What is left of a template that fails, and which errors are reported, when the machine keeps going."""

from __future__ import annotations

import pytest

from plain_machine import PlainMachine, error_of, render_on
from quarterdeck.compiler.units import Hole, TemplateError
from quarterdeck.runtime.context import Budget, Context

CYCLE = "json: unsupported value: encountered a cycle via map[string]interface {}"
VALUES = {"Values": {"s": "str", "m": {"a": "x"}, "l": ["one", "two"]}}


def _causes(errors: list[TemplateError]) -> list[str]:
    return [error.cause for error in errors]


def test_what_follows_a_failed_action_still_runs() -> None:
    text, errors = render_on("a{{ .Values.no.x }}b{{ .Values.s }}c{{ .Values.no.y }}d", VALUES)
    assert text == "abstrcd"
    assert _causes(errors) == [
        "nil pointer evaluating interface {}.x",
        "nil pointer evaluating interface {}.y",
    ]


def test_a_failed_action_leaves_a_hole_at_its_offset() -> None:
    machine = PlainMachine({"t": "ab{{ .Values.no.x }}c"}, keeps_going=True)
    pieces = machine.run(machine.units["t"], VALUES)
    assert pieces[0:2] == [0, "ab"]
    hole = pieces[2]
    assert isinstance(hole, Hole)
    assert hole.offset == 2
    assert hole.error is machine.errors[0]
    assert pieces[3:] == ["", 20, "c"]


def test_the_first_error_stops_a_machine_that_does_not_keep_going() -> None:
    machine = PlainMachine({"t": "{{ .Values.no.x }}{{ .Values.no.y }}"})
    with pytest.raises(TemplateError, match=r"interface \{\}\.x"):
        machine.render("t", VALUES)
    assert machine.errors == []


def test_an_error_says_where_its_node_stands() -> None:
    text = '{{ define "d" }}\n{{ .x.y.z }}{{ end }}a\n{{ .Values.no.x }}'
    _, errors = render_on(text + '{{ include "d" . }}', VALUES)
    places = [(error.unit.start + error.offset, error.unit.start + error.end) for error in errors]
    assert [text[start:end] for start, end in places] == [".Values.no.x", ".x.y.z"]


def test_neither_branch_runs_where_a_condition_failed() -> None:
    text, errors = render_on("{{ if .Values.no.x }}a{{ .Values.no.y }}{{ else }}b{{ end }}c", VALUES)
    assert (text, len(errors)) == ("c", 1)
    text, errors = render_on("{{ with .Values.no.x }}a{{ else }}b{{ end }}c", VALUES)
    assert (text, len(errors)) == ("c", 1)
    text, errors = render_on("{{ range .Values.s }}a{{ else }}b{{ end }}c", VALUES)
    assert (text, len(errors)) == ("c", 1)


def test_a_variable_that_could_not_be_set_fails_silently() -> None:
    text, errors = render_on(
        "{{ $x := .Values.no.x }}a{{ $x }}{{ $x.y.z }}{{ upper $x }}{{ if $x }}b{{ end }}"
        "{{ $y := $x }}{{ $y }}c",
        VALUES,
    )
    assert (text, len(errors)) == ("ac", 1)


def test_a_variable_that_could_not_be_set_is_back_when_it_is_assigned() -> None:
    text, errors = render_on("{{ $x := .Values.no.x }}{{ $x }}{{ $x = 1 }}{{ $x }}", VALUES)
    assert (text, len(errors)) == ("1", 1)


def test_a_failed_assignment_takes_the_value_until_the_variable_is_gone() -> None:
    text, errors = render_on(
        "{{ $x := 1 }}{{ if true }}{{ $x = .Values.no.x }}{{ $x }}{{ end }}{{ $x }}.", VALUES
    )
    assert (text, len(errors)) == (".", 1)


def test_a_declaration_that_failed_ends_with_its_scope() -> None:
    text, errors = render_on(
        "{{ $x := 1 }}{{ if true }}{{ $x := .Values.no.x }}{{ $x }}{{ end }}{{ $x }}", VALUES
    )
    assert (text, len(errors)) == ("1", 1)


def test_variables_that_a_skipped_body_would_set_are_unknown() -> None:
    text, errors = render_on(
        "{{ $on := false }}{{ if .Values.no.x }}{{ $on = true }}{{ end }}"
        "{{ if not $on }}{{ fail `turn it on` }}{{ end }}.",
        VALUES,
    )
    assert (text, len(errors)) == (".", 1)


def test_an_include_that_fails_inside_gives_the_rest_of_its_text_and_one_error() -> None:
    text, errors = render_on(
        'a{{ include "d" . | upper }}b', VALUES, d='{{ define "d" }}x{{ .Values.no.x }}y{{ end }}'
    )
    assert (text, len(errors)) == ("aXYb", 1)
    assert errors[0].unit.name == "d"


def test_what_fails_on_the_text_of_a_failed_include_is_no_further_error() -> None:
    helpers = '{{ define "d" }}a: {{ .Values.no.x }}{{ end }}'
    text, errors = render_on(
        '{{ fail (include "d" .) }}{{ $y := include "d" . }}{{ index (list 1) $y }}.', VALUES, d=helpers
    )
    assert (text, _causes(errors)) == (".", ["nil pointer evaluating interface {}.x"] * 2)
    assert {error.unit.name for error in errors} == {"d"}


def test_a_variable_set_anew_no_longer_excuses_failures() -> None:
    helpers = '{{ define "d" }}a: {{ .Values.no.x }}{{ end }}'
    _, errors = render_on(
        '{{ $y := include "d" . }}{{ $y = "b" }}{{ index (list 1) $y }}.', VALUES, d=helpers
    )
    assert _causes(errors)[1:] == ["error calling index: cannot index slice/array with type string"]


def test_an_action_that_fails_in_each_iteration_is_reported_once() -> None:
    text, errors = render_on("{{ range .Values.l }}<{{ .x }}>{{ end }}", VALUES)
    assert (text, len(errors)) == ("<><>", 1)


def test_a_template_that_is_missing_is_reported_at_its_name() -> None:
    text, errors = render_on('a{{ template "no" . }}b', VALUES)
    assert text == "ab"
    assert _causes(errors) == ['template "no" not defined']


def test_endless_recursion_ends_the_run_even_where_it_branches() -> None:
    with pytest.raises(TemplateError, match="nested reference name: r"):
        render_on('{{ define "r" }}{{ include "r" . }}{{ include "r" . }}{{ end }}{{ include "r" . }}')


def test_an_endless_loop_ends_with_the_budget_and_names_its_place() -> None:
    context = Context(budget=Budget(seconds=0.05))
    machine = PlainMachine({"t": "{{ range 9000000000 }}{{ end }}"}, keeps_going=True, context=context)
    with pytest.raises(
        TemplateError, match=r"t:1:9: executing \"t\" at <9000000000>: rendering takes longer"
    ):
        machine.render("t", None)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("$d", "<$d>: a value is nested too deeply to be printed"),
        ("print $d", "<print $d>: error calling print: a value is nested too deeply to be printed"),
        (
            "toToml $d",
            "<toToml $d>: error calling toToml: a value is nested too deeply to be written as TOML",
        ),
        ("mustToJson $d", f"<mustToJson $d>: error calling mustToJson: {CYCLE}"),
    ],
)
def test_a_map_that_holds_itself_is_an_error_where_it_is_shown(action: str, message: str) -> None:
    text = '{{ $d := dict }}{{ $_ := set $d "a" $d }}'
    assert error_of(f"{text}{{{{ {action} }}}}") == f'template: t:1:44: executing "t" at {message}'


def test_messages_of_nested_templates_are_nested_as_in_go() -> None:
    helpers = '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}\n {{ template "c" . }}{{ end }}'
    message = error_of('{{ include "a" . }}', VALUES, h=helpers, c='{{ define "c" }}{{ .no.x }}{{ end }}')
    assert message == (
        'template: t:1:3: executing "t" at <include "a" .>: error calling include: '
        'template: h:1:19: executing "a" at <include "b" .>: error calling include: '
        'template: c:1:22: executing "c" at <.no.x>: nil pointer evaluating interface {}.x'
    )


def test_wrapped_errors_can_be_followed_to_the_innermost() -> None:
    with pytest.raises(TemplateError) as caught:
        PlainMachine({"t": '{{ include "a" . }}', "h": '{{ define "a" }}{{ fail "no" }}{{ end }}'}).render(
            "t", {}
        )
    inner = caught.value.wrapped
    assert isinstance(inner, TemplateError)
    assert caught.value.unit.name == "a"
    assert str(inner.wrapped) == "HELM_ERR_STARTnoHELM_ERR_END"


def test_an_error_in_tpl_names_its_text() -> None:
    message = error_of('{{ tpl "{{ .no.x }}" . }}', {})
    assert message == (
        'template: t:1:3: executing "t" at <tpl "{{ .no.x }}" .>: error calling tpl: '
        'error during tpl function execution for "{{ .no.x }}": '
        'template: gotpl:1:6: executing "gotpl" at <.no.x>: nil pointer evaluating interface {}.x'
    )


def test_a_message_does_not_grow_without_end_with_the_nesting() -> None:
    long = "x" * 10_000
    template = (
        f'{{{{ define "r" }}}}{{{{ include "r" (print "{long}") }}}}{{{{ end }}}}{{{{ include "r" . }}}}'
    )
    assert 500_000 < len(error_of(template)) < 600_000


def test_an_empty_text_given_to_tpl_within_tpl_is_empty() -> None:
    text, errors = render_on('{{ tpl "a{{ tpl .e . }}b" . }}', {"e": ""})
    assert (text, errors) == ("ab", [])
