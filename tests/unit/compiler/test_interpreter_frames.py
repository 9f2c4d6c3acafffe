"""What a run of the interpreter records besides its text, and how deep it can go."""

from __future__ import annotations

from plain_machine import PlainMachine, render
from quarterdeck.runtime.values import TEMPLATE_READS, RootContext, Values


def _pieces(text: str, dot: object = None, unit: str = "t") -> list[object]:
    machine = PlainMachine({"t": text})
    return machine.run(machine.units[unit], dot)


def test_each_piece_follows_the_offset_of_its_statement() -> None:
    assert _pieces('ab{{ "c" }}d{{- 12 }}') == [0, "ab", 2, "c", 11, "d", 12, "12"]


def test_offsets_of_a_define_count_from_its_start() -> None:
    assert _pieces('text{{ define "d" }}a{{ 1 }}{{ end }}', unit="d") == [16, "a", 17, "1"]


def test_a_declaration_and_an_assignment_are_recorded_with_their_value() -> None:
    value = {"a": 1.0}
    assert _pieces("{{ $x := .v }}{{ $x = 3 }}", {"v": value}) == [(0, value), "", (14, 3), ""]


def test_with_and_its_variable_are_recorded_once() -> None:
    assert _pieces("{{ with .v }}a{{ end }}", {"v": "x"}) == [(0, "x"), "", 13, "a"]
    assert _pieces("{{ with $y := .v }}a{{ end }}", {"v": "x"}) == [(0, "x"), "", 19, "a"]
    assert _pieces("{{ with .v }}a{{ else }}b{{ end }}", {"v": ""}) == [24, "b"]


def test_iterations_are_recorded_with_element_and_key() -> None:
    assert _pieces("{{ range .v }}a{{ end }}", {"v": {"k": None}}) == [(0, None, "k"), "", 14, "a"]
    assert _pieces("{{ range 1 }}{{ end }}") == [(0, 0, None), ""]


def test_text_of_the_values_is_the_very_object() -> None:
    value = str(b"text", "ascii")
    assert _pieces("{{ .v }}", {"v": value})[1] is value


def test_where_printed_numbers_come_from_is_recorded() -> None:
    machine = PlainMachine({"t": "{{ .v }}"})
    value = 8080.0
    text = machine.run(machine.units["t"], {"v": value})[1]
    assert machine.derivations[id(text)] == (text, "print", value)


def test_reading_the_templates_name_is_counted() -> None:
    root = RootContext({"Template": Values({"Name": "n"}), "Values": {}})
    before = TEMPLATE_READS[0]
    assert render("{{ .Values.x }}{{ $.Values.y }}", root) == ""
    assert TEMPLATE_READS[0] == before
    assert render("{{ .Template.Name }}", root) == "n"
    assert TEMPLATE_READS[0] == before + 1


def test_a_thousand_nested_includes_fit() -> None:
    text = (
        '{{ define "r" }}{{ if gt . 0 }}{{ range list 1 }}{{ with $ }}'
        '{{ include "r" (sub . 1 | int) | trim }}'
        "{{ end }}{{ end }}{{ else }}end{{ end }}{{ end }}"
    )
    assert render(text + '{{ include "r" 990 }}') == "end"


def test_a_variable_of_a_unit_is_not_seen_by_the_templates_it_calls() -> None:
    text = '{{ define "d" }}{{ $ }}{{ end }}{{ $x := 1 }}{{ template "d" 2 }}{{ include "d" 3 }}{{ $x }}'
    assert render(text) == "231"
