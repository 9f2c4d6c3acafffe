"""What functions tell the context: writes, random and timed results, and texts that would be too long."""

from __future__ import annotations

from typing import Any

import pytest

from quarterdeck.runtime.context import Budget, Context
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.values import GoList, NilMap

TABLE = function_table()


def call(name: str, context: Context, *arguments: Any) -> Any:
    """Call a function as the engines do, its arguments having been checked."""
    function = TABLE[name]
    return function.call(context, *arguments) if function.takes_context else function.call(*arguments)


def watched() -> tuple[Context, list[Any]]:
    """Give a context and the copies of containers that it is shown before they change."""
    context = Context(seed=1)
    seen: list[Any] = []
    context.before_write = lambda container: seen.append(container.copy())
    return context, seen


def test_set_shows_the_map_before_it_changes_it() -> None:
    context, seen = watched()
    values = {"a": 1}
    assert call("set", context, values, "b", 2) is values
    assert values == {"a": 1, "b": 2}
    assert seen == [{"a": 1}]
    assert context.writes == 1


def test_unset_of_a_missing_key_writes_nothing() -> None:
    context, seen = watched()
    assert call("unset", context, {"a": 1}, "b") == {"a": 1}
    assert (seen, context.writes) == ([], 0)


def test_unset_shows_the_map_before_it_changes_it() -> None:
    context, seen = watched()
    assert call("unset", context, {"a": 1}, "a") == {}
    assert (seen, context.writes) == ([{"a": 1}], 1)


def test_merge_shows_each_map_that_it_changes_and_no_other() -> None:
    context, seen = watched()
    inner: dict[str, Any] = {"x": 1}
    same: dict[str, Any] = {"y": 1}
    target = {"inner": inner, "same": same, "kept": 5}
    call("merge", context, target, {"inner": {"z": 2}, "same": {"y": 9}, "kept": 6})
    assert target == {"inner": {"x": 1, "z": 2}, "same": {"y": 1}, "kept": 5}
    assert seen == [{"x": 1}]
    assert context.writes == 1


def test_a_merge_that_changes_nothing_writes_nothing() -> None:
    context, seen = watched()
    call("merge", context, {"a": 1}, {"a": 2})
    assert (seen, context.writes) == ([], 0)


def test_merged_maps_are_shared_with_their_source() -> None:
    source = {"n": {"x": 1}}
    target = call("merge", Context(seed=1), {}, source)
    assert target["n"] is source["n"]


def test_sorting_a_list_that_is_in_order_writes_nothing() -> None:
    context, seen = watched()
    ordered = GoList(["a", "b"])
    assert call("sortAlpha", context, ordered) is ordered
    assert (seen, context.writes) == ([], 0)


def test_sorting_a_list_of_strings_changes_the_list_itself() -> None:
    context, seen = watched()
    unordered = GoList(["b", "a"])
    assert call("sortAlpha", context, unordered) is unordered
    assert unordered == ["a", "b"]
    assert (seen, context.writes) == ([["b", "a"]], 1)


def test_sorting_other_lists_leaves_them_alone() -> None:
    values = ["b", "a", None]
    assert call("sortAlpha", Context(seed=1), values) == ["a", "b"]
    assert values == ["b", "a", None]


def test_writing_into_a_nil_map_fails_as_in_go() -> None:
    with pytest.raises(GoError, match="assignment to entry in nil map"):
        call("set", Context(seed=1), NilMap(), "a", 1)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("randAlphaNum", (8,)),
        ("randAlpha", (8,)),
        ("randNumeric", (8,)),
        ("randAscii", (8,)),
        ("randBytes", (8,)),
        ("randInt", (0, 1_000_000)),
        ("shuffle", ("abcdefgh",)),
        ("uuidv4", ()),
        ("bcrypt", ("x",)),
        ("htpasswd", ("u", "x")),
        ("encryptAES", ("k", "x")),
        ("genPrivateKey", ("rsa",)),
        ("now", ()),
        ("ago", ("",)),
        ("date", ("2006", None)),
    ],
)
def test_what_differs_from_run_to_run_is_counted_and_the_same_when_seeded(
    name: str, arguments: tuple[Any, ...]
) -> None:
    first, again = Context(seed=1), Context(seed=1)
    answers = [TABLE["toString"].call(call(name, context, *arguments)) for context in (first, again)]
    assert answers[0] == answers[1]
    assert first.volatile_calls >= 1
    assert TABLE[name].effect == "volatile"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("repeat", (2_000, "x")),
        ("indent", (500, "a\nb")),
        ("nindent", (500, "a\nb")),
        ("replace", ("a", "x" * 100, "a" * 100)),
        ("regexReplaceAll", ("a", "a" * 100, "x" * 100)),
        ("regexReplaceAllLiteral", ("", "a" * 100, "x" * 100)),
        ("wrapWith", (1, "x" * 100, "a" * 100)),
        ("join", ("x" * 100, ["a"] * 100)),
        ("randAlphaNum", (2_000,)),
        ("randBytes", (2_000,)),
        ("dict", (["x" * 2_000], 1)),
        ("until", (2_000_000,)),
        ("untilStep", (0, 4_000_000, 2)),
        ("untilStep", (0, -2_000_000, -1)),
        ("seq", (2_000_000,)),
    ],
)
def test_a_result_that_would_be_too_large_is_refused_before_it_is_made(
    name: str, arguments: tuple[Any, ...]
) -> None:
    context = Context(seed=1, budget=Budget(max_output=1_000))
    with pytest.raises(BudgetError):
        call(name, context, *arguments)


def test_lists_do_not_grow_without_end() -> None:
    context = Context(seed=1, budget=Budget(max_output=1_000))
    many = [None] * 2_000_000
    for name, arguments in (("append", (many, 1)), ("prepend", (many, 1)), ("concat", (many, many))):
        with pytest.raises(BudgetError):
            call(name, context, *arguments)


@pytest.mark.parametrize("name", ["deepCopy", "deepEqual", "merge"])
def test_a_value_within_itself_ends_in_an_error(name: str) -> None:
    loops: list[dict[str, Any]] = [{}, {}]
    for loop in loops:
        loop["self"] = loop
    arguments = loops[:1] if name == "deepCopy" else loops
    with pytest.raises(BudgetError):
        call(name, Context(seed=1), *arguments)


def test_fail_and_required_let_linting_go_on() -> None:
    context = Context(seed=1)
    context.is_lint = True
    assert call("fail", context, "no") == ""
    assert call("required", context, "no", None) == ""
    context.is_lint = False
    with pytest.raises(GoError, match="HELM_ERR_STARTnoHELM_ERR_END"):
        call("fail", context, "no")
    assert call("required", context, "no", 0.0) == 0.0


def test_lookup_asks_the_cluster_where_there_is_one() -> None:
    context = Context(seed=1)
    assert call("lookup", context, "v1", "Pod", "ns", "name") == {}
    context.lookup = lambda *asked: {"asked": asked}
    assert call("lookup", context, "v1", "Pod", "ns", "name") == {"asked": ("v1", "Pod", "ns", "name")}


def test_hosts_are_looked_up_only_where_that_is_enabled() -> None:
    context = Context(seed=1)
    assert call("getHostByName", context, "localhost") == ""
    context.enable_dns = True
    assert call("getHostByName", context, "127.0.0.1") == "127.0.0.1"
    with pytest.raises(GoError, match="invalid argument to Intn"):
        call("getHostByName", context, "no host name at all \0")
