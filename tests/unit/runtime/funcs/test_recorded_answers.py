"""Functions answer as the official engine has answered, which is recorded beside this file."""

from __future__ import annotations

from itertools import groupby

import pytest

from function_answers import Recorded, read_answers
from function_engines import answer_of

FAMILIES = {name: list(cases) for name, cases in groupby(read_answers(), key=lambda case: case.family)}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_answers_as_recorded(family: str) -> None:
    different = [
        (case.text, case, answer)
        for case in FAMILIES[family]
        if (answer := Recorded(family, case.text, *answer_of(case.text))) != case
    ]
    assert not different
