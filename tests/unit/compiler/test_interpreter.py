"""What templates print and how they fail, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from interpreter_cases import ERRORS, NAME, OTHER, OTHER_NAME, OUTPUTS, VALUES, message_of
from plain_machine import PlainMachine
from quarterdeck.compiler.units import TemplateError


def _machine(text: str) -> PlainMachine:
    return PlainMachine({OTHER_NAME: OTHER, NAME: text})


def _dot() -> dict[str, Any]:
    return {"Values": VALUES}


@pytest.mark.parametrize(("text", "expected"), OUTPUTS, ids=[text for text, _ in OUTPUTS])
def test_a_template_prints_what_helm_prints(text: str, expected: str) -> None:
    assert _machine(text).render(NAME, _dot()) == expected


@pytest.mark.parametrize(("text", "place", "node", "message"), ERRORS, ids=[row[0] for row in ERRORS])
def test_a_failing_template_says_what_helm_says(text: str, place: str, node: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        _machine(text).render(NAME, _dot())
    assert str(caught.value) == message_of(place, node, message)
