"""Small templates in other tools' manifests, run with Go's semantics as far as their outcome is certain."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from quarterdeck.compiler.interpreter import interpret
from quarterdeck.compiler.units import Source, TemplateError, Unit
from quarterdeck.runtime.context import Budget, Context
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.runtime.signatures import Function

MAX_TEMPLATE: Final = 256 * 1024
"""Code points of a template."""
_MAX_OUTPUT: Final = 1024 * 1024
_MAX_STEPS: Final = 100_000
_NO_VALUE: Final = "<no value>"
_HELM_ALONE: Final = frozenset({"include", "tpl", "lookup", "get", "getHostByName"})
"""Functions that only Helm has, or that other tools have with other arguments."""


def run_template(text: str, dot: Any, *, is_cancelled: Callable[[], bool] | None = None) -> str | None:
    """Give what a template makes of `dot`; None where that is not certain.

    It is not where the template fails, has a function that only its own tool has, asks for a name that is not
    there, or depends on time or chance.
    """
    if "{{" not in text:
        return text
    if len(text) > MAX_TEMPLATE:
        return None
    source = Source("template", text, _functions())
    if source.template.problems or not source.units:
        return None
    machine = _Machine(source, is_cancelled)
    try:
        result = machine.call("template", dot)
    except (TemplateError, GoError):
        return None
    is_certain = not machine.context.volatile_calls and _NO_VALUE not in result
    return result if is_certain else None


@cache
def _functions() -> Mapping[str, Function]:
    return {name: function for name, function in function_table().items() if name not in _HELM_ALONE}


class _Machine:
    """Runs the units of one text."""

    def __init__(self, source: Source, is_cancelled: Callable[[], bool] | None) -> None:
        budget = Budget(
            max_output=_MAX_OUTPUT, max_steps=_MAX_STEPS, max_depth=100, is_cancelled=is_cancelled
        )
        self.context = Context(seed=1, budget=budget)
        self.derivations: dict[int, tuple[Any, ...]] = {}
        self.keeps_going = False
        self.errors: list[TemplateError] = []
        self.functions: dict[str, Any] = {
            name: partial(function.call, self.context) if function.takes_context else function.call
            for name, function in _functions().items()
        }
        own, *defined = source.units
        self._units = {index.name: Unit(index.name, source, index) for index in defined}
        self._units["template"] = Unit("template", source, own)
        self._depth = 0

    def find_unit(self, name: str) -> Unit | None:
        """Give the define of that name."""
        return self._units.get(name)

    def call(self, name: str, dot: Any) -> str:
        """Run a unit; see `compiler.units.Machine`."""
        self.context.budget.tick()
        unit = self._units.get(name)
        if unit is None or self._depth > self.context.budget.max_depth:
            raise GoError(f"there is no template {name}, or it includes itself")
        self._depth += 1
        try:
            text = "".join(interpret(self, unit, dot)[1::2])
        finally:
            self._depth -= 1
        self.context.budget.add_output(len(text))
        return text
