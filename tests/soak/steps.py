"""What somebody does with a workspace: single steps, drawn at random, that make sense in any order.

A step is plain data, so that a failed run can be written down, shortened and done again: what a step cannot
do (edit a file that is not open) it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

Step = dict[str, Any]

PIECES = (
    *(
        "",
        "",
        "x",
        "1",
        " ",
        "\n",
        "\r\n",
        "ä",
        "😀",
        "\u2028",
        "\x0c",
        "# note",
        "name: a\n",
        "  key: value\n",
    ),
    *(
        "{{ .Values.name }}",
        "{{ .Values.a.b.c | quote }}",
        "{{ undefinedFunction 1 }}",
        '{{ include "no.such" . }}',
    ),
    *(
        "{{",
        "}}",
        "{{- if .Values.enabled }}",
        "{{- range .Values.list }}",
        "{{- end }}",
        "{{/*",
        "*/}}",
        '"',
        "- ",
        ": ",
    ),
    *(
        '{{ tpl "{{ .Values.name }}" . }}',
        '{{ define "storm.x" }}y{{ end }}',
        '{{ fail "no" }}',
        "null",
        "[]",
        "{}",
    ),
)
"""What is typed, pasted and written: texts and actions, whole and broken."""
NEW_FILES = {
    "templates/storm-{}.yaml": (
        "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: storm\n",
        'kind: Secret\ndata:\n  a: {{ include "storm.x" . }}\n',
        "{{ .Values.storm.missing }}\n",
    ),
    "templates/_storm-{}.tpl": ('{{ define "storm.x" }}x{{ end }}', '{{ define "storm.y" }}'),
    "values-storm-{}.yaml": ("name: storm\n", "enabled: [\n", "list: [a, b]\nstorm: {missing: 1}\n"),
    "charts/storm/Chart.yaml": ("apiVersion: v2\nname: storm\nversion: 0.1.0\n",),
    "charts/storm/templates/a.yaml": ("kind: {{ undefinedFunction }}\n", "a: b\n"),
}
"""Files that come and go, by pattern of their path, with texts."""
SETTINGS: tuple[dict[str, Any], ...] = (
    *(
        {},
        {},
        {"rules": {"QD102": "off"}},
        {"rules": {"QD150": "low"}},
        {"focus": "prod"},
        {"discover": False},
    ),
    *({"kubeVersion": "1.25"}, {"ignore": [{"paths": ["**/a.yaml"]}]}, {"focus": 5, "rules": "no"}),
)
"""What an editor's configuration says, right and wrong."""
SCENARIOS = (None, "default", "prod", "stage", "small", "storm-1", "no-such-scenario")
WEIGHTS = {
    "edit": 50,
    "undo": 16,
    "open": 6,
    "close": 5,
    "write": 5,
    "add": 4,
    "delete": 3,
    "restore": 4,
    "save": 2,
    "rewrite": 1,
    "scenario": 2,
    "configure": 2,
    "wait": 12,
    "pause": 8,
}
"""How often each kind of step is drawn, relative to the others."""


def draw(rng: random.Random, charts: Sequence[str], files: Callable[[str], Sequence[str]]) -> Step:
    """Draw one step; `charts` are folders of the workspace, `files(chart)` paths inside the workspace."""
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    chart = rng.choice(charts)
    step: Step = {"do": kind}
    if kind in ("edit", "write"):
        step |= {
            "at": rng.randrange(1 << 20),
            "delete": rng.choice((0, 0, 0, 1, 1, 3, 20)),
            "insert": rng.choice(PIECES),
        }
    if kind == "add":
        pattern = rng.choice(list(NEW_FILES))
        path = f"{chart}/{pattern.format(rng.randrange(3))}"
        return step | {"file": path, "text": rng.choice(NEW_FILES[pattern])}
    if kind == "scenario":
        return step | {"name": rng.choice(SCENARIOS)}
    if kind == "configure":
        return step | {"settings": rng.choice(SETTINGS)}
    if kind == "pause":
        return step | {"seconds": rng.choice((0.001, 0.01, 0.03, 0.1))}
    if kind == "rewrite":
        step["text"] = "".join(rng.choice(PIECES) for _ in range(rng.randrange(12)))
    return step if kind == "wait" else step | {"file": rng.choice(files(chart))}


def shorten(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool], tries: int = 60) -> list[Step]:
    """Leave out as many steps as can be left out while the rest still fails, in at most so many tries.

    Source: Andreas Zeller, Simplifying and Isolating Failure-Inducing Input, 2002: ddmin, complements alone.
    """
    left = list(steps)
    parts = 2
    while len(left) > 1 and tries > 0:
        size = -(-len(left) // parts)
        for start in range(0, len(left), size):
            without = left[:start] + left[start + size :]
            tries -= 1
            if without and fails(without):
                left = without
                parts = max(parts - 1, 2)
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(left))
    return left
