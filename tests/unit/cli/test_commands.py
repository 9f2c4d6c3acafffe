"""The commands as a user calls them: what they print, in every form, and how they end."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from quarterdeck.cli import check_task
from quarterdeck.cli.main import COMMANDS, main
from quarterdeck.measure.counters import CacheCounters
from quarterdeck.store.lifetime import Lifetime
from quarterdeck.store.results import digest, open_results
from quarterdeck.workspace.check import run_check
from tidy.source_files import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

HEALTHY = "examples/healthy"
STOREFRONT = "examples/storefront"


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)


class Said:
    """What a command printed, and its exit status."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], *arguments: str) -> None:
        capture.readouterr()
        self.status = main(arguments)
        out, err = capture.readouterr()
        self.out, self.err = out.decode(), err.decode()


@pytest.fixture
def say(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    return lambda *arguments: Said(capfdbinary, *arguments)


# --- check ---


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([HEALTHY], 0),
        ([STOREFRONT], 1),
        ([STOREFRONT, "--fail-on", "never"], 0),
        ([HEALTHY, STOREFRONT, "--fail-on=critical"], 1),
        (["nowhere"], 2),
        (["docs"], 2),
        ([], 2),
        ([HEALTHY, "--kube-version", "nonsense"], 2),
        ([HEALTHY, "--values", "nowhere.yaml"], 2),
        ([HEALTHY, "--format", "xml"], 2),
        ([HEALTHY, "-j", "0"], 2),
        ([HEALTHY, "--set", "image.repository=1"], 1),
    ],
)
def test_the_exit_status_of_check(say: Any, arguments: list[str], status: int) -> None:
    said = say("check", *arguments)
    assert said.status == status, said.out + said.err
    if status == 2:
        assert re.fullmatch(r"quarterdeck: [^\n]+\n", said.err)
        assert said.out == ""


