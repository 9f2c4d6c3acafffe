"""The query engine: what runs, what must not, and that nothing kept is ever wrong."""

from __future__ import annotations

import random
from typing import Any

import pytest

from quarterdeck.errors import Cancelled
from quarterdeck.measure.counters import CacheCounters
from quarterdeck.query.engine import SELDOM, Engine, Input, Query
from quarterdeck.query.places import MISSING, find_place, is_same

TEXT: Input[str] = Input("text", "")


def _words(engine: Engine, file: str) -> tuple[str, ...]:
    return tuple(engine.get(TEXT, file).split())


WORDS = Query("words", _words)
COUNT = Query("count", lambda engine, *files: sum(len(engine.get(WORDS, file)) for file in files))


def _executed(engine: Engine) -> list[tuple[str, tuple[Any, ...]]]:
    found = engine.log.ran
    engine.log.clear()
    return found


def test_a_result_is_used_again_until_an_input_changes() -> None:
    engine = Engine()
    engine.set(TEXT, "a", value="one two")
    assert engine.get(COUNT, "a") == 2
    assert _executed(engine) == [("words", ("a",)), ("count", ("a",))]
    assert engine.get(COUNT, "a") == 2
    assert _executed(engine) == []
    engine.set(TEXT, "a", value="one two three")
    assert engine.get(COUNT, "a") == 3
    assert _executed(engine) == [("words", ("a",)), ("count", ("a",))]


def test_an_equal_result_stops_the_wave() -> None:
    engine = Engine()
    engine.set(TEXT, "a", value="one two")
    assert engine.get(COUNT, "a") == 2
    engine.log.clear()
    engine.set(TEXT, "a", value="one   two")
    assert engine.get(COUNT, "a") == 2
    assert [(event.kind, event.query) for event in engine.log.events] == [
        ("unchanged", "words"),
        ("kept", "count"),
    ]


def test_only_what_read_the_changed_input_runs() -> None:
    engine = Engine()
    for name in "abc":
        engine.set(TEXT, name, value=name)
    assert engine.get(COUNT, "a", "b", "c") == 3
    engine.log.clear()
    engine.set(TEXT, "b", value="b b")
    assert engine.get(COUNT, "a", "b", "c") == 4
    assert _executed(engine) == [("words", ("b",)), ("count", ("a", "b", "c"))]


def test_setting_an_equal_value_is_no_change() -> None:
    engine = Engine()
    assert engine.set(TEXT, "a", value="x")
    assert not engine.set(TEXT, "a", value="x")
    assert engine.revision == 1


def test_what_does_not_exist_is_an_input_too() -> None:
    engine = Engine()
    assert engine.get(COUNT, "absent") == 0
    engine.log.clear()
    assert not engine.set(TEXT, "absent", value=""), "the default is what it was"
    assert engine.get(COUNT, "absent") == 0
    assert _executed(engine) == []
    engine.set(TEXT, "absent", value="here now")
    assert engine.get(COUNT, "absent") == 2


# --- loaded inputs -----------------------------------------------------------------------------------------


def test_a_loaded_input_is_loaded_when_asked_for_and_again_when_told() -> None:
    disk = {"a": "one"}
    loads: list[str] = []

    def load(name: str) -> str:
        loads.append(name)
        return disk.get(name, "")

    source: Input[str] = Input("file", "", load=load)
    upper = Query("upper", lambda engine, name: engine.get(source, name).upper())
    engine = Engine()
    assert engine.get(upper, "a") == "ONE"
    assert engine.get(upper, "a") == "ONE"
    assert loads == ["a"]
    disk["a"] = "two"
    assert engine.get(upper, "a") == "ONE", "nobody said that it changed"
    engine.reload(source, "a")
    assert engine.get(upper, "a") == "TWO"
    engine.log.clear()
    engine.reload_all(source)
    assert engine.get(upper, "a") == "TWO"
    assert _executed(engine) == [], "it was loaded again and is the same"
    assert loads == ["a", "a", "a"]


