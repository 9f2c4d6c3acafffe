"""Patterns of templates as a query: what a define expands to follows the text that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.db.finding_queries import PATTERNS
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.workspace.analysis import Analysis, ChartState

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_define_expands_to_follows_an_edit(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    helpers = '{{ define "shop.name" }}{{ .Values.%s }}{{ end }}'
    (tmp_path / "templates/_helpers.tpl").write_text(helpers % "old")
    (tmp_path / "templates/a.yaml").write_text('{{ include "shop.name" . }}')
    analysis = Analysis()

    def values_read(overlay: dict[str, str]) -> set[str]:
        texts = {f"{tmp_path.as_posix()}/{path}": text for path, text in overlay.items()}
        analysis.bring_up_to_date(ChartState(tmp_path.as_posix(), texts, 1, DEFAULT_SCENARIO))
        table = analysis.db.get(PATTERNS, tmp_path.as_posix(), DEFAULT_SCENARIO)
        assert table is not None
        return {".".join(read) for read in table.expansion("shop/templates/a.yaml").reads}

    assert values_read({}) == {"Values.old"}
    assert values_read({"templates/_helpers.tpl": helpers % "new"}) == {"Values.new"}


def test_without_a_chart_there_are_no_patterns(tmp_path: Path) -> None:
    assert Analysis().db.get(PATTERNS, tmp_path.as_posix(), DEFAULT_SCENARIO) is None
