"""Parses the text of a Go template to a lossless tree and its syntax problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.gotmpl.quick import make_room
from quarterdeck.gotmpl.structure import Builder

if TYPE_CHECKING:
    from collections.abc import Container

    from quarterdeck.gotmpl.nodes import Template


class _EveryName:
    """A container of all names, but of the keywords that a function of that name would disable."""

    def __contains__(self, name: object) -> bool:
        return name not in ("break", "continue")


EVERY_NAME: Container[str] = _EveryName()
"""Accepts every function's name."""


def parse_template(text: str, functions: Container[str] | None = None) -> Template:
    """Parse any text; what Go refuses becomes problems, in the order in which Go would meet the first.

    `functions` are the names of functions that exist; None accepts every name. Cost is linear in the text.
    The first problem is the one at which Go stops; problems after it are in order of place.
    """
    make_room(len(text))
    return Builder(text, EVERY_NAME if functions is None else functions).build()
