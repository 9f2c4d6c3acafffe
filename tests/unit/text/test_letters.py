"""Letters are those of Go's Unicode, whatever Python's is."""

from __future__ import annotations

import pytest

from quarterdeck.text.letters import is_letter


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", True),
        ("1", False),
        ("\u00e9", True),
        ("\U00031350", True),
        ("\U000323b0", False),
        ("\U0002ebf0", False),
    ],
)
def test_letters_are_those_of_unicode_15(char: str, expected: bool) -> None:
    assert is_letter(char) is expected
