"""`quarterdeck fetch` as a user meets it: what is printed, and the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.chart.dependencies import FetchProgress
from quarterdeck.cli import fetch, main, terminal
from unit.chart.chart_folders import CHART_YAML, pack, write_chart
from unit.web_server import run_web_server

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SUB = "-- Chart.yaml --\n{apiVersion: v2, name: sub, version: 1.0.1}\n"

TEMPLATE = "-- templates/a.yaml --\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"


def declare(folder: Path, repository: str) -> Path:
    declared = f'dependencies:\n- name: sub\n  version: 1.x\n  repository: "{repository}"\n'
    return write_chart(folder, f"-- Chart.yaml --\n{CHART_YAML}{declared}{TEMPLATE}")


def test_what_was_fetched_is_told_and_the_chart_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_chart(tmp_path / "sub", SUB)
    folder = str(declare(tmp_path / "demo", "file://../sub"))
    assert main.main(["check", folder]) == 1
    told = " ".join(capsys.readouterr().out.split())  # a long folder is told on several lines
    assert f"quarterdeck fetch {folder}" in told
    assert main.main(["fetch", folder]) == 0
    assert capsys.readouterr() == (f"fetched sub 1.0.1 to {folder}/charts/sub-1.0.1.tgz\n", "")
    assert main.main(["fetch", folder]) == 0
    assert capsys.readouterr().out == f"{folder} lacks no dependency\n"
    assert main.main(["check", folder]) == 0


def test_each_dependency_that_cannot_be_had_is_one_sentence_and_the_others_are_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_chart(tmp_path / "sub", SUB)
    whole = str(declare(tmp_path / "whole", "file://../sub"))
    with run_web_server() as server:
        broken = str(declare(tmp_path / "broken", f"http://{server.address}/repo"))
        assert main.main(["fetch", str(tmp_path / "nowhere"), broken, whole]) == 2
    output = capsys.readouterr()
    reason = f"cannot read http://{server.address}/repo/index.yaml: the server answers 404"
    assert output.err.splitlines() == [
        f"quarterdeck: there is no chart at {tmp_path}/nowhere",
        f"quarterdeck: {broken}/Chart.yaml:7:15: sub cannot be fetched: {reason}",
    ]
    assert output.out == f"fetched sub 1.0.1 to {whole}/charts/sub-1.0.1.tgz\n"


def test_errors_show_no_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(declare(tmp_path, "oci://\\e[31mhost\\n/x"))
    assert main.main(["fetch", folder]) == 2
    output = capsys.readouterr().err
    assert "\x1b" not in output
    assert output.count("\n") == 1


def test_render_fetches_first_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(declare(tmp_path / "demo", "file://../sub"))
    assert main.main(["render", folder, "--dependency-update"]) == 2
    assert "sub cannot be fetched" in capsys.readouterr().err
    write_chart(tmp_path / "sub", SUB)
    assert main.main(["render", folder, "--dependency-update"]) == 0
    output = capsys.readouterr()
    assert "kind: ConfigMap" in output.out
    assert "fetched sub 1.0.1" in output.err


def test_a_person_sees_how_far_a_download_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "is_terminal", lambda _stream: True)
    line = fetch.ProgressLine()
    line.show(FetchProgress(name="sub", number=1, count=2))
    monkeypatch.setattr(fetch.time, "monotonic", lambda: float("inf"))
    line.show(FetchProgress(name="sub", number=1, count=2, done=1_500_000, total=3_000_000))
    line.clear()
    shown = capsys.readouterr().err.split("\r\x1b[K")
    assert shown == ["", "fetching sub (1 of 2)", "fetching sub (1 of 2)  1.4 of 2.9 MiB", ""]


def test_an_archive_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo.tgz").write_bytes(pack({"demo/Chart.yaml": CHART_YAML.encode()}))
    assert main.main(["fetch", str(tmp_path / "demo.tgz")]) == 2
    assert "dependencies are fetched into folders" in capsys.readouterr().err
