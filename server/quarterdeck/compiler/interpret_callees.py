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


class _Never:
    """No value has this class: every argument for such a parameter is checked in full."""


class Callee:
    """A function by its Go signature.

    `types` are the fixed parameters' Go types and `classes` the Python class that each takes without a
    further check (None takes everything); `rest_type` and `rest_class` belong to the variadic parameter
    (`rest_type` is empty without one). `gives_interface` tells that the result's type is `interface {}`.
    """

    __slots__ = ("classes", "fixed", "gives_interface", "name", "rest_class", "rest_type", "types")

    def __init__(self, function: Function) -> None:
        types = [canonical_type(param.removeprefix("...")) for param in function.params]
        self.rest_type = types.pop() if function.is_variadic else ""
        self.name = function.name
        self.types = tuple(types)
        self.fixed = len(types)
        self.classes = tuple([_exact_class(name) for name in types])
        self.rest_class = _exact_class(self.rest_type)
        self.gives_interface = canonical_type(function.result) == "interface {}"

    def check_count(self, given: int, final: int, node: nodes.Expression) -> None:
        """Compare the number of arguments: `given` in the command, `final` (0 or 1) from the pipeline.

        Source: text/template exec.go, evalCall.

        Raises:
            Failure: there are too few or too many; `node` is blamed.
        """
        fixed = self.fixed
        if self.rest_type:
            if given + final < fixed:
                raise Failure(
                    node, f"wrong number of args for {self.name}: want at least {fixed} got {given}"
                )
        elif given + final != fixed:
            raise Failure(node, f"wrong number of args for {self.name}: want {fixed} got {given + final}")


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
