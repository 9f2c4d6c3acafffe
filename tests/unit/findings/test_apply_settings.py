"""Levels and ignores of settings on findings."""

from __future__ import annotations

import pytest

from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.findings.apply_settings import apply_settings
from quarterdeck.settings.model import DEFAULTS
from quarterdeck.settings.read import read_settings


def finding(code: str = "QD304", path: str = "/work/charts/shop/templates/a.yaml") -> Finding:
    return Finding(code=code, severity=Severity.HIGH, place=Place(path), message="fails")


def applied(text: str, *findings: Finding, folder: str = "/") -> list[tuple[str, str]]:
    settings, mistakes = read_settings(text, "/work/.quarterdeck.yaml")
    assert mistakes == []
    return [(one.code, one.severity.value) for one in apply_settings(findings, settings, folder=folder)]


def test_without_settings_findings_stay_as_they_are() -> None:
    assert apply_settings([finding()], DEFAULTS) == [finding()]


def test_a_rule_says_how_bad_findings_of_its_code_are() -> None:
    assert applied("rules: {QD304: info}", finding(), finding("QD402")) == [
        ("QD304", "info"),
        ("QD402", "high"),
    ]


def test_a_rule_that_is_off_reports_nothing() -> None:
    assert applied("rules: {QD304: off}", finding(), finding("QD402")) == [("QD402", "high")]


@pytest.mark.parametrize(
    ("entry", "is_kept"),
    [
        ("codes: QD304", False),
        ("codes: QD402", True),
        ("paths: charts/shop/**", False),
        ("paths: '*.yaml'", False),
        ("paths: charts/other/**", True),
        ("codes: QD304, paths: charts/shop", False),
        ("codes: QD402, paths: charts/shop", True),
        ("codes: QD304, paths: charts/other", True),
        ("codes: [QD402, QD304], paths: [x, charts/shop]", False),
    ],
)
def test_an_entry_ignores_what_fits_its_codes_and_its_paths(entry: str, *, is_kept: bool) -> None:
    assert bool(applied(f"ignore: [{{{entry}}}]", finding())) is is_kept


def test_paths_are_relative_to_the_file_that_says_so() -> None:
    assert applied("ignore: [{paths: '**'}]", finding(path="/elsewhere/a.yaml")) == [("QD304", "high")]


def test_relative_paths_of_findings_start_from_the_folder_of_the_run() -> None:
    text = "ignore: [{paths: charts/shop/**}]"
    assert applied(text, finding(path="shop/a.yaml"), folder="/work/charts") == []
    assert applied(text, finding(path="../shop/a.yaml"), folder="/work/charts/other") == []
    assert applied(text, finding(path="shop/a.yaml"), folder="/elsewhere") == [("QD304", "high")]
