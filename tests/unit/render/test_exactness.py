"""Origins are exact: every character of a value in the output leads to that very character of the value.

Each character of each value, constant and template text is one that stands nowhere else, so that the output
itself says where its characters come from, whatever functions they went through.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.render.engine import Engine
from quarterdeck.runtime.context import Context
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.emit import emit_yaml

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from quarterdeck.chart.model import Chart
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.source_map import Origin
    from quarterdeck.render.value_index import Path

FIRST_MARK = 0x4E00
"""Marks are ideographs: letters without case that YAML and JSON write as they are."""
SHAPES: dict[str, Any] = {
    "plain": "****",
    "long": " ".join(["*****"] * 30),
    "spaced": "  ** *  ",
    "lines": "**\n  ***\n\n*\n",
    "quoted": "\"*\" and '*': # *",
    "escaped": "*\t*\\*",
    "letters": "*aBc*",
    "html": "*<*>&*",
    "yaml": "k: \"***\"\nl:\n- **\n- '*'\nm: {i: *}\n",
    "json": '{"k": "**\\t*", "l": ["**", "*"], "m": {"n": "**"}}',
    "comma": "**,***,*,**",
    "call": "*{{ .Values.plain }}**{{ .Values.map.inner.deep | quote }}*",
    "map": {"one": "**", "inner": {"deep": "*: *", "text": "**\n*\n"}, "many": ["**", "* *"], "num": 5.0},
    "list": ["**", "*\n*", "*"],
    "number": 17.0,
    "yes": True,
}


class Marks:
    """Gives marks, each once, and tells later what each was given for."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[Path, int]] = {}
        """Of each mark the path below `.Values` and the offset in the text there."""

    def fill(self, shape: Any, path: Path = ()) -> Any:
        """Give the value of a shape, with a mark of its own for each star."""
        match shape:
            case dict():
                entries = cast("dict[str, Any]", shape).items()
                return {key: self.fill(inner, (*path, key)) for key, inner in entries}
            case list():
                items = enumerate(cast("list[Any]", shape))
                return [self.fill(inner, (*path, index)) for index, inner in items]
            case str():
                return "".join(self._char(char, path, offset) for offset, char in enumerate(shape))
            case _:
                return shape

    def _char(self, char: str, path: Path, offset: int) -> str:
        if char != "*":
            return char
        mark = chr(FIRST_MARK + len(self.places))
        self.places[mark] = path, offset
        return mark


MARKS = Marks()
VALUES = MARKS.fill(SHAPES)
FIRST_LITERAL, LAST_LITERAL = 0xAC00, 0xD7A4
"""Texts and constants of templates are made of Hangul, which is told from values at a look."""

