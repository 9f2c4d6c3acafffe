"""What templates expand to, over all files of a chart, and after edits."""

import os
import random
from pathlib import Path as FilePath

import pytest

from quarterdeck.compiler.program import Library, Program
from quarterdeck.findings import expansion as expansion_module
from quarterdeck.findings.expansion import Expansion, PatternTable
from quarterdeck.findings.given import MOST_STEPS
from quarterdeck.findings.pattern_cache import PATTERN_CACHE
from quarterdeck.measure.counters import PATTERNS
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.store.results import Results, open_results

SEED = int(os.environ["QUARTERDECK_SEED"])
ROUNDS = {"soak": 4_000}.get(os.environ["QUARTERDECK_PROFILE"], 200)
FUNCTIONS = function_table()


def table(**files: str) -> PatternTable:
    return PatternTable(program(**files))


def program(**files: str) -> Program:
    return Program(Library(FUNCTIONS), [(f"c/templates/{name}", text) for name, text in files.items()])


def reads(found: Expansion) -> list[str]:
    return sorted(".".join(names) for names in found.reads)


def test_a_template_reads_what_it_hands_to_others() -> None:
    found = table(
        a='{{ .Values.own }}{{ include "image" (dict "image" .Values.img "root" $) }}',
        b='{{ define "image" }}{{ .image.tag }}{{ include "name" .root }}{{ end }}',
        c='{{ define "name" }}{{ .Chart.Name }}{{ end }}',
    ).expansion("c/templates/a")
    assert found.defines == {"image", "name"}
    assert found.is_complete
    assert reads(found) == ["Chart.Name", "Values.img", "Values.img.tag", "Values.own"]


def test_what_a_define_reads_counts_from_its_own_context() -> None:
    templates = table(
        b='{{ define "x" }}{{ .a }}{{ template "y" .b }}{{ end }}{{ define "y" }}{{ .c }}{{ end }}'
    )
    assert reads(templates.expansion("x")) == ["a", "b", "b.c"]
    assert reads(templates.expansion("y")) == ["c"]
    assert reads(templates.expansion("c/templates/b")) == []


def test_a_whole_context_that_is_printed_is_all_that_was_handed_over() -> None:
    found = table(
        a='{{ include "x" (dict "p" .Values.p "l" (list .q "text")) }}', b='{{ define "x" }}{{ . }}{{ end }}'
    )
    assert reads(found.expansion("c/templates/a")) == ["Values.p", "q"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ tpl .Values.text . }}",
        "{{ include .Values.name . }}",
        '{{ include "x" (lower .a) }}',
        '{{ include "x" (dict .key 1) }}',
        '{{ include "nosuch" . }}',
    ],
)
def test_what_only_a_run_knows_makes_it_incomplete(text: str) -> None:
    templates = table(a=text, b='{{ define "x" }}{{ .y }}{{ end }}', c='{{ include "c/templates/a" . }}')
    assert not templates.expansion("c/templates/a").is_complete
    assert not templates.expansion("c/templates/c").is_complete
    assert templates.expansion("x").is_complete


def test_a_computed_name_may_be_any_that_fits() -> None:
    templates = table(
        a='{{ include (printf "app.%s" .kind) . }}',
        b='{{ define "app.x" }}{{ .x }}{{ end }}{{ define "app.y" }}{{ .y }}{{ end }}{{ define "z" }}{{end}}',
    )
    found = templates.expansion("c/templates/a")
    assert found.defines == {"app.x", "app.y"}
    assert reads(found) == ["kind", "x", "y"]
    assert found.is_complete


def test_a_name_that_fits_too_many_says_nothing() -> None:
    many = "".join(f'{{{{ define "app.{number}" }}}}{{{{ .x }}}}{{{{ end }}}}' for number in range(40))
    found = table(a='{{ include (print "app." .kind) . }}', b=many).expansion("c/templates/a")
    assert found == Expansion(frozenset(), frozenset({("kind",)}), is_complete=False)


def test_templates_that_call_each_other_in_a_circle() -> None:
    templates = table(
        a='{{ define "a" }}{{ .x }}{{ if .more }}{{ include "b" .next }}{{ end }}{{ end }}',
        b='{{ define "b" }}{{ .y }}{{ include "a" . }}{{ end }}{{ define "c" }}{{ include "a" .z }}{{ end }}',
    )
    found = templates.expansion("a")
    assert found.defines == {"a", "b"}
    assert {("x",), ("next", "y"), ("next", "x"), ("next", "next", "y"), ("next",)} <= found.reads
    assert templates.expansion("c").defines == {"a", "b"}
    assert ("z", "next", "next", "x") in templates.expansion("c").reads
    # For ever longer paths are cut off.
    assert max(map(len, found.reads)) == MOST_STEPS
    assert not found.is_complete


