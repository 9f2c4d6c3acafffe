"""Finds the patterns of a file by following its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from quarterdeck.findings.follow_functions import constant, follow_function, uses_of_piped
from quarterdeck.findings.given import any_of, element_of, path_behind
from quarterdeck.findings.patterns import (
    AnyOf,
    Call,
    Computed,
    Constant,
    FilePatterns,
    Path,
    Pipe,
    Read,
    UnitPatterns,
)
from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Bool,
    Chain,
    Command,
    Define,
    Dot,
    Field,
    Identifier,
    If,
    Number,
    Pipeline,
    Range,
    String,
    TemplateCall,
    Variable,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quarterdeck.findings.patterns import Given, Use
    from quarterdeck.gotmpl.nodes import Expression, Statement, Template

_CONTEXT: Final = Path(())


class _Box:
    """A variable; inner blocks that assign to it share it."""

    __slots__ = ("given",)

    def __init__(self, given: Given) -> None:
        self.given = given


class Scope:
    """What dot and variables stand for at one place; what is declared in it is not in the outer one."""

    __slots__ = ("dot", "variables")

    def __init__(self, dot: Given, variables: Mapping[str, _Box] | None = None) -> None:
        self.dot = dot
        self.variables = {"$": _Box(dot)} if variables is None else dict(variables)

    def bind(self, name: str, given: Given, *, is_assignment: bool) -> None:
        """Declare a variable, or assign to it: then it may be what it was before, too."""
        box = self.variables.get(name)
        if is_assignment and box is not None:
            box.given = any_of((box.given, given))
        else:
            self.variables[name] = _Box(given)

    def replace(self, name: str, given: Given) -> None:
        """Enter what a variable stands for after `set` changed it."""
        box = self.variables.get(name)
        if box is not None:
            box.given = given


class Argument(NamedTuple):
    """An operand of a function that was followed, with its span in the file."""

    given: Given
    start: int
    end: int
    is_quoted: bool = False


def find_patterns(template: Template) -> FilePatterns:
    """Give the patterns of a file. Takes time in proportion to its actions."""
    finder = Finder()
    scope = Scope(_CONTEXT)
    is_whole = True
    for item in template.items:
        finder.base = item.start
        try:
            finder.follow((item.node,), scope)
        except RecursionError:
            is_whole = False
    own = finder.finish("", (0, len(template.text)), (0, 0), is_block=False)
    return FilePatterns((own, *sorted(finder.units, key=lambda unit: unit.start)), is_whole)


class Finder:
    """Follows statements and expressions; `base` is what the offsets of the current item count from."""

    def __init__(self) -> None:
        self.base = 0
        self.units: list[UnitPatterns] = []
        self._reads: list[Read] = []
        self._calls: list[Call] = []

    def finish(
        self, name: str, span: tuple[int, int], name_span: tuple[int, int], *, is_block: bool
    ) -> UnitPatterns:
        """Give what was found since the unit began."""
        return UnitPatterns(name, *span, *name_span, is_block, tuple(self._reads), tuple(self._calls))

    # --- statements ----------------------------------------------------------------------------------------

    def follow(self, statements: Sequence[Statement], scope: Scope) -> None:
        """Follow statements in order; what they declare is in the scope afterwards."""
        for node in statements:
            match node:
                case Action():
                    self._declare(node.pipeline, scope, "passed" if node.pipeline.variables else "value")
                case If():
                    inner = Scope(scope.dot, scope.variables)
                    self._declare(node.pipeline, inner, "tested")
                    self._branches(node, inner, inner)
                case With():
                    outer = Scope(scope.dot, scope.variables)
                    dot = self._declare(node.pipeline, outer, "entered")
                    self._branches(node, Scope(dot, outer.variables), outer)
                case Range():
                    self._range(node, scope)
                case TemplateCall():
                    given = None if node.pipeline is None else self.pipeline(node.pipeline, scope, "passed")
                    self._call_by_name("template", node, node.end, given)
                case Define():
                    self._define(node)
                case Block():
                    given = self.pipeline(node.pipeline, scope, "passed")
                    self._call_by_name("block", node, node.start + len(node.tag.source), given)
                    self._define(node)
                case _:
                    pass

    def _branches(self, node: If | With | Range, scope: Scope, otherwise: Scope) -> None:
        self.follow(node.body, Scope(scope.dot, scope.variables))
        if node.otherwise is not None:
            self.follow(node.otherwise.body, Scope(otherwise.dot, otherwise.variables))

    def _range(self, node: Range, scope: Scope) -> None:
        element = element_of(self.pipeline(node.pipeline, scope, "entered"))
        outer = Scope(scope.dot, scope.variables)
        names = [variable.name for variable in node.pipeline.variables]
        for name, given in zip(names, (Computed(), element) if len(names) > 1 else (element,), strict=False):
            outer.bind(name, given, is_assignment=node.pipeline.assigns)
        self._branches(node, Scope(element, outer.variables), outer)

    def _declare(self, pipeline: Pipeline, scope: Scope, use: Use) -> Given:
        given = self.pipeline(pipeline, scope, use)
        for variable in pipeline.variables:
            scope.bind(variable.name, given, is_assignment=pipeline.assigns)
        return given

    def _define(self, node: Define | Block) -> None:
        outer = self._reads, self._calls
        self._reads, self._calls = [], []
        base = self.base
        try:
            self.follow(node.body, Scope(_CONTEXT))
        finally:
            span = base + node.start, base + node.end
            name_span = base + node.name_start, base + node.name_end
            self.units.append(self.finish(node.name, span, name_span, is_block=isinstance(node, Block)))
            self._reads, self._calls = outer

    def _call_by_name(
        self, word: Literal["template", "block"], node: TemplateCall | Block, end: int, given: Given | None
    ) -> None:
        name = Argument(
            Constant(node.name), self.base + node.name_start, self.base + node.name_end, is_quoted=True
        )
        if name.start < name.end:  # or else it could not be read
            self.call(word, (self.base + node.start, self.base + end), name, given, ())

    def call(
        self,
        word: Literal["include", "template", "block", "tpl"],
        span: tuple[int, int],
        target: Argument,
        given: Given | None,
        pipes: tuple[Pipe, ...],
    ) -> None:
        """Note that another template is run."""
        self._calls.append(
            Call(word, *span, target.start, target.end, target.is_quoted, target.given, given, pipes)
        )

    # --- expressions ---------------------------------------------------------------------------------------

    def pipeline(
        self, pipeline: Pipeline, scope: Scope, use: Use | None, pipes: tuple[Pipe, ...] = ()
    ) -> Given:
        """Follow a pipeline and note what it reads; `pipes` get its result, which is used so.

        Without a use it is followed further: whoever does so notes what is read in the end.
        """
        commands = pipeline.commands
        last = len(commands) - 1
        piped: Argument | None = None
        for index, command in enumerate(commands):
            behind = commands[index + 1] if index < last else None
            used = use if behind is None else _use_before(behind)
            later = (*map(_pipe, commands[index + 1 :]), *pipes) if behind is not None else pipes
            given = self._command(command, scope, used, later, piped)
            is_quoted = isinstance(command.args[0], String) and len(command.args) == 1
            piped = Argument(given, self.base + command.start, self.base + command.end, is_quoted)
        return Computed() if piped is None else piped.given

    def _command(
        self, command: Command, scope: Scope, use: Use | None, pipes: tuple[Pipe, ...], piped: Argument | None
    ) -> Given:
        first, *operands = command.args
        if isinstance(first, Identifier):
            return follow_function(self, command, scope, use, pipes, piped)
        if not operands and piped is None:
            return self.operand(first, scope, use, pipes).given
        # A method with arguments, such as `.Files.Get "x"`.
        method = self.operand(first, scope, "value").given
        for operand in operands:
            self.operand(operand, scope, "value")
        return Computed(".".join(method.names) if isinstance(method, Path) else "")

    def operand(
        self, node: Expression, scope: Scope, use: Use | None, pipes: tuple[Pipe, ...] = ()
    ) -> Argument:
        """Follow an operand and note what it reads, as `pipeline` does."""
        start, end = self.base + node.start, self.base + node.end
        match node:
            case Field():
                given = path_behind(scope.dot, node.names)
            case Variable():
                box = scope.variables.get(node.name)
                given = Computed() if box is None else path_behind(box.given, node.fields)
            case String():
                return Argument(Constant(node.value), start, end, is_quoted=True)
            case Bool() | Number():
                return Argument(constant(node), start, end)
            case Dot():
                given = scope.dot
            case Pipeline():
                return Argument(self.pipeline(node, scope, use, pipes), start, end)
            case Chain():
                given = path_behind(self.operand(node.node, scope, None).given, node.fields)
            case Identifier():
                return Argument(Computed(node.name), start, end)
            case _:
                return Argument(Constant(None), start, end)
        if use is not None:
            self.note(given, start, end, use)
        return Argument(given, start, end)

    def note(self, given: Given, start: int, end: int, use: Use) -> None:
        """Note that an expression reads what it may stand for; to hand on the whole context is no reading."""
        match given:
            case Path():
                if given.names or use != "passed":
                    self._reads.append(Read(given.names, start, end, use))
            case AnyOf():
                for option in given.options:
                    self.note(option, start, end, use)
            case _:
                pass


def _use_before(command: Command) -> Use | None:
    """Say what becomes of a value that is piped into a command."""
    first = command.args[0]
    return uses_of_piped(first.name, len(command.args)) if isinstance(first, Identifier) else "value"


def _pipe(command: Command) -> Pipe:
    """Give the function that a command hands its input to, with its constant arguments."""
    first, *operands = command.args
    name = first.name if isinstance(first, Identifier) else ""
    return Pipe(name, tuple(map(constant, operands)))
