"""What a keystroke costs: in the parser, and up to the edited template's new text and map."""

from __future__ import annotations

import dataclasses
import gc
import random
import time
from typing import TYPE_CHECKING

import quarterdeck
from bench.engines import NAME, NAMESPACE
from bench.figures import Row, milliseconds, quantile
from quarterdeck.api import shared_engine
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.gotmpl.incremental import reparse
from quarterdeck.gotmpl.nodes import Text
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.walk import walk_template
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    from bench.calibration import Calibration
    from bench.subjects import Subject
    from quarterdeck.chart.prepare import TemplateFile

EDIT_LIMIT_SECONDS = 0.010
KEYSTROKE_LIMIT_SECONDS = 0.003
KEYSTROKE_TEXT = 50_000
SNIPPETS = (
    "{{ .Values.name | quote }}",
    "{{- if .Values.enabled }}",
    "{{- end }}",
    "{{ $x := list 1 2 }}",
    "key: value\n",
    '"text" # {{/* note */}}',
)
SEED = 2_026
"""The same places are edited in each run."""


def edit_row(subject: Subject, calibration: Calibration, edits: int) -> Row:
    """Type into one template of the chart after the other; time until its new text and map are there."""
    engine = shared_engine()
    chart = quarterdeck.load_chart(subject.folder)
    release = Release(name=NAME, namespace=NAMESPACE)
    inputs = prepare(chart, subject.values, release, make_capabilities(None, ()))
    rendering = engine.render(inputs, lambda: Context(seed=0))
    editable = [file for file in inputs.templates if not file.is_partial and text_offsets(file)]
    drawn = random.Random(SEED)
    times: list[tuple[float, str]] = []
    for number in range(edits):
        file = drawn.choice(editable)
        offset = drawn.choice(text_offsets(file))
        edited = file._replace(text=f"{file.text[:offset]}# {number}{file.text[offset:]}")
        gc.collect()
        started = time.perf_counter()
        templates = tuple(edited if other is file else other for other in inputs.templates)
        new_inputs = dataclasses.replace(inputs, templates=templates)
        updated = engine.update(rendering, new_inputs, lambda: Context(seed=0))
        origins = updated.source_map.origins(file.name)
        times.append((time.perf_counter() - started, file.name))
        if sum(origin.end - origin.start for origin in origins) != len(updated.templates[file.name]):
            raise ValueError(f"the map of {file.name} does not cover its text after edit {number}")
    seconds = quantile((taken for taken, _ in times), 0.95)
    normal = calibration.normalise(seconds)
    median = quantile((taken for taken, _ in times), 0.5)
    return Row(
        what="one template edited -> its new text and map, kube-prometheus-stack, p95",
        reach="10 ms",
        measured=f"{milliseconds(normal)} ({milliseconds(seconds)} here; median {milliseconds(median)})",
        prototype="7 ms",
        has_reached=normal <= EDIT_LIMIT_SECONDS,
        details=tuple(f"{milliseconds(taken)}: {name}" for taken, name in sorted(times)[:-6:-1]),
    )


def text_offsets(file: TemplateFile) -> list[int]:
    """Give where literal lines begin in a template, inside blocks too."""
    starts: list[int] = []
    for item, node in walk_template(parse_template(file.text)):
        if isinstance(node, Text) and "\n" in node.raw:
            starts.append(item.start + node.start + node.raw.find("\n") + 1)
    return starts


def keystroke_row(calibration: Calibration, keystrokes: int) -> Row:
    """Type snippets into a template of 50 KB, key by key and at random places; time each key's new tree.

    So most trees on the way are broken, as they are while somebody types.
    """
    functions = frozenset(function_table())
    whole = parse_template(long_template(), functions)
    drawn = random.Random(SEED)
    times: list[float] = []
    while len(times) < keystrokes:
        tree = whole
        offset = drawn.randrange(len(whole.text))
        for key in drawn.choice(SNIPPETS):
            started = time.perf_counter()
            new_tree = reparse(tree, offset, offset, key, functions)
            times.append(time.perf_counter() - started)
            if new_tree != parse_template(new_tree.text, functions):
                raise ValueError(f"typing {key!r} at {offset} gives another tree than a fresh parse")
            tree = new_tree
            offset += 1
    seconds = quantile(times, 0.95)
    normal = calibration.normalise(seconds)
    return Row(
        what="one keystroke in a 50 KB template -> the tree of a fresh parse, p95",
        reach="3 ms",
        measured=f"{milliseconds(normal)} ({milliseconds(seconds)} here; "
        f"median {milliseconds(quantile(times, 0.5))}, most {milliseconds(max(times))})",
        has_reached=normal <= KEYSTROKE_LIMIT_SECONDS,
    )


def long_template() -> str:
    """Compose 50 KB of template text as charts have it: objects one after the other, some in blocks."""
    parts: list[str] = []
    length = number = 0
    while length < KEYSTROKE_TEXT:
        part = OBJECT.replace("NUMBER", str(number))
        parts.append(part)
        length += len(part)
        number += 1
    return "".join(parts)


OBJECT = """\
{{- if and .Values.sectionNUMBER .Values.sectionNUMBER.enabled }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "long.name" . }}-NUMBER
  labels:
    {{- include "long.labels" (dict "root" $ "part" "sectionNUMBER") | nindent 4 }}
  {{- with .Values.sectionNUMBER.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  {{- range $key, $value := .Values.sectionNUMBER.data }}
  {{ $key }}: {{ tpl $value $ | quote }}
  {{- end }}
  {{/* A fixed entry, so that the object is never empty. */}}
  port: {{ .Values.sectionNUMBER.port | default 8080 | quote }}
  text: "{{ printf "%s-%d" .Release.Name (int .Values.sectionNUMBER.replicas) }}"
{{- end }}
"""