def test_a_set_value_wins_over_a_loaded_one_until_it_is_taken_back() -> None:
    source: Input[str] = Input("file", "", load=lambda name: f"disk {name}")
    engine = Engine()
    assert engine.get(source, "a") == "disk a"
    engine.set(source, "a", value="buffer")
    engine.reload_all(source)
    assert engine.get(source, "a") == "buffer"
    engine.unset(source, "a")
    assert engine.get(source, "a") == "disk a"


DISK: Input[str] = Input("disk", "", changes=SELDOM)


def test_what_hangs_on_the_disk_alone_is_not_looked_through_after_a_keystroke() -> None:
    engine = Engine()
    part = Query("part", lambda engine, name: engine.get(DISK, name).upper())
    whole = Query("whole", lambda engine: "".join(engine.get(part, str(number)) for number in range(100)))
    both = Query("both", lambda engine: engine.get(whole) + engine.get(TEXT, "a"))
    engine.set(DISK, "7", value="seven")
    engine.set(TEXT, "a", value="x")
    assert engine.get(both) == "SEVENx"
    engine.log.clear()
    engine.set(TEXT, "a", value="y")
    assert engine.get(both) == "SEVENy"
    assert [event.query for event in engine.log.events] == ["whole", "both"], "no part was looked at"
    engine.set(DISK, "8", value="eight")
    engine.set(TEXT, "a", value="z")
    assert engine.get(both) == "SEVENEIGHTz"


def test_what_begins_to_hang_on_keystrokes_is_looked_through_after_them() -> None:
    engine = Engine()

    def compute(engine: Engine) -> str:
        return engine.get(TEXT, "a") if engine.get(DISK, "follows") else "same"

    part = Query("part", compute)
    whole = Query("whole", lambda engine: engine.get(part) * 2)
    engine.set(TEXT, "a", value="same")
    assert engine.get(whole) == "samesame"
    engine.set(DISK, "follows", value="yes")
    assert engine.get(whole) == "samesame"
    engine.set(TEXT, "a", value="other")
    assert engine.get(whole) == "otherother"


# --- places in values --------------------------------------------------------------------------------------

VALUES: Input[dict[str, Any]] = Input("values", {}, equal=is_same)


def test_a_query_hangs_on_the_places_it_looked_at() -> None:
    image = Query("image", lambda engine: engine.look(VALUES, path=("image", "tag")))
    port = Query("port", lambda engine: engine.look(VALUES, path=("ports", 0)))
    engine = Engine()
    engine.set(VALUES, value={"image": {"tag": "1"}, "ports": [80]})
    assert (engine.get(image), engine.get(port)) == ("1", 80)
    engine.log.clear()
    engine.set(VALUES, value={"image": {"tag": "2"}, "ports": [80]})
    assert (engine.get(image), engine.get(port)) == ("2", 80)
    assert _executed(engine) == [("image", ())]


def test_a_place_with_nothing_is_looked_at_too() -> None:
    extra = Query("extra", lambda engine: engine.look(VALUES, path=("extra",)) is not MISSING)
    engine = Engine()
    engine.set(VALUES, value={})
    assert not engine.get(extra)
    engine.set(VALUES, value={"extra": None})
    assert engine.get(extra)


@pytest.mark.parametrize(("before", "after"), [(True, 1), (1, 1.0), (0, False), ("1", 1), ([1], (1,))])
def test_values_that_python_calls_equal_are_not_the_same(before: object, after: object) -> None:
    seen = Query("seen", lambda engine: repr(engine.look(VALUES, path=("a",))))
    engine = Engine()
    engine.set(VALUES, value={"a": before})
    assert engine.get(seen) == repr(before)
    engine.set(VALUES, value={"a": after})
    assert engine.get(seen) == repr(after)


def test_places_are_keys_indices_and_attributes() -> None:
    assert find_place({"a": [{"b": 1}]}, ("a", 0, "b")) == 1
    assert find_place({"a": [1]}, ("a", 5)) is MISSING
    assert find_place(3, ("real",)) == 3
    assert find_place({"a": 1}, ("a", 0)) is MISSING