def test_options_and_paths_may_stand_in_any_order(say: Any) -> None:
    expected = say("check", HEALTHY, STOREFRONT, "--format", "json").out
    assert say("check", HEALTHY, "--format=json", STOREFRONT).out == expected
    assert say("check", "--format", "json", HEALTHY, STOREFRONT).out == expected


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_fits_the_width_but_for_source_lines_and_paths(
    say: Any, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = say("check", STOREFRONT).out.split("\n")
    prose = [line for line in lines if "│" not in line and not line.startswith(STOREFRONT)]
    assert [line for line in prose if len(line) > width] == []


def test_colour_changes_nothing_but_the_colour(say: Any) -> None:
    plain = say("check", STOREFRONT, "--color", "never").out
    coloured = say("check", STOREFRONT, "--color", "always").out
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert coloured != plain


def test_json_has_all_that_the_text_has(say: Any) -> None:
    told = json.loads(say("check", STOREFRONT, "--format", "json").out)
    (chart,) = told["charts"]
    assert told["summary"]["findings"] == len(chart["findings"]) > 5
    text = say("check", STOREFRONT).out
    for finding in chart["findings"]:
        assert f"{finding['path']}:{finding['line']}:{finding['column']}" in text


def test_sarif_is_a_log_whose_results_refer_to_its_rules(say: Any) -> None:
    log = json.loads(say("check", STOREFRONT, "--format", "sarif").out)
    assert (log["version"], log["$schema"].endswith("sarif-2.1.0.json")) == ("2.1.0", True)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert re.fullmatch(r"\d+(\.\d+)*", driver["version"])
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert len({each["partialFingerprints"]["quarterdeck/v1"] for each in run["results"]}) == len(
        run["results"]
    )
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert (REPOSITORY / uri).is_file()


def test_github_gets_one_command_a_finding(say: Any) -> None:
    lines = say("check", STOREFRONT, "--format", "github").out.splitlines()
    commands = [line for line in lines if line.startswith("::")]
    told = json.loads(say("check", STOREFRONT, "--format", "json").out)
    assert len(commands) == told["summary"]["findings"]
    assert all(re.match(r"::(error|warning|notice) file=[^,]+,line=\d+,", line) for line in commands)


def test_several_processes_print_what_one_prints(say: Any, tmp_path: Path) -> None:
    for number in range(6):
        folder = tmp_path / f"c{number}"
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: c{number}\nversion: 0.1.0\n")
        (folder / "templates/a.yaml").write_text("{{ nonsense }}\n" * number)
    alone = say("check", str(tmp_path), "-j", "1")
    assert say("check", str(tmp_path), "-j", "3").out == alone.out
    assert "15 findings in 6 charts" in alone.out


# --- render and explain ---


def test_json_has_each_document_of_the_yaml(say: Any) -> None:
    yaml = say("render", HEALTHY, "shop").out
    documents = json.loads(say("render", HEALTHY, "shop", "--format", "json").out)
    assert [each["source"] for each in documents] == re.findall(r"^# Source: (.*)$", yaml, re.MULTILINE)
    assert all(each["document"]["kind"] for each in documents)


def test_the_map_leads_from_every_character_to_a_template(say: Any) -> None:
    told = json.loads(say("render", HEALTHY, "--map").out)
    assert told["version"] == 1
    assert set(told["files"]) == {
        f"healthy/templates/{path.name}" for path in (REPOSITORY / HEALTHY / "templates").glob("[!_]*")
    }


def test_streamed_documents_are_those_of_the_whole(say: Any) -> None:
    whole = say("render", HEALTHY).out
    streamed = say("render", HEALTHY, "--stream").out
    pieces = [sorted(piece.strip() for piece in text.split("---\n")) for text in (streamed, whole)]
    assert pieces[0] == pieces[1]
    assert streamed.endswith("\n")
    assert not streamed.endswith("\n\n")


HOOK = """kind: Pod
apiVersion: v1
metadata:
  name: x
  annotations: {helm.sh/hook: test}
"""


def test_a_stream_leaves_out_what_is_not_wanted_and_stops_at_what_is_no_yaml(
    say: Any, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "crds").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (tmp_path / "crds/c.yaml").write_text("kind: CustomResourceDefinition\n")
    (tmp_path / "templates/hook.yaml").write_text(HOOK)
    (tmp_path / "templates/a.yaml").write_text("kind: A\napiVersion: v1\n")
    chart = str(tmp_path)
    for options in ([], ["--no-hooks"], ["--skip-tests"], ["--include-crds"]):
        whole = say("render", chart, *options).out
        streamed = say("render", chart, "--stream", *options).out
        assert sorted(streamed.split("---\n")) == sorted(whole.split("---\n"))
    for option in (["--map"], ["--format", "json"], ["-s", "templates/a.yaml"], ["--output-dir", "x"]):
        assert say("render", chart, "--stream", *option).status == 2
    (tmp_path / "templates/0.yaml").write_text("a: b: c\n")
    assert say("render", chart, "--stream").err == say("render", chart).err


def test_a_stream_begins_before_the_last_file_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (tmp_path / "templates/z.yaml").write_text("kind: A\napiVersion: v1\n")
    (tmp_path / "templates/a.yaml").write_text('{{ fail "stopped here" }}')
    command = [sys.executable, "-m", "quarterdeck", "render", str(tmp_path)]
    whole = subprocess.run(command, capture_output=True, text=True, check=False)
    streamed = subprocess.run([*command, "--stream"], capture_output=True, text=True, check=False)
    assert (whole.returncode, whole.stdout) == (1, "")
    assert streamed.returncode == 1
    assert "kind: A" in streamed.stdout
    assert "stopped here" in streamed.stderr


def test_explain_says_which_value_won(say: Any) -> None:
    said = say("explain", HEALTHY, "healthy/templates/service.yaml:16", "--set", "service.port=8443")
    assert said.status == 0
    assert ".Values.service.port = 8443  --set service.port=8443  wins" in said.out
    assert re.search(r"\.Values\.service\.port = 80 .*values\.yaml:\d+:\d+  loses", said.out)
    assert "text of a template  examples/healthy/templates/service.yaml:12:7" in said.out


def test_explain_names_all_that_a_template_line_becomes(say: Any) -> None:
    said = say("explain", HEALTHY, "templates/_names.tpl:8")
    assert len(re.findall(r"healthy/templates/\w+\.yaml:\d+:\d+", said.out)) > 2
    assert say("explain", HEALTHY, f"{HEALTHY}/templates/_names.tpl:8").out == said.out


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("templates/service.yaml", "is no FILE:LINE"),
        ("templates/service.yaml:99", "has no line 99"),
        ("templates/service.yaml:0", "has no line 0"),
        ("healthy/templates/service.yaml:99", "has no line 99"),
        ("nowhere.yaml:1", "is neither a rendered file nor a template"),
    ],
)
def test_a_line_that_is_not_there_is_one_clear_sentence(say: Any, target: str, complaint: str) -> None:
    said = say("explain", HEALTHY, target)
    assert said.status == 2
    assert complaint in said.err
    assert said.err.count("\n") == 1


