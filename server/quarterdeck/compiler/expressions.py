"""Expressions of templates as Python expressions, in source text.

What the text may name besides constants and locals is listed in `codegen`. Assumes that everything goes well:
where Go would report an error, the Python expression raises something, and the interpreter is asked what is
wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from quarterdeck.gotmpl import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.runtime.signatures import Function

Kind = Literal["string", "bool", "int", "float", "dict", "list", "nil", "field", "any"]
"""What is known of a result: its exact Python class, or `field` (a field access: nil is a nil interface)."""

LONG_CONSTANT = 24
"""Longer strings are not written into the source but patched into the code object's constants."""

VALUES_METHODS = frozenset({"AsMap", "Table", "YAML", "Encode"})
"""Methods of Helm's `common.Values`, which come before keys of that name.

Source: pkg/chart/common/values.go.
"""

_EXACT_KINDS: Mapping[str, Kind] = {"string": "string", "bool": "bool", "int": "int", "float64": "float"}
_FITTING: Mapping[str, frozenset[str]] = {
    "string": frozenset({"string"}),
    "bool": frozenset({"bool"}),
    "int": frozenset({"int"}),
    "float64": frozenset({"float"}),
    "map[string]any": frozenset({"dict"}),
    "[]any": frozenset({"list"}),
}
_ANY_TYPES = frozenset({"any", "interface{}", "interface {}", "reflect.Value"})
_NILABLE_TYPES = ("map[", "[]", "*")


class NotCompilableError(Exception):
    """The unit holds something that only the interpreter runs; never leaves the package."""


class Code(NamedTuple):
    """A Python expression: its text, what is known of its result, whether it can change or call things."""

    text: str
    kind: Kind = "any"
    has_effects: bool = False
    is_constant: bool = False


class Constants:
    """Long strings that stand as placeholders in the source; `values[i]` belongs to the placeholder `i`."""

    __slots__ = ("_index", "values")

    def __init__(self) -> None:
        self.values: list[str] = []
        self._index: dict[str, int] = {}

    def text(self, value: str) -> str:
        """Give the Python source of a string constant."""
        if len(value) <= LONG_CONSTANT:
            return "'\\x00\\x00'" if value == "\0" else _quoted(value)
        index = self._index.get(value)
        if index is None:
            index = self._index[value] = len(self.values)
            self.values.append(value)
        return f"'\\x00{index}'"


def _quoted(value: str) -> str:
    if value[:1] == "\0":
        # A short constant that begins like a placeholder: leave such a unit to the interpreter.
        raise NotCompilableError
    return repr(value)


