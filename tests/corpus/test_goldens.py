"""Each chart of the open corpus renders as the official engine renders it, or fails where and as it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import corpus_charts
from corpus_comparison import compare

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.mark.parametrize("name", corpus_charts.shared_names())
def test_a_chart_renders_as_helm_renders_it(name: str, unpacked: Path) -> None:
    folder = corpus_charts.unpack(name, unpacked)
    differences = [
        f"{scenario.name}: {difference}"
        for scenario in corpus_charts.scenarios(name)
        for difference in compare(folder, scenario).differences
    ]
    assert not differences, "\n".join(differences)
