"""Templates of real charts with one thing deleted: how near the error is, how much of the tree stays."""

from __future__ import annotations

import random
import re
import tarfile
from typing import TYPE_CHECKING, NamedTuple

import corpus_charts
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.gotmpl.printer import print_template
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.gotmpl.nodes import Item, Template

DAMAGED_TEMPLATES = 500
NEAR_LINES = 2
LARGEST = 60_000

_TAG = re.compile(r"\{\{-?\s*(\w*)[^{}]*\}\}")


class Recovery(NamedTuple):
    """What became of the damaged templates.

    `far` shows the places whose errors are more than two lines away; `nodes` are those outside the damaged
    top-level items, `kept` those of them that are the same as before.
    """

    damaged: int
    far: tuple[str, ...]
    nodes: int
    kept: int

    @property
    def near_share(self) -> float:
        """The share of templates with an error near the damage."""
        return 1 - len(self.far) / self.damaged

    @property
    def kept_share(self) -> float:
        """The share of nodes that stayed."""
        return self.kept / self.nodes


def real_templates() -> list[str]:
    """Give the templates of the open corpus that have a few actions, each text once, shuffled."""
    texts: dict[str, None] = {}
    for archive in sorted((corpus_charts.FOLDER / "charts").glob("*.tgz")):
        with tarfile.open(archive) as files:
            for member in files:
                if "/templates/" in member.name and member.isfile() and member.size < LARGEST:
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


def measure_recovery(templates: Sequence[str], seed: int = 7) -> Recovery:
    """Damage templates one by one until there are `DAMAGED_TEMPLATES` that do not parse any more."""
    choice = random.Random(seed)
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
    return Recovery(done, tuple(far), nodes, kept)
