"""The table of templates of a chart: which define wins, and what equal texts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.compiler import program as program_module
from quarterdeck.compiler import units
from quarterdeck.compiler.packs import Packs
from quarterdeck.compiler.program import Library, Program
from quarterdeck.measure.counters import TEMPLATES
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.store.disk_cache import DiskCache

if TYPE_CHECKING:
    from pathlib import Path

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


def counted() -> tuple[int, int, int]:
    return TEMPLATES.hits, TEMPLATES.misses, TEMPLATES.entries


def change(before: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(now - then for now, then in zip(counted(), before, strict=True))


def test_compiled_code_is_counted_and_saves_what_compiling_took(tmp_path: Path) -> None:
    texts = (("c/templates/a.yaml", "{{ .a }}"), ("c/templates/_l.tpl", LIBRARY))
    before = counted()
    program = make_program(*texts)
    assert all(program.library.ready_code(unit) is None for unit in program.units.values())
    program.compile_all()
    assert change(before) == (0, 3, 3)
    assert TEMPLATES.bytes > 0
    saved = TEMPLATES.seconds_saved
    for unit in program.units.values():
        program.library.ready_code(unit)
    assert change(before) == (3, 3, 3)
    in_memory = TEMPLATES.seconds_saved - saved
    assert in_memory > 0

    Packs(DiskCache(tmp_path / "code")).save(program)
    later = Library(function_table())
    Packs(DiskCache(tmp_path / "code")).load(later, texts)
    saved = TEMPLATES.seconds_saved
    for unit in Program(later, texts).units.values():
        assert later.ready_code(unit) is not None
    assert change(before) == (6, 3, 6)
    assert TEMPLATES.seconds_saved - saved == in_memory
    later.forget()
    program.library.forget()
    assert change(before) == (6, 3, 0)


def test_code_of_texts_that_no_program_has_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_module, "_FEWEST_UNUSED", 8)
    library = Library(function_table())
    before, evicted = counted(), TEMPLATES.evictions
    kept = Program(library, [("c/templates/kept.yaml", "a: {{ .kept }} a long text")])
    kept.compile_all()
    for number in range(100):
        edited = Program(library, [("c/templates/a.yaml", f"a: {{{{ .x{number} }}}}")])
        edited.compile_all()
    assert len(library.texts) <= 2 + 8 + 1
    assert "a: {{ .x99 }}" in library.texts
    assert kept.sources[0].text in library.texts
    assert TEMPLATES.evictions - evicted == 101 - len(library.texts)
    assert change(before) == (0, 101, len(library.texts))
    (code,) = library.texts[kept.sources[0].text].codes.values()
    assert code is not None
    held = [value for value in code.co_consts if value == " a long text"]
    assert held
    assert kept.has_constant(held[0])


def test_a_text_that_was_just_read_from_the_disk_is_not_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_module, "_FEWEST_UNUSED", 1)
    texts = [(f"c/templates/{number}.yaml", f"{{{{ .a{number} }}}}") for number in range(10)]
    program = make_program(*texts)
    program.compile_all()
    packs = Packs(DiskCache(tmp_path / "code"))
    packs.save(program)
    library = Library(function_table())
    packs.load(library, texts)
    later = Program(library, texts)
    assert all(library.ready_code(unit) is not None for unit in later.units.values())


def test_switched_off_programs_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHES", "off")
    library = Library(function_table())
    texts = [("c/templates/a.yaml", "{{ .a }}")]
    first, second = Program(library, texts), Program(library, texts)
    first.compile_all()
    (unit,) = second.units.values()
    assert second.library.ready_code(unit) is None
    assert library.texts == {}


@pytest.mark.parametrize(
    "text",
    [
        '{{ define "lib.name" }}other{{ end }}{{ define "lib.full" }}{{ end }}',
        '{{ define "lib.full" }}x{{ end }}{{ define "lib.name" }}other{{ end }}',
        "{{ if }}",
        "plain",
        LIBRARY,
    ],
)
def test_an_edited_program_has_the_table_that_a_new_one_has(text: str) -> None:
    files = [("c/templates/a.tpl", LIBRARY), ("c/templates/b.tpl", LIBRARY), ("c/templates/c.yaml", "c: 1")]
    for position, (name, _text) in enumerate(files):
        after = [*files[:position], (name, text), *files[position + 1 :]]
        program = make_program(*files)
        for texts in (after, files):
            program, fresh = program.edited(texts), make_program(*texts)
            assert program.files == fresh.files
            assert [source.text for source in program.sources] == [source.text for source in fresh.sources]
            table = {key: (unit.file, unit.text, unit.start) for key, unit in program.units.items()}
            assert table == {key: (unit.file, unit.text, unit.start) for key, unit in fresh.units.items()}
            assert [one.file for one in program.damaged] == [one.file for one in fresh.damaged]
