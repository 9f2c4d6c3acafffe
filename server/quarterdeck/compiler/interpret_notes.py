"""Errors of one unit's run past which it went on, and what they make of later failures.

One mistake should be reported once. What needs a variable that a failed action should have set, or fails on
the text of a template with errors inside, is a consequence: it leaves a hole and no further error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from quarterdeck.compiler.units import TemplateError


class ErrorNotes:
    """The errors of one run and their consequences.

    `unknown` are variables without a value, `spoiled` those made from a template with errors inside, each
    with the error behind it.
    """

    __slots__ = ("_inside", "_reported", "spoiled", "unknown")

    def __init__(self) -> None:
        self.unknown: dict[str, TemplateError] = {}
        self.spoiled: dict[str, TemplateError] = {}
        self._reported: dict[tuple[int, str], TemplateError] = {}
        self._inside: tuple[int, int, TemplateError] | None = None

    def report(self, error: TemplateError, errors: list[TemplateError]) -> TemplateError:
        """Add an error to `errors`, but for one that this run reported before; gives the reported one."""
        key = (error.offset, error.cause)
        known = self._reported.get(key)
        if known is None:
            known = self._reported[key] = error
            errors.append(error)
        return known

    def note_inside(self, base: int, command: nodes.Command, error: TemplateError) -> None:
        """Note that the template which `command` called reported `error` and gave but a part of its text."""
        self._inside = (base, command.start, error)

    def note_variables(self, base: int, pipeline: nodes.Pipeline) -> None:
        """Note the variables of `pipeline` as spoiled if their value was made from a template with errors."""
        error = self.cause_of_failure(base, pipeline)
        for variable in pipeline.variables:
            if error is not None:
                self.spoiled[variable.name] = error
            else:
                self.spoiled.pop(variable.name, None)

    def cause_of_failure(self, base: int, pipeline: nodes.Pipeline) -> TemplateError | None:
        """Give the earlier error that makes a failure of `pipeline` a mere consequence of it."""
        inside = self._inside
        if inside is not None and inside[0] == base and pipeline.start <= inside[1] < pipeline.end:
            return inside[2]
        if self.spoiled:
            for command in pipeline.commands:
                for node in walk(command):
                    if isinstance(node, nodes.Variable) and node.name in self.spoiled:
                        return self.spoiled[node.name]
        return None
