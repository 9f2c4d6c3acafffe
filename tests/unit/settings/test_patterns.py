"""Patterns of paths in settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.settings.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "a/b/c.yaml", True),
        ("a/*.yaml", "a/c.yaml", True),
        ("a/*.yaml", "a/b/c.yaml", False),
        ("a/**", "a/b/c.yaml", True),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/c", "b/c", False),
        ("tests", "a/tests/c", True),
        ("a/tests/", "a/tests/c", True),
        ("/a", "b/a", False),
        ("/a", "a", True),
        ("./a/b", "a/b", True),
        ("{x,y}/z", "y/z", True),
        ("{x,y{1,2}}/z", "y2/z", True),
        ("{x,y}/z", "w/z", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[ab]x", "bx", True),
        ("[!ab]x", "bx", False),
        ("**", "anything/at/all", True),
        ("Charts", "charts", False),
        ("a.c", "abc", False),
    ],
)
def test_what_a_pattern_matches(pattern: str, path: str, *, matches: bool) -> None:
    assert compile_pattern(pattern).matches(path) is matches


@pytest.mark.parametrize("pattern", ["", "/", "../a", "a/../b", "a" * 1001, "{a,b}" * 20])
def test_patterns_that_cannot_be_used(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@given(st.text("ab*?[]{},/!.\\", max_size=30), st.text("ab/", max_size=20))
def test_no_pattern_does_anything_but_match_or_be_refused(pattern: str, path: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return
    assert compiled.matches(path) in {True, False}
