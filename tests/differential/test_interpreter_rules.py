"""The rules that the interpreter's unit tests hold it to are the official engine's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from interpreter_cases import (
    CONTEXT_ERRORS,
    CONTEXT_OUTPUTS,
    ERRORS,
    NAME,
    OTHER,
    OTHER_NAME,
    OUTPUTS,
    VALUES,
    message_of,
)
from official_engine import ask_helm
from plain_machine import PlainMachine
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.helm_errors import run_message

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chart with the values and the second file of the cases; the first file is written by each test."""
    folder = tmp_path_factory.mktemp("chart")
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: case\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(json.dumps(VALUES))
    (folder / "f.txt").write_text("text")
    (folder / OTHER_NAME.removeprefix("case/")).write_text(OTHER, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("text", "expected"), OUTPUTS + CONTEXT_OUTPUTS)
def test_helm_prints_what_the_rule_says(chart: Path, text: str, expected: str) -> None:
    (chart / NAME.removeprefix("case/")).write_text(text, encoding="utf-8")
    answer = ask_helm(chart)
    assert answer.error == ""
    assert answer.templates[NAME] == expected


@pytest.mark.parametrize(("text", "place", "node", "message"), ERRORS)
def test_helm_refuses_with_the_words_of_the_rule(
    chart: Path, text: str, place: str, node: str, message: str
) -> None:
    (chart / NAME.removeprefix("case/")).write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        PlainMachine({OTHER_NAME: OTHER, NAME: text}).render(NAME, {"Values": VALUES})
    assert str(caught.value) == message_of(place, node, message)
    assert ask_helm(chart).error == run_message(NAME, caught.value)


@pytest.mark.parametrize(("text", "place", "node", "message"), CONTEXT_ERRORS)
def test_helm_names_place_node_and_reason_of_failing_methods(
    chart: Path, text: str, place: str, node: str, message: str
) -> None:
    (chart / NAME.removeprefix("case/")).write_text(text, encoding="utf-8")
    expected = f'{NAME}:{place}\n  executing "{NAME}" at <{node}>:\n    {message}'
    assert ask_helm(chart).error == expected
