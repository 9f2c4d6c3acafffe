"""Who can reach one of some templates."""

from __future__ import annotations

from quarterdeck.render.callers import with_callers


def test_callers_of_callers_are_found_and_nobody_else() -> None:
    calls = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "e": {"f"}, "f": set[str]()}
    assert with_callers({"d"}, calls) == {"a", "b", "c", "d"}
    assert with_callers({"f"}, calls) == {"e", "f"}
    assert with_callers((), calls) == set()