def test_long_chains_of_templates_are_no_recursion() -> None:
    texts = (f'{{{{ define "{n}" }}}}{{{{ include "{n + 1}" . }}}}{{{{ end }}}}' for n in range(3_000))
    files = {f"f{number}": text for number, text in enumerate(texts)}
    files["last"] = '{{ define "3000" }}{{ .x }}{{ end }}'
    found = table(**files).expansion("0")
    assert len(found.defines) == 3_000
    assert found.reads == {("x",)}


def test_a_template_of_many_paths_is_cut_off_the_same_way_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion_module, "_MOST_READS", 20)
    body = "".join(f"{{{{ .p{number} }}}}" for number in range(30))
    files = {
        "a": '{{ include "x" .a }}{{ include "x" .b }}',
        "b": f'{{{{ define "x" }}}}{body}{{{{ include "x" .c }}}}{{{{ end }}}}',
    }
    first, second = table(**files), table(**files)
    found = first.expansion("c/templates/a")
    assert len(found.reads) == 20
    assert not found.is_complete
    assert second.expansion("x") == first.expansion("x")
    assert second.expansion("c/templates/a") == found


# --- after edits and in other processes --------------------------------------------------------------------

FILES = {
    "a": '{{ include "x" .Values.a }}',
    "b": '{{ include "y" .Values.b }}',
    "lib": '{{ define "x" }}{{ .c }}{{ include "y" .d }}{{ end }}',
    "lib2": '{{ define "y" }}{{ .e }}{{ end }}',
}


def test_after_an_edit_only_what_it_reaches_is_expanded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(FUNCTIONS)

    def edited(**texts: str) -> Program:
        files = FILES | texts
        return Program(library, [(f"c/templates/{name}", text) for name, text in files.items()])

    before = PatternTable(edited())
    names = ["c/templates/a", "c/templates/b", "x", "y"]
    for name in names:
        before.expansion(name)
    expanded: list[str] = []
    expand = PatternTable._expand_circle
    monkeypatch.setattr(
        PatternTable, "_expand_circle", lambda own, names: (expanded.extend(names), expand(own, names))
    )
    misses = PATTERNS.misses
    after = PatternTable(edited(a='{{ include "x" .Values.new }}'), before=before)
    assert reads(after.expansion("c/templates/a")) == [
        "Values.new",
        "Values.new.c",
        "Values.new.d",
        "Values.new.d.e",
    ]
    for name in names:
        after.expansion(name)
    assert expanded == ["c/templates/a"]
    assert PATTERNS.misses - misses == 1

    expanded.clear()
    again = PatternTable(edited(lib='{{ define "x" }}{{ .new }}{{ end }}'), before=after)
    for name in names:
        again.expansion(name)
    assert sorted(expanded) == ["c/templates/a", "x"]
    assert reads(again.expansion("c/templates/a")) == ["Values.a", "Values.a.new"]


PIECES = (
    '{{ include "x" .a }}', '{{ include "y" (dict "k" .b) }}', '{{ template "z" . }}', "{{ .k }}",
    '{{ include (printf "%s" .n) . }}', '{{ include (print "x" .n) .e }}', "{{ tpl .t . }}",
    "{{ .c.d }}", "{{ . }}",
)  # fmt: skip


def test_whatever_was_kept_the_expansions_are_those_of_a_fresh_table() -> None:
    rnd = random.Random(SEED)
    library = Library(FUNCTIONS)
    names = ["x", "y", "z", "xx"]
    files = dict.fromkeys(names, "")
    kept: PatternTable | None = None
    for _ in range(ROUNDS):
        name = rnd.choice(names)
        body = "".join(rnd.choices(PIECES, k=rnd.randrange(4)))
        files[name] = rnd.choice(("", f'{{{{ define "{name}" }}}}{body}{{{{ end }}}}', body))
        texts = [(f"c/templates/{name}", text) for name, text in files.items()]
        kept = PatternTable(Program(library, texts), before=kept)
        fresh = PatternTable(Program(library, texts))
        for asked in rnd.sample([*names, "c/templates/x"], 3):
            assert kept.expansion(asked) == fresh.expansion(asked)


def test_patterns_of_an_earlier_process_are_taken_from_the_disk(tmp_path: FilePath) -> None:
    results: Results = open_results(tmp_path)
    PATTERN_CACHE.forget()
    first = PatternTable(program(**FILES), results=results)
    found = first.expansion("c/templates/a")
    first.save()
    results.flush()
    PATTERN_CACHE.forget()
    misses = PATTERNS.misses
    again = PatternTable(program(**FILES), results=open_results(tmp_path))
    assert again.expansion("c/templates/a") == found
    assert PATTERNS.misses == misses
    assert again.expansion("c/templates/b") == first.expansion("c/templates/b")
    assert PATTERNS.misses == misses + 1  # its own text; nobody had asked for it before
