"""Template functions as the interpreter calls them, and constants as their arguments."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from quarterdeck.compiler.interpret_failures import Failure
from quarterdeck.gotmpl import nodes
from quarterdeck.runtime.calls import constant_argument, ideal_constant
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import LIST_TYPE, MAP_TYPE, canonical_type
from quarterdeck.runtime.signatures import FUNCTIONS, Function
from quarterdeck.runtime.values import Int64

Constant: TypeAlias = nodes.Bool | nodes.Number | nodes.String | nodes.Nil

ANY_TYPES: Final = frozenset({"interface {}", "reflect.Value"})
_EXACT_CLASSES: Final[dict[str, type]] = {
    "string": str,
    "bool": bool,
    "int": int,
    "int64": Int64,
    "float64": float,
    MAP_TYPE: dict,
    LIST_TYPE: list,
}


_MOST_SHAPES: Final = 64
"""Shapes that one function remembers; templates may call with any number of arguments."""


_NUMBERS: Final[dict[tuple[str, str], Any]] = {}
"""Numbers by their text and the Go type that they were converted to."""
_MOST_NUMBERS: Final = 1024


class _Never:
    """No value has this class: every argument for such a parameter is checked in full."""


class Shape:
    """What a call with a certain number of arguments takes, the one from the pipeline included, in order.

    `types` are Go types; `classes` the Python class that fits each without a further check (None:
    everything).
    """

    __slots__ = ("classes", "types")

    def __init__(self, types: list[str]) -> None:
        self.types = tuple(types)
        self.classes = tuple([_exact_class(name) for name in types])


class Callee:
    """A function by its Go signature.

    `plain` and `piped` hold the shapes of its calls by the number of arguments in the command, without and
    with one from the pipeline, as they were first met. `gives_interface` tells that the result's type is
    `interface {}`.
    """

    __slots__ = ("_rest_type", "_types", "gives_interface", "name", "piped", "plain")

    def __init__(self, function: Function) -> None:
        types = [canonical_type(param.removeprefix("...")) for param in function.params]
        self._rest_type = types.pop() if function.is_variadic else ""
        self._types = types
        self.name = function.name
        self.plain: dict[int, Shape] = {}
        self.piped: dict[int, Shape] = {}
        self.gives_interface = canonical_type(function.result) == "interface {}"

    def shape(self, given: int, node: nodes.Expression, *, is_piped: bool) -> Shape:
        """Give the shape of a call with `given` arguments in the command; it is remembered.

        Source: text/template exec.go, evalCall.

        Raises:
            Failure: there are too few or too many arguments; `node` is blamed.
        """
        known = self.piped if is_piped else self.plain
        fixed, count = len(self._types), given + is_piped
        if self._rest_type:
            if count < fixed:
                raise Failure(
                    node, f"wrong number of args for {self.name}: want at least {fixed} got {given}"
                )
        elif count != fixed:
            raise Failure(node, f"wrong number of args for {self.name}: want {fixed} got {count}")
        shape = Shape([*self._types, *[self._rest_type] * (count - fixed)])
        if len(known) < _MOST_SHAPES:
            known[given] = shape
        return shape


def _exact_class(go_type: str) -> type | None:
    return None if go_type in ANY_TYPES else _EXACT_CLASSES.get(go_type, _Never)


class _Callees(dict[str, Callee]):
    """Callees by function name, made when first asked for."""

    def __missing__(self, name: str) -> Callee:
        callee = self[name] = Callee(FUNCTIONS[name])
        return callee


CALLEES: Final[dict[str, Callee]] = _Callees()
"""Every function that templates have called in this process, by name."""


def constant_for(node: Constant, go_type: str) -> Any:
    """Give the constant `node` as an argument for a parameter of type `go_type`.

    Raises:
        Failure: a constant of this kind cannot be of that type.
    """
    if type(node) is not nodes.Number:
        return _converted(node, go_type)
    key = (node.text, go_type)
    value = _NUMBERS.get(key)
    if value is None:
        value = _converted(node, go_type)
        if len(_NUMBERS) < _MOST_NUMBERS:
            _NUMBERS[key] = value
    return value


def _converted(node: Constant, go_type: str) -> Any:
    try:
        return constant_argument(node, go_type)
    except GoError as error:
        raise Failure(node, str(error)) from None


def constant(node: nodes.Bool | nodes.Number | nodes.String) -> Any:
    """Give the value of a constant where nothing says which type it should have.

    Raises:
        Failure: an integer is too large.
    """
    if not isinstance(node, nodes.Number):
        return node.value
    try:
        return ideal_constant(node)
    except GoError as error:
        raise Failure(node, str(error)) from None