# --- cancellation ------------------------------------------------------------------------------------------


def test_a_cancelled_question_leaves_everything_as_it_was() -> None:
    engine = Engine()
    for name in "abc":
        engine.set(TEXT, name, value=name)
    assert engine.get(COUNT, "a", "b", "c") == 3
    for name in "abc":
        engine.set(TEXT, name, value=f"{name} {name}")
    looks = iter([False, False, False, True])
    with pytest.raises(Cancelled), engine.asking(lambda: next(looks, True)):
        engine.get(COUNT, "a", "b", "c")
    with engine.asking(lambda: False):
        assert engine.get(COUNT, "a", "b", "c") == 6
    assert engine.get(COUNT, "a", "b", "c") == 6


def test_what_was_finished_before_a_cancellation_is_not_done_again() -> None:
    engine = Engine()
    for name in "ab":
        engine.set(TEXT, name, value=name)
    looks = iter([False, False, False, True])
    with pytest.raises(Cancelled), engine.asking(lambda: next(looks, True)):
        engine.get(COUNT, "a", "b")
    engine.log.clear()
    assert engine.get(COUNT, "a", "b") == 2
    assert _executed(engine) == [("words", ("b",)), ("count", ("a", "b"))]


# --- memory ------------------------------------------------------------------------------------------------

SIZED = Query("sized", lambda engine, name: engine.get(TEXT, name) * 10, size=len)
SHORT = Query("short", lambda engine, name: engine.get(SIZED, name)[:3])


def test_results_are_dropped_when_they_take_too_much_room() -> None:
    engine = Engine(max_bytes=100)
    for name in "abcdef":
        engine.set(TEXT, name, value=name * 4)
        with engine.asking():
            engine.get(SIZED, name)
    assert engine.bytes <= 100
    assert engine.counters["sized"].evicted == 4
    assert engine.get(SIZED, "a") == "a" * 40


def test_what_is_in_use_is_not_dropped_however_large() -> None:
    engine = Engine(max_bytes=10)
    engine.set(TEXT, "a", value="large")
    with engine.asking():
        engine.get(SIZED, "a")
    assert engine.is_known(SIZED, "a")
    engine.set(TEXT, "b", value="other")
    with engine.asking():
        engine.get(SIZED, "b")
    assert not engine.is_known(SIZED, "a")


def test_what_is_touched_is_not_dropped() -> None:
    engine = Engine(max_bytes=50)
    for name in "ab":
        engine.set(TEXT, name, value="text")
        with engine.asking():
            engine.get(SIZED, name)
            engine.touch(SIZED, "a")
    assert engine.is_known(SIZED, "a")


def test_what_hangs_on_a_dropped_result_still_holds() -> None:
    engine = Engine(max_bytes=50)
    for name in "abcd":
        engine.set(TEXT, name, value=name * 4)
        with engine.asking():
            engine.get(SHORT, name)
    engine.set(TEXT, "z", value="an unrelated change")
    engine.log.clear()
    assert engine.get(SHORT, "a") == "aaa"
    assert _executed(engine) == []


def test_a_dropped_result_that_is_made_again_starts_no_wave() -> None:
    engine = Engine(max_bytes=50)
    for name in "abcd":
        engine.set(TEXT, name, value=name * 4)
        with engine.asking():
            engine.get(SHORT, name)
    engine.set(TEXT, "z", value="an unrelated change")
    assert engine.get(SIZED, "a") == "a" * 40
    engine.log.clear()
    assert engine.get(SHORT, "a") == "aaa"
    assert _executed(engine) == []


