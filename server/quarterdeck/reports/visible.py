"""Text of charts on a terminal: nothing in it moves the cursor or changes colours."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def make_visible(text: str) -> str:
    """Replace characters that a terminal obeys: charts are not to be trusted."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
