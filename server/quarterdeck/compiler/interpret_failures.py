"""Failures inside a unit, and Go's words for them: which node is blamed, at which line and byte.

Go keeps the node that it last began to evaluate and blames that one, so a failure between nodes names the
node before.

Source: text/template exec.go, state.at and state.errorf; parse.go, ErrorContext.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from quarterdeck.compiler.interpret_node_text import node_text
from quarterdeck.compiler.units import TemplateError
from quarterdeck.gotmpl import nodes
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.compiler.units import Unit

_LONGEST_NESTED: Final = 512 * 1024
"""A longer message of an inner template is not wrapped again: a thousand levels may each add a long text."""

Blamed: TypeAlias = nodes.Expression | nodes.Command | nodes.TemplateCall | nodes.Block

Stops: TypeAlias = "Mapping[int, nodes.Expression]"
"""`id(command)` of an `and` or `or` -> the argument at which it stopped, the last that was evaluated."""


class Failure(Exception):  # noqa: N818 - never leaves the interpreter; TemplateError is the error
    """Evaluating failed at `node`; `str()` is Go's text without the place in front.

    `wrapped` is the error of the function or template that the node called, if that failed; its message
    ends the text.
    """

    def __init__(self, node: Blamed, text: str, wrapped: GoError | TemplateError | None = None) -> None:
        super().__init__(text)
        self.node = node
        self.text = text
        self.wrapped = wrapped

    @property
    def is_final(self) -> bool:
        """Whether the run cannot go on after it: a budget is used up, or includes nest without end."""
        cause = self.__cause__
        return isinstance(cause, BudgetError | TemplateError) or (
            isinstance(cause, GoError)
            and str(cause).startswith("rendering template has a nested reference name: ")
        )


class Unknown(Exception):  # noqa: N818 - a signal, not an error
    """An expression needs a variable whose value is missing because of `error`, which was reported before."""

    def __init__(self, error: TemplateError) -> None:
        super().__init__()
        self.error = error


def last_visited(node: nodes.Expression, stops: Stops) -> nodes.Expression:
    """Give the node that Go blames after it evaluated the argument `node` without a failure."""
    while True:
        if isinstance(node, nodes.Pipeline):
            command = node.commands[-1]
            following = last_visited_of_command(command, stops)
            if following is command.args[0] and isinstance(following, nodes.Pipeline | nodes.Chain):
                node = following
                continue
            return following
        if isinstance(node, nodes.Chain):
            node = node.node
            continue
        return node


def last_visited_of_command(command: nodes.Command, stops: Stops) -> nodes.Expression:
    """Give the node that Go blames after it evaluated `command`: its last argument, or its only word."""
    stopped = stops.get(id(command))
    return last_visited(command.args[-1] if stopped is None else stopped, stops)


def template_error(unit: Unit, base: int, failure: Failure) -> TemplateError:
    """Make the error of `unit` from a failure in a statement whose offsets count from `base`."""
    node = failure.node
    position = unit.start + base + _go_position(node)
    inner = failure.wrapped
    if isinstance(inner, TemplateError) and len(failure.text) > _LONGEST_NESTED:
        message = str(inner)
    else:
        place = f"template: {place_text(unit, position)}: executing {quote(unit.name)} at <{node_text(node)}>"
        message = f"{place}: {failure.text}"
    if isinstance(inner, TemplateError):
        return TemplateError(
            message, unit=inner.unit, offset=inner.offset, end=inner.end, cause=inner.cause, wrapped=inner
        )
    start, end = base + node.start, base + node.end
    return TemplateError(message, unit=unit, offset=start, end=end, cause=failure.text, wrapped=inner)


def nesting_error(unit: Unit) -> TemplateError:
    """Make the error of a unit in which statements, expressions or includes nest too deep to run."""
    text = "exceeded maximum template depth"
    message = f"template: {place_text(unit, unit.start)}: executing {quote(unit.name)}: {text}"
    return TemplateError(message, unit=unit, offset=0, end=0, cause=text)


def place_text(unit: Unit, position: int) -> str:
    """Give `file:line:column` of an absolute offset as Go counts: lines from 1, columns in bytes from 0."""
    text = unit.text
    line_start = text.rfind("\n", 0, position) + 1
    column = len(text[line_start:position].encode("utf-8", "surrogateescape"))
    return f"{unit.file}:{text.count(chr(10), 0, position) + 1}:{column}"


def _go_position(node: Blamed) -> int:
    """Give the offset that Go's parser gave the node.

    A chain of fields has the place of its second field: Go makes the node when it sees that more follow.

    Source: parse.go, operand, pipeline, templateControl.
    """
    match node:
        case nodes.Field(names=names) if len(names) > 1:
            return node.start + 1 + len(names[0])
        case nodes.Variable(fields=fields) if fields:
            return node.start + len(node.name)
        case nodes.Chain(fields=fields):
            return node.end - sum(len(field) + 1 for field in fields)
        case nodes.TemplateCall() | nodes.Block():
            return node.name_start
        case _:
            return node.start