def test_results_of_a_cache_are_counted_as_they_come_and_go() -> None:
    counters = CacheCounters("some")
    counted = Query("counted", lambda engine, name: engine.get(TEXT, name) * 10, size=len, cache=counters)
    engine = Engine(max_bytes=100)
    for name in "abc":
        engine.set(TEXT, name, value=name * 4)
        with engine.asking():
            engine.get(counted, name)
    assert (counters.entries, counters.bytes, counters.evictions) == (2, 80, 1)
    engine.set(TEXT, "c", value="c")
    engine.get(counted, "c")
    assert (counters.entries, counters.bytes, counters.evictions) == (2, 50, 1)
    engine.forget(counted, "c")
    assert (counters.entries, counters.bytes) == (1, 40)


# --- the rest ----------------------------------------------------------------------------------------------


def test_a_query_may_use_its_last_result() -> None:
    seen: list[Any] = []

    def compute(engine: Engine) -> str:
        seen.append(engine.previous())
        return engine.get(TEXT, "a")

    query = Query("query", compute)
    engine = Engine()
    engine.set(TEXT, "a", value="1")
    engine.get(query)
    engine.set(TEXT, "a", value="2")
    engine.get(query)
    assert seen == [MISSING, "1"]


def test_a_query_that_asks_for_itself_is_told_so() -> None:
    query: Query[int] = Query("endless", lambda engine: engine.get(query))
    with pytest.raises(RuntimeError, match="asks for itself"):
        Engine().get(query)


def test_peeking_runs_nothing() -> None:
    engine = Engine()
    engine.set(TEXT, "a", value="x")
    assert engine.peek(COUNT, "a") is None
    engine.get(COUNT, "a")
    assert engine.peek(COUNT, "a") == 1
    engine.set(TEXT, "a", value="x y")
    assert engine.peek(COUNT, "a") is None


def _random_graph(choice: random.Random) -> list[Query[Any]]:
    """Make queries that ask for others below them, some depending on what they read."""
    queries: list[Query[Any]] = []
    for index in range(12):
        below = list(queries)
        picks = [choice.randrange(len(below)) for _ in range(2)] if below else []
        inputs = [f"i{choice.randrange(5)}" for _ in range(2)]
        place = (choice.choice("xyz"),)

        def compute(
            engine: Engine,
            below: list[Query[Any]] = below,
            picks: list[int] = picks,
            inputs: list[str] = inputs,
            place: tuple[str, ...] = place,
        ) -> Any:
            found = [engine.look(VALUES, path=place)] if place[0] != "z" else []
            text = engine.get(TEXT, inputs[0])
            found.append(len(text) // 3)
            if place[0] == "x":
                found.append(engine.get(DISK, inputs[1]))
            if text.startswith("a") and picks:
                found.append(engine.get(below[picks[0]]))
            elif picks:
                found.append(engine.get(below[picks[1]]))
                found.append(engine.get(TEXT, inputs[1])[:1])
            return repr(found)

        queries.append(Query(f"q{index}", compute, size=len))
    return queries


@pytest.mark.parametrize("seed", range(40))
def test_kept_results_are_those_of_a_fresh_engine(seed: int) -> None:
    choice = random.Random(seed)
    queries = _random_graph(choice)
    kept, bounded, off = Engine(), Engine(max_bytes=200), Engine(keeps=False)
    texts: dict[str, str] = {}
    values: dict[str, Any] = {}
    disk: dict[str, str] = {}
    for _ in range(40):
        change = choice.random()
        if change < 0.1:
            disk[f"i{choice.randrange(5)}"] = choice.choice("ab")
        elif change < 0.7:
            name = f"i{choice.randrange(5)}"
            texts[name] = choice.choice("ab") * choice.randrange(6)
        else:
            values = {**values, choice.choice("xyz"): choice.choice([True, 1, 1.0, None, [1], [True]])}
        fresh = Engine()
        for engine in (kept, bounded, off, fresh):
            for name, text in texts.items():
                engine.set(TEXT, name, value=text)
            for name, text in disk.items():
                engine.set(DISK, name, value=text)
            engine.set(VALUES, value=values)
        query = choice.choice(queries)
        answers = []
        for engine in (kept, bounded, off, fresh):
            with engine.asking():
                answers.append(engine.get(query))
        assert len(set(answers)) == 1
