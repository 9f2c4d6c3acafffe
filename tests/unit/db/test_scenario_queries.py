"""Settings and scenarios as queries: what a change of a file touches, and what may not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.diagnostics.catalog import BAD_SETTING, MISSING_VALUES_FILE, OUTSIDE_FILE
from quarterdeck.scenarios.model import DEFAULT_SCENARIO, Scenario
from quarterdeck.settings.read import read_settings
from quarterdeck.workspace.analysis import Analysis, ChartState, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-prod
spec:
  source:
    path: charts/shop
    helm:
      valuesObject:
        port: {port}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    files = {
        "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        "charts/shop/values.yaml": "port: 80\n",
        "charts/shop/values-prod.yaml": "port: 81\n",
        "charts/shop/templates/a.yaml": "# {{ .Values.port }}\n{{ .Values.missing.deep }}\n",
        ".quarterdeck.yaml": "scenarios:\n  staging:\n    values: [staging.yaml]\nrules:\n  QD304: low\n",
        "staging.yaml": "port: 82\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


class _Editor:
    """An analysis of one workspace, and the open texts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chart = f"{root.as_posix()}/charts/shop"
        self.analysis = Analysis()
        self.analysis.set_roots([root.as_posix()])

    def open(self, texts: Mapping[str, str], scenario: Scenario = DEFAULT_SCENARIO) -> ChartState:
        overlay = {f"{self.root.as_posix()}/{path}": text for path, text in texts.items()}
        state = ChartState(self.chart, overlay, 1, scenario)
        self.analysis.bring_up_to_date(state)
        return state

    def names(self, *, everywhere: bool = True) -> list[str]:
        found = self.analysis.scenarios(self.chart, everywhere=everywhere)
        return [scenario.name for scenario in found.scenarios]

    def scenario(self, name: str) -> Scenario:
        found = self.analysis.scenarios(self.chart, everywhere=True).scenarios
        return next(one for one in found if one.name == name)

    def saved(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)
        self.analysis.disk_changed([f"{self.root.as_posix()}/{path}"])

    def ran(self) -> set[str]:
        names = set(self.analysis.db.log.names())
        self.analysis.db.log.clear()
        return names


def test_declared_and_found_scenarios_are_those_of_the_chart(workspace: Path) -> None:
    editor = _Editor(workspace)
    editor.open({})
    assert editor.names(everywhere=False) == ["default", "staging", "prod"]


def test_an_unsaved_settings_file_counts(workspace: Path) -> None:
    editor = _Editor(workspace)
    editor.open({".quarterdeck.yaml": "scenarios:\n  nightly: {}\ndiscover: false\n"})
    assert editor.names() == ["default", "nightly"]


def test_a_keystroke_in_a_template_looks_at_no_settings(workspace: Path) -> None:
    editor = _Editor(workspace)
    state = editor.open({"charts/shop/templates/a.yaml": "# 1\n"})
    editor.names()
    editor.analysis.find(state)
    editor.ran()
    state = editor.open({"charts/shop/templates/a.yaml": "# 2\n"})
    editor.names()
    editor.analysis.find(state)
    assert not editor.ran() & {"settings", "scenarios", "near scenarios", "manifests", "values", "root"}


def test_a_changed_level_renders_nothing(workspace: Path) -> None:
    editor = _Editor(workspace)
    state = editor.open({})
    found = editor.analysis.find(state).everything()
    assert [one.severity for one in editor.analysis.judge(editor.chart, found)] == ["low"]
    editor.ran()
    state = editor.open({".quarterdeck.yaml": "rules:\n  QD304: off\n"})
    found = editor.analysis.find(state).everything()
    assert editor.analysis.judge(editor.chart, found) == []
    assert editor.ran() == {"settings"}


def test_the_editors_configuration_is_stronger_than_files(workspace: Path) -> None:
    editor = _Editor(workspace)
    found = editor.analysis.find(editor.open({})).everything()
    editor.analysis.set_editor_settings(read_settings("rules: {QD304: critical}", "editor")[0])
    assert [one.severity for one in editor.analysis.judge(editor.chart, found)] == ["critical"]


def test_deployments_that_were_saved_are_scenarios(workspace: Path) -> None:
    (workspace / "apps").mkdir()
    editor = _Editor(workspace)
    editor.open({})
    assert "shop-prod" not in editor.names()
    editor.saved("apps/shop.yaml", APPLICATION.format(port=90))
    editor.analysis.disk_changed([f"{workspace.as_posix()}/apps"])
    assert "shop-prod" in editor.names()
    assert "shop-prod" not in editor.names(everywhere=False)
    before = editor.scenario("shop-prod")
    editor.saved("apps/shop.yaml", APPLICATION.format(port=91))
    assert editor.scenario("shop-prod") != before


def test_another_file_of_the_workspace_touches_no_scenario(workspace: Path) -> None:
    editor = _Editor(workspace)
    editor.open({})
    editor.names()
    editor.saved("notes.txt", "hello")
    editor.names()
    editor.ran()  # a name is new in the folder
    editor.saved("notes.txt", "hello again")
    editor.names()
    assert editor.ran() == set()


def test_an_unsaved_values_file_out_of_the_chart_counts(workspace: Path) -> None:
    editor = _Editor(workspace)
    staging = editor.scenario("staging")
    state = editor.open({"staging.yaml": "port: [1\n"}, staging)
    assert any(one.path.endswith("/staging.yaml") for one in editor.analysis.find(state).everything())
    state = editor.open({"staging.yaml": "port: 83\n"}, staging)
    assert not any(one.path.endswith("/staging.yaml") for one in editor.analysis.find(state).everything())


def test_what_lies_out_of_the_workspace_is_not_read(workspace: Path) -> None:
    secret = workspace.parent / "secret.yaml"
    secret.write_text("password: hunter2\n")
    (workspace / "link.yaml").symlink_to(secret)
    editor = _Editor(workspace)
    for path in (secret.as_posix(), f"{workspace.as_posix()}/link.yaml"):
        state = editor.open({}, Scenario(name="x", source="declared", layers=(path,)))
        found = editor.analysis.find(state)
        assert [one.code for one in found.refusals] == [OUTSIDE_FILE]
        assert found.everything() == []
    memos = editor.analysis.db._memos.values()
    assert not any("hunter2" in repr(memo.value) for memo in memos)


def test_a_scenario_that_cannot_be_rendered_shows_the_mistakes_of_templates_all_the_same(
    workspace: Path,
) -> None:
    editor = _Editor(workspace)
    gone = Scenario(name="gone", source="declared", layers=(f"{workspace.as_posix()}/gone.yaml",))
    odd = Scenario(name="odd", source="declared", kube_version="newest")
    for scenario, code in ((gone, MISSING_VALUES_FILE), (odd, BAD_SETTING)):
        state = editor.open({"charts/shop/templates/a.yaml": "{{ nonsense }}\n"}, scenario)
        stages = {stage.tier: stage.findings for stage in editor.analysis.stages(state)}
        assert [one.code for one in stages[Tier.SYNTAX]] == ["QD102"]
        assert [one.code for one in stages[Tier.NAMES]] == [code]
        assert stages[Tier.RENDER] == ()
