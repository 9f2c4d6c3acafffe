"""What is known of a chart: told in the same words whatever was known first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.lsp.results import NAMES, Results, Snapshot
from quarterdeck.settings.model import DEFAULTS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("known_first", [["prod", "stage"], ["stage", "prod"]])
def test_scenarios_are_named_in_their_own_order(tmp_path: Path, known_first: list[str]) -> None:
    chart = tmp_path.as_posix()
    (tmp_path / "a.yaml").write_text("bad\n")
    finding = Finding(code="QD301", severity=Severity.HIGH, place=Place(f"{chart}/a.yaml"), message="bad")
    results = Results()
    snapshot = Snapshot(chart, 1, {})
    results.post_revision(chart, 1)
    results.set_context(
        snapshot, focus="default", scenarios=["default", "stage", "prod"], settings=DEFAULTS, whole=()
    )
    results.take_tier(snapshot, NAMES, "default", ())
    for name in known_first:
        results.take_scenario(snapshot, name, (finding,))
    batch = results.batch(snapshot)
    assert batch is not None
    (told,) = batch.diagnostics[f"{chart}/a.yaml"]
    assert told.message.endswith("in scenarios stage, prod")
