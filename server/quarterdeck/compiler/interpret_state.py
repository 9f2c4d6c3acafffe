"""What the interpreter keeps while it runs one unit: output, and variables with Go's scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from quarterdeck.compiler.interpret_failures import Failure, Unknown, last_visited
from quarterdeck.compiler.interpret_notes import ErrorNotes
from quarterdeck.gotmpl import nodes
from quarterdeck.gotmpl.walk import walk

if TYPE_CHECKING:
    from quarterdeck.compiler.units import Machine, TemplateError, Unit

_ABSENT: Final = object()


class State:
    """The state of one unit's run.

    `variables` holds what each name means now. `declared` is the stack of declarations that leaving a scope
    takes back (`leave`): the name, what it meant before, and for variables of `range` a one-element list
    with the static type of what they hold (empty once something else was assigned). `stops` is for errors:
    see `interpret_failures.Stops`. `dot_type` is the static type of dot, empty outside `range`. `base`
    turns the current statement's offsets into the unit's. `notes` is None as long as nothing failed.
    """

    __slots__ = (
        "base",
        "declared",
        "dot_type",
        "functions",
        "machine",
        "notes",
        "pieces",
        "stops",
        "unit",
        "variables",
    )

    def __init__(self, machine: Machine, unit: Unit, dot: Any) -> None:
        self.machine = machine
        self.unit = unit
        self.functions = machine.functions
        self.base = 0
        self.pieces: list[Any] = []
        self.variables: dict[str, Any] = {"$": dot}
        self.declared: list[tuple[Any, ...]] = []
        self.stops: dict[int, nodes.Expression] = {}
        self.dot_type = ""
        self.notes: ErrorNotes | None = None

    # --- variables -----------------------------------------------------------------------------------------

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

    def assign(self, name: str, value: Any, pipeline: nodes.Pipeline, static_type: str = "") -> None:
        """Change the variable that `name` means to the value of `pipeline`, or of an element of it.

        Raises:
            Failure: there is none.
        """
        if name not in self.variables:
            notes = self.notes
            if notes is None or notes.unknown.pop(name, None) is None:
                raise Failure(last_visited(pipeline, self.stops), f"undefined variable: {name}")
        self.variables[name] = value
        declared = self.declared
        for index in range(len(declared) - 1, -1, -1):
            declaration = declared[index]
            if declaration[0] == name:
                if len(declaration) > 2:
                    declaration[2][0] = static_type
                elif static_type:
                    declared[index] = (*declaration, [static_type])
                return

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
        error = None if self.notes is None else self.notes.unknown.get(variable.name)
        if error is not None:
            return Unknown(error)
        return Failure(variable, f"undefined variable: {variable.name}")

    def static_type_of(self, name: str) -> str:
        """Give the static type of a variable's value; empty if it is the value's own."""
        for declaration in reversed(self.declared):
            if declaration[0] == name:
                return declaration[2][0] if len(declaration) > 2 else ""
        return ""

    # --- errors --------------------------------------------------------------------------------------------

    def own_notes(self) -> ErrorNotes:
        """Give the notes on errors, made now if this is the first."""
        notes = self.notes
        if notes is None:
            notes = self.notes = ErrorNotes()
        return notes

    def lose_variables(
        self, node: nodes.Statement, pipeline: nodes.Pipeline | None, error: TemplateError
    ) -> None:
        """Note every variable that the failed statement would have set as unknown."""
        if pipeline is not None:
            for variable in pipeline.variables:
                self._lose(variable.name, error, is_declaration=not pipeline.assigns)
        for inner in walk(node):
            if isinstance(inner, nodes.Pipeline) and inner is not pipeline and inner.assigns:
                for variable in inner.variables:
                    if variable.name in self.variables:
                        self._lose(variable.name, error, is_declaration=False)

    def _lose(self, name: str, error: TemplateError, *, is_declaration: bool) -> None:
        before = self.variables.pop(name, _ABSENT)
        if is_declaration:
            self.declared.append((name, before))
        self.own_notes().unknown[name] = error
