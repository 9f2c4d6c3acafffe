"""A rendering that was brought up to date is what a rendering from the start is, whatever was edited."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.compiler import program
from quarterdeck.compiler.packs import Packs
from quarterdeck.errors import Cancelled
from quarterdeck.render import machine
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Budget, Context
from quarterdeck.store.disk_cache import DiskCache

if TYPE_CHECKING:
    from pathlib import Path

    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Origin

SEED = int(os.environ["QUARTERDECK_SEED"])
ROUNDS = {"soak": 2_000, "corpus": 300}.get(os.environ["QUARTERDECK_PROFILE"], 100)


def meta(name: str) -> str:
    return f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"


FILES = {
    "Chart.yaml": meta("shop")
    + "dependencies: [{name: beta, version: 1.0.0}, {name: beta, version: 1.0.0, alias: twin}]\n",
    "values.yaml": (
        "port: 80\nglobal: {zone: north, deep: {list: [one, two], map: {k: value}}}\n"
        "alpha: {size: small, inner: {a: text}}\nbeta: {text: '{{ .Values.name }}'}\n"
        "shared: &s {x: same}\nother: *s\n"
    ),
    "templates/_helpers.tpl": '{{ define "shop.name" }}{{ .Values.port }}-{{ .Release.Name }}{{ end }}',
    "templates/a.yaml": 'name: {{ include "shop.name" . | quote }}\nfile: {{ .Files.Get "files/f.txt" }}\n',
    "templates/b.yaml": "{{ toYaml .Values.global }}\n{{ toYaml .Values.shared }}\n{{ .Values.other.x }}\n",
    "templates/one/two/three/four/deep.yaml": "{{ .Values.alpha.size }} {{ .Values.global.deep.map.k }}\n",
    "files/f.txt": "content of a file",
    "charts/alpha/Chart.yaml": meta("alpha"),
    "charts/alpha/values.yaml": "size: tiny\ninner: {a: long text, b: [first, second]}\n",
    "charts/alpha/templates/_h.tpl": '{{ define "alpha.inner" }}{{ toYaml .Values.inner }}{{ end }}',
    "charts/alpha/templates/a.yaml": '{{ include "alpha.inner" . }}\n{{ .Values.global.zone }}\n',
    "charts/alpha/templates/b.yaml": '{{ include "alpha.inner" . | nindent 2 }}\n{{ .Values.size }}\n',
    "charts/beta/Chart.yaml": meta("beta"),
    "charts/beta/values.yaml": "name: the name\ntext: '{{ .Values.name }}!'\nempty:\n",
    "charts/beta/templates/a.yaml": '{{ tpl .Values.text . }}\n{{ .Values.global.deep.list | join "," }}\n',
    "charts/beta/templates/b.yaml": "{{ $_ := set .Values `text` .Values.name }}{{ .Values.text }}\n",
    "charts/beta/charts/gamma/Chart.yaml": meta("gamma"),
    "charts/beta/charts/gamma/templates/a.yaml": "{{ .Values.global.zone }}{{ .Chart.Version }}\n",
}
TEMPLATES = [path for path in FILES if "templates/" in path]
VALUES = [path for path in FILES if path.endswith("values.yaml")]
PIECES = (
    "", "\n", "# text\n", "{{ .Values.port }}", "{{ toYaml .Values }}", "{{ toJson .Subcharts }}",
    "{{ .Release }}", '{{ include "nobody" . }}', '{{ include "shop.name" . }}',
    '{{ define "nobody" }}somebody{{ .Values.size }}{{ end }}', "{{ fail .Chart.Name }}",
    "{{ .Values.q.r.s }}", "{{ tpl `{{ .Chart.Name }}{{ .Values.q.r }}` . }}", "{{",
    "{{ $_ := set .Values `size` (print .Chart.Name `-made`) }}",
    "{{ .Values.size }}{{ .Values.made.by.name }}",
    "{{ $_ := set .Values `made` (dict `by` (dict `name` (upper .Chart.Name))) }}",
    "{{ $_ := set (.Values.made | default dict).by `name` (print .Chart.Name `-again`) }}",
    "{{ $_ := set .Values.global `zone` (upper .Values.global.zone) }}", "{{ .Values.global.zone }}",
    "{{ $_ := set .Values.global.deep.map `k` (print .Values.global.deep.map.k `+` .Chart.Name) }}",
    "{{ $_ := set .Values.global.deep `new` (dict `of` .Chart.Name) }}",
    "{{ (.Values.global.deep.new).of }}",
    "{{ with .Values.global.deep.new }}{{ $_ := set . `of` `changed` }}{{ end }}",
    "{{ .Values.global.deep.map.k }}", "{{ $_ := set .Release `Name` (print .Release.Name .Chart.Name) }}",
    "{{ $_ := unset .Values `text` }}", "{{ $_ := set . `own` (print `o` .Chart.Name) }}{{ .own }}",
    "{{ (.Subcharts.beta).own }}", "{{ .Values.alpha }}",
    "{{ range $k, $v := .Values.global.deep.map }}{{ $k }}={{ $v }}{{ end }}",
    "{{ (.Subcharts.alpha).Template.Name }}",
    "{{ $_ := mergeOverwrite .Values.global (dict `deep` (dict `map` (dict `k` .Chart.Name))) }}",
    "{{ randAlpha 4 }}", "{{ (.Files.Glob `files/*`).AsConfig }}", "{{ .Template.Name }}",
    "{{ .Capabilities.KubeVersion }}",
)  # fmt: skip
NEW_VALUES = (
    "size: big\n", "port: 81\n", "# comment\n", "global: {zone: south}\n",
    "global: {deep: {map: {k: value}}}\n", "name: the name\n", "twin: {name: another}\n",
    "alpha: {size: small}\n", "gamma: {x: y}\n", "size: tiny\n",
    "alpha: {inner: &i {a: long text}}\ntwin: {more: *i}\nbeta: {more: *i}\n", "shared: {x: same}\n",
    "other: {x: same}\n", "beta: {gamma: {global: {zone: west}}}\n", "empty: ~\n", "alpha: 7\n", "[\n",
    "beta: {text: plain}\n",
)  # fmt: skip
OVERRIDES: tuple[dict[str, Any], ...] = (
    {},
    {"port": 80.0},
    {"alpha": {"size": "small"}},
    {"global": {"zone": "north"}},
    {"beta": {"name": "the name", "gamma": {"z": "z"}}},
)


class State(NamedTuple):
    """What a chart is rendered from."""

    texts: dict[str, str]
    overrides: dict[str, Any]
    release: Release
    kube_version: str | None


def first_state() -> State:
    return State(dict(FILES), {}, Release(), None)


def edited(state: State, drawn: random.Random) -> State:
    """Change something, more often a template than anything else."""
    texts = dict(state.texts)
    kind = drawn.choice(
        ("template",) * 6 + ("values",) * 4 + ("file", "new", "overrides", "release", "kube", "meta")
    )
    if kind == "overrides":
        return state._replace(overrides=drawn.choice(OVERRIDES))
    if kind == "release":
        return state._replace(release=Release(name=drawn.choice(("release-name", "other"))))
    if kind == "kube":
        return state._replace(kube_version=drawn.choice((None, "1.29.0")))
    path = "files/f.txt"
    if kind == "template":
        path = drawn.choice(TEMPLATES)
        text = FILES[path] if drawn.random() < 0.4 else texts[path]
        at = drawn.choice((0, len(text), drawn.randint(0, len(text))))
        texts[path] = text[:at] + drawn.choice(PIECES) + text[at:]
    elif kind == "values":
        path = drawn.choice(VALUES)
        texts[path] = drawn.choice((FILES[path], FILES[path], texts[path])) + drawn.choice(NEW_VALUES)
    elif kind == "new":
        path = drawn.choice(TEMPLATES).rpartition("/")[0] + drawn.choice(("/_new.tpl", "/0.yaml", "/zz.yaml"))
        if texts.pop(path, None) is None:
            texts[path] = drawn.choice(PIECES) + drawn.choice(PIECES)
    elif kind == "meta":
        path = drawn.choice([path for path in FILES if path.endswith("Chart.yaml")])
        texts[path] = FILES[path] + drawn.choice(("", "# x\n", "keywords: [new]\n", "home: http://x\n"))
    else:
        texts[path] = drawn.choice((FILES[path], "other content"))
    return state._replace(texts=texts)


class Subject:
    """A chart on the disk, whose files are those of the first state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        self._last = read_chart(folder)

    def inputs(self, state: State, *, is_fresh: bool = False) -> RenderInputs:
        overlay = {path: text for path, text in state.texts.items() if FILES.get(path) != text}
        chart = read_chart(self.folder, overlay=overlay, previous=None if is_fresh else self._last)
        if not is_fresh:
            self._last = chart
        return prepare(chart, state.overrides, state.release, make_capabilities(state.kube_version))


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return Subject(tmp_path / "shop")


