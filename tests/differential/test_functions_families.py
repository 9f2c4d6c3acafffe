"""Each family of functions answers as the official engine does, edge cases and errors included."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from function_answers import Recorded, read_answers
from function_cases import FAMILIES
from function_engines import OfficialEngine, differences

if TYPE_CHECKING:
    from pathlib import Path


SHARE = 400
"""How many cases of a family run when not everything does."""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_functions_answers_as_in_helm(tmp_path: Path, family: str) -> None:
    texts = list(dict.fromkeys(FAMILIES[family]()))
    if os.environ["QUARTERDECK_PROFILE"] == "share":
        texts = random.Random(os.environ["QUARTERDECK_SEED"]).sample(texts, min(SHARE, len(texts)))
    assert not differences(OfficialEngine(tmp_path), texts)


def test_the_recorded_answers_are_the_engine_s(tmp_path: Path) -> None:
    engine = OfficialEngine(tmp_path)
    cases = random.Random(os.environ["QUARTERDECK_SEED"]).sample(read_answers(), 100)
    for case in cases:
        assert Recorded(case.family, case.text, *engine.answer(case.text)) == case
