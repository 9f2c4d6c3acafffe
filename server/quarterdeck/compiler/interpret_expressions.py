"""Expressions: pipelines, commands, function and method calls, straight from the tree.

Evaluators give Python values; `NIL` stands for an interface that holds nil and becomes None (invalid) where
a pipeline takes it over, as in Go's evalPipeline. The commonest shapes have short cuts that assume success;
whatever goes wrong there is done again by the slow path, which finds Go's words for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from quarterdeck.compiler.interpret_callees import (
    CALLEES,
    Callee,
    Constant,
    constant,
    constant_for,
)
from quarterdeck.compiler.interpret_failures import (
    Failure,
    last_visited,
    last_visited_of_command,
)
from quarterdeck.compiler.interpret_fields import INTERFACE, NIL, SLOW_NAMES, walk
from quarterdeck.compiler.interpret_methods import call_last_field
from quarterdeck.compiler.interpret_node_text import node_text
from quarterdeck.compiler.units import TemplateError
from quarterdeck.gotmpl.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Expression,
    Field,
    Identifier,
    Nil,
    Number,
    Pipeline,
    String,
    Variable,
)
from quarterdeck.runtime.calls import validate
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_type
from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.compiler.interpret_state import State

_MISSING: Final = object()
"""The final argument of a command that nothing was piped into."""


def pipeline_value(state: State, dot: Any, pipeline: Pipeline) -> Any:
    """Evaluate a pipeline and set its variables; gives None for whatever kind of nil.

    Source: text/template exec.go, evalPipeline.

    Raises:
        Failure: something in it failed.
        Unknown: it needs a variable that has no value because of an earlier error.
    """
    commands = pipeline.commands
    if not commands:
        # Only where the file has a syntax error, which says so.
        raise Failure(pipeline, "missing value for command")
    command = commands[0]
    words = command.args
    word = words[0]
    if len(words) == 1:
        # What is a command in Go has the same place and text as its only word.
        evaluate = _OPERANDS.get(type(word))
        if evaluate is None:
            value = _command_of_constant(state, dot, cast("Constant", word), command, _MISSING)
        else:
            value = evaluate(state, dot, word)
    elif type(word) is Identifier:
        value = _call(state, dot, word.name, command, _MISSING)
    elif type(word) is Pipeline:
        raise Failure(pipeline, f"can't give argument to non-function {node_text(word)}")
    else:
        value = _COMMANDS[type(word)](state, dot, word, command, _MISSING)
    if value is NIL:
        value = None
    if len(commands) > 1:
        value = _pipe(state, dot, pipeline, value)
    if pipeline.variables:
        for variable in pipeline.variables:
            if pipeline.assigns:
                state.assign(variable.name, value, pipeline)
            else:
                state.declare(variable.name, value)
    return value


def _pipe(state: State, dot: Any, pipeline: Pipeline, value: Any) -> Any:
    """Evaluate the commands after the first, each with the result before it as its final argument."""
    commands = pipeline.commands
    for index in range(1, len(commands)):
        command = commands[index]
        word = command.args[0]
        if type(word) is Identifier:
            value = _call(state, dot, word.name, command, value)
        elif type(word) is Pipeline:
            blamed = last_visited_of_command(commands[index - 1], state.stops)
            raise Failure(blamed, f"can't give argument to non-function {node_text(word)}")
        else:
            value = _COMMANDS[type(word)](state, dot, word, command, value)
        if value is NIL:
            value = None
    return value


# --- operands ----------------------------------------------------------------------------------------------


def _field(state: State, dot: Any, node: Field) -> Any:
    names = node.names
    if SLOW_NAMES.isdisjoint(names):
        value = receiver = dot
        try:
            for name in names:
                receiver = value
                value = value.get(name)
        except (AttributeError, GoError):
            pass
        else:
            if value is not None:
                return value
            if receiver.__class__ is dict:
                return NIL
    try:
        return walk(dot, state.dot_type, names)[0]
    except GoError as error:
        raise Failure(node, str(error)) from None


def _variable(state: State, _dot: Any, node: Variable) -> Any:
    try:
        value = state.variables[node.name]
    except KeyError:
        raise state.missing(node) from None
    names = node.fields
    if not names or value is None:
        return value
    if SLOW_NAMES.isdisjoint(names):
        receiver = start = value
        try:
            for name in names:
                receiver = value
                value = value.get(name)
        except (AttributeError, GoError):
            pass
        else:
            if value is not None:
                return value
            if receiver.__class__ is dict:
                return NIL
        value = start
    try:
        return walk(value, state.static_type_of(node.name), names)[0]
    except GoError as error:
        raise Failure(node, str(error)) from None


def _chain_base(state: State, dot: Any, node: Chain) -> Any:
    """Evaluate what a chain's fields are fields of.

    Source: text/template exec.go, evalChainNode: evalArg without a type.
    """
    base = node.node
    if base.__class__ is Nil:
        raise Failure(node, f"indirection through explicit nil in {node_text(node)}")
    return _OPERANDS[base.__class__](state, dot, base)


def _chain(state: State, dot: Any, node: Chain) -> Any:
    base = _chain_base(state, dot, node)
    try:
        return walk(base, "", node.fields)[0]
    except GoError as error:
        raise Failure(last_visited(node, state.stops), str(error)) from None


def _dot(_state: State, dot: Any, _node: Dot) -> Any:
    return dot


def _identifier(state: State, _dot: Any, node: Identifier) -> Any:
    """Call a function without arguments."""
    name = node.name
    callee = _find_callee(name, node)
    callee.shape(0, node, is_piped=False)
    try:
        value = state.functions[name]()
    except (GoError, TemplateError) as error:
        raise _call_failure(node, name, error) from error
    return NIL if value is None and callee.gives_interface else value


_OPERANDS: Final[dict[type, Callable[..., Any]]] = {
    Field: _field,
    Variable: _variable,
    Pipeline: pipeline_value,
    Chain: _chain,
    Dot: _dot,
    Identifier: _identifier,
}
"""Evaluators of operands that are no constants; they give NIL for an interface that holds nil."""


# --- commands ----------------------------------------------------------------------------------------------


def _command_of_variable(state: State, dot: Any, word: Variable, command: Command, final: Any) -> Any:
    if word.name not in state.variables:
        raise state.missing(word)
    if not word.fields:
        raise _not_a_function(word)
    base = state.variables[word.name], state.static_type_of(word.name)
    return _method(state, dot, base, word, word.fields, command, final)


def _command_of_field(state: State, dot: Any, word: Field, command: Command, final: Any) -> Any:
    return _method(state, dot, (dot, state.dot_type), word, word.names, command, final)


def _command_of_chain(state: State, dot: Any, word: Chain, command: Command, final: Any) -> Any:
    base = _chain_base(state, dot, word)
    return _method(state, dot, (base, ""), word, word.fields, command, final)


def _command_of_dot(_state: State, _dot: Any, word: Dot, _command: Command, _final: Any) -> Any:
    raise _not_a_function(word)


def _command_of_constant(_state: State, _dot: Any, word: Constant, command: Command, final: Any) -> Any:
    if len(command.args) > 1 or final is not _MISSING:
        raise _not_a_function(word)
    if isinstance(word, Nil):
        raise Failure(word, "nil is not a command")
    return constant(word)


def _not_a_function(word: Expression) -> Failure:
    """Source: text/template exec.go, notAFunction."""
    return Failure(word, f"can't give argument to non-function {node_text(word)}")


# Commands that are more than one operand alone: with arguments, or with what was piped into them.
_COMMANDS: Final[dict[type, Callable[..., Any]]] = {
    Field: _command_of_field,
    Variable: _command_of_variable,
    Chain: _command_of_chain,
    Dot: _command_of_dot,
    Nil: _command_of_constant,
    Bool: _command_of_constant,
    Number: _command_of_constant,
    String: _command_of_constant,
}


# --- calls -------------------------------------------------------------------------------------------------


def _call(state: State, dot: Any, name: str, command: Command, final: Any) -> Any:
    """Call the function that `command` names.

    Source: text/template exec.go, evalFunction and evalCall.
    """
    special = _SPECIAL.get(name)
    if special is not None:
        return special(state, dot, command, final)
    callee = _find_callee(name, command.args[0])
    values = _arguments(state, dot, callee, command, final)
    function = state.functions[name]
    try:
        # Without a star, Python calls Python: on 3.11 only such calls leave the C stack alone.
        count = len(values)
        if count == 2:
            return function(values[0], values[1])
        if count == 1:
            return function(values[0])
        return function(*values)
    except (GoError, TemplateError) as error:
        raise _call_failure(command, name, error) from error


def _find_callee(name: str, word: Expression) -> Callee:
    """Give the function of that name.

    Raises:
        Failure: there is none. Only where the file has a syntax error: Go's parser refuses the name.
    """
    try:
        return CALLEES[name]
    except KeyError:
        raise Failure(word, f"function {quote(name)} not defined") from None


def _arguments(state: State, dot: Any, callee: Callee, command: Command, final: Any) -> list[Any]:
    """Evaluate and check the arguments of a call."""
    words = command.args
    given = len(words) - 1
    if final is _MISSING:
        shape = callee.plain.get(given) or callee.shape(given, words[0], is_piped=False)
    else:
        shape = callee.piped.get(given) or callee.shape(given, words[0], is_piped=True)
    classes = shape.classes
    values: list[Any] = []
    index = 0
    while index < given:
        wanted = classes[index]
        index += 1
        word = words[index]
        if type(word) is String and (wanted is str or wanted is None):
            values.append(word.value)
            continue
        evaluate = _OPERANDS.get(type(word))
        if evaluate is None:
            values.append(constant_for(cast("Constant", word), shape.types[index - 1]))
            continue
        value = evaluate(state, dot, word)
        if wanted is None:
            values.append(None if value is NIL else value)
        elif value.__class__ is wanted:
            values.append(value)
        else:
            values.append(_checked(state, value, shape.types[index - 1], word))
    if final is not _MISSING:
        wanted = classes[given]
        if wanted is not None and final.__class__ is not wanted:
            final = _checked_final(state, final, shape.types[given], command)
        values.append(final)
    return values


def _checked(state: State, value: Any, go_type: str, word: Expression) -> Any:
    """Check an argument against its parameter's type, one that does not take everything.

    Source: text/template exec.go, validateType.
    """
    if value is NIL:
        text = f"wrong type for value; expected {go_type}; got {INTERFACE}"
        raise Failure(last_visited(word, state.stops), text)
    try:
        return validate(value, go_type)
    except GoError as error:
        raise Failure(last_visited(word, state.stops), str(error)) from None


def _checked_final(state: State, value: Any, go_type: str, command: Command) -> Any:
    try:
        return validate(value, go_type)
    except GoError as error:
        raise Failure(last_visited_of_command(command, state.stops), str(error)) from None


def _call_template(state: State, dot: Any, command: Command, final: Any) -> Any:
    """Call `include` or `tpl`, and note whether the template that it runs reported errors."""
    name = cast("Identifier", command.args[0]).name
    values = _arguments(state, dot, CALLEES[name], command, final)
    errors = state.machine.errors
    before = len(errors)
    try:
        result = state.functions[name](values[0], values[1])
    except (GoError, TemplateError) as error:
        raise _call_failure(command, name, error) from error
    if len(errors) > before:
        state.own_notes().note_inside(state.base, command, errors[before])
    return result


def _call_failure(node: Command | Identifier, name: str, error: GoError | TemplateError) -> Failure:
    return Failure(node, f"error calling {name}: {error}", error)


def _and_or(state: State, dot: Any, command: Command, final: Any) -> Any:
    """Evaluate arguments until one decides.

    Source: text/template exec.go, evalCall, the special case for and/or.
    """
    words = command.args
    name = cast("Identifier", words[0]).name
    if len(words) == 1 and final is _MISSING:
        raise Failure(words[0], f"wrong number of args for {name}: want at least 1 got 0")
    decides = name == "or"
    value = None
    for word in words[1:]:
        value = _any_operand(state, dot, word)
        if bool(value) is decides:
            state.stops[id(command)] = word
            return value
    if state.stops:
        state.stops.pop(id(command), None)
    return value if final is _MISSING else final


def _call_value(state: State, dot: Any, command: Command, final: Any) -> Any:
    """Fail as `call` does: no value of a Helm template is a function.

    Source: text/template funcs.go, call.
    """
    words = command.args
    value = _arguments(state, dot, CALLEES["call"], command, final)[0]
    if value is None:
        raise _call_failure(command, "call", GoError("call of nil"))
    if len(words) > 1:
        name = node_text(words[1])
    else:
        name = value if value.__class__ is str else f"<{go_type(value)} Value>"
    raise _call_failure(command, "call", GoError(f"non-function {name} of type {go_type(value)}"))


def _length(state: State, dot: Any, command: Command, final: Any) -> Any:
    """Call `len`, the one function that tells an interface that holds nil from an invalid value."""
    words = command.args
    if len(words) == 2 and final is _MISSING:
        evaluate = _OPERANDS.get(words[1].__class__)
        if evaluate is not None:
            final = evaluate(state, dot, words[1])
            if final is NIL:
                raise _call_failure(command, "len", GoError("len of nil pointer"))
            try:
                return state.functions["len"](final)
            except GoError as error:
                raise _call_failure(command, "len", error) from error
    values = _arguments(state, dot, CALLEES["len"], command, final)
    try:
        return state.functions["len"](values[0])
    except GoError as error:
        raise _call_failure(command, "len", error) from error


_SPECIAL: Final[dict[str, Callable[..., Any]]] = {
    "and": _and_or,
    "or": _and_or,
    "call": _call_value,
    "include": _call_template,
    "len": _length,
    "tpl": _call_template,
}
"""Functions that are more than a call with checked arguments."""


def _method(
    state: State,
    dot: Any,
    base: tuple[Any, str],
    word: Field | Variable | Chain,
    names: tuple[str, ...],
    command: Command,
    final: Any,
) -> Any:
    """Call the method that a chain of fields ends in; `base` is where that starts, and its static type."""

    def evaluate_arguments() -> list[Any]:
        values = [_any_operand(state, dot, operand) for operand in command.args[1:]]
        return values if final is _MISSING else [*values, final]

    return call_last_field(base, names, word, command, state.stops, evaluate_arguments)


def _any_operand(state: State, dot: Any, node: Expression) -> Any:
    evaluate = _OPERANDS.get(type(node))
    return constant_for(cast("Constant", node), INTERFACE) if evaluate is None else evaluate(state, dot, node)
