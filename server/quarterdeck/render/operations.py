"""The functions that units call, bound to one rendering and keeping origins.

A function that keeps characters of its operands enters its result into the machine's `derivations` under the
result's identity, with its name and operands: `derive` follows the characters from there. A result that *is*
an operand, and one of fewer than two characters (CPython shares those objects), is not entered.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from quarterdeck.render.snapshots import copy_written
from quarterdeck.render.taken_apart import PARSERS, SPLITTERS
from quarterdeck.render.trace import Trace
from quarterdeck.runtime.calls import checked
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_type, sorted_keys
from quarterdeck.runtime.printing import format_value, print_value, sprintf
from quarterdeck.runtime.signatures import FUNCTIONS
from quarterdeck.runtime.values import TEMPLATE_READS, RootContext
from quarterdeck.yamldoc.emit import emit_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.render.machine import Machine
    from quarterdeck.runtime.values import Value

Records = list[Trace]
"""One element: the trace of the rendering that the machine is at."""

KEEPING = frozenset(
    {
        "abbrev", "base", "cat", "html", "indent", "join", "lower", "nindent", "nospace", "print", "printf",
        "println", "quote", "regexReplaceAll", "regexReplaceAllLiteral", "repeat", "replace", "sortAlpha",
        "splitList", "squote", "substr", "title", "toJson", "toPrettyJson", "toRawJson", "toString", "toYaml",
        "toYamlPretty", "trim", "trimAll", "trimall", "trimPrefix", "trimSuffix", "trunc", "untitle", "upper",
        "wrap", "wrapWith", "mustToJson", "mustToYaml", "mustToPrettyJson", "mustToRawJson",
        "mustRegexReplaceAll", "b64enc", "b64dec", "fromYaml", "fromYamlArray", "fromJson", "fromJsonArray",
        "split", "splitn", "regexFind", "toToml", "mustRegexFind", "mustRegexReplaceAllLiteral",
        "mustFromJson", "swapcase", "clean", "dir", "mustToToml", "js", "regexFindAll", "mustRegexFindAll",
        "regexSplit", "mustRegexSplit", "regexQuoteMeta", "urlquery",
    }
)  # fmt: skip
"""Functions whose results hold characters of their operands."""

TAKING_APART = PARSERS | SPLITTERS
"""Functions whose results are maps and lists of pieces of their operand."""

LOOKS_AT_WHOLE = frozenset({"get", "index", "dig", "pluck", "hasKey", "pick"})
"""Functions that may read field `Template` of a chart's dot by a name computed at run time."""


class Names:
    """The globals of compiled code for one machine; functions are bound when code names them."""

    def __init__(self, machine: Machine, records: Records, *, is_traced: bool) -> None:
        self._machine = machine
        self._records = records
        self._is_traced = is_traced
        self._raw: dict[str, Callable[..., Any]] = {}
        concatenate, printed = _text_operations(records)
        self.globals: dict[str, Any] = {
            "__builtins__": {},
            "str": str,
            "FS": _format_s,
            "FV": format_value,
            "I": machine.include,
            "ID": machine.include_dict,
            "J": concatenate if is_traced else "".join,
            "NN": _not_nil,
            "P": printed if is_traced else print_value,
            "RG": partial(_pairs, machine),
            "RG2": partial(_pairs_of_two, machine),
            "S": _string,
            "TPL": machine.tpl,
            "TR": _template_field,
        }

    def bind(self, name: str) -> None:
        """Add the global `R_f` or `C_f`."""
        raw = self.raw(name[2:])
        self.globals[name] = raw if name[0] == "R" else checked(FUNCTIONS[name[2:]], raw)

    def raw(self, name: str) -> Callable[..., Any]:
        """Give a function that takes checked arguments, bound to this rendering, keeping origins."""
        found = self._raw.get(name)
        if found is None:
            found = self._raw[name] = self._bound(name)
        return found

    def _bound(self, name: str) -> Callable[..., Any]:
        function = FUNCTIONS[name]
        machine = self._machine
        if name == "include":
            return machine.include
        if name == "tpl":
            return machine.tpl
        call = function.call
        if function.takes_context:
            call = partial(call, machine.context)
        if name in LOOKS_AT_WHOLE:
            return _watching(call)
        if name in _QUICK:
            call = _QUICK[name](call)
        if self._is_traced and name in KEEPING:
            arity = len(function.params) if not function.is_variadic else 0
            return _keeping(self._machine, self._records, name, call, arity)
        return call


def _quick_yaml(call: Callable[..., str]) -> Callable[[Any], str]:
    """`toYaml` without the import that the function itself makes at each call."""
    del call

    def to_yaml(value: Any) -> str:
        return emit_yaml(value).removesuffix("\n")

    return to_yaml


