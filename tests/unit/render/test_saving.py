"""What was compiled is saved in steps: whoever saves can be interrupted, and goes on later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.db.shared_engine import shared_engine
from quarterdeck.errors import Cancelled
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.workspace.analysis import Analysis, ChartState

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {name}\n"


def test_saving_stops_where_it_is_told_to_and_is_done_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = tmp_path / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    for name in "abcdef":
        (chart / "templates" / f"{name}.yaml").write_text(CONFIG.format(name=name))
    cache = tmp_path / "cache"
    monkeypatch.setenv("QUARTERDECK_CACHE_DIR", str(cache))
    shared_engine.cache_clear()
    try:
        analysis = Analysis()
        analysis.find(ChartState(chart.as_posix(), {}, 1, DEFAULT_SCENARIO))
        asked = 0

        def after_some() -> bool:
            nonlocal asked
            asked += 1
            return asked > 3

        with pytest.raises(Cancelled):
            analysis.save(after_some)
        assert shared_engine()._unsaved, "something is left to be saved"
        analysis.save()
        assert not shared_engine()._unsaved
        asked = 0
        analysis.save(after_some)
        assert asked == 0, "nothing is left to be saved"
    finally:
        shared_engine.cache_clear()