TEXTS = (
    ".Values.plain", ".Values.long", ".Values.spaced", ".Values.lines", ".Values.quoted", ".Values.escaped",
    ".Values.letters", ".Values.html", ".Values.yaml", ".Values.json", ".Values.comma", ".Values.map.one",
    ".Values.map.inner.deep", ".Values.map.inner.text", "(index .Values.list 0)", "(first .Values.map.many)",
    '(get .Values.map "one")', '(dig "inner" "deep" "" .Values.map)', "(last .Values.list)", "$v", "$w",
    "(pick .Values.map `one`).one", "(fromYaml .Values.yaml).k", "(fromYaml .Values.yaml).m.i",
    "(index (fromYaml .Values.yaml).l 1)", "(fromJson .Values.json).k", "(index (fromJson .Values.json).l 0)",
    '(first (splitList "," .Values.comma))', '(index (splitList "," .Values.comma) 2)',
    '(split "," .Values.comma)._1', '(index (regexSplit "," .Values.comma -1) 1)',
    '(last (regexFindAll "[^,]+" .Values.comma -1))', "(merge (dict) .Values.map).inner.deep",
    "(deepCopy .Values.map).one", '(index (values (dict "x" .Values.plain)) 0)', "(toString .Values.number)",
    "(.Files.Get `file.txt`)",
)  # fmt: skip
CONTAINERS = (
    ".Values.map", ".Values.list", ".Values.map.inner", "(fromYaml .Values.yaml)", "(fromJson .Values.json)",
    "(dict `a` .Values.plain `b` .Values.map)", "(list .Values.long .Values.quoted .Values.number)",
    "(omit .Values.map `one`)", "(merge (dict `z` .Values.spaced) .Values.map)", "(deepCopy .Values.map)",
    "(concat .Values.list (list .Values.lines))", "(set (dict) `s` .Values.escaped)",
    "(reverse .Values.list)", "(splitList `,` .Values.comma)", "(dict `t` .Values.yes `n` .Values.map.num)",
)  # fmt: skip
OF_ONE = (
    "trim {}", "quote {}", "squote {}", "nindent 3 {}", "indent 2 {}", "nindent 0 {}", "trimSuffix `,` {}",
    "trimPrefix ` ` {}", 'trimSuffix "\\n" {}', "trimAll ` ` {}", "upper {}", "lower {}", "title {}",
    "untitle {}", "swapcase {}", "trunc 7 {}", "trunc -4 {}", "substr 1 5 {}", "replace ` ` `_` {}",
    'replace "\\n" `` {}', "nospace {}", "repeat 2 {}", "abbrev 9 {}", "wrap 12 {}", 'wrapWith 9 "|" {}',
    "printf `%s` {}", "printf `[%q]` {}", "printf `%8s|` {}", "printf `%-9s|` {}", "printf `%.3s` {}",
    "printf `%v-%v` {} .Values.number", "toString {}", "print {}", "html {}", "js {}", "urlquery {}",
    "regexReplaceAll `[a-z:]` {} `<$0>`", "regexReplaceAllLiteral ` +` {} `·`", "regexFind `[^ ,]+` {}",
    "regexQuoteMeta {}", "toYaml {}", "toJson {}", "toRawJson {}", "b64dec (b64enc {})", "b64enc {}",
    "default .Values.quoted {}", "default {} ``", "ternary {} .Values.comma true", "coalesce `` {}",
    "required `no` {}", "cat {} .Values.plain", "base {}", "dir {}", "clean {}", "tpl {} $",
    "join `,` (list {} .Values.plain)", "or {} .Values.plain", "and .Values.plain {}",
    "include `shown` (dict `text` {})", "include `nested` (dict `text` {} `root` $)",
    "(fromYaml (toYaml (dict `x` {}))).x", "(fromJson (toJson (dict `x` {}))).x", "(dict `p` {}).p",
    "(index (list {}) 0)", "first (list {})", "sha256sum {}", "printf `%s %s` {}", "printf `%d` {}",
    "trim (printf `%s ` {})", "join `-` (splitList `,` {})", "toPrettyJson {}", "(set (dict) `k` {}).k",
)  # fmt: skip
OF_CONTAINER = (
    "toYaml {}", "toJson {}", "toPrettyJson {}", "toRawJson {}", "toYaml {} | nindent 4", "print {}",
    "toYaml {} | trim | indent 2", "printf `%v` {}", "include `dumped` {}", "toYaml {} | quote",
    "tpl (toYaml {}) $", "toJson {} | fromJson | toYaml", "toYaml {} | fromYaml | toJson",
    "toYaml (dict `in` {})", "toYaml (list {})", "toYamlPretty {}", "toString {}",
    "toYaml {} | b64enc | b64dec",
)  # fmt: skip
HELPERS = (
    '{{- define "shown" }}{{ .text }}{{ end -}}'
    '{{- define "nested" }}@[{{- include "shown" . | trim -}}]@{{ .root.Values.plain }}{{ end -}}'
    '{{- define "dumped" }}{{ range $k, $e := . }}{{ $e }};{{ end }}{{ toYaml . }}{{ end -}}'
    "{{- $v := .Values.spaced }}{{ $w := .Values.map.inner.text | trim -}}"
)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Give an expression that is a text or prints as one."""
    if draw(st.integers(0, 3)) == 0:
        expression = draw(st.sampled_from(OF_CONTAINER)).format(draw(st.sampled_from(CONTAINERS)))
    else:
        expression = draw(st.sampled_from(TEXTS))
    for wrapper in draw(st.lists(st.sampled_from(OF_ONE), max_size=4)):
        expression = wrapper.format(f"({expression})")
    return expression


@st.composite
def statements(draw: st.DrawFn) -> str:
    """Give a statement: an action, alone or in another."""
    layout = draw(
        st.sampled_from(
            (
                "{{ # }}", "{{- # -}}", "@ {{- # }}@", "@{{ # -}} @\n", "{{ with # }}@{{ . }}{{ end }}",
                "{{ if # }}@{{ else }}@{{ end }}", "{{ $v = # }}", "{{ $v := # }}{{ $v }}",
                "{{ range list (#) }}{{ . }}@{{ end }}",
                "{{ range $i, $e := list (#) .Values.plain }}{{ $e }}{{ $i }}{{ end }}",
                "{{ range $e := .Values.list }}{{ $w = $e }}{{ $e }}@{{ # }}{{ end }}",
                "{{ range $k, $e := .Values.map }}{{ $k }}: {{ toYaml $e | nindent 2 }}@{{ end }}",
                "{{ template `shown` (dict `text` (#)) }}", "@{{ fail (#) }}@",
                "@{{ .Values.plain.x.y }}@{{ # }}", "{{ len (#) | toYaml }}",
                "{{ $_ := set .Values.map `one` (#) }}{{ .Values.map.one }}@{{ toYaml .Values.map }}",
                "{{ toYaml .Values.map }}{{ $_ := unset .Values.map `inner` }}@{{ toJson .Values.map }}",
                "{{ $_ := merge .Values.map (dict `new` (dict `deep` (#))) }}{{ toYaml .Values.map }}",
                ("{{ $_ := mergeOverwrite .Values.map (dict `inner` (dict `deep` (#))) }}"
                "{{ .Values.map.inner.deep }}@{{ toYaml .Values }}{{ toJson .Values.map.inner }}"),
                "{{ $m := dict `a` (#) }}{{ toYaml $m }}{{ $_ := set $m `a` .Values.list }}@{{ toYaml $m }}",
            )
        )
    )  # fmt: skip
    return layout.replace("#", draw(expressions()))


@st.composite
def templates(draw: st.DrawFn) -> str:
    """Give the text of a template in which each `@` has become a character of its own."""
    text = HELPERS + "@\n".join(draw(st.lists(statements(), min_size=1, max_size=5)))
    made = ""
    for char in text:
        made += chr(FIRST_LITERAL + len(made)) if char == "@" else char
    return made


FIRST_FILE = 0x3400
FILE = "".join(chr(FIRST_FILE + index) for index in range(20))


class Subject(NamedTuple):
    """What all examples share."""

    engine: Engine
    folder: pathlib.Path
    chart: Chart


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    folder = tmp_path_factory.mktemp("exact") / "demo"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n", "utf-8")
    (folder / "file.txt").write_text(FILE, "utf-8")
    (folder / "values.yaml").write_text(emit_yaml({key: VALUES[key] for key in SHAPES}), "utf-8")
    made = Subject(Engine(), folder, read_chart(folder))
    # The first rendering raises Python's recursion limit, which hypothesis wants to stay as it is.
    assert not [rendering.problems for rendering in render(made, "") if rendering.problems]
    return made


def render(subject: Subject, template: str) -> Iterator[Rendering]:
    """Render a template interpreted first, then compiled."""
    chart = read_chart(subject.folder, overlay={"templates/t.yaml": template}, previous=subject.chart)
    for name in ("interpreted", "compiled"):
        inputs = prepare(chart, {}, Release(name=name), make_capabilities())
        assert inputs.context["Values"] == VALUES
        if name == "compiled":
            subject.engine.program(inputs).compile_all()
        yield subject.engine.render(inputs, lambda: Context(seed=1))


def wrong_origins(rendering: Rendering, template: str) -> Iterator[str]:
    """Say of each character of the output whose origin is wrong what it is."""
    for file, text in rendering.templates.items():
        position = 0
        for origin in rendering.source_map.origins(file):
            assert origin.start == position < origin.end
            position = origin.end
            for offset in range(origin.start, origin.end):
                problem = wrong_character(origin, text[offset], offset - origin.start, template)
                if problem:
                    yield f"{text[offset]!r} in {text[origin.start : origin.end]!r} at {offset}: {problem}"
        assert position == len(text)


def wrong_character(origin: Origin, char: str, index: int, template: str) -> str:
    """Say what is wrong with the origin of its character `index`; empty if nothing is."""
    said = f"{origin.kind} of {origin.value and origin.value.path} {origin.value_offset} {origin.function}"
    if origin.kind == "text" and origin.is_literal:
        start = LineIndex(template).offset(origin.place.line, origin.place.column)
        return "" if template[start + index] == char else f"{said} at {origin.place}"
    if origin.kind == "file" and origin.is_literal:
        return "" if FILE[origin.place.column - 1 + index] == char else f"{said} at {origin.place}"
    path = () if origin.value is None else origin.value.path[1:]
    if origin.kind == "value" and origin.value_offset is not None:
        return "" if value_at(path)[origin.value_offset + index] == char else said
    if char in MARKS.places:
        is_right = origin.kind == "value" and path == MARKS.places[char][0]
        return "" if is_right or origin.kind == "computed" else said
    if char in FILE:
        return "" if origin.kind in ("file", "computed") else said
    return said if FIRST_LITERAL <= ord(char) < LAST_LITERAL and origin.kind != "computed" else ""


def value_at(path: Path) -> str:
    """Give the text at a path below `.Values`."""
    value: Any = VALUES
    for part in path:
        value = value[part]
    return value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(template=templates())
def test_origins_of_random_templates_are_exact(subject: Subject, template: str) -> None:
    for rendering in render(subject, template):
        wrong = list(wrong_origins(rendering, template))
        assert not wrong, "\n".join((template, *wrong))


def test_functions_that_keep_characters_lead_to_these_very_characters(subject: Subject) -> None:
    kinds: Counter[str] = Counter()
    pairs = [(layout, TEXTS) for layout in OF_ONE] + [(layout, CONTAINERS) for layout in OF_CONTAINER]
    for layout, operands in pairs:
        template = HELPERS + "\n".join(f"{{{{ {layout.format(operand)} }}}}" for operand in operands)
        for rendering in render(subject, template):
            assert not list(wrong_origins(rendering, template)), layout
            assert not rendering.problems, layout
            kinds.update(kinds_of_marks(rendering))
    computed = sum(count for kind, count in kinds.items() if kind.startswith("computed"))
    assert computed < 0.015 * kinds["exact"], kinds


def kinds_of_marks(rendering: Rendering) -> Iterator[str]:
    """Give for each character of a value or file in the output how it is known."""
    for file, text in rendering.templates.items():
        for origin in rendering.source_map.origins(file):
            is_exact = origin.value_offset is not None or origin.is_literal
            kind = "exact" if is_exact else f"{origin.kind} of {origin.function}"
            for char in text[origin.start : origin.end]:
                if char in MARKS.places or char in FILE:
                    yield kind


def test_a_map_that_is_changed_after_it_was_printed_is_not_taken_for_what_it_is_now(subject: Subject) -> None:
    template = "{{ $_ := set .Values.map `one` .Values.long }}{{ .Values.map }}"
    for rendering in render(subject, template):
        assert not list(wrong_origins(rendering, template))


def test_an_element_that_a_template_put_into_the_values_is_not_taken_for_what_the_user_wrote(
    subject: Subject,
) -> None:
    template = (
        "{{ $_ := set .Values.map `one` ((fromYaml .Values.yaml).m.i) }}"
        "{{ range $k, $e := .Values.map }}{{ $k }}: {{ toYaml $e | nindent 2 }}\n{{ end }}"
    )
    for rendering in render(subject, template):
        assert not list(wrong_origins(rendering, template))