class Expressions:
    """Translates expressions of one unit; the statements' translator owns dot and the variables.

    `function_of` gives the signature of a function's name, or None.
    """

    def __init__(self, functions: Mapping[str, Function], constants: Constants) -> None:
        self.functions = functions
        self.constants = constants
        self.dot = "d"
        self.find_variable: Callable[[str], str] = _no_variable
        self._temporaries = 0

    # --- places for results ------------------------------------------------------------------------------

    def reset_temporaries(self) -> None:
        """Let the next statement use the same temporary locals again."""
        self._temporaries = 0

    def temporary(self) -> str:
        """Give a local that nothing else in this statement uses."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    def printed(self, code: Code) -> str:
        """Give the text that an action prints for the result."""
        if code.kind == "string":
            return code.text
        if code.kind == "bool":
            return f"('true' if {code.text} else 'false')"
        if code.text.isidentifier():
            return f"({code.text} if {code.text}.__class__ is str else P({code.text}))"
        name = self.temporary()
        return f"({name} if ({name}:={code.text}).__class__ is str else P({name}))"

    def formatted(self, code: Code, verb: str) -> str:
        """Give the text that `fmt` makes of the result with the function named `verb` (FS: %s, FV: %v)."""
        if code.kind == "string":
            return code.text
        if code.text.isidentifier():
            return f"({code.text} if {code.text}.__class__ is str else {verb}({code.text}))"
        name = self.temporary()
        return f"({name} if ({name}:={code.text}).__class__ is str else {verb}({name}))"

    # --- operands ----------------------------------------------------------------------------------------

    def pipeline(self, node: nodes.Pipeline) -> Code:
        """Translate the commands of a pipeline; its variables are the caller's."""
        result: Code | None = None
        for command in node.commands:
            result = self.command(command, result)
        if result is None:
            raise NotCompilableError
        return result

    def command(self, node: nodes.Command, final: Code | None) -> Code:
        """Translate one command; `final` is what the pipeline hands on as its last argument."""
        first = node.args[0]
        rest = node.args[1:]
        if isinstance(first, nodes.Identifier):
            return self.call(first.name, [self.operand(arg) for arg in rest], final, rest)
        if not rest and final is None:
            if isinstance(first, nodes.Nil):
                raise NotCompilableError  # Go: nil is not a command
            return self.operand(first)
        return self._method(first, rest, final)

    def operand(self, node: nodes.Expression) -> Code:
        """Translate what stands as an argument, or alone."""
        match node:
            case nodes.Dot():
                return Code(self.dot)
            case nodes.Field(names=names):
                return Code(self._fields(self.dot, names), "field")
            case nodes.Variable(name=name, fields=fields):
                variable = self.find_variable(name)
                if not fields:
                    return Code(variable)
                return Code(self._fields_of_nilable(variable, fields, is_root=name == "$"), "field")
            case nodes.String(value=value):
                return Code(self.constants.text(value), "string", is_constant=True)
            case nodes.Bool(value=value):
                return Code(repr(value), "bool", is_constant=True)
            case nodes.Number():
                return self._number(node)
            case nodes.Nil():
                return Code("None", "nil", is_constant=True)
            case nodes.Identifier(name=name):
                return self.call(name, [], None, ())
            case nodes.Pipeline():
                if node.variables:
                    raise NotCompilableError
                inner = self.pipeline(node)
                # A parenthesised nil is Go's invalid value, no longer a nil interface.
                return inner._replace(kind="any") if inner.kind == "field" else inner
            case nodes.Chain(node=base, fields=fields):
                inner = self.operand(base)
                return Code(self._fields_of_nilable(inner.text, fields), "field", inner.has_effects)

    def _number(self, node: nodes.Number) -> Code:
        """Source: text/template exec.go, idealConstant."""
        if node.is_complex:
            raise NotCompilableError
        is_hex = node.text[:2].lower() == "0x" and "p" not in node.text.lower()
        is_float = node.float_value is not None and not node.is_char and not is_hex
        if is_float and any(char in ".eEpP" for char in node.text):
            return Code(repr(node.float_value), "float", is_constant=True)
        if node.int_value is None or not -(2**63) <= node.int_value < 2**63:
            raise NotCompilableError
        return Code(repr(node.int_value), "int", is_constant=True)

    # --- fields ------------------------------------------------------------------------------------------

    def _fields(self, base: str, names: tuple[str, ...]) -> str:
        text = base
        for name in names:
            if name in VALUES_METHODS:
                raise NotCompilableError
            text = f"TR({text})" if name == "Template" else f"{text}.get({name!r})"
        return text

    def _fields_of_nilable(self, base: str, names: tuple[str, ...], *, is_root: bool = False) -> str:
        """Fields of a variable or parenthesis: of Go's invalid value they are invalid, without an error."""
        if is_root:
            return self._fields(base, names)
        if base.isidentifier():
            return f"(None if {base} is None else {self._fields(base, names)})"
        name = self.temporary()
        return f"(None if ({name}:={base}) is None else {self._fields(name, names)})"

    def _method(
        self, first: nodes.Expression, rest: tuple[nodes.Expression, ...], final: Code | None
    ) -> Code:
        """Translate a method call with arguments, such as `.Files.Get "x"`."""
        match first:
            case nodes.Field(names=names):
                base = self._fields(self.dot, names[:-1])
                name = names[-1]
            case nodes.Variable(name=variable, fields=fields) if fields:
                base = self._fields(self.find_variable(variable), fields[:-1])
                name = fields[-1]
            case nodes.Chain(node=inner, fields=fields):
                base = self._fields(self.operand(inner).text, fields[:-1])
                name = fields[-1]
            case _:
                raise NotCompilableError  # Go: can't give argument to non-function
        arguments = [self.operand(arg) for arg in rest]
        if final is not None:
            arguments.append(final)
        joined = "".join(f"{argument.text}," for argument in arguments)
        return Code(f"{base}.invoke({name!r},({joined}))", "any", has_effects=True)

    # --- calls -------------------------------------------------------------------------------------------

    def call(
        self,
        name: str,
        arguments: list[Code],
        final: Code | None,
        given: tuple[nodes.Expression, ...],
    ) -> Code:
        """Translate a function call; `given` are the nodes of the arguments in front of `final`."""
        function = self.functions.get(name)
        if function is None:
            raise NotCompilableError
        if final is not None:
            if final.has_effects and not all(argument.is_constant for argument in arguments):
                # Go evaluates what comes down the pipeline first; Python evaluates arguments from the left.
                held = self.temporary()
                later = self._call(name, function, [*arguments, final._replace(text=held)], given)
                return later._replace(text=f"({held}:={final.text},{later.text})[1]", has_effects=True)
            arguments = [*arguments, final]
        return self._call(name, function, arguments, given)

    def _call(
        self, name: str, function: Function, arguments: list[Code], given: tuple[nodes.Expression, ...]
    ) -> Code:
        params = function.params
        least = len(params) - 1 if function.is_variadic else len(params)
        if len(arguments) < least or (len(arguments) > least and not function.is_variadic):
            raise NotCompilableError
        inlined = self._inlined(name, arguments, given)
        if inlined is not None:
            return inlined
        has_effects = function.effect in ("volatile", "writes") or any(a.has_effects for a in arguments)
        texts: list[str] = []
        prefix = "R_"
        for index, argument in enumerate(arguments):
            param = params[min(index, len(params) - 1)]
            text, fits = _fitted(argument, param.removeprefix("..."))
            texts.append(text)
            if not fits:
                prefix = "C_"
        result = _EXACT_KINDS.get(function.result, "any")
        return Code(f"{prefix}{name}({','.join(texts)})", result, has_effects)

    def _inlined(self, name: str, arguments: list[Code], given: tuple[nodes.Expression, ...]) -> Code | None:
        rule = _INLINED.get(name)
        return None if rule is None else rule(self, arguments, given)


