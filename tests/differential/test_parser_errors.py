"""The official engine and our parser refuse the same texts, with the same words and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import helm_python as helm
import pytest
from hypothesis import HealthCheck, given, settings

from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.problems import helm_parse_error
from unit.gotmpl.template_texts import FUNCTIONS, texts
from unit.gotmpl.test_parser import REFUSED

if TYPE_CHECKING:
    from pathlib import Path

FILE = "c/templates/x.yaml"


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chart") / "c"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n", encoding="utf-8")
    return folder


def parse_error_of_helm(chart: Path, text: str) -> str | None:
    """Give Helm's parse error; None for texts that it accepts, whatever becomes of them at run time."""
    (chart / "templates" / "x.yaml").write_bytes(text.encode())
    try:
        with helm.Chart.load(chart) as loaded:
            loaded.render({}, name="r", namespace="n")
    except helm.HelmError as error:
        message = str(error)
        return message if message.startswith("parse error at") else None
    return None


def our_error(text: str) -> str | None:
    problems = parse_template(text, FUNCTIONS).problems
    return helm_parse_error(problems[0], FILE) if problems else None


@pytest.mark.parametrize("text", [text for text, _, _ in REFUSED])
def test_the_table_of_refusals_is_helms(chart: Path, text: str) -> None:
    assert our_error(text) == parse_error_of_helm(chart, text)


@given(texts)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_texts_are_refused_alike(chart: Path, text: str) -> None:
    if text.startswith("\ufeff"):
        return  # Helm takes a byte order mark off a file, which is the chart loader's part
    assert our_error(text) == parse_error_of_helm(chart, text)
