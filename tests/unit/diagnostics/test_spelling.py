"""The name that is meant: what a slow look at every name finds, found quickly."""

from difflib import SequenceMatcher, get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.diagnostics import spelling
from quarterdeck.diagnostics.spelling import Spellings, did_you_mean, find_similar


@pytest.mark.parametrize(
    ("name", "known", "similar"),
    [
        ("app.fulname", ["app.fullname", "app.name"], "app.fullname"),
        ("appFullname", ["app_full-name"], "app_full-name"),
        ("app.fullname", ["app.fullname"], None),
        ("App.Fullname", ["app.fullname"], "app.fullname"),
        ("redis.labels", ["mysql.labels"], None),
        ("common.labels", ["common.names"], None),
        ("x", [], None),
        ("", ["a"], None),
        ("ab", [""], None),
        ("replicas", ["replcias", "replica"], "replica"),
    ],
)
def test_the_most_similar_name_is_found(name: str, known: list[str], similar: str | None) -> None:
    assert find_similar(name, known) == similar
    expected = "no" if similar is None else f"Did you mean `{similar}`?"
    assert did_you_mean(name, Spellings(known), "no") == expected


def slowly(name: str, known: list[str]) -> str | None:
    folded: dict[str, str] = {}
    for one in known:
        if one != name:
            folded.setdefault(one.casefold().replace("-", "").replace("_", ""), one)
    own = name.casefold().replace("-", "").replace("_", "")
    if own in folded:
        return folded[own]
    for candidate in get_close_matches(own, folded, n=3, cutoff=0.75):
        if SequenceMatcher(None, own.rpartition(".")[2], candidate.rpartition(".")[2]).ratio() >= 0.75:
            return folded[candidate]
    return None


NAMES = st.text(st.sampled_from("abcdé.-_A\U0001f600"), max_size=9)


@given(NAMES, st.lists(NAMES, max_size=30))
def test_it_is_what_looking_at_every_name_finds(name: str, known: list[str]) -> None:
    assert find_similar(name, known) == slowly(name, known)


@given(st.lists(NAMES, max_size=30), st.data())
def test_it_is_found_for_names_with_one_mistake(known: list[str], data: st.DataObject) -> None:
    if known:
        right = data.draw(st.sampled_from(known))
        place = data.draw(st.integers(0, len(right)))
        wrong = right[:place] + data.draw(NAMES)[:1] + right[place + 1 :]
        assert find_similar(wrong, known) == slowly(wrong, known)


def test_names_of_other_letters_or_lengths_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    unlike = [f"{word}.{word[::-1]}" for word in ("redis", "mysql", "postgres", "zookeeper", "kafka", "x")]
    known = Spellings([*unlike, "common.labels.and.much.more.text", "app.fullname", "app.fullnames"])
    compared: list[str] = []
    possible = known._possible

    def note(own: str, letters: int) -> list[str]:
        compared.extend(possible(own, letters))
        return compared

    monkeypatch.setattr(known, "_possible", note)
    assert known.similar("app.fulname") == "app.fullname"
    assert compared == ["app.fullname", "app.fullnames"]


def test_names_are_a_collection() -> None:
    known = Spellings(["a-b", "ab", "A_B", "c"])
    assert list(known) == ["a-b", "ab", "c"]
    assert len(known) == 3
    assert "ab" in known
    assert "b" not in known


def test_too_many_names_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "_MOST_NAMES", 10)
    known = [f"name{number}" for number in range(10)] + ["other"]
    assert find_similar("othr", known) is None
    assert find_similar("othr", known[1:]) == "other"