# --- the program ---


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(say: Any, command: str) -> None:
    said = say(command, "--help")
    assert said.status == 0
    assert said.out.startswith(f"usage: quarterdeck {command} ")
    assert f"  {command} " in say("--help").out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["check", "--nonsense", HEALTHY], ["cache"]]
)
def test_a_command_line_that_makes_no_sense_is_one_clear_sentence(say: Any, arguments: list[str]) -> None:
    said = say(*arguments)
    assert said.status == 2
    assert re.fullmatch(r"quarterdeck: [^\n]+; see quarterdeck[a-z ]* --help\n", said.err)


def test_cache_fills_tells_and_clears(say: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHE_DIR", str(tmp_path))
    assert "entries  0\n" in say("cache", "stats").out
    assert say("cache", "warm", HEALTHY).status == 0
    entries = int(re.search(r"entries  (\d+)", say("cache", "stats").out)[1])
    assert say("cache", "clear").out == f"Removed {entries} {'entry' if entries == 1 else 'entries'}.\n"
    assert say("cache", "warm").status == 2
    assert say("cache", "clear", HEALTHY).status == 2


def test_cache_tells_of_the_four_caches_over_all_runs(
    say: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHE_DIR", str(tmp_path))
    results = open_results(tmp_path)
    for kind in ("findings", "documents", "documents", "patterns", "nonsense"):
        results.put(kind, digest([kind, str(time.monotonic_ns())]), b"1234", 0.1)
    results.flush()
    counters = CacheCounters("validation")
    counters.hit(90.0)
    Lifetime(tmp_path, [counters]).add()
    told = json.loads(say("cache", "stats", "--format", "json").out)
    assert (told["folder"], told["entries"]) == (str(tmp_path), 4)
    assert [(one["name"], one["entries"], one["hits"]) for one in told["caches"]] == [
        ("templates", 0, 0),
        ("resources", 1, 0),
        ("validation", 2, 1),
        ("patterns", 1, 0),
    ]
    assert told["bytes"] == sum(one["bytes"] for one in told["caches"])
    rows = [line.split() for line in say("cache", "stats").out.split("\n")]
    assert ["validation", "2", *rows[7][2:4], "1", "0", "0", "90.0", "s"] in rows
    assert say("cache", "clear").out == "Removed 5 entries.\n"
    assert json.loads(say("cache", "stats", "--format", "json").out)["caches"][2]["hits"] == 0


@pytest.mark.parametrize("switch", ["QUARTERDECK_CACHE_DIR", "QUARTERDECK_CACHES"])
def test_a_cache_that_is_switched_off_says_so(say: Any, switch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switch, "off")
    assert "switched off" in say("cache", "stats").out


def test_no_command_but_fetch_uses_the_network(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert say("check", STOREFRONT).status == 1  # it lacks a dependency
    assert say("render", HEALTHY).status == 0
    assert say("render", STOREFRONT).status == 1
    assert say("explain", HEALTHY, "templates/service.yaml:12").status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, which has no such signal for pipes")
def test_a_reader_who_has_seen_enough_is_no_mistake() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "quarterdeck", "check", STOREFRONT]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_mistake_of_ours_on_one_chart_leaves_the_others_their_findings(
    say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str, *arguments: Any) -> Any:
        if path.endswith("healthy"):
            raise KeyError(path)
        return run_check(path, *arguments)

    monkeypatch.setattr(check_task, "run_check", fail)
    monkeypatch.delenv("QUARTERDECK_DEBUG", raising=False)
    said = say("check", HEALTHY, STOREFRONT, "--jobs", "1")
    assert said.status == 2
    assert f"{HEALTHY}: a mistake of ours: KeyError" in said.err
    assert "storefront/values.yaml:2:11" in said.out
