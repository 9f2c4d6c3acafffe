"""What a user sees of charts made to do harm: findings and an exit status, soon, and never a traceback."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from quarterdeck.cli import main
from unit.chart.chart_folders import write_chart

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: "
LAUGHS = "a0: &a0 [x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 5)}]\n" for level in range(1, 12)
)

CHARTS = {
    "a template that includes itself": (
        (
            f'-- templates/a.yaml --\n{CONFIG}{{{{ include "a" . }}}}\n'
            '-- templates/_a.tpl --\n{{ define "a" }}{{ include "a" . }}{{ end }}\n'
        ),
        "rendering template has a nested reference name: a",
    ),
    "templates that include each other": (
        (
            f'-- templates/a.yaml --\n{CONFIG}{{{{ include "a" . }}}}\n'
            '-- templates/_a.tpl --\n{{ define "a" }}{{ include "b" . }}{{ end }}\n'
            '{{ define "b" }}{{ include "a" . }}{{ end }}\n'
        ),
        "rendering template has a nested reference name: ",
    ),
    "a text that hands itself to tpl": (
        (
            f"-- templates/a.yaml --\n{CONFIG}{{{{ tpl .Values.t . }}}}\n"
            "-- values.yaml --\nt: '{{ tpl .Values.t . }}'\n"
        ),
        "tpl is nested deeper than 100 levels",
    ),
    "a text that is too long": (
        f'-- templates/a.yaml --\n{CONFIG}{{{{ repeat 2000000000 "x" }}}}\n',
        "exceeds the limit of",
    ),
    "output that is too long": (
        f'-- templates/a.yaml --\n{CONFIG}{{{{ range until 700 }}}}{{{{ repeat 99999 "x" }}}}{{{{ end }}}}\n',
        "exceeds the limit of",
    ),
    "a list that is too long": (
        f"-- templates/a.yaml --\n{CONFIG}{{{{ until 2000000000 | len }}}}\n",
        "exceeds the limit of",
    ),
    "aliases that multiply in the output": (
        f"-- templates/a.yaml --\n{LAUGHS}",
        "document contains excessive aliasing",
    ),
    "aliases that multiply in values": (
        f"-- values.yaml --\n{LAUGHS}",
        "document contains excessive aliasing",
    ),
    "brackets without end in values": (
        "-- values.yaml --\na: " + "[" * 100_000 + "\n",
        "exceeded max depth of 10000",
    ),
    "brackets without end in the output": (
        f"-- templates/a.yaml --\n{CONFIG}" + "[" * 100_000 + "\n",
        "exceeded max depth of 10000",
    ),
    "brackets without end in a template": (
        f"-- templates/a.yaml --\n{CONFIG}{{{{ " + "(" * 100_000 + " }}\n",
        "max expression depth exceeded",
    ),
    "loops in loops": (
        f"-- templates/a.yaml --\n{CONFIG}" + "{{ range until 1000 }}" * 3 + "{{ end }}" * 3 + "\n",
        "more than 3000000 steps",
    ),
    "blocks without end in a template": (
        "-- templates/a.yaml --\n" + "{{ if 1 }}" * 20_000 + "{{ end }}" * 20_000 + "\n",
        "nested too deeply",
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_hostile_chart_is_refused_soon_and_in_plain_words(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words = CHARTS[name]
    folder = str(write_chart(tmp_path, text))
    started = time.monotonic()
    assert main.main(["check", folder, "--format", "json"]) == 1
    assert words in capsys.readouterr().out
    assert main.main(["render", folder]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert words in output.err
    assert time.monotonic() - started < 15
