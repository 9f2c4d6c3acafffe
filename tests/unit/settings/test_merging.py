"""Settings of several files as one: the nearest wins, rules and ignores count together."""

from __future__ import annotations

import pytest

from quarterdeck.settings.merge import merge_settings, settings_of_chart
from quarterdeck.settings.model import DEFAULTS, Settings, Written
from quarterdeck.settings.names import camel_case, settings_folders
from quarterdeck.settings.read import read_settings, settings_from_data

OUTER = """\
focus: prod
kubeVersion: "1.30"
discover: false
rules: {QD304: low, QD402: off}
ignore: [{codes: QD101}]
scenarios:
  prod: {namespace: outer, values: outer.yaml}
  ci: {namespace: outer}
"""
INNER = """\
kubeVersion: "1.33"
rules: {QD304: high}
ignore: [{codes: QD102}]
scenarios:
  prod: {values: inner.yaml}
"""


def settings(files: dict[str, str], chart: str = "/work/charts/shop", root: str = "/work") -> Settings:
    merged, findings = settings_of_chart(chart, root, files.get)
    assert findings == []
    return merged


def test_the_file_nearest_to_the_chart_wins_setting_by_setting() -> None:
    merged = settings({"/work/.quarterdeck.yaml": OUTER, "/work/charts/shop/.quarterdeck.yml": INNER})
    assert merged.kube_version is not None
    assert merged.kube_version.text == "1.33"
    assert merged.focus is not None
    assert merged.focus.text == "prod"
    assert merged.discover is False
    assert merged.rules == {"QD304": "high", "QD402": "off"}
    assert [one.codes for one in merged.ignore] == [("QD101",), ("QD102",)]


def test_of_a_scenario_the_nearest_declaration_counts_as_a_whole() -> None:
    merged = settings({"/work/.quarterdeck.yaml": OUTER, "/work/charts/shop/.quarterdeck.yaml": INNER})
    assert list(merged.scenarios) == ["prod", "ci"]
    prod = merged.scenarios["prod"]
    assert (prod.namespace, [one.text for one in prod.values]) == ("default", ["inner.yaml"])
    assert prod.values[0].folder == "/work/charts/shop"


def test_a_file_out_of_the_workspace_does_not_count() -> None:
    assert settings({"/.quarterdeck.yaml": OUTER, "/work/other/.quarterdeck.yaml": OUTER}) == DEFAULTS


def test_the_second_file_of_a_folder_is_told_and_does_not_count() -> None:
    files = {"/work/.quarterdeck.yaml": "focus: a\n", "/work/.quarterdeck.yml": "focus: b\n"}
    merged, findings = settings_of_chart("/work", "/work", files.get)
    assert merged.focus is not None
    assert merged.focus.text == "a"
    assert [(one.code, one.path) for one in findings] == [("QD801", "/work/.quarterdeck.yml")]


def test_editors_win_over_files_and_flags_over_editors() -> None:
    file, _ = read_settings("focus: file\nkubeVersion: '1.30'\nrules: {QD304: low}\n", "/x")
    editor, _ = settings_from_data({"focus": "editor", "kubeVersion": "1.31", "rules": {"QD402": "off"}})
    flags = Settings(kube_version=Written("1.33"), given=frozenset({"kube_version"}))
    merged = merge_settings(file, editor, flags)
    assert merged.focus == Written("editor")
    assert merged.kube_version == Written("1.33")
    assert merged.rules == {"QD304": "low", "QD402": "off"}


@pytest.mark.parametrize(
    ("chart", "root", "folders"),
    [
        ("/work/charts/shop", "/work", ["/work", "/work/charts", "/work/charts/shop"]),
        ("/work", "/work", ["/work"]),
        ("/shop", "/", ["/", "/shop"]),
        ("/workshop", "/work", ["/workshop"]),
        ("C:/a/b", "C:/", ["C:/", "C:/a", "C:/a/b"]),
        ("C:/a", "C:/a", ["C:/a"]),
    ],
)
def test_the_folders_that_count(chart: str, root: str, folders: list[str]) -> None:
    assert settings_folders(chart, root) == folders


def test_names_in_files_are_derived() -> None:
    assert [camel_case(name) for name in ("focus", "kube_version", "set_json")] == [
        "focus",
        "kubeVersion",
        "setJson",
    ]
