"""On real charts the first tiers are silent: what texts alone tell is said of what is really broken.

`really_broken.txt` names all of it: chart, place, code and message, one a line.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import corpus_charts
from quarterdeck.scenarios.model import DEFAULT_SCENARIO
from quarterdeck.workspace.analysis import Analysis, ChartState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not corpus_charts.is_present(), reason=corpus_charts.MISSING)

LIST = Path(__file__).with_name("really_broken.txt")
UNKNOWN_TEMPLATE = re.compile(r'there is no template "([^"]+)"')


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def found(unpacked: Path) -> list[str]:
    """Give what the first tiers say of all charts of the corpus."""
    return [line for name in corpus_charts.chart_names() for line in first_tiers(name, unpacked)]


def first_tiers(name: str, unpacked: Path) -> Iterator[str]:
    folder = corpus_charts.unpack(name, unpacked)
    state = ChartState(folder.as_posix(), {}, 0, DEFAULT_SCENARIO)
    stages = {stage.tier: stage for stage in Analysis(max_bytes=None).stages(state)}
    assert Tier.RENDER in stages
    for tier in (Tier.SYNTAX, Tier.NAMES):
        for finding in stages[tier].findings:
            path = finding.place.path.removeprefix(f"{folder.as_posix()}/")
            yield f"{name} {path}:{finding.place.line} {finding.code} {finding.message}"


def test_nothing_is_said_by_the_first_tiers_but_of_what_is_listed(found: list[str]) -> None:
    listed = LIST.read_text("utf-8").splitlines()
    assert sorted(found) == sorted(listed)


def test_unknown_templates_are_defined_nowhere_in_their_charts(found: list[str], unpacked: Path) -> None:
    unknown = [
        (line.split(" ", 1)[0], match[1]) for line in found if (match := UNKNOWN_TEMPLATE.search(line))
    ]
    assert unknown
    for chart, template in unknown:
        definition = re.compile(rf"(define|block)\s+[\"`]{re.escape(template)}[\"`]".encode())
        files = [path for path in (unpacked / chart).rglob("*") if path.is_file()]
        assert not [path for path in files if definition.search(path.read_bytes())], f"{chart}: {template}"


def test_dependencies_that_are_said_to_be_missing_are_not_there(found: list[str], unpacked: Path) -> None:
    missing = [line for line in found if " QD250 " in line]
    assert missing
    for line in missing:
        chart, place, _ = line.split(" ", 2)
        name = re.search(r"dependency '([^']+)'", line)
        assert name is not None
        charts = (unpacked / chart / place.partition(":")[0]).parent / "charts"
        declared = [path.read_text("utf-8") for path in charts.glob("*/Chart.yaml")]
        assert not [text for text in declared if re.search(rf"^name: {name[1]}$", text, re.MULTILINE)], line
