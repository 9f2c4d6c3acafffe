"""Method calls with arguments, such as `.Files.Get "x"`, and Go's words for those that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.compiler.interpret_callees import constant_for
from quarterdeck.compiler.interpret_failures import Failure, last_visited, last_visited_of_command
from quarterdeck.compiler.interpret_fields import INTERFACE, NIL, call_method, walk
from quarterdeck.gotmpl.nodes import Bool, Nil, Number, String
from quarterdeck.runtime.access import VALUES_METHODS
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.values import GoStruct, NamedInt, RootContext, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.compiler.interpret_failures import Stops
    from quarterdeck.gotmpl.nodes import Chain, Command, Field, Variable


def call_last_field(
    base: tuple[Any, str],
    names: tuple[str, ...],
    word: Field | Variable | Chain,
    command: Command,
    stops: Stops,
    evaluate_arguments: Callable[[], list[Any]],
) -> Any:
    """Call the method that the fields `names` end in; `base` is where they start, and its static type.

    `word` is the command's first word, which has the fields. The arguments are evaluated once it is clear
    that something takes them, NIL standing for an interface that holds nil.

    Source: text/template exec.go, evalFieldChain and evalField with arguments.

    Raises:
        Failure: there is no such method, the arguments do not fit, or it failed.
    """
    values: list[Any] = []
    try:
        receiver, static_type = walk(*base, names[:-1])
        if receiver is None:
            return None
        if isinstance(receiver, GoStruct | NamedInt) or (
            names[-1] in VALUES_METHODS and isinstance(receiver, Values | RootContext)
        ):
            values = evaluate_arguments()
        arguments = tuple([None if value is NIL else value for value in values])
        return call_method(receiver, static_type, names[-1], arguments)
    except GoError as error:
        text = str(error)
        _, is_from_method, message = text.partition(f"error calling {names[-1]}: ")
        if is_from_method:
            raise Failure(word, text, GoError(message)) from error
        if text.startswith(("wrong type for value; ", "invalid value; ")):
            raise _argument_failure(command, values, text, stops) from error
        raise Failure(last_visited(word, stops), text) from error


def _argument_failure(command: Command, values: list[Any], text: str, stops: Stops) -> Failure:
    """Give the failure of an argument of the wrong type: that of the last, for methods take one."""
    expected = text.partition("expected ")[2].partition(";")[0]
    operand = command.args[-1]
    if isinstance(operand, Bool | Nil | Number | String):
        try:
            constant_for(operand, expected)
        except Failure as failure:
            return failure
    if values and values[-1] is NIL:
        text = f"wrong type for value; expected {expected}; got {INTERFACE}"
    return Failure(last_visited_of_command(command, stops), text)
