"""The table of templates of a chart: which define wins, and what equal texts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.compiler import units
from quarterdeck.compiler.program import Library, Program
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    import pytest

    from quarterdeck.gotmpl.nodes import Template

LIBRARY = '{{ define "lib.name" }}{{ .n }}{{ end }}'
BROKEN = '{{ define "lib.name" }}{{ .n | nosuch }}'


def make_program(*texts: tuple[str, str]) -> Program:
    return Program(Library(function_table()), texts)


def test_a_text_that_many_sub_charts_vendor_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = units.parse_template

    def count(text: str, functions: object) -> Template:
        parsed.append(text)
        return parse(text, functions)  # type: ignore[arg-type]

    monkeypatch.setattr(units, "parse_template", count)
    program = make_program(
        ("c/templates/a.yaml", "a: 1"),
        ("c/charts/x/charts/lib/templates/_l.tpl", LIBRARY),
        ("c/charts/y/charts/lib/templates/_l.tpl", LIBRARY),
    )
    assert [source.problems for source in program.sources] == [(), (), ()]
    winner = program.units["lib.name"]
    assert winner.file == "c/charts/x/charts/lib/templates/_l.tpl"
    assert winner.parts
    assert sorted(parsed) == ["a: 1", LIBRARY]


def test_each_file_with_a_broken_text_has_its_problems() -> None:
    program = make_program(("c/templates/a.tpl", BROKEN), ("c/templates/b.tpl", BROKEN))
    first, second = program.sources
    assert [problem.code for problem in first.problems] == [problem.code for problem in second.problems]
    assert len(first.problems) == 2
    assert first.file != second.file


def test_of_files_equally_deep_the_first_in_the_alphabet_wins() -> None:
    program = make_program(("c/templates/a.tpl", LIBRARY), ("c/templates/b.tpl", LIBRARY))
    assert program.units["lib.name"].file == "c/templates/a.tpl"


def test_an_edited_program_keeps_the_sources_whose_text_is_the_same() -> None:
    program = make_program(("c/templates/a.tpl", LIBRARY), ("c/templates/b.yaml", "b: 1"))
    edited = program.edited([("c/templates/a.tpl", LIBRARY), ("c/templates/b.yaml", LIBRARY)])
    assert edited.sources[1] is program.sources[1]
    assert edited.sources[0].units == edited.sources[1].units
    assert edited.units["c/templates/b.yaml"].text == LIBRARY
