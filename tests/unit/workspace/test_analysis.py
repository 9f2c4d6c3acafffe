"""Charts in an editor: whatever is kept between edits, the findings are those of a fresh check."""

from __future__ import annotations

import gc
import os
import random
from typing import TYPE_CHECKING

import pytest

from quarterdeck.db import chart_queries, inputs
from quarterdeck.db.finding_queries import RENDERING
from quarterdeck.errors import Cancelled, ChartNotFoundError
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.workspace.analysis import Analysis, ChartState, Tier
from quarterdeck.workspace.check import check_chart

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SEED = int(os.environ["QUARTERDECK_SEED"])
ROUNDS = {"soak": 1_500}.get(os.environ["QUARTERDECK_PROFILE"], 120)

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {name}\ndata:\n"
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": "port: 80\nnames: [a, b]\ntext: '{{ .Values.port }}'\ndb:\n  size: 1\n",
    "templates/_helpers.tpl": '{{ define "shop.name" }}{{ .Values.port }}{{ end }}\n'
    '{{ define "shop.both" }}{{ include "shop.name" . }}-{{ include "db.name" . }}{{ end }}\n',
    "templates/a.yaml": CONFIG.format(name="a") + '  name: {{ include "shop.both" . | quote }}\n',
    "templates/b.yaml": CONFIG.format(name="b") + "  text: {{ tpl .Values.text . }}\n",
    "templates/c.yaml": CONFIG.format(name="c") + "{{ range .Values.names }}  {{ . }}: x\n{{ end }}",
    "templates/d.yaml": CONFIG.format(name="d") + '  {{ .Files.Get "files/d.txt" }}\n',
    "templates/e.yaml": '{{ $_ := set .Values "port" 81 }}' + CONFIG.format(name="e"),
    "files/d.txt": "key: value",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/values.yaml": "size: 2\n",
    "charts/db/templates/_helpers.tpl": '{{ define "db.name" }}db{{ end }}\n',
    "charts/db/templates/a.yaml": CONFIG.format(name="db") + "  size: {{ .Values.size.unit | quote }}\n",
    ".helmignore": "*.bak\n",
    "templates/old.bak": "{{ nonsense",
}
PIECES = (
    *("", "", "", "{{", "}}", '"', "\n", " ", "x: y\n", "  - z", "#", "\ufeff", "ä", "---\n", "kind: List\n"),
    *('{{ include "shop.name" . }}', '{{ include "nobody" . }}', '{{ define "shop.name" }}x{{ end }}'),
    *("{{ undefinedFunction }}", "{{ .Values.missing.deep }}", "{{ if .Values.port }}", "{{ end }}"),
    *("{{ fail .Values.text }}", '{{ $_ := set .Values "size" 3 }}', "{{ randAlpha 3 }}", "port: 81\n"),
)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "shop"


def fresh(chart: Path, overlay: Mapping[str, str]) -> list[str]:
    try:
        return list(map(repr, check_chart(chart, overlay=overlay)))
    except ChartNotFoundError as error:  # .helmignore leaves everything out
        return [repr(error)]


def state_of(chart: Path, overlay: Mapping[str, str], disk_revision: int = 1) -> ChartState:
    texts = {f"{chart.as_posix()}/{path}": text for path, text in overlay.items()}
    return ChartState(chart.as_posix(), texts, disk_revision, DEFAULT_SCENARIO)


def live(charts: Analysis, chart: Path, overlay: Mapping[str, str], disk_revision: int = 1) -> list[str]:
    try:
        return list(map(repr, charts.find(state_of(chart, overlay, disk_revision)).everything()))
    except ChartNotFoundError as error:
        return [repr(error)]


def test_after_random_edits_of_all_files_the_findings_are_those_of_a_fresh_check(chart: Path) -> None:
    rng = random.Random(SEED)
    charts, small, off = Analysis(), Analysis(max_bytes=2_000), Analysis(keeps=False)
    texts = dict(FILES)
    for number in range(ROUNDS):
        # Most edits hit templates, as in an editor; a file is put right again before its mistakes pile up.
        path = rng.choice([*FILES, *[path for path in FILES if "templates/" in path] * 3])
        text = FILES[path] if rng.random() < 0.3 else texts[path]
        start = rng.randint(0, len(text))
        texts[path] = text[:start] + rng.choice(PIECES) + text[start + rng.choice((0, 0, 1, 6)) :]
        wanted = fresh(chart, texts)
        for each in (charts, small, off):
            assert live(each, chart, texts) == wanted, f"round {number}, {path}: {texts[path]!r}"


