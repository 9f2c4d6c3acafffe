"""Workspaces for the long tests: a small chart with scenarios and a sub-chart, and some of the corpus."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import corpus_charts

if TYPE_CHECKING:
    import random
    from pathlib import Path

LARGEST_CHART = 60
"""Files of a chart of the corpus that takes part, at most: others make the steps few."""
SHOP = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": "name: shop\nenabled: true\nlist: [a, b]\na: {b: {c: 1}}\ndb: {port: 1}\n",
    "values-prod.yaml": "enabled: false\na: {b: {c: 2}}\n",
    "environments/stage.yaml": "list: []\n",
    "ci/small-values.yaml": "name: small\n",
    "templates/_helpers.tpl": '{{- define "shop.name" -}}{{ .Values.name }}{{- end }}\n',
    "templates/a.yaml": (
        'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{ include "shop.name" . }}\ndata:\n'
        "  {{- range .Values.list }}\n  {{ . }}: {{ $.Values.a.b.c | quote }}\n  {{- end }}\n"
    ),
    "templates/b.yaml": (
        "{{- if .Values.enabled }}\nkind: Service\napiVersion: v1\nmetadata:\n  name: b\n{{- end }}\n"
    ),
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/values.yaml": "port: 5432\n",
    "charts/db/templates/db.yaml": (
        'kind: Service\napiVersion: v1\nmetadata:\n  name: {{ include "shop.name" . }}-db\n'
        "spec:\n  ports: [{port: {{ .Values.port }}}]\n"
    ),
}


def make_workspace(folder: Path, rng: random.Random, corpus: int = 2) -> Path:
    """Write the small chart, and unpack so many charts of the corpus, not the largest, drawn at random."""
    for path, text in SHOP.items():
        file = folder / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    names = corpus_charts.chart_names()
    rng.shuffle(names)
    for name in names:
        if corpus <= 0:
            break
        chart = corpus_charts.unpack(name, folder)
        if sum(path.is_file() for path in chart.rglob("*")) > LARGEST_CHART:
            shutil.rmtree(chart)
        else:
            corpus -= 1
    return folder


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Give everything in a folder: by path its mode, its time of change, and its content."""
    found: dict[str, tuple[int, int, bytes]] = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_mtime_ns, content)
    return found
