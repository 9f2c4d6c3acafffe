"""Damaged templates of real charts: the error is near the damage, the rest of the file keeps its tree."""

from __future__ import annotations

import os
import random
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.printer import print_template
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from quarterdeck.gotmpl.nodes import Item, Template

DAMAGED_TEMPLATES = 500
KEPT_SHARE = 0.95
# Where nothing but the writer's intent tells which of two blocks lacks its end, a guess may miss.
NEAR_SHARE = 0.97
NEAR_LINES = 2

REPOSITORY = Path(__file__).parents[2]
CORPUS = (REPOSITORY / os.environ.get("QUARTERDECK_CORPUS", "../shared/corpus")).resolve()

_TAG = re.compile(r"\{\{-?\s*(\w*)[^{}]*\}\}")


@pytest.fixture(scope="module")
def templates() -> list[str]:
    archives = sorted((CORPUS / "charts").glob("*.tgz"))
    if not archives:
        if os.environ.get("CI") == "true":
            pytest.fail("the corpus of charts is missing: set QUARTERDECK_CORPUS")
        pytest.skip("needs the corpus of charts: set QUARTERDECK_CORPUS to its folder")
    texts: dict[str, None] = {}
    for archive in archives:
        with tarfile.open(archive) as files:
            for member in files:
                if "/templates/" in member.name and member.isfile() and member.size < 60_000:
                    file = files.extractfile(member)
                    assert file is not None
                    texts.setdefault(file.read().decode("utf-8", "replace"))
    usable = [text for text in texts if len(_TAG.findall(text)) > 3]
    random.Random(20).shuffle(usable)
    return usable


def damaged(text: str, choice: random.Random) -> tuple[str, int, int] | None:
    """Delete one `}}`, `end` tag or quote; gives the text, the place and the length of what went."""
    tags = list(_TAG.finditer(text))
    kind = choice.choice(("closing", "end", "quote"))
    if kind == "closing":
        places = [(tag.end() - 2, tag.end()) for tag in tags]
    elif kind == "end":
        places = [tag.span() for tag in tags if tag[1] == "end"]
    else:
        places = [
            (tag.start() + at, tag.start() + at + 1)
            for tag in tags
            for at, c in enumerate(tag[0])
            if c == '"'
        ]
    if not places:
        return None
    start, end = choice.choice(places)
    return text[:start] + text[end:], start, end - start


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def holder(template: Template, offset: int) -> Item:
    return next(item for item in reversed(template.items) if item.start <= offset)


def test_one_damage_is_reported_near_and_leaves_the_other_items_as_they_were(templates: list[str]) -> None:
    choice = random.Random(7)
    nodes = kept = done = 0
    far: list[str] = []
    for text in templates:
        if done == DAMAGED_TEMPLATES:
            break
        before = parse_template(text)
        damage = None if before.problems else damaged(text, choice)
        if damage is None:
            continue
        broken_text, place, length = damage
        after = parse_template(broken_text)
        assert print_template(after) == broken_text
        if not after.problems:
            continue  # what is left is right in Go too, such as a string that lost both ends of a pair
        done += 1
        line = line_of(text, place)
        if not any(
            abs(line_of(broken_text, problem.start) - line) <= NEAR_LINES for problem in after.problems
        ):
            far.append(f"{text[max(0, place - 60) : place + 60]!r}")
        item = holder(before, place)
        found = {(at.start, at.node) for at in after.items}
        for other in before.items:
            if other is item:
                continue
            size = sum(1 for _ in walk(other.node))
            nodes += size
            moved = other.start - length if other.start > place else other.start
            kept += size if (moved, other.node) in found else 0
    assert done == DAMAGED_TEMPLATES
    assert len(far) <= done * (1 - NEAR_SHARE), f"{len(far)} errors are far off: {far[:5]}"
    assert kept >= nodes * KEPT_SHARE, f"{kept / nodes:.1%} of the other items' nodes are as they were"