def new_context() -> Context:
    return Context(seed=1, budget=Budget(seconds=600.0))


def render(inputs: RenderInputs) -> Rendering:
    return Engine().render(inputs, new_context)


def shown(origin: Origin) -> tuple[Any, ...]:
    value = origin.value
    where = None if value is None else (value.path, value.origin and (value.origin.place, value.origin.label))
    return (*origin[:5], where, *origin[6:])


def everything(rendering: Rendering) -> dict[str, Any]:
    """Give all that a rendering says, for comparison."""
    found: dict[str, Any] = {
        "files": list(rendering.templates),
        "texts": rendering.templates,
        "problems": list(map(repr, rendering.problems)),
    }
    for name, errors in rendering.errors.items():
        found[f"errors of {name}"] = [(str(error), error.file, error.offset) for error in errors]
        found[f"holes of {name}"] = rendering.source_map.holes(name)
        found[f"origins of {name}"] = list(map(shown, rendering.source_map.origins(name)))
    return found


@pytest.mark.parametrize(
    ("runs", "sources"),
    [(1, 1_000), (1_000_000, 1_000), (1_000_000, 0)],
    ids=["compiled", "interpreted", "large"],
)
def test_after_random_edits_of_all_kinds_a_rendering_is_a_fresh_one(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, runs: int, sources: int
) -> None:
    monkeypatch.setattr(machine, "RUNS_BEFORE_COMPILING", runs)
    monkeypatch.setattr(program, "MANY_SOURCES", sources)
    drawn = random.Random(SEED)
    engine = Engine()
    first = state = first_state()
    renderings = [engine.render(subject.inputs(first), new_context)]
    kept = 0
    for number in range(ROUNDS):
        state = first if drawn.random() < 0.05 else edited(state, drawn)
        # Sometimes from a rendering of long ago, as another scenario's is.
        old = renderings[-1] if drawn.random() < 0.9 else drawn.choice(renderings)
        before = dict(old.templates), old.problems
        renderings.append(engine.update(old, subject.inputs(state), new_context))
        kept += sum(
            renderings[-1].frames[name] is frame
            for name, frame in old.frames.items()
            if name in renderings[-1].frames
        )
        wanted = everything(render(subject.inputs(state, is_fresh=True)))
        found = everything(renderings[-1])
        different = [what for what in wanted if wanted[what] != found.get(what)]
        assert not different, f"round {number}: {different}"
        assert found == wanted
        assert before == (old.templates, old.problems)
        del renderings[1:-3]
    assert kept > ROUNDS


