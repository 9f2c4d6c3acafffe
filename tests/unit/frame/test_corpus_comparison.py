"""The comparison with the goldens notices what it must notice."""

from __future__ import annotations

from corpus_charts import Scenario, stable_lines
from corpus_comparison import compare_paths, compare_refusal, compare_texts
from quarterdeck.diagnostics.model import Finding, Place, Related, Severity

REFUSAL = (
    'web/templates/a.yaml:3:7\n  executing "web/templates/a.yaml" at <fail "no">:\n    error calling fail: no'
)


def scenario(volatile: list[int] | str) -> Scenario:
    return Scenario(
        "default", {}, {"web/templates/a.yaml": "one\ntwo\n"}, {"web/templates/a.yaml": volatile}, ""
    )


def problem(message: str, line: int, *related: Related) -> Finding:
    place = Place("charts/web/templates/a.yaml", line, 7)
    return Finding(
        code="QD300",
        severity=Severity.CRITICAL,
        place=place,
        message="it fails",
        helm_message=message,
        related=related,
    )


def test_a_changed_stable_line_is_a_difference() -> None:
    (difference,) = compare_texts({"web/templates/a.yaml": "one\nzwei\n"}, scenario([]))
    assert "-2: two" in difference
    assert "+2: zwei" in difference


def test_a_changed_volatile_line_is_none() -> None:
    assert compare_texts({"web/templates/a.yaml": "one\nzwei\n"}, scenario([1])) == []


def test_a_missing_line_feed_at_the_end_is_a_difference() -> None:
    assert compare_texts({"web/templates/a.yaml": "one\ntwo"}, scenario([]))


def test_a_file_that_is_volatile_as_a_whole_is_not_compared() -> None:
    assert stable_lines("anything", "all") == []
    assert compare_texts({"web/templates/a.yaml": "x"}, scenario("all")) == []


def test_files_of_one_side_alone_are_differences() -> None:
    assert compare_paths({"a", "b"}, {"b", "c"}) == [
        "c: Helm renders it, we do not",
        "a: we render it, Helm does not",
    ]


def test_a_refusal_in_the_same_words_at_the_same_line_is_no_difference() -> None:
    assert compare_refusal([problem(REFUSAL.replace("\n", "  "), 3)], REFUSAL) == []


def test_a_refusal_whose_line_is_named_as_a_related_place_is_no_difference() -> None:
    helms = Related(place=Place("charts/web/templates/a.yaml", 3, 7), message="Helm stops here")
    assert compare_refusal([problem(REFUSAL, 9, helms)], REFUSAL) == []


def test_other_words_and_other_lines_are_differences() -> None:
    assert len(compare_refusal([problem("something else", 4)], REFUSAL)) == 2


def test_rendering_what_helm_refuses_is_a_difference() -> None:
    assert len(compare_refusal([], REFUSAL)) == 1
