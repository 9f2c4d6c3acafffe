"""Unknown names of templates: after an edit only the edited file is looked at."""

import os
import random
from pathlib import Path

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, RenderInputs, edit_templates, prepare
from quarterdeck.diagnostics.model import Finding
from quarterdeck.diagnostics.spelling import Spellings
from quarterdeck.findings import template_names
from quarterdeck.findings.template_names import NameCheck, NameMemory
from quarterdeck.measure.counters import PATTERNS
from quarterdeck.render.engine import Engine
from quarterdeck.render.rendering import Rendering

SEED = int(os.environ["QUARTERDECK_SEED"])
ROUNDS = {"soak": 3_000}.get(os.environ["QUARTERDECK_PROFILE"], 150)

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": 'text: "{{ define \\"in.values\\" }}{{ end }}"\n',
    "templates/_helpers.tpl": '{{ define "shop.fullname" }}{{ end }}{{ define "shop.labels" }}{{ end }}',
    "templates/a.yaml": '{{ include "shop.fulname" . }}',
    "templates/b.yaml": '{{ template "db.name" }}{{ include "in.values" . }}',
    "templates/c.yaml": '{{ "shop.nosuch" | include }} # include "in.a.comment"',
    "templates/d.yaml": '{{ include "shop.labels" . }}',
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/templates/_helpers.tpl": '{{ define "db.name" }}{{ end }}{{ include "db.nam" . }}',
}


@pytest.fixture
def inputs(tmp_path: Path) -> RenderInputs:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return prepare(read_chart(str(tmp_path)), {}, Release(), make_capabilities(None, ()))


def find(engine: Engine, inputs: RenderInputs, memory: NameMemory) -> list[Finding]:
    rendering = Rendering(inputs)
    rendering.program = engine.program(inputs)
    return NameCheck(rendering, memory).findings()


def edited(inputs: RenderInputs, **texts: str) -> RenderInputs:
    """Give inputs with other texts of the templates whose names begin so."""
    paths = {Path(file.display_path).stem: file.display_path for file in inputs.templates}
    return edit_templates(inputs, {paths[name]: text for name, text in texts.items()})


def test_calls_of_templates_that_nobody_defines(inputs: RenderInputs) -> None:
    found = find(Engine(), inputs, NameMemory())
    assert {(Path(one.place.path).name, one.place.column, one.message, one.proposal) for one in found} == {
        ("a.yaml", 12, 'there is no template "shop.fulname"', "Did you mean `shop.fullname`?"),
        ("c.yaml", 4, 'there is no template "shop.nosuch"', PROPOSAL),
        ("_helpers.tpl", 43, 'there is no template "db.nam"', "Did you mean `db.name`?"),
    }


PROPOSAL = 'Define it: {{ define "shop.nosuch" }} … {{ end }}.'


def test_after_an_edit_only_that_file_is_looked_at(
    inputs: RenderInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, memory = Engine(), NameMemory()
    find(engine, inputs, memory)
    looked_at: list[str] = []
    asked: list[str] = []
    arranged: list[int] = []

    def note(function: str, into: list[str]) -> None:
        real = getattr(template_names, function)
        monkeypatch.setattr(template_names, function, lambda text: (into.append(text), real(text))[1])

    note("_called_names", looked_at)
    note("_written_names", looked_at)
    spell = Spellings._find
    monkeypatch.setattr(Spellings, "_find", lambda own, name: (asked.append(name), spell(own, name))[1])
    arrange = Spellings.__init__
    monkeypatch.setattr(
        Spellings, "__init__", lambda own, known: (arranged.append(1), arrange(own, known))[1]
    )

    before = PATTERNS.misses, PATTERNS.hits
    text = '{{ include "shop.labls" . }}{{ include "shop.fulname" . }}'
    found = find(engine, edited(inputs, d=text), memory)
    assert len(found) == 5
    assert looked_at == [text, text]
    assert asked == ["shop.labls"]
    assert arranged == []
    assert (PATTERNS.misses - before[0], PATTERNS.hits - before[1]) == (1, 0)
    # What is the same as before costs nothing at all.
    assert find(engine, edited(inputs, d=text), memory) == found
    assert looked_at == [text, text]
    assert (PATTERNS.misses - before[0], PATTERNS.hits - before[1]) == (1, 0)


def test_a_define_that_comes_or_goes_counts_for_all_files(inputs: RenderInputs) -> None:
    engine, memory = Engine(), NameMemory()
    assert len(find(engine, inputs, memory)) == 3
    more = edited(inputs, d='{{ define "shop.fulname" }}{{ end }}{{ define "shop.nosuch" }}{{ end }}')
    assert [one.message for one in find(engine, more, memory)] == ['there is no template "db.nam"']
    assert len(find(engine, inputs, memory)) == 3


def test_old_texts_are_forgotten(inputs: RenderInputs) -> None:
    engine, memory = Engine(), NameMemory()
    for number in range(400):
        find(engine, edited(inputs, d=f"# {number}"), memory)
    assert len(memory.called) < 2 * len(inputs.templates) + 101
    assert "# 399" in memory.called
    assert "# 0" not in memory.called


PIECES = (
    '{{ include "shop.labels" . }}', '{{ include "shop.labls" . }}', '{{ define "shop.labls" }}', "{{ end }}",
    '{{ "db.nam" | include }}', '{{ define "db.nam" }}{{ end }}', '{{ template "new" }}',
    "{{ block `new` . }}", '"{{ define `new` }}"', "{{", "x", "\n",
)  # fmt: skip


def test_whatever_was_kept_the_findings_are_those_of_a_fresh_look(inputs: RenderInputs) -> None:
    rnd = random.Random(SEED)
    engine, memory = Engine(), NameMemory()
    current = inputs
    for _ in range(ROUNDS):
        name = rnd.choice(("a", "b", "c", "d"))
        if rnd.random() < 0.1:
            current = inputs
        else:
            current = edited(current, **{name: "".join(rnd.choices(PIECES, k=rnd.randrange(5)))})
        assert find(engine, current, memory) == find(Engine(), current, NameMemory())
