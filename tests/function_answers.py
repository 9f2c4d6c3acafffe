"""Answers of the official engine to calls of functions, recorded for the tests that run without it.

`python -m function_answers` in this folder records them anew; look at the difference before it is committed.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parent / "unit" / "runtime" / "funcs" / "answers.jsonl"
EACH = 70
"""How many cases of a family are recorded."""


class Recorded(NamedTuple):
    """One case: the template's text, what Helm prints, or the message with which it refuses."""

    family: str
    text: str
    output: str
    error: str


def read_answers() -> list[Recorded]:
    """Give all recorded answers."""
    with RECORDED.open(encoding="utf-8") as lines:
        return [Recorded(*json.loads(line)) for line in lines]


def record_answers() -> None:
    """Ask the official engine and write what it says."""
    from function_cases import FAMILIES  # noqa: PLC0415 -- the official engine is not always there
    from function_engines import OfficialEngine  # noqa: PLC0415 -- likewise

    with tempfile.TemporaryDirectory() as folder, RECORDED.open("w", encoding="utf-8") as file:
        engine = OfficialEngine(Path(folder))
        for family, cases in FAMILIES.items():
            texts = list(dict.fromkeys(cases()))
            for text in texts[:: max(1, len(texts) // EACH)]:
                record = Recorded(family, text, *engine.answer(text))
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record_answers()
