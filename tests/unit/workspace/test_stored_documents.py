"""A chart that changed while no process ran: only documents that are others are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.findings import document_checks
from quarterdeck.findings.document_checks import DOCUMENT_CHECKS, check_document
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.store.results import shared_results
from quarterdeck.workspace.analysis import Analysis, ChartState
from quarterdeck.workspace.check import check_chart

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n"


def _write(chart: Path, **texts: str) -> None:
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    for name, text in texts.items():
        (chart / "templates" / f"{name}.yaml").write_text(text)


def test_documents_of_files_that_did_not_change_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = tmp_path / "shop"
    state = ChartState(chart.as_posix(), {}, 1, DEFAULT_SCENARIO)
    # Other tests of this process know documents, too.
    names = [f"{tmp_path.name}-{number}" for number in range(4)]
    _write(chart, a=POD.format(name=names[0]), b="kind: " + POD.format(name=names[1]))
    earlier = Analysis()
    earlier.find(state)
    earlier.save()
    results = shared_results()
    assert results is not None
    results.flush()
    DOCUMENT_CHECKS.forget()

    looked_at: list[str] = []

    def look(text: str):
        looked_at.append(text)
        return check_document(text)

    monkeypatch.setattr(document_checks, "check_document", look)
    _write(chart, c=POD.format(name=names[2]), d=POD.format(name=names[3]))
    found = Analysis().find(state).everything()
    assert sorted(text.rpartition(": ")[2].strip() for text in looked_at) == names[2:]
    assert found == check_chart(chart)
    assert len(found) == 1
