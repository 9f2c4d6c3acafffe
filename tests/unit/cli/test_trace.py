"""`--trace FILE`: what the commands did, as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quarterdeck.cli.main import main


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / name / "templates").mkdir(parents=True)
        (tmp_path / name / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n")
        (tmp_path / name / "templates/x.yaml").write_text("kind: ConfigMap\napiVersion: v1\n")
    return tmp_path


def _spans(file: Path) -> list[dict[str, object]]:
    return [event for event in json.loads(file.read_text()) if event["ph"] == "X"]


@pytest.mark.parametrize("command", ["check", "render"])
def test_the_file_says_what_took_how_long(charts: Path, command: str) -> None:
    file = charts / "trace.json"
    assert main([command, str(charts / "a"), "--trace", str(file)]) == 0
    spans = _spans(file)
    assert {"prepare", "render"} <= {span["name"] for span in spans}
    assert all(span["dur"] >= 0 for span in spans)


def test_worker_processes_write_into_the_same_file(charts: Path) -> None:
    file = charts / "trace.json"
    assert main(["check", str(charts), "--jobs", "2", "--trace", str(file)]) == 0
    checks = [span for span in _spans(file) if span["name"] == "check"]
    assert sorted(Path(span["args"]["chart"]).name for span in checks) == ["a", "b"]


def test_a_file_that_cannot_be_written_is_told(charts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(charts / "a"), "--trace", str(charts / "no/such/folder")]) == 2
    assert "cannot be written" in capsys.readouterr().err
