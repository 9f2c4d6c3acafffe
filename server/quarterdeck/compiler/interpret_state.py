"""What the interpreter keeps while it runs one unit: output, variables with Go's scopes, notes for errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from quarterdeck.compiler.interpret_failures import Failure, Unknown
from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from quarterdeck.compiler.units import Machine, TemplateError, Unit
    from quarterdeck.runtime.context import Budget

_ABSENT: Final = object()


class State:
    """The state of one unit's run.

    `variables` holds what each name means now. `declared` is the stack of declarations that leaving a scope
    takes back (`leave`): the name, what it meant before, and for variables of `range` a one-element list
    with the static type of what they hold (empty once something else was assigned). `stops` is for errors:
    see `interpret_failures.Stops`. `dot_type` is the static type of dot, empty outside `range`. `base`
    turns the current statement's offsets into the unit's.

    So that consequences of an error are not reported as further errors: a variable in `unknown` has no
    value because of an error reported before, `errors_inside` is the last command that called a template
    with errors in it (its base, its start, the first of them), `spoiled` are variables set from such
    commands, `reported` the errors of this run by offset and cause.
    """

    __slots__ = (
        "base",
        "budget",
        "declared",
        "dot_type",
        "errors_inside",
        "functions",
        "keeps_going",
        "machine",
        "pieces",
        "reported",
        "spoiled",
        "stops",
        "unit",
        "unknown",
        "variables",
    )

    def __init__(self, machine: Machine, unit: Unit, dot: Any) -> None:
        self.machine = machine
        self.unit = unit
        self.functions = machine.functions
        self.keeps_going = machine.keeps_going
        self.budget: Budget = machine.context.budget
        self.base = 0
        self.pieces: list[Any] = []
        self.variables: dict[str, Any] = {"$": dot}
        self.declared: list[tuple[Any, ...]] = []
        self.unknown: dict[str, TemplateError] = {}
        self.stops: dict[int, nodes.Expression] = {}
        self.dot_type = ""
        self.errors_inside: tuple[int, int, TemplateError] | None = None
        self.spoiled: dict[str, TemplateError] = {}
        self.reported: dict[tuple[int, str], TemplateError] = {}

    def declare(self, name: str, value: Any) -> None:
        """Let `name` mean a new variable until the scope ends."""
        variables = self.variables
        self.declared.append((name, variables.get(name, _ABSENT)))
        variables[name] = value

    def mark_for_range(self) -> list[str]:
        """Give the place for the static type of what the last declared variable, one of `range`, holds."""
        static_type = [""]
        self.declared[-1] = (*self.declared[-1], static_type)
        return static_type

    def assign(self, name: str, value: Any, node: nodes.Expression, static_type: str = "") -> None:
        """Change the variable that `name` means.

        Raises:
            Failure: there is none; `node` is blamed.
        """
        if name not in self.variables and self.unknown.pop(name, None) is None:
            raise Failure(node, f"undefined variable: {name}")
        self.variables[name] = value
        self.spoiled.pop(name, None)
        declared = self.declared
        for index in range(len(declared) - 1, -1, -1):
            declaration = declared[index]
            if declaration[0] == name:
                if len(declaration) > 2:
                    declaration[2][0] = static_type
                elif static_type:
                    declared[index] = (*declaration, [static_type])
                return

    def lose(self, name: str, error: TemplateError, *, is_declaration: bool) -> None:
        """Note that the variable has no value because of `error`."""
        before = self.variables.pop(name, _ABSENT)
        if is_declaration:
            self.declared.append((name, before))
        self.unknown[name] = error

    def leave(self, mark: int) -> None:
        """End a scope: take back the declarations made since there were `mark` of them."""
        declared = self.declared
        while len(declared) > mark:
            declaration = declared.pop()
            if declaration[1] is _ABSENT:
                self.variables.pop(declaration[0], None)
            else:
                self.variables[declaration[0]] = declaration[1]

    def missing(self, variable: nodes.Variable) -> Failure | Unknown:
        """Say why a variable has no value: it is unknown, or was never declared where this runs."""
        error = self.unknown.get(variable.name)
        if error is not None:
            return Unknown(error)
        return Failure(variable, f"undefined variable: {variable.name}")

    def static_type_of(self, name: str) -> str:
        """Give the static type of a variable's value; empty if it is the value's own."""
        for declaration in reversed(self.declared):
            if declaration[0] == name:
                return declaration[2][0] if len(declaration) > 2 else ""
        return ""

    # --- consequences of errors ----------------------------------------------------------------------------

    def report(self, error: TemplateError) -> TemplateError:
        """Add an error to the machine's unless this run reported it before; gives the reported one."""
        key = (error.offset, error.cause)
        known = self.reported.get(key)
        if known is None:
            known = self.reported[key] = error
            self.machine.errors.append(error)
        return known

    def note_errors_inside(self, command: nodes.Command, error: TemplateError) -> None:
        """Note that the template which `command` called reported `error` and gave but a part of its text."""
        self.errors_inside = (self.base, command.start, error)

    def note_spoiled(self, pipeline: nodes.Pipeline) -> None:
        """Note the variables of `pipeline` if their value was made from a template with errors."""
        error = self.consequence_of(pipeline)
        if error is not None:
            for variable in pipeline.variables:
                self.spoiled[variable.name] = error

    def consequence_of(self, pipeline: nodes.Pipeline | None) -> TemplateError | None:
        """Give the earlier error that makes a failure of `pipeline` a mere consequence of it."""
        if pipeline is None:
            return None
        inside = self.errors_inside
        if inside is not None and inside[0] == self.base and pipeline.start <= inside[1] < pipeline.end:
            return inside[2]
        if self.spoiled:
            for node in walk(pipeline):
                if isinstance(node, nodes.Variable) and node.name in self.spoiled:
                    return self.spoiled[node.name]
        return None

    def lose_all(self, node: nodes.Statement, pipeline: nodes.Pipeline | None, error: TemplateError) -> None:
        """Note every variable that the failed statement would have set as unknown."""
        if pipeline is not None:
            for variable in pipeline.variables:
                self.lose(variable.name, error, is_declaration=not pipeline.assigns)
        for inner in walk(node):
            if isinstance(inner, nodes.Pipeline) and inner is not pipeline and inner.assigns:
                for variable in inner.variables:
                    if variable.name in self.variables:
                        self.lose(variable.name, error, is_declaration=False)
