"""What one process compiles, the next one runs: programs that call the interface fill the cache, too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import json, sys
import quarterdeck
from quarterdeck.compiler import code, interpreter
from quarterdeck.gotmpl import parser
from quarterdeck.render import machine
from quarterdeck.compiler import units
counts = {"parsed": 0, "interpreted": 0}
def counting(module, name, key):
    original = getattr(module, name)
    def counted(*arguments, **options):
        counts[key] += 1
        return original(*arguments, **options)
    setattr(module, name, counted)
counting(units, "parse_template", "parsed")
counting(machine, "interpret", "interpreted")
rendering = quarterdeck.render_chart(sys.argv[1])
print(json.dumps({"texts": rendering.templates, **counts}))
"""


def run(chart: Path, cache: Path) -> dict[str, Any]:
    """Render in a new process; give the texts and how often something was parsed and interpreted."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(chart)],
        env={**os.environ, "QUARTERDECK_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_second_process_parses_and_interprets_nothing(tmp_path: Path) -> None:
    chart = tmp_path / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("text: '{{ .Release.Name }}-{{ .Values.port }}'\nport: 80\n")
    (chart / "templates" / "_never.tpl").write_text('{{ define "never" }}x{{ end }}\n')
    (chart / "templates" / "_name.tpl").write_text('{{ define "name" }}{{ .Chart.Name }}{{ end }}\n')
    (chart / "templates" / "a.yaml").write_text(
        'name: {{ include "name" . }}\ntext: {{ tpl .Values.text . }}\n'
    )
    cache = tmp_path / "cache"
    first = run(chart, cache)
    assert first["parsed"] > 3
    assert first["interpreted"] > 2
    second = run(chart, cache)
    assert (second["parsed"], second["interpreted"]) == (0, 0)
    assert (
        second["texts"] == first["texts"] == {"shop/templates/a.yaml": "name: shop\ntext: release-name-80\n"}
    )
