"""Parsing again after an edit gives the tree of a fresh parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.gotmpl.incremental import reparse
from quarterdeck.gotmpl.parser import parse_template
from unit.gotmpl.template_texts import FUNCTIONS, tags, texts

if TYPE_CHECKING:
    from quarterdeck.gotmpl.nodes import Template

_edits = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from((0, 0, 0, 1, 2, 7)),
        st.one_of(st.just(""), st.sampled_from(("{", "}", '"', "\n", "`", " ", "x")), tags, texts),
    ),
    min_size=1,
    max_size=4,
)


@given(texts, _edits)
@settings(max_examples=500)
def test_edits_give_the_tree_of_a_fresh_parse(text: str, edits: list[tuple[int, int, str]]) -> None:
    template = parse_template(text, FUNCTIONS)
    for at, length, replacement in edits:
        start = min(at, len(text))
        end = min(start + length, len(text))
        text = text[:start] + replacement + text[end:]
        template = reparse(template, start, end, replacement, FUNCTIONS)
        assert template == parse_template(text, FUNCTIONS)


def after(text: str, place: str, replacement: str) -> tuple[Template, Template]:
    old = parse_template(text, FUNCTIONS)
    start = text.index(place)
    new = reparse(old, start, start + len(place), replacement, FUNCTIONS)
    assert new == parse_template(new.text, FUNCTIONS)
    return old, new


def test_items_away_from_the_edit_keep_their_nodes() -> None:
    text = "".join(f"k{index}: {{{{ .v{index} }}}}\n" for index in range(20))
    old, new = after(text, ".v10 ", ".v10.x ")
    kept = {id(item.node) for item in old.items} & {id(item.node) for item in new.items}
    assert len(kept) >= len(old.items) - 4


def test_a_variable_that_is_no_longer_declared_is_missed_further_down() -> None:
    _, new = after("{{ $x := 1 }}\na\n{{ .b }}\n{{ $x }}", "$x :=", "$y :=")
    assert [problem.code for problem in new.problems] == ["undefined-variable"]


def test_a_trim_marker_reaches_the_text_beside_it() -> None:
    _, new = after("a \n{{ .x }} \n b{{ .y }}", "{{ .x }}", "{{- .x -}}")
    assert new.items[0].node.value == "a"  # pyright: ignore[reportAttributeAccessIssue]


def test_a_second_definition_is_noticed() -> None:
    _, new = after('{{ define "a" }}x{{ end }}\n{{ define "b" }}y{{ end }}', '"b"', '"a"')
    assert [problem.code for problem in new.problems] == ["duplicate-define"]


def test_a_comment_that_is_opened_swallows_what_follows() -> None:
    _, new = after("{{ .a }}{{ .b }}\n{{/* c */}}", "{{ .a", "{{/* .a")
    assert len(new.items) == 1


def test_a_comment_that_is_closed_by_the_edit_is_read_whole() -> None:
    old = parse_template("{{/* c {{ .y }}*/}x{{ .z }}", FUNCTIONS)
    new = reparse(old, 18, 18, "}", FUNCTIONS)
    assert new == parse_template(new.text, FUNCTIONS)
