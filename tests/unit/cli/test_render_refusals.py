"""Where `quarterdeck render` refuses a chart or an option, as `helm template` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.cli import main
from unit.chart.chart_folders import CHART_YAML, write_chart

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: {{ .Release.Namespace }}}\n"


def test_a_library_chart_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_chart(tmp_path, f"-- Chart.yaml --\n{CHART_YAML}type: library\n")
    assert main.main(["render", str(folder)]) == 1
    assert capsys.readouterr() == ("", "Error: library charts are not installable\n")


def test_show_only_takes_one_file_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write_chart(tmp_path, f"-- templates/a.yaml --\n{CONFIG}-- templates/b.yaml --\n{CONFIG}"))
    both = "templates/a.yaml,templates/b.yaml"
    assert main.main(["render", folder, "--show-only", both]) == 1
    assert capsys.readouterr() == ("", f"Error: could not find template {both} in chart\n")
    assert main.main(["render", folder, "-s", "templates/a.yaml", "-s", "templates/b.yaml"]) == 0
    assert capsys.readouterr().out.count("kind: ConfigMap") == 2


def test_no_namespace_is_the_default_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write_chart(tmp_path, f"-- templates/a.yaml --\n{CONFIG}"))
    assert main.main(["render", folder, "--namespace", ""]) == 0
    assert "namespace: default" in capsys.readouterr().out