def _fitted(argument: Code, param: str) -> tuple[str, bool]:
    """Give the argument's text for a parameter of Go type `param`, and whether it needs no check."""
    if param in _ANY_TYPES:
        return argument.text, True
    if argument.is_constant and argument.kind == "int" and param not in {"int", "string", "bool"}:
        if param == "float64":
            return f"{argument.text}.0", True
        raise NotCompilableError  # other conversions of constants are the interpreter's
    if argument.kind in _FITTING.get(param, frozenset()):
        return argument.text, True
    if argument.kind == "field" and param.startswith(_NILABLE_TYPES):
        return f"NN({argument.text})", False
    return argument.text, False


def _no_variable(name: str) -> str:
    raise AssertionError(f"variable {name} outside a unit")


def _same_kind(arguments: list[Code]) -> Kind:
    kinds: set[Kind] = {argument.kind for argument in arguments}
    return kinds.pop() if len(kinds) == 1 else "any"


def _any_effects(arguments: list[Code]) -> bool:
    return any(argument.has_effects for argument in arguments)


def _short_circuit(operator: str) -> Callable[..., Code | None]:
    def rule(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
        if not arguments:
            return None
        kind = _same_kind(arguments)
        joined = f" {operator} ".join(argument.text for argument in arguments)
        return Code(f"({joined})", "any" if kind == "field" else kind, _any_effects(arguments))

    return rule


def _negation(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    if len(arguments) != 1:
        return None
    return Code(f"(not {arguments[0].text})", "bool", arguments[0].has_effects)


def _equality(operator: str, name: str) -> Callable[..., Code | None]:
    def rule(self: Expressions, arguments: list[Code], _given: object) -> Code | None:
        if len(arguments) != 2:
            return None
        left, right = arguments
        effects = left.has_effects or right.has_effects
        if left.kind == "string" and right.kind == "string":
            return Code(f"({left.text}{operator}{right.text})", "bool", effects)
        if right.kind == "string" and right.is_constant:
            unknown, known = left, right
        elif left.kind == "string" and left.is_constant:
            unknown, known = right, left
        else:
            return None
        text = unknown.text
        if text.isidentifier():
            test = text
        else:
            text = self.temporary()
            test = f"({text}:={unknown.text})"
        other = f"R_{name}({text},{known.text})" if unknown is left else f"R_{name}({known.text},{text})"
        return Code(
            f"(({text}{operator}{known.text}) if {test}.__class__ is str else {other})", "bool", effects
        )

    return rule


def _default(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    """Sprig's default evaluates both arguments: only one that cannot fail may be skipped."""
    if len(arguments) != 2 or not (arguments[0].is_constant or arguments[0].text.isidentifier()):
        return None
    fallback, value = arguments
    both_strings = fallback.kind == "string" == value.kind
    return Code(f"({value.text} or {fallback.text})", "string" if both_strings else "any", value.has_effects)


def _dict(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    if len(arguments) % 2 or not all(key.kind == "string" for key in arguments[::2]):
        return None
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    body = ",".join(f"{key.text}:{value.text}" for key, value in pairs)
    return Code(f"{{{body}}}", "dict", _any_effects(arguments))


def _list(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    return Code(f"[{','.join(a.text for a in arguments)}]", "list", _any_effects(arguments))


def _include(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    name, dot = arguments
    name_text = name.text if name.kind == "string" else f"S({name.text})"
    function = "ID" if dot.kind == "dict" else "I"
    return Code(f"{function}({name_text},{dot.text})", "string", has_effects=True)


def _tpl(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    text, dot = arguments
    return Code(
        f"TPL({text.text if text.kind == 'string' else f'S({text.text})'},{dot.text})",
        "string",
        has_effects=True,
    )


def _printf(self: Expressions, arguments: list[Code], given: tuple[nodes.Expression, ...]) -> Code | None:
    """`printf` with a constant format of plain `%s` and `%v` is a concatenation."""
    if not given or not isinstance(given[0], nodes.String):
        return None
    pieces = given[0].value.split("%")
    if len(pieces) != len(arguments) or any(piece[:1] not in ("s", "v") for piece in pieces[1:]):
        return None
    parts: list[str] = []
    if pieces[0]:
        parts.append(self.constants.text(pieces[0]))
    for piece, argument in zip(pieces[1:], arguments[1:], strict=True):
        parts.append(self.formatted(argument, "FS" if piece[0] == "s" else "FV"))
        if piece[1:]:
            parts.append(self.constants.text(piece[1:]))
    return Code(f"J(({''.join(part + ',' for part in parts)}))", "string", _any_effects(arguments))


def _print(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    """`print` of strings is a concatenation; Go puts spaces only between operands that are no strings."""
    if not arguments or not all(argument.kind == "string" for argument in arguments):
        return None
    return Code(f"J(({''.join(a.text + ',' for a in arguments)}))", "string", _any_effects(arguments))


def _to_string(_self: Expressions, arguments: list[Code], _given: object) -> Code | None:
    return arguments[0] if len(arguments) == 1 and arguments[0].kind == "string" else None


_INLINED: Mapping[str, Callable[[Expressions, list[Code], tuple[nodes.Expression, ...]], Code | None]] = {
    "and": _short_circuit("and"),
    "or": _short_circuit("or"),
    "not": _negation,
    "empty": _negation,
    "eq": _equality("==", "eq"),
    "ne": _equality("!=", "ne"),
    "default": _default,
    "dict": _dict,
    "list": _list,
    "tuple": _list,
    "include": _include,
    "tpl": _tpl,
    "printf": _printf,
    "print": _print,
    "toString": _to_string,
}
