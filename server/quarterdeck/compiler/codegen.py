"""Units as the source text of a Python function.

The function takes dot and gives the frame's pieces: the flat list of markers and texts that
docs/architecture.md describes. It names, besides its locals:

| name | what |
| --- | --- |
| `P(v)` | what an action prints for a value that is no string |
| `FS(v)`, `FV(v)` | what `%s` and `%v` make of it |
| `J((a, b))` | the concatenation of strings |
| `I(name, dot)`, `ID(name, dict)` | include; the second with a map made for this call |
| `TPL(text, dot)` | tpl |
| `RG(v)`, `RG2(v)` | what `range` with up to one or with two variables iterates over: pairs (key, element) |
| `S(v)` | the value if it is a string |
| `NN(v)` | the value if it is not nil |
| `TR(v)` | field `Template` of the value |
| `R_f`, `C_f` | template function f for arguments of known types, and with its arguments checked |

Locals are `d` (dot), `w` (pieces), `t1`… (parts of a statement), `v1`… (variables), `d1`…, `k1`…, `r1`…
(ranges). Nothing of the template's text gets into the source but through `repr` or as a placeholder for a
constant.

`NotCompilableError` leaves a unit to the interpreter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.compiler.expressions import Code, Constants, Expressions, NotCompilableError
from quarterdeck.gotmpl import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.compiler.units import Unit
    from quarterdeck.runtime.signatures import Function

MAX_INDENT = 80
"""Deeper nesting than this is left to the interpreter: Python allows 100 levels of indentation."""
MAX_LOOPS = 18
"""Python allows 20 nested loops."""


def generate(unit: Unit, functions: Mapping[str, Function]) -> tuple[str, tuple[str, ...]]:
    """Give the Python source of a unit and the constants of its placeholders.

    Raises:
        NotCompilableError: only the interpreter can run it.
    """
    writer = _UnitWriter(functions)
    try:
        writer.write(unit)
    finally:
        # What refers to itself would be kept until Python looks for cycles.
        del writer.expressions.find_variable
    return "\n".join(writer.lines) + "\n", tuple(writer.constants.values)


class _UnitWriter:
    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.constants = Constants()
        self.expressions = Expressions(functions, self.constants)
        self.expressions.find_variable = self._find
        self.lines: list[str] = []
        self._pending: list[str] = []
        self._indent = " "
        self._scopes: list[dict[str, str | None]] = [{"$": "d"}]
        self._locals = 0
        self._loops = 0
        self._base = 0

    def write(self, unit: Unit) -> None:
        self.lines.append("def unit(d):")
        self.lines.append(" w=[]")
        for base, statements in unit.parts:
            self._base = base
            self._statements(statements)
        self._flush()
        self.lines.append(" return w")

    # --- output --------------------------------------------------------------------------------------------

    def _emit(self, line: str) -> None:
        self.lines.append(self._indent + line)

    def _piece(self, marker: int | str, text: str) -> None:
        self._pending.append(f"{marker},{text}")

    def _flush(self) -> None:
        if self._pending:
            self._emit(f"w+=({','.join(self._pending)},)")
            self._pending.clear()
        self.expressions.reset_temporaries()

    def _local(self, letter: str) -> str:
        self._locals += 1
        return f"{letter}{self._locals}"

    # --- variables -----------------------------------------------------------------------------------------

    def _find(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                found = scope[name]
                if found is None:
                    continue
                return found
        raise NotCompilableError  # declared in the other branch only: Go fails when it gets there

    def _declare(self, variable: nodes.Variable) -> str:
        local = self._local("v")
        self._scopes[-1][variable.name] = local
        return local

    # --- statements ----------------------------------------------------------------------------------------

    def _statements(self, statements: tuple[nodes.Statement, ...]) -> None:
        for node in statements:
            match node:
                case nodes.Text():
                    if node.value:
                        self._piece(self._base + node.start, self.constants.text(node.value))
                case nodes.Action():
                    self._action(node)
                case nodes.If() | nodes.With():
                    self._branch(node)
                case nodes.Range():
                    self._range(node)
                case nodes.Comment() | nodes.Define():
                    pass
                case nodes.TemplateCall() | nodes.Block():
                    dot = "None" if node.pipeline is None else self._plain(node.pipeline).text
                    self._piece(self._base + node.start, f"I({self.constants.text(node.name)},{dot})")
                case nodes.Break() | nodes.Continue():
                    if not self._loops:
                        raise NotCompilableError
                    self._flush()
                    self._emit("break" if isinstance(node, nodes.Break) else "continue")
                case nodes.Broken():
                    raise NotCompilableError

    def _plain(self, pipeline: nodes.Pipeline) -> Code:
        if pipeline.variables:
            raise NotCompilableError
        return self.expressions.pipeline(pipeline)

    def _action(self, node: nodes.Action) -> None:
        pipeline = node.pipeline
        offset = self._base + node.start
        if not pipeline.variables:
            # A value printed as text: the temporaries of one flush must not meet.
            code = self.expressions.pipeline(pipeline)
            self._piece(offset, self.expressions.printed(code))
            return
        self._flush()
        code = self.expressions.pipeline(pipeline)
        local = self._target(pipeline)
        self._emit(f"{local}={code.text}")
        self._mark(offset, local)

    def _target(self, pipeline: nodes.Pipeline) -> str:
        """Declare or find the one variable of an action, `if` or `with`."""
        if len(pipeline.variables) != 1:
            raise NotCompilableError
        variable = pipeline.variables[0]
        return self._find(variable.name) if pipeline.assigns else self._declare(variable)

    def _branch(self, node: nodes.If | nodes.With) -> None:
        self._flush()
        if len(self._indent) > MAX_INDENT:
            raise NotCompilableError
        self._scopes.append({})
        offset = self._base + node.start
        code = self.expressions.pipeline(node.pipeline)
        outer_dot = self.expressions.dot
        condition = code.text
        marked: str | None = None
        if node.pipeline.variables:
            marked = self._target(node.pipeline)
            self._emit(f"{marked}={condition}")
            self._mark(offset, marked)
            condition = marked
        if isinstance(node, nodes.With):
            dot = self._local("d")
            self._emit(f"if ({dot}:={condition}):")
            self._indent += " "
            self.expressions.dot = dot
            if marked is None:
                self._mark(offset, dot)
        else:
            self._emit(f"if {condition}:")
            self._indent += " "
        declared = self._body(node.body)
        self.expressions.dot = outer_dot
        self._indent = self._indent[:-1]
        if node.otherwise is not None:
            # Variables of the body are no longer there when the else branch runs, though Go's parser sees
            # them: an outer one of that name is meant, or none. Source: text/template exec.go, walkIfOrWith.
            self._scopes.append(dict.fromkeys(declared))
            self._emit("else:")
            self._indent += " "
            self._body(node.otherwise.body)
            self._indent = self._indent[:-1]
            self._scopes.pop()
        self._scopes.pop()

    def _mark(self, offset: int, *values: str) -> None:
        self._emit(f"w+=(({offset},{','.join(values)}),'')")

    def _body(self, statements: tuple[nodes.Statement, ...]) -> set[str]:
        """Write the statements of a branch in a scope of their own; give the names declared in it."""
        count = len(self.lines)
        self._scopes.append({})
        self._statements(statements)
        self._flush()
        if len(self.lines) == count:
            self._emit("pass")
        return set(self._scopes.pop())

    def _range(self, node: nodes.Range) -> None:
        self._flush()
        if len(self._indent) > MAX_INDENT or self._loops >= MAX_LOOPS:
            raise NotCompilableError
        offset = self._base + node.start
        code = self.expressions.pipeline(node.pipeline)
        self._scopes.append({})
        pairs, key, element = self._local("r"), self._local("k"), self._local("d")
        variables = node.pipeline.variables
        targets = [
            self._find(variable.name) if node.pipeline.assigns else self._declare(variable)
            for variable in variables
        ]
        if targets and (node.otherwise is not None or node.pipeline.assigns):
            # The variables hold the whole value until the first iteration. Source: exec.go, evalPipeline.
            self._emit(f"{'='.join(targets)}={pairs}={code.text}")
            code = Code(pairs)
        iterate = "RG2" if len(targets) == 2 else "RG"
        self._emit(f"if ({pairs}:={iterate}({code.text})):")
        self._indent += " "
        self._emit(f"for {key},{element} in {pairs}:")
        self._indent += " "
        if len(targets) == 2:
            self._emit(f"{targets[0]}={key};{targets[1]}={element}")
        elif targets:
            self._emit(f"{targets[0]}={element}")
        self._mark(offset, element, key)
        outer_dot = self.expressions.dot
        self.expressions.dot = element
        self._loops += 1
        declared = self._body(node.body)
        self._loops -= 1
        self.expressions.dot = outer_dot
        self._indent = self._indent[:-2]
        if node.otherwise is not None:
            self._scopes.append(dict.fromkeys(declared))
            self._emit("else:")
            self._indent += " "
            outer_loops, self._loops = self._loops, 0
            self._body(node.otherwise.body)
            self._loops = outer_loops
            self._indent = self._indent[:-1]
            self._scopes.pop()
        self._scopes.pop()
