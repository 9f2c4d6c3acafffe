"""Jobs for worker processes: the answers are those of the editor's own process, and survive the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from quarterdeck.errors import Cancelled
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, Scenario
from quarterdeck.workspace.check import check_chart
from quarterdeck.workspace.scenario_job import (
    Message,
    ScenarioJob,
    ScenarioResult,
    ScenariosDone,
    ScenariosFound,
    run,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (tmp_path / "values.yaml").write_text("strict: false\n")
    (tmp_path / "prod.yaml").write_text("strict: true\n")
    (tmp_path / "templates/a.yaml").write_text('{{ if .Values.strict }}{{ fail "too strict" }}{{ end }}\n')
    return tmp_path


def _run(job: ScenarioJob) -> list[Message]:
    """Run a job as over the wire."""
    messages: list[Message] = []
    wire = msgspec.msgpack.Decoder(Message)

    def emit(message: Message) -> None:
        messages.append(wire.decode(msgspec.msgpack.encode(message)))

    job = msgspec.msgpack.decode(msgspec.msgpack.encode(job), type=ScenarioJob)
    emit(run(job, emit, lambda: False))
    return messages


def test_each_scenario_is_answered_by_itself(chart: Path) -> None:
    prod = Scenario(name="prod", source="file", layers=((chart / "prod.yaml").as_posix(),))
    job = ScenarioJob(chart=chart.as_posix(), scenarios=(DEFAULT_SCENARIO, prod), overlay={}, disk_revision=1)
    calm, strict, done = _run(job)
    assert isinstance(calm, ScenarioResult)
    assert isinstance(strict, ScenarioResult)
    assert isinstance(done, ScenariosDone)
    assert (calm.scenario, strict.scenario) == ("default", "prod")
    assert list(calm.findings) == check_chart(chart) == []
    assert list(strict.findings) == check_chart(chart, {"strict": True})
    assert strict.findings


def test_all_scenarios_of_a_chart_are_found_and_answered(chart: Path) -> None:
    (chart / "prod.yaml").rename(chart / "values-prod.yaml")
    found, calm, strict, _ = _run(ScenarioJob(chart=chart.as_posix(), overlay={}, disk_revision=6))
    assert isinstance(found, ScenariosFound)
    assert [one.name for one in found.scenarios] == ["default", "prod"]
    assert isinstance(calm, ScenarioResult)
    assert isinstance(strict, ScenarioResult)
    assert (len(calm.findings), len(strict.findings)) == (0, 1)


def test_scenarios_that_somebody_else_analyses_are_left_out(chart: Path) -> None:
    (chart / "prod.yaml").rename(chart / "values-prod.yaml")
    job = ScenarioJob(chart=chart.as_posix(), overlay={}, disk_revision=7, leave_out=("default",))
    assert [type(message) for message in _run(job)] == [ScenariosFound, ScenarioResult, ScenariosDone]


def test_open_texts_count_in_workers_too(chart: Path) -> None:
    values = (chart / "values.yaml").as_posix()
    overlay = {values: "strict: true\n"}
    job = ScenarioJob(chart=chart.as_posix(), scenarios=(DEFAULT_SCENARIO,), overlay=overlay, disk_revision=2)
    result, _ = _run(job)
    assert isinstance(result, ScenarioResult)
    assert list(result.findings) == check_chart(chart, overlay={"values.yaml": "strict: true\n"})


def test_a_chart_that_is_gone_has_no_findings(tmp_path: Path) -> None:
    gone = (tmp_path / "gone").as_posix()
    result, _ = _run(ScenarioJob(chart=gone, scenarios=(DEFAULT_SCENARIO,), overlay={}, disk_revision=3))
    assert result == ScenarioResult(chart=gone, scenario="default")


def test_a_chart_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    job = ScenarioJob(chart=file.as_posix(), scenarios=(DEFAULT_SCENARIO,), overlay={}, disk_revision=4)
    result, _ = _run(job)
    assert isinstance(result, ScenarioResult)
    assert result.unreadable == f"{file.as_posix()} is no folder"


def test_a_cancelled_job_stops(chart: Path) -> None:
    job = ScenarioJob(chart=chart.as_posix(), scenarios=(DEFAULT_SCENARIO,), overlay={}, disk_revision=5)
    with pytest.raises(Cancelled):
        run(job, lambda _message: None, lambda: True)