def _quick_indent(start: str) -> Callable[[Callable[..., str]], Callable[[int, str], str]]:
    """`indent` or `nindent` of texts that cannot become too large; others are the function's own."""

    def quick(call: Callable[..., str]) -> Callable[[int, str], str]:
        def indent(width: int, text: str) -> str:
            if 0 <= width < SMALL and len(text) < SMALL:
                pad = " " * width
                return start + pad + text.replace("\n", "\n" + pad)
            return call(width, text)

        return indent

    return quick


SMALL = 8_000
"""Fewer than the square of this many characters are below every limit on output."""

_QUICK: dict[str, Callable[[Callable[..., str]], Callable[..., str]]] = {
    "toYaml": _quick_yaml,
    "indent": _quick_indent(""),
    "nindent": _quick_indent("\n"),
}
"""Functions called so often that their checks count, each made from the function itself."""


def _keeping(
    machine: Machine, records: Records, name: str, call: Callable[..., Any], arity: int
) -> Callable[..., Any]:
    """Wrap a function so that its results are entered; `arity` 0 means any number of arguments."""
    if name in TAKING_APART:
        return _keeping_container(records, name, call)

    def keeping(*arguments: Any) -> Any:
        result = call(*arguments)
        if arguments and result is not arguments[-1] and len(result) > 1:
            if machine.written:
                written = machine.written
                arguments = tuple(
                    [one if one.__class__ is str else copy_written(one, written) for one in arguments]
                )
            records[0].derivations.setdefault(id(result), (result, name, *arguments))
        return result

    def keeping_of_one(operand: Any) -> Any:
        result = call(operand)
        if result is not operand and len(result) > 1:
            if machine.written and operand.__class__ is not str:
                operand = copy_written(operand, machine.written)
            records[0].derivations.setdefault(id(result), (result, name, operand))
        return result

    def keeping_of_two(first: Any, operand: Any) -> Any:
        result = call(first, operand)
        if result is not operand and len(result) > 1:
            if machine.written and operand.__class__ is not str:
                operand = copy_written(operand, machine.written)
            records[0].derivations.setdefault(id(result), (result, name, first, operand))
        return result

    return {1: keeping_of_one, 2: keeping_of_two}.get(arity, keeping)


def _keeping_container(records: Records, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def keeping(*arguments: Any) -> Any:
        result = call(*arguments)
        if result:
            trace = records[0]
            if id(result) not in trace.derivations:
                entry = trace.derivations[id(result)] = (result, name, *arguments)
                trace.taken.append(entry)
        return result

    return keeping


def _text_operations(
    records: Records,
) -> tuple[Callable[[tuple[str, ...]], str], Callable[[Any], str]]:
    def concatenate(parts: tuple[str, ...]) -> str:
        result = "".join(parts)
        if len(parts) == 1:
            return result
        if len(result) > 1:
            records[0].derivations[id(result)] = (result, "concatenate", parts)
        return result

    def printed(value: Any) -> str:
        result = print_value(value)
        # True, false and nil are constants; what they come from is found by the expression.
        if len(result) > 1 and value is not None and value.__class__ is not bool:
            records[0].derivations.setdefault(id(result), (result, "printed", value))
        return result

    return concatenate, printed


def _watching(call: Callable[..., Any]) -> Callable[..., Any]:
    def watching(*arguments: Any) -> Any:
        for argument in arguments:
            if argument.__class__ is RootContext:
                TEMPLATE_READS[0] += 1
        return call(*arguments)

    return watching


def _format_s(value: Any) -> str:
    return sprintf("%s", (value,))


def _not_nil(value: Any) -> Any:
    if value is None:
        raise GoError("a nil interface is no map or list")
    return value


def _string(value: Any) -> str:
    if value.__class__ is not str:
        raise GoError("not a string")
    return value


def _template_field(value: Any) -> Any:
    TEMPLATE_READS[0] += 1
    return value.get("Template")


def _pairs(machine: Machine, value: Value) -> Iterable[tuple[Any, Any]]:
    """Give what `range` iterates over, as pairs of key and element. Source: exec.go, walkRange."""
    if isinstance(value, dict):
        machine.context.budget.tick(len(value))
        if value.__class__ is dict:
            return sorted(value.items())
        return [(key, value[key]) for key in sorted_keys(value)]
    if isinstance(value, (list, bytes)):
        machine.context.budget.tick(len(value))
        return list(enumerate(value))
    if value is None:
        return ()
    if isinstance(value, int) and value.__class__ is not bool:
        machine.context.budget.tick(max(value, 0))
        return [(None, index) for index in range(value)]
    raise GoError(f"range can't iterate over {go_type(value)}")


def _pairs_of_two(machine: Machine, value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, int):
        raise GoError("an integer has no keys")
    return _pairs(machine, value)
