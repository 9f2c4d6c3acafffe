"""A rendering's budget, clock and random numbers."""

from __future__ import annotations

import pytest

from quarterdeck.errors import Cancelled
from quarterdeck.runtime.context import TICKS_BETWEEN_CHECKS, Budget, Context
from quarterdeck.runtime.goerror import BudgetError, GoError


def test_a_seed_makes_clock_and_random_numbers_the_same_each_time() -> None:
    first, second = Context(seed=7), Context(seed=7)
    assert [first.random.random() for _ in range(3)] == [second.random.random() for _ in range(3)]
    assert first.now() == second.now()
    assert Context(seed=8).random.random() != Context(seed=7).random.random()


def test_what_one_file_draws_does_not_change_what_another_gets() -> None:
    alone, after_others = Context(seed=7), Context(seed=7)
    alone.begin_file("b")
    after_others.begin_file("a")
    after_others.random.random()
    after_others.begin_file("b")
    assert alone.random.random() == after_others.random.random()


def test_without_a_seed_random_numbers_differ() -> None:
    assert Context().random.getrandbits(128) != Context().random.getrandbits(128)


def test_reading_the_clock_is_counted() -> None:
    context = Context(seed=1)
    context.now()
    assert context.volatile_calls == 1


def test_templates_cannot_be_called_where_none_are_bound() -> None:
    with pytest.raises(GoError, match="templates cannot be called here"):
        Context().include("a", None)
    with pytest.raises(GoError, match="templates cannot be called here"):
        Context().tpl("a", None)


def test_a_budget_of_no_time_ends_a_run_at_the_next_look_at_the_clock() -> None:
    budget = Budget(seconds=-1.0)
    budget.tick(TICKS_BETWEEN_CHECKS - 1)
    with pytest.raises(BudgetError, match="rendering takes longer than -1 seconds"):
        budget.tick()


def test_a_run_that_nobody_wants_is_cancelled() -> None:
    budget = Budget(is_cancelled=lambda: True)
    with pytest.raises(Cancelled):
        budget.tick(TICKS_BETWEEN_CHECKS)


def test_output_and_single_texts_are_limited() -> None:
    budget = Budget(max_output=10)
    budget.check_length(10)
    budget.add_output(10)
    with pytest.raises(BudgetError, match="a text of 11 characters exceeds the limit of 10"):
        budget.check_length(11)
    with pytest.raises(BudgetError, match="the output exceeds the limit of 10 characters"):
        budget.add_output(1)


def test_what_is_printed_once_is_printed_again_for_another_value_and_after_a_write() -> None:
    context = Context()
    assert context.printed_once(None, str) == "None"
    value = {"a": 1}
    assert context.printed_once(value, str) == "{'a': 1}"
    value["a"] = 2
    assert context.printed_once(value, str) == "{'a': 1}"
    context.writes += 1
    assert context.printed_once(value, str) == "{'a': 2}"
    context.begin_file("t")
    assert context.printed_once(None, str) == "None"


def test_steps_are_limited_too() -> None:
    budget = Budget(max_steps=2 * TICKS_BETWEEN_CHECKS)
    budget.tick(2 * TICKS_BETWEEN_CHECKS)
    with pytest.raises(BudgetError, match="more than 2000 steps of range and include"):
        budget.tick(TICKS_BETWEEN_CHECKS)
    assert budget.is_used_up
