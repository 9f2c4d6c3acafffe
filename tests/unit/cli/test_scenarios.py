"""Scenarios and settings on the command line: what is checked, what is said of it, what is not read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.chart import files_on_disk
from quarterdeck.cli.main import main
from tidy.source_files import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEMPLATE = """\
kind: ConfigMap
apiVersion: v1
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  kubernetes: {{ .Capabilities.KubeVersion.Version }}
  {{- if .Values.broken }}
  x: {{ .Values.a.b.c }}
  {{- end }}
  {{- with .Values.text }}
  text: {{ . }}
  {{- end }}
"""
SETTINGS = """\
scenarios:
  prod:
    values: environments/prod.yaml
    set: broken=true
    releaseName: shop-prod
    namespace: here
    kubeVersion: 1.30
focus: prod
"""


class Said:
    """What a command printed, and its exit status."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], *arguments: str) -> None:
        capture.readouterr()
        self.status = main(arguments)
        out, err = capture.readouterr()
        self.out, self.err = out.decode(), err.decode()

    @property
    def findings(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Code, `path:line` and scenarios of the findings of a JSON report."""
        return [
            (one["code"], f"{one['path']}:{one['line']}", tuple(one["scenarios"]))
            for chart in json.loads(self.out)["charts"]
            for one in chart["findings"]
        ]


@pytest.fixture
def say(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Said]:
    return lambda *arguments: Said(capfdbinary, *arguments)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a chart that is fine by default and breaks in `prod` and with `ci/broken-values.yaml`."""
    monkeypatch.setenv("COLUMNS", "100")
    write(tmp_path / "shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    write(tmp_path / "shop/values.yaml", "broken: false\n")
    write(tmp_path / "shop/templates/a.yaml", TEMPLATE)
    write(tmp_path / "shop/ci/broken-values.yaml", "broken: true\n")
    write(tmp_path / "shop/environments/prod.yaml", "text: fine\n")
    write(tmp_path / "shop/.quarterdeck.yaml", SETTINGS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


BROKEN = ("QD304", "shop/templates/a.yaml:9")


# --- check ---


def test_a_chart_is_checked_in_all_its_scenarios(say: Callable[..., Said], work: Path) -> None:
    said = say("check", "shop", "--format", "json")
    assert said.status == 1
    assert [(code, place) for code, place, _ in said.findings] == [BROKEN]
    assert set(said.findings[0][2]) == {"prod", "ci/broken"}
    (chart,) = json.loads(said.out)["charts"]
    assert {"default", "prod", "ci/broken"} <= set(chart["scenarios"])


def test_every_form_says_in_which_scenarios_a_finding_occurs(say: Callable[..., Said], work: Path) -> None:
    text = say("check", "shop").out
    assert re.search(r"in the scenarios (prod, ci/broken|ci/broken, prod)\n", text)
    assert re.search(r"1 finding in 1 chart, \d scenarios: 1 critical", text)
    assert "in the scenarios " in say("check", "shop", "--format", "github").out
    (run,) = json.loads(say("check", "shop", "--format", "sarif").out)["runs"]
    (result,) = run["results"]
    assert set(result["properties"]["scenarios"]) == {"prod", "ci/broken"}
    assert "in the scenarios " in result["message"]["text"]


def test_what_occurs_in_all_scenarios_names_none(say: Callable[..., Said], work: Path) -> None:
    write(work / "shop/templates/b.yaml", '{{ include "nowhere" . }}')
    said = say("check", "shop", "--format", "json")
    assert ("QD150", "shop/templates/b.yaml:1", ()) in said.findings
    assert "in the scenario" not in say("check", "shop", "--scenario", "default").out


def test_scenarios_can_be_chosen(say: Callable[..., Said], work: Path) -> None:
    assert say("check", "shop", "--scenario", "default").status == 0
    said = say("check", "shop", "--scenario", "prod", "--format", "json")
    assert said.findings == [(*BROKEN, ())]
    both = say("check", "shop", "--scenario", "prod", "--scenario", "default", "--format", "json")
    assert both.findings == [(*BROKEN, ("prod",))]


def test_a_scenario_that_no_chart_has_is_one_clear_sentence(say: Callable[..., Said], work: Path) -> None:
    said = say("check", "shop", "--scenario", "prdo", "--format", "json")
    assert said.status == 2
    assert re.fullmatch(r"quarterdeck: no chart has a scenario prdo[^\n]*\n", said.err)
    assert json.loads(said.out)["summary"]["findings"] == 0


def test_a_chart_without_the_scenario_is_left_alone(say: Callable[..., Said], work: Path) -> None:
    write(work / "cart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: 0.1.0\n")
    write(work / "cart/templates/a.yaml", "{{ nonsense }}")
    said = say("check", ".", "--scenario", "prod", "--format", "json")
    assert said.findings == [(*BROKEN, ())]


@pytest.mark.parametrize(
    "options",
    [["--no-scenarios"], ["--set", "x=1"], ["-f", "shop/environments/prod.yaml"], ["--set-json", "x=1"]],
)
def test_values_of_the_command_line_count_alone(
    say: Callable[..., Said], work: Path, options: list[str]
) -> None:
    said = say("check", "shop", "--format", "json", *options)
    assert said.findings == []
    assert json.loads(said.out)["charts"][0]["scenarios"] == ["default"]


def test_values_of_the_command_line_are_laid_over_a_scenario_that_is_named(
    say: Callable[..., Said], work: Path
) -> None:
    assert say("check", "shop", "--scenario", "prod", "--set", "broken=false").status == 0
    assert say("check", "shop", "--scenario", "prod", "--no-scenarios").status == 2


def test_a_scenario_that_helm_would_refuse_is_told_for_it_alone(say: Callable[..., Said], work: Path) -> None:
    write(work / ".quarterdeck.yaml", "scenarios:\n  gone:\n    values: none.yaml\n  odd: {set: 'a['}\n")
    said = say("check", "shop", "--format", "json")
    assert ("QD805", ".quarterdeck.yaml:3", ("gone",)) in said.findings
    assert len(said.findings) == 2
    assert say("check", "shop", "--scenario", "gone", "--format", "json").findings == [
        ("QD805", ".quarterdeck.yaml:3", ("gone",))
    ]
    assert "    3 │     values: none.yaml\n" in say("check", "shop").out


def test_rules_and_ignores_of_all_settings_count(say: Callable[..., Said], work: Path) -> None:
    write(work / "shop/.quarterdeck.yaml", f"{SETTINGS}rules: {{QD304: low}}\n")
    assert say("check", "shop", "--fail-on", "medium").status == 0
    assert say("check", "shop", "--fail-on", "low").status == 1
    assert "  low  QD304" in say("check", "shop", "--set", "broken=true").out
    write(work / ".quarterdeck.yaml", "ignore: [{paths: 'shop/templates/*', reason: later}]\n")
    for path in ("shop", ".", str(work / "shop")):
        assert say("check", path, "--format", "json").findings == []


def test_mistakes_in_shared_settings_are_told_once(say: Callable[..., Said], work: Path) -> None:
    write(work / ".quarterdeck.yaml", "rulse: {}\n")
    write(work / "cart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: 0.1.0\n")
    said = say("check", ".", "--scenario", "default", "--format", "json")
    assert said.findings == [("QD802", ".quarterdeck.yaml:1", ())]
    told = say("check", ".", "--scenario", "default").out
    assert "    1 │ rulse: {}\n" in told
    assert "Did you mean `rules`?" in told


def test_several_processes_say_what_one_says(say: Callable[..., Said], work: Path) -> None:
    for number in range(3):
        write(work / f"c{number}/Chart.yaml", f"apiVersion: v2\nname: c{number}\nversion: 0.1.0\n")
        write(work / f"c{number}/templates/a.yaml", TEMPLATE)
        write(work / f"c{number}/values-x.yaml", "broken: true\n")
    alone = say("check", ".", "-j", "1", "--format", "json")
    assert len(alone.findings) == 4
    assert say("check", ".", "-j", "2", "--format", "json").out == alone.out


def test_what_the_command_line_says_of_the_cluster_wins(say: Callable[..., Said], work: Path) -> None:
    write(work / "shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\nkubeVersion: '>=1.31'\n")
    assert ("QD270", "shop/Chart.yaml:4", ("prod",)) in say("check", "shop", "--format", "json").findings
    said = say("check", "shop", "--kube-version", "1.33", "--format", "json")
    assert [code for code, _, _ in said.findings] == ["QD304"]


def test_the_files_of_a_chart_are_read_once_for_all_scenarios(
    say: Callable[..., Said], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    reader = files_on_disk._FolderReader
    original = reader._read_file

    def note(self: Any, path: str, file: str) -> bytes | None:
        read.append(path)
        return original(self, path, file)

    monkeypatch.setattr(reader, "_read_file", note)
    say("check", "shop")
    assert "templates/a.yaml" in read
    assert len(read) == len(set(read))


# --- what is not read ---


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, where links need a privilege")
@pytest.mark.parametrize("link", ["environments", "environments/prod.yaml", ".quarterdeck.yaml"])
def test_a_link_that_leads_out_of_the_workspace_is_not_followed(
    say: Callable[..., Said], work: Path, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside / "prod.yaml", "text: a secret\n")
    write(outside / ".quarterdeck.yaml", "rules: {QD304: off}\n")
    path = work / "shop" / link
    path.rename(work / "moved")
    path.symlink_to(outside if link == "environments" else outside / path.name)
    said = say("check", "shop", "--scenario", "prod", "--format", "json")
    codes = [code for code, _, _ in said.findings]
    if link == ".quarterdeck.yaml":
        assert said.status == 2  # there is no such scenario
        assert say("check", "shop").status == 1
    else:
        assert "QD806" in codes
        assert "QD304" not in codes
    assert "secret" not in said.out + say("render", "shop", "--scenario", "prod").out


def test_files_out_of_the_workspace_are_not_read(say: Callable[..., Said], work: Path) -> None:
    write(work / "secret.yaml", "text: a secret\n")
    write(work / "inside/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    write(work / "inside/shop/templates/a.yaml", TEMPLATE)
    write(
        work / "inside/shop/.quarterdeck.yaml",
        "scenarios:\n  up: {values: ../../secret.yaml}\n  flag: {setFile: text=../../secret.yaml}\n",
    )
    (work / "inside/.git").mkdir()
    said = say("check", "inside/shop", "--format", "json")
    assert [(code, names) for code, _, names in said.findings] == [("QD806", ("up",)), ("QD241", ("flag",))]
    assert "a secret" not in said.out
    assert "a secret" not in say("render", "inside/shop", "--scenario", "flag").out
    (work / "inside/.git").rmdir()
    said = say("check", "inside/shop", "--scenario", "up", "--format", "json")
    assert said.findings == []  # now the folder of the run is the workspace


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, which has no named pipes in folders")
def test_a_pipe_is_no_values_file(say: Callable[..., Said], work: Path) -> None:
    os.mkfifo(work / "pipe.yaml")
    write(work / ".quarterdeck.yaml", "scenarios: {pipe: {values: pipe.yaml}}\n")
    said = say("check", "shop", "--scenario", "pipe", "--format", "json")
    assert said.status in {0, 1}
    assert "Traceback" not in said.err


# --- render and scenarios ---


def test_a_chart_is_rendered_in_a_scenario(say: Callable[..., Said], work: Path) -> None:
    write(work / "shop/.quarterdeck.yaml", SETTINGS.replace("broken=true", "broken=false"))
    said = say("render", "shop", "--scenario", "prod")
    assert said.status == 0
    for line in ("name: shop-prod", "namespace: here", "kubernetes: v1.30", "text: fine"):
        assert f"  {line}\n" in said.out
    over = say("render", "shop", "mine", "--scenario", "prod", "-n", "there", "--set", "text=other")
    for line in ("name: mine", "namespace: there", "kubernetes: v1.30", "text: other"):
        assert f"  {line}\n" in over.out
    assert "name: release-name\n" in say("render", "shop").out


def test_a_line_is_explained_in_a_scenario(say: Callable[..., Said], work: Path) -> None:
    write(work / "shop/.quarterdeck.yaml", SETTINGS.replace("broken=true", "broken=false"))
    said = say("explain", "shop", "shop/templates/a.yaml:8", "--scenario", "prod")
    assert said.status == 0
    assert re.search(r"\.Values\.text = \"?fine\"?  .*environments/prod.yaml:1:7  wins", said.out)
    assert say("explain", "shop", "shop/templates/a.yaml:8").status == 2


def test_what_helm_would_refuse_in_a_scenario_is_refused(say: Callable[..., Said], work: Path) -> None:
    (work / "shop/environments/prod.yaml").unlink()
    said = say("render", "shop", "--scenario", "prod")
    assert said.status == 1
    assert re.fullmatch(r"Error: open .*/prod.yaml: no such file or directory\n", said.err)
    unknown = say("render", "shop", "--scenario", "prdo")
    assert unknown.status == 2
    assert unknown.err == "quarterdeck: shop has no scenario prdo. Did you mean `prod`?\n"


def test_scenarios_are_listed_with_source_files_and_place(say: Callable[..., Said], work: Path) -> None:
    text = say("scenarios", "shop").out
    assert text.startswith("shop\n  default ")
    assert re.search(
        r"^\* prod +declared at shop/.quarterdeck.yaml:2, shop/environments/prod.yaml, --set broken=true, "
        r"Kubernetes 1.30$",
        text,
        re.MULTILINE,
    )
    assert re.search(r"^  ci/broken +a values file, shop/ci/broken-values.yaml$", text, re.MULTILINE)
    (chart,) = json.loads(say("scenarios", ".", "--format", "json").out)["charts"]
    assert (chart["path"], chart["focus"]) == ("shop", "prod")
    prod = next(one for one in chart["scenarios"] if one["name"] == "prod")
    assert prod == {
        "name": "prod",
        "source": "declared",
        "place": {"path": "shop/.quarterdeck.yaml", "line": 2, "column": 3},
        "layers": [{"file": "shop/environments/prod.yaml"}],
        "flags": [{"kind": "set", "text": "broken=true"}],
        "release_name": "shop-prod",
        "namespace": "here",
        "kube_version": "1.30",
        "api_versions": [],
    }


def test_a_chart_without_settings_and_scenarios_costs_no_look_at_them() -> None:
    chart = REPOSITORY / "examples" / "healthy"
    program = (
        f"from quarterdeck.cli.main import main; main(['check', {str(chart)!r}])\n"
        "import sys; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "quarterdeck.cli.check_task" in loaded
    assert not {
        one
        for one in loaded
        if one.startswith("quarterdeck.scenarios.") and one != "quarterdeck.scenarios.model"
    }
    assert not {one for one in loaded if one.startswith("quarterdeck.settings.")} - {
        "quarterdeck.settings.names"
    }
