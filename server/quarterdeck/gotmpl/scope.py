"""Which variables a place of a template may name."""

from __future__ import annotations

import re

_DECLARED = re.compile(r"(\$\w*)\s*(?::=|=|,)")


def declared_in_broken(raw: str) -> list[str]:
    """Give the variables that a broken tag seems to declare: later uses of them are not wrong as well."""
    return _DECLARED.findall(raw)


class Scope:
    """The variables visible in one template tree (a file's own text, a define, a block's body).

    Go keeps a list that grows with every declaration and shrinks only at `end`: a variable of an `if` body is still
    known in the `else` body.

    Source: text/template/parse parse.go, Tree.vars
    """

    __slots__ = ("_order", "visible")

    def __init__(self) -> None:
        self.visible: set[str] = {"$"}
        self._order: list[str] = []

    def declare(self, name: str) -> None:
        """Make a variable known until the enclosing block ends."""
        if name not in self.visible:
            self.visible.add(name)
            self._order.append(name)

    def mark(self) -> int:
        """Give the state that `restore` takes back."""
        return len(self._order)

    def restore(self, mark: int) -> None:
        """Forget the variables declared since `mark`."""
        order = self._order
        while len(order) > mark:
            self.visible.discard(order.pop())

    def names(self) -> tuple[str, ...]:
        """Give the declared variables, oldest first."""
        return tuple(self._order)
