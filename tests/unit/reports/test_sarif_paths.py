"""Paths of every system as URIs in SARIF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.reports.as_sarif import SarifReport
from quarterdeck.reports.model import ChartReport, Tally


def uri_of(path: str) -> str:
    report = SarifReport()
    finding = Finding(code="QD101", severity=Severity.HIGH, place=Place(path), message="m")
    text = report.begin() + report.chart(ChartReport(path="c", findings=(finding,))) + report.end(Tally())
    (result,) = json.loads(text)["runs"][0]["results"]
    location: dict[str, Any] = result["locations"][0]["physicalLocation"]
    return location["artifactLocation"]["uri"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("shop/templates/a b.yaml", "shop/templates/a%20b.yaml"),
        ("/srv/shop/ä.yaml", "file:///srv/shop/%C3%A4.yaml"),
        ("C:/shop/a.yaml", "file:///C:/shop/a.yaml"),
        ("a:b/c.yaml", "a%3Ab/c.yaml"),
        ("x/\udcff.yaml", "x/%FF.yaml"),
    ],
)
def test_a_path_becomes_a_uri(path: str, uri: str) -> None:
    assert uri_of(path) == uri