def test_files_that_are_opened_and_closed_count_and_cease_to_count(chart: Path) -> None:
    charts = Analysis()
    broken = {"templates/new.yaml": "{{ nonsense }}"}
    assert live(charts, chart, broken) == fresh(chart, broken)
    assert any("nonsense" in finding for finding in live(charts, chart, broken))
    assert live(charts, chart, {}) == fresh(chart, {})
    assert not any("nonsense" in finding for finding in live(charts, chart, {}))


def test_the_disk_counts_anew_once_it_may_have_changed(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, {})
    (chart / "templates/a.yaml").write_text("{{ nonsense }}")
    assert not any("nonsense" in finding for finding in live(charts, chart, {}, disk_revision=1))
    assert live(charts, chart, {}, disk_revision=2) == fresh(chart, {})


def test_a_check_that_is_cancelled_leaves_what_was_known(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, {"templates/a.yaml": "{{ nonsense }}", "values.yaml": FILES["values.yaml"]})
    for changed in ("templates/a.yaml", "values.yaml"):
        overlay = {"templates/a.yaml": FILES["templates/a.yaml"], "values.yaml": FILES["values.yaml"]}
        overlay[changed] += "\n"
        with pytest.raises(Cancelled):
            charts.find(state_of(chart, overlay), lambda: True)
        assert live(charts, chart, overlay) == fresh(chart, overlay)


def test_an_edit_of_a_template_runs_only_what_it_touches(chart: Path) -> None:
    (chart / "templates/e.yaml").unlink()  # its write into shared values touches all files
    charts = Analysis()
    texts = {path: FILES[path] for path in ("templates/a.yaml", "templates/b.yaml", "values.yaml")}
    live(charts, chart, texts)
    charts.db.log.clear()
    live(charts, chart, {**texts, "templates/b.yaml": texts["templates/b.yaml"] + "# more\n"})
    assert charts.db.log.names() == [
        "files",
        "prepared",
        "parsed",
        "rendered file",
        "rendering",
        "named",
        "findings",
    ]
    assert rendered(charts) == ["shop/templates/b.yaml"]


def rendered(charts: Analysis) -> list[str]:
    return [key[2] for name, key in charts.db.log.ran if name == "rendered file"]


