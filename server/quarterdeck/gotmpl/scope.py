"""Which variables a place of a template may name."""

from __future__ import annotations

import re

_DECLARED = re.compile(r"(\$\w*)\s*(?::=|=|,)")


def declared_in_broken(raw: str) -> list[str]:
    """Give the variables that a broken tag seems to declare: later uses of them are not wrong as well."""
    return _DECLARED.findall(raw)


class Scope:
    """The variables visible in one template tree (a file's own text, a define, a block's body).

    Go keeps a list that grows with every declaration and shrinks only at `end`: a variable of an `if` body is
    still known in the `else` body.

    Source: text/template/parse parse.go, Tree.vars
    """

    __slots__ = ("_order", "depth", "visible")

    def __init__(self) -> None:
        self.visible: set[str] = {"$"}
        self.depth = 0
        """How many variables are declared; `restore` takes it back."""
        self._order: list[str] = []

    def declare(self, name: str) -> None:
        """Make a variable known until the enclosing block ends."""
        if name not in self.visible:
            self.visible.add(name)
            self._order.append(name)
            self.depth += 1

    def restore(self, depth: int) -> None:
        """Forget the variables declared since `depth` was that."""
        if depth < self.depth:
            self.visible.difference_update(self._order[depth:])
            del self._order[depth:]
            self.depth = depth
