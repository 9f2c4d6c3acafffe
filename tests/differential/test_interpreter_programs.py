"""Random programs give the same text as in the official engine, or the same error, word for word."""

from __future__ import annotations

import copy
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from interpreter_cases import NAME, OTHER, OTHER_NAME, VALUES
from official_engine import ask_helm
from plain_machine import PlainMachine
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.helm_errors import run_message
from quarterdeck.runtime.values import Values

if TYPE_CHECKING:
    from random import Random
from template_programs import ProgramWriter


@cache
def _chart() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name)
    (root / "templates").mkdir()
    (root / "Chart.yaml").write_text("apiVersion: v2\nname: case\nversion: 1.0.0\n")
    (root / "values.yaml").write_text(json.dumps(VALUES))
    (root / OTHER_NAME.removeprefix("case/")).write_text(OTHER, encoding="utf-8")
    return folder, root


def _ours(text: str) -> tuple[str, str]:
    machine = PlainMachine({OTHER_NAME: OTHER, NAME: text})
    try:
        return machine.render(NAME, {"Values": Values(copy.deepcopy(VALUES))}), ""
    except TemplateError as error:
        return "", run_message(NAME, error)


def _helms(text: str) -> tuple[str, str]:
    _, root = _chart()
    (root / NAME.removeprefix("case/")).write_text(text, encoding="utf-8")
    answer = ask_helm(root)
    return answer.templates.get(NAME, ""), answer.error


@given(st.randoms(use_true_random=False), st.sampled_from((0.0, 0.03, 0.1)))
def test_programs_behave_as_in_helm(random: Random, mistakes: float) -> None:
    text = ProgramWriter(random, mistakes=mistakes).program()
    assert _ours(text) == _helms(text)