def test_an_edit_of_values_reads_no_file(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    charts = Analysis()
    texts = {"values.yaml": FILES["values.yaml"]}
    live(charts, chart, texts)
    monkeypatch.setattr(chart_queries, "read_chart_files", None)
    monkeypatch.setattr(inputs, "read_chart_files", None)
    texts["values.yaml"] = "port: [1\n"
    assert live(charts, chart, texts) == fresh(chart, texts)


def test_a_text_that_is_set_again_to_the_same_runs_nothing(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, FILES)
    charts.db.log.clear()
    live(charts, chart, dict(FILES))
    assert charts.db.log.ran == []


def test_a_file_outside_of_the_chart_touches_nothing(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, FILES)
    charts.db.log.clear()
    state = state_of(chart, FILES)
    charts.find(state._replace(overlay={**state.overlay, f"{chart.parent.as_posix()}/notes.txt": "x"}))
    assert charts.db.log.ran == []


def test_a_file_that_changed_on_the_disk_is_told_by_its_path(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, {})
    (chart / "templates/a.yaml").write_text("{{ nonsense }}")
    charts.disk_changed([f"{chart.parent.as_posix()}/elsewhere.yaml"])
    assert not any("nonsense" in finding for finding in live(charts, chart, {}))
    charts.disk_changed([f"{chart.as_posix()}/templates/a.yaml"])
    assert live(charts, chart, {}) == fresh(chart, {})


def test_tiers_come_one_by_one_and_make_a_fresh_check_together(chart: Path) -> None:
    charts = Analysis()
    overlay = {
        "templates/a.yaml": '{{ include "nobody" . }}{{ .Values.missing.deep }}',
        "templates/c.yaml": "{{ nonsense }}",
    }
    tiers: list[Tier] = []
    found = {}
    for stage in charts.stages(state_of(chart, overlay)):
        tiers.append(stage.tier)
        found[stage.tier] = stage.findings
    assert tiers == [Tier.SYNTAX, Tier.NAMES, Tier.NAMES, Tier.RENDER], "rendering came by the unknown name"
    together = {repr(finding) for findings in found.values() for finding in findings}
    assert together == set(fresh(chart, overlay))
    assert all(found.values())


def test_little_is_kept_of_charts_that_were_not_used_lately(tmp_path: Path) -> None:
    charts = Analysis(max_bytes=10_000)
    folders = [tmp_path / str(number) for number in range(20)]
    for folder in folders:
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(FILES["Chart.yaml"])
        (folder / "templates/a.yaml").write_text(FILES["templates/c.yaml"])
        assert live(charts, folder, {}) == fresh(folder, {})
    known = [
        folder for folder in folders if charts.db.is_known(RENDERING, folder.as_posix(), DEFAULT_SCENARIO)
    ]
    assert folders[-1] in known
    assert len(known) < len(folders) / 2
    assert live(charts, folders[0], {}) == fresh(folders[0], {})


def test_an_edit_that_begins_to_change_shared_values_touches_the_files_that_read_them(chart: Path) -> None:
    charts = Analysis()
    reader = '{{ if eq (int .Values.port) 81 }}{{ fail "the port is 81" }}{{ end }}'
    calm = {"templates/a.yaml": reader, "templates/e.yaml": ""}
    assert not any("the port is 81" in finding for finding in live(charts, chart, calm))
    writing = {**calm, "templates/e.yaml": FILES["templates/e.yaml"]}
    assert any("the port is 81" in finding for finding in live(charts, chart, writing))
    assert live(charts, chart, writing) == fresh(chart, writing)
    assert live(charts, chart, calm) == fresh(chart, calm)


def test_values_that_cannot_be_read_are_told_alone(chart: Path) -> None:
    charts = Analysis()
    broken = {"values.yaml": "port: [1\n", "templates/c.yaml": "{{ .Values.names.first }}\n{{ nonsense }}\n"}
    found = charts.find(state_of(chart, broken))
    assert [one.code for one in found.names] == ["QD240"]
    assert [one.code for one in found.syntax] == ["QD102"]
    assert found.render == (), "what is left of the values is not what anybody meant"
    assert live(charts, chart, broken) == fresh(chart, broken)


def test_after_broken_values_only_what_differs_from_the_last_good_ones_is_rendered(chart: Path) -> None:
    charts = Analysis()
    live(charts, chart, {"values.yaml": FILES["values.yaml"]})
    charts.db.log.clear()
    live(charts, chart, {"values.yaml": "port: [1\n"})
    assert rendered(charts) == []
    assert live(charts, chart, {"values.yaml": FILES["values.yaml"]}) == fresh(chart, {})


LARGE = ("quarterdeck.chart", "quarterdeck.db", "quarterdeck.render", "quarterdeck.runtime")
"""Where those are at home that hold values and rendered texts. Tables of templates refer to themselves; some
are kept, and the others are found when a server looks through what is old."""


@pytest.mark.parametrize("mistake", ["", "x: y: z\n", "{{ nonsense }}\n", "{{ .Values.a.b }}\n"])
@pytest.mark.parametrize("path", ["values.yaml", "templates/a.yaml", "charts/db/values.yaml", "Chart.yaml"])
def test_what_an_edit_leaves_behind_goes_without_a_look_for_cycles(
    chart: Path, path: str, mistake: str
) -> None:
    charts = Analysis()
    for number in range(3):
        live(charts, chart, {path: f"{FILES[path]}{mistake}# {number}\n"})
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for number in range(10):
            live(charts, chart, {path: f"{FILES[path]}{mistake}# again {number}\n"})
        gc.collect()
        ours = [one for one in gc.garbage if type(one).__module__.startswith(LARGE)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert ours == [], "memory would grow as long as somebody types"
