"""Walking trees, Go's text of nodes, and symbols."""

from __future__ import annotations

import pytest

from quarterdeck.gotmpl.go_text import go_list_text, go_offset
from quarterdeck.gotmpl.nodes import Action, Chain, Command, Field, If, Pipeline, Tag, Variable
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.symbols import find_symbols
from quarterdeck.gotmpl.walk import item_at, path_at, walk

TEXT = 'a: {{ if .x }}{{ include "n" (dict "k" .y) }}{{ else if .z }}b{{ end }}\n'


def test_every_node_is_met_once_and_before_what_it_holds() -> None:
    node = parse_template(TEXT).items[1].node
    nodes = list(walk(node))
    assert nodes[0] is node
    assert len({id(found) for found in nodes}) == len(nodes)
    assert [found.source for found in nodes if isinstance(found, Tag)] == [
        "{{ if .x }}", '{{ include "n" (dict "k" .y) }}', "{{ else if .z }}", "{{ end }}",
    ]  # fmt: skip


def test_the_path_to_an_offset_goes_from_the_item_to_the_operand() -> None:
    template = parse_template(TEXT)
    item, path = path_at(template, TEXT.index(".y") + 1)
    assert item is template.items[1]
    assert [type(node) for node in path] == [If, Action, Pipeline, Command, Pipeline, Command, Field]
    assert path_at(template, len(TEXT)) == (None, ())


def test_the_item_at_an_offset() -> None:
    template = parse_template(TEXT)
    assert item_at(template, 0) is template.items[0]
    assert item_at(template, 3) is template.items[1]
    assert item_at(template, len(TEXT) - 1) is template.items[2]
    assert item_at(parse_template(""), 0) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{-  .Values.a   -}}", "{{.Values.a}}"),
        ('{{ include  "x"  (dict "a" .b | f).c|g 1 }}', '{{include "x" (dict "a" .b | f).c | g 1}}'),
        ("{{ $x:=1 }}{{ $x  =  `r` }}", "{{$x := 1}}{{$x = `r`}}"),
        ("{{ if .a }}b{{ else if .c }}d{{ end }}", "{{if .a}}b{{else}}{{if .c}}d{{end}}{{end}}"),
        ("{{ range $k , $v := .m }}{{ break }}{{ end }}", "{{range $k, $v := .m}}{{break}}{{end}}"),
        ('{{ template `t"` }}{{/* c */}}', '{{template "t\\""}}'),
        ("{{ true }}{{ nil | f }}{{ . }}{{ 'a' }}{{ f.a }}", "{{true}}{{nil | f}}{{.}}{{'a'}}{{f.a}}"),
    ],
)
def test_nodes_are_shown_as_go_shows_them(text: str, shown: str) -> None:
    template = parse_template(text)
    assert not template.problems
    assert go_list_text(tuple(item.node for item in template.items)) == shown


def test_gos_position_of_fields_is_their_second_part() -> None:
    template = parse_template("{{ .a.b.c }}{{ $.a.b }}{{ (.x).y.z }}{{ .a }}")
    operands = [
        operand
        for item in template.items
        for node in walk(item.node)
        if isinstance(node, Command)
        for operand in node.args
        if isinstance(operand, (Field, Variable, Chain))
    ]
    assert [go_offset(operand) for operand in operands] == [5, 4, 7, 4, 3]


def test_symbols_have_names_and_places() -> None:
    text = (
        '{{ define "a" }}{{ include "b" . }}{{ template "c" }}{{ end }}'
        '{{ $v := "d" | include }}{{ tpl (include "e" .) . }}'
    )
    symbols = find_symbols(parse_template(text))
    assert [(found.name, text[found.name_start : found.name_end]) for found in symbols.definitions] == [
        ("a", '"a"')
    ]
    assert [(found.word, text[found.name_start : found.name_end]) for found in symbols.references] == [
        ("include", '"b"'), ("template", '"c"'), ("include", '"d"'), ("include", '"e"'),
    ]  # fmt: skip
    assert [text[found.start : found.end] for found in symbols.declarations] == ["$v"]


def test_a_block_defines_and_calls_its_name() -> None:
    symbols = find_symbols(parse_template('{{ block "q" . }}x{{ end }}'))
    assert [found.name for found in symbols.definitions] == ["q"]
    assert [(found.name, found.word) for found in symbols.references] == [("q", "block")]
