"""Places move with edits: what a place covered is what it covers afterwards, if the edit left it alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.text.edits import Position, Replacement, Unit, apply_edits
from quarterdeck.text.line_index import LineIndex
from quarterdeck.text.moves import Move

TEXTS = st.text(alphabet="ab\nä😀\r", max_size=30)


@given(TEXTS, st.integers(0, 30), st.integers(0, 30), TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_a_place_besides_the_edit_covers_the_same_text(
    text: str, start: int, length: int, new: str, place: int, size: int
) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    place = min(place, len(text))
    place_end = min(place + size, len(text))
    move = Move.of(text, start, end, new)
    changed = text[:start] + new + text[end:]
    if move is None:
        assert changed == text
        return
    before, after = LineIndex(text), LineIndex(changed)
    first = after.offset(*move.start_of(*before.position(place)))
    last = after.offset(*move.end_of(*before.position(place_end)))
    if place < place_end <= start:
        assert (first, last) == (place, place_end)
    elif place >= end and place_end > place:
        assert changed[first:last] == text[place:place_end]
        assert first == place + len(new) - (end - start)
    assert 0 <= first <= len(changed)
    assert 0 <= last <= len(changed)


@given(TEXTS, TEXTS)
def test_a_text_that_replaces_another_counts_as_an_edit_of_what_differs(before: str, after: str) -> None:
    move = Move.between(before, after)
    if move is None:
        assert before == after
        return
    old, new = LineIndex(before), LineIndex(after)
    start, end = old.offset(*move.start), old.offset(*move.end)
    new_end = new.offset(*move.new_end)
    assert before[:start] + after[start:new_end] + before[end:] == after
    assert before[start:end] != after[start:new_end]


def test_edits_one_after_the_other_give_their_moves_in_order() -> None:
    text, moves = apply_edits(
        "one\ntwo\n",
        [
            Replacement(Position(0, 0), Position(0, 0), "# a\n"),
            "# a\none\n\ntwo\n",
            Replacement(Position(9, 0), Position(9, 0), ""),
        ],
        Unit.UTF16,
    )
    assert text == "# a\none\n\ntwo\n"
    position = (2, 1)
    for move in moves:
        position = move.start_of(*position)
    assert position == (4, 1)
    assert len(moves) == 2, "an edit of nothing moves nothing"