def test_trees_that_are_let_go_of_change_nothing(subject: Subject, tmp_path: Path) -> None:
    engine = Engine(Packs(DiskCache(tmp_path / "code")))
    state = first_state()
    state.texts["templates/a.yaml"] = (
        '{{ print "con" "stant" | quote }}{{ dict "key" "value" | toYaml }}{{ fail "no" }}'
    )
    rendering = engine.render(subject.inputs(state), new_context)
    engine.save(rendering.program)
    wanted = everything(render(subject.inputs(state)))
    assert any("constant" in origin for origin in wanted["origins of shop/templates/a.yaml"])
    assert everything(rendering) == wanted
    state.texts["templates/b.yaml"] += "# more"
    updated = engine.update(rendering, subject.inputs(state), new_context)
    engine.save(updated.program)
    assert everything(updated) == everything(render(subject.inputs(state)))


def test_what_is_not_kept_of_other_groups_is_not_run(subject: Subject) -> None:
    engine = Engine()
    state = first_state()
    # A file of the outermost chart that runs before those of sub-charts runs by turns with them.
    deep = "templates/one/two/three/four/deep.yaml"
    del state.texts[deep]
    (subject.folder / deep).unlink()
    rendering = engine.render(subject.inputs(state), new_context)
    for path, text, groups in (
        ("charts/alpha/values.yaml", "size: tiny\ninner: {a: long text, b: [second]}\n", {"", "alpha"}),
        ("charts/alpha/templates/b.yaml", "b: {{ .Values.size }}\n", {"alpha"}),
        ("values.yaml", FILES["values.yaml"] + "# comment\n", set[str]()),
        ("values.yaml", FILES["values.yaml"].replace("north", "south"), {"", "alpha", "beta", "twin"}),
        ("values.yaml", FILES["values.yaml"] + "twin: {name: other}\n", {"", "twin"}),
        # Its template writes into its values, which the outermost chart sees.
        ("charts/beta/templates/a.yaml", "a: b\n", {"", "beta", "twin"}),
    ):
        changed = state._replace(texts={**state.texts, path: text})
        updated = engine.update(rendering, subject.inputs(changed), new_context)
        ran = {
            updated.groups.of_file[name]
            for name, frame in updated.frames.items()
            if frame is not rendering.frames[name]
        }
        assert ran == groups, path


def test_an_update_that_is_cancelled_leaves_what_was_known(subject: Subject) -> None:
    engine = Engine()
    state = first_state()
    rendering = engine.render(subject.inputs(state), new_context)
    helper = "charts/alpha/templates/_h.tpl"
    for number in range(2):
        texts = {**state.texts, helper: FILES[helper].replace("inner }}", f"inner }}}}{number}")}
        inputs = subject.inputs(state._replace(texts=texts))
        looks = iter(range(10))
        budget = Budget(is_cancelled=lambda looks=looks, most=number: next(looks) >= most)
        with pytest.raises(Cancelled):
            engine.update(rendering, inputs, lambda budget=budget: Context(seed=1, budget=budget))
        updated = engine.update(rendering, inputs, new_context)
        assert everything(updated) == everything(render(inputs))
    assert everything(rendering) == everything(render(subject.inputs(state)))
