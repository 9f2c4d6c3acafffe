"""The interpreter: runs a unit straight from its tree, with the semantics and error texts of Go's templates.

It is the tier for text never seen before, and the one that says what is wrong: where the machine keeps
going, an action that fails leaves a `Hole`, and what follows runs. A branch or loop whose pipeline fails
runs neither way. What is only the consequence of an error reported before leaves a hole and is not reported
again: the use of a variable that a failed action should have set, and a failure on the text of a template
with holes.

Source: text/template exec.go, as Helm uses it (missingkey=zero).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from quarterdeck.compiler.interpret_expressions import pipeline_value
from quarterdeck.compiler.interpret_failures import (
    Failure,
    Unknown,
    last_visited,
    nesting_error,
    template_error,
)
from quarterdeck.compiler.interpret_fields import INTERFACE, NIL
from quarterdeck.compiler.interpret_iteration import iterate
from quarterdeck.compiler.interpret_state import State
from quarterdeck.compiler.units import Hole
from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Break,
    Continue,
    If,
    Pipeline,
    Range,
    Statement,
    TemplateCall,
    Text,
    With,
)
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.printing import print_value
from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.compiler.units import Machine, Unit

_Failing: TypeAlias = Action | If | With | Range | TemplateCall | Block

_BREAK: Final = 1
_CONTINUE: Final = 2
_TICK_MASK: Final = 63
"""A loop reports its iterations to the budget in groups of this size, less one."""


def interpret(machine: Machine, unit: Unit, dot: Any) -> list[Any]:
    """Run `unit` on `dot` and give its frame: marker, text, marker, text, … (see docs/architecture.md).

    Raises:
        TemplateError: an action failed and the machine does not keep going, or nothing can go on: the budget
            is used up, or includes or statements nest too deep.
    """
    state = State(machine, unit, dot)
    try:
        for base, statements in unit.parts:
            state.base = base
            _run(state, statements, dot)
    except RecursionError:
        raise nesting_error(unit) from None
    return state.pieces


def _run(state: State, statements: tuple[Statement, ...], dot: Any) -> int:
    """Run statements; tells whether a `break` or `continue` ended them.

    Source: text/template exec.go, walk.
    """
    pieces = state.pieces
    base = state.base
    for node in statements:
        if type(node) is Text:
            text = node.value
            if text:
                pieces.append(base + node.start)
                pieces.append(text)
        elif type(node) is Action:
            pipeline = node.pipeline
            try:
                value = pipeline_value(state, dot, pipeline)
            except (Failure, Unknown) as failure:
                _fail(state, node, pipeline, failure)
                continue
            if pipeline.variables:
                if state.notes is not None:
                    state.notes.note_variables(base, pipeline)
                pieces.append((base + node.start, value))
                pieces.append("")
            elif value.__class__ is str:
                pieces.append(base + node.start)
                pieces.append(value)
            else:
                pieces.append(base + node.start)
                pieces.append(_print(state, node, value))
        else:
            run = _STATEMENTS.get(type(node))
            if run is not None:
                signal = run(state, node, dot)
                if signal:
                    return signal
    return 0


def _run_if(state: State, node: If, dot: Any) -> int:
    """Source: text/template exec.go, walkIfOrWith."""
    mark = len(state.declared)
    pipeline = node.pipeline
    try:
        value = pipeline_value(state, dot, pipeline)
    except (Failure, Unknown) as failure:
        _fail(state, node, pipeline, failure)
        state.leave(mark)
        return 0
    if pipeline.variables:
        state.pieces += ((state.base + node.start, value), "")
    if value:
        signal = _run(state, node.body, dot)
    elif node.otherwise is not None:
        signal = _run(state, node.otherwise.body, dot)
    else:
        signal = 0
    if len(state.declared) > mark:
        state.leave(mark)
    return signal


def _run_with(state: State, node: With, dot: Any) -> int:
    """Source: text/template exec.go, walkIfOrWith."""
    mark = len(state.declared)
    pipeline = node.pipeline
    try:
        value = pipeline_value(state, dot, pipeline)
    except (Failure, Unknown) as failure:
        _fail(state, node, pipeline, failure)
        state.leave(mark)
        return 0
    if value or pipeline.variables:
        state.pieces += ((state.base + node.start, value), "")
    if value:
        outer_type = state.dot_type
        state.dot_type = ""
        signal = _run(state, node.body, value)
        state.dot_type = outer_type
    elif node.otherwise is not None:
        signal = _run(state, node.otherwise.body, dot)
    else:
        signal = 0
    if len(state.declared) > mark:
        state.leave(mark)
    return signal


def _run_range(state: State, node: Range, dot: Any) -> int:
    """Source: text/template exec.go, walkRange."""
    mark = len(state.declared)
    pipeline = node.pipeline
    signal = 0
    try:
        value = pipeline_value(state, dot, pipeline)
        try:
            pairs, element_type = iterate(value, len(pipeline.variables))
        except GoError as error:
            raise Failure(last_visited(pipeline, state.stops), str(error)) from None
        if pairs:
            _run_iterations(state, node, pairs, element_type)
        elif node.otherwise is not None:
            signal = _run(state, node.otherwise.body, dot)
    except (Failure, Unknown) as failure:
        _fail(state, node, pipeline, failure)
    if len(state.declared) > mark:
        state.leave(mark)
    return signal


def _run_iterations(state: State, node: Range, pairs: Iterable[tuple[Any, Any]], element_type: str) -> None:
    pipeline = node.pipeline
    pieces = state.pieces
    offset = state.base + node.start
    set_variables = _range_variables(state, pipeline, element_type)
    is_interface = element_type == INTERFACE
    outer_type = state.dot_type
    state.dot_type = element_type
    mark = len(state.declared)
    body = node.body
    count = 0
    for count, (key, element) in enumerate(pairs, start=1):
        if not count & _TICK_MASK:
            _tick(state, pipeline, _TICK_MASK + 1)
        pieces.append((offset, element, key))
        pieces.append("")
        dot = NIL if element is None and is_interface else element
        if set_variables is not None:
            set_variables(key, dot)
        signal = _run(state, body, dot)
        if len(state.declared) > mark:
            state.leave(mark)
        if signal == _BREAK:
            break
    _tick(state, pipeline, count & _TICK_MASK)
    state.dot_type = outer_type


def _range_variables(
    state: State, pipeline: Pipeline, element_type: str
) -> Callable[[Any, Any], None] | None:
    """Give what sets the variables of a `range` for one iteration; None if it has none."""
    names = [variable.name for variable in pipeline.variables]
    if not names:
        return None
    static_type = element_type if element_type == INTERFACE else ""
    if pipeline.assigns:

        def assign(key: Any, element: Any) -> None:
            if len(names) > 1:
                state.assign(names[0], key, pipeline)
            state.assign(names[-1], element, pipeline, static_type)

        return assign
    element_types = state.mark_for_range()
    variables = state.variables
    element_name = names[-1]
    key_name = names[0] if len(names) > 1 else None

    def set_declared(key: Any, element: Any) -> None:
        variables[element_name] = element
        element_types[0] = static_type
        if key_name is not None:
            variables[key_name] = key

    return set_declared


def _tick(state: State, pipeline: Pipeline, steps: int) -> None:
    try:
        state.machine.context.budget.tick(steps)
    except BudgetError as error:
        raise Failure(last_visited(pipeline, state.stops), str(error)) from error


def _run_call(state: State, node: TemplateCall | Block, dot: Any) -> int:
    """Run a template in this one's place.

    Source: text/template exec.go, walkTemplate: an error inside is not wrapped.
    """
    machine = state.machine
    if machine.find_unit(node.name) is None:
        _fail(state, node, None, Failure(node, f"template {quote(node.name)} not defined"))
        return 0
    try:
        value = None if node.pipeline is None else pipeline_value(state, dot, node.pipeline)
        try:
            text = machine.call(node.name, value)
        except GoError as error:
            raise Failure(node, str(error)) from error
    except (Failure, Unknown) as failure:
        _fail(state, node, node.pipeline, failure)
        return 0
    state.pieces += (state.base + node.start, text)
    return 0


def _run_break(_state: State, _node: Break, _dot: Any) -> int:
    return _BREAK


def _run_continue(_state: State, _node: Continue, _dot: Any) -> int:
    return _CONTINUE


_STATEMENTS: Final[dict[type, Callable[[State, Any, Any], int]]] = {
    If: _run_if,
    With: _run_with,
    Range: _run_range,
    TemplateCall: _run_call,
    Block: _run_call,
    Break: _run_break,
    Continue: _run_continue,
}
"""What runs each kind of statement but text and actions; all others (comments, defines) have no output."""


def _print(state: State, node: Action, value: Any) -> str:
    """Give what an action prints for a value that is no string, and note where that text comes from.

    Raises:
        TemplateError: the value contains itself, or is nested too deeply.
    """
    try:
        text = print_value(value)
    except BudgetError as error:
        failure = Failure(last_visited(node.pipeline, state.stops), str(error))
        raise template_error(state.unit, state.base, failure) from error
    # Shorter texts are shared objects; constants have no characters that come from anywhere.
    if len(text) > 1 and value is not None and value.__class__ is not bool:
        state.machine.derivations[id(text)] = (text, "print", value)
    return text


# --- errors ------------------------------------------------------------------------------------------------


def _fail(state: State, node: _Failing, pipeline: Pipeline | None, failure: Failure | Unknown) -> None:
    """Report the failure of a statement and leave a hole, or raise it.

    Raises:
        TemplateError: the machine does not keep going, or nothing can run any more.
    """
    keeps_going = state.machine.keeps_going
    if isinstance(failure, Unknown):
        error = failure.error
    else:
        notes = state.notes
        known = None if notes is None or pipeline is None else notes.cause_of_failure(state.base, pipeline)
        if known is None or not keeps_going:
            known = template_error(state.unit, state.base, failure)
            if not keeps_going or failure.is_final:
                raise known from failure.__cause__
            known = state.own_notes().report(known, state.machine.errors)
        error = known
    state.lose_variables(node, pipeline, error)
    state.pieces += (Hole(state.base + node.start, error), "")
