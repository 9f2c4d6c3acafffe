"""Random steps are data that can be written down, and a failure of many is shortened to few."""

from __future__ import annotations

import json
import os
import random

from soak.desk import difference
from soak.steps import WEIGHTS, draw, shorten


def test_steps_survive_being_written_down_and_all_kinds_are_drawn() -> None:
    rng = random.Random(os.environ["QUARTERDECK_SEED"])
    steps = [draw(rng, ["shop"], lambda chart: [f"{chart}/Chart.yaml"]) for _ in range(2_000)]
    assert json.loads(json.dumps(steps)) == steps
    assert {step["do"] for step in steps} == set(WEIGHTS)


def test_a_failure_that_needs_two_steps_of_many_is_shortened_to_these() -> None:
    steps = [{"do": "edit", "at": number} for number in range(90)]
    wanted = [steps[17], steps[63]]
    left = shorten(steps, lambda some: all(step in some for step in wanted))
    assert left == wanted


def test_a_difference_names_what_only_one_server_shows() -> None:
    assert difference({"a": ["x"]}, {"a": ["x"]}) == []
    assert difference({"a": ["x"]}, {"b": ["y"]}) == [
        "only after the steps: a: x",
        "only in a fresh server: b: y",
    ]
    assert difference({"a": ["x", "x"]}, {"a": ["x"]}) != []
