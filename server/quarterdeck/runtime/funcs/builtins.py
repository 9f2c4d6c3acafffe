"""The functions of text/template itself.

`and` and `or` stop at the first argument that decides; both tiers see to that and evaluate no more. What is
registered here takes arguments that are evaluated already. `slice` is missing: Sprig has another one.

Source: text/template funcs.go, builtins.
"""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime import access, compare, escapes, printing
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_type
from quarterdeck.runtime.signatures import function

_COMPARISON = "func(reflect.Value, reflect.Value) (bool, error)"

function("eq", "func(reflect.Value, ...reflect.Value) (bool, error)")(compare.equal)
function("ne", _COMPARISON)(compare.not_equal)
function("lt", _COMPARISON)(compare.less)
function("le", _COMPARISON)(compare.less_or_equal)
function("gt", _COMPARISON)(compare.greater)
function("ge", _COMPARISON)(compare.greater_or_equal)
function("index", "func(reflect.Value, ...reflect.Value) (reflect.Value, error)")(access.index)


@function("and", "func(reflect.Value, ...reflect.Value) reflect.Value")
def conjunction(first: Any, *others: Any) -> Any:
    """Give the first argument that is false, or the last."""
    for other in others:
        if not first:
            break
        first = other
    return first


@function("or", "func(reflect.Value, ...reflect.Value) reflect.Value")
def disjunction(first: Any, *others: Any) -> Any:
    """Give the first argument that is true, or the last."""
    for other in others:
        if first:
            break
        first = other
    return first


@function("not", "func(reflect.Value) bool")
def negation(value: Any) -> bool:
    """Tell whether the value is false."""
    return not value


@function("len", "func(reflect.Value) (int, error)")
def length(value: Any) -> int:
    """Give the number of elements or bytes.

    Raises:
        GoError: the value has no length; a nil from a field has other words, see `access.length`.
    """
    return access.length(value)


@function("print", "func(...interface {}) string")
def print_all(*values: Any) -> str:
    """Give fmt.Sprint of the values."""
    return printing.sprint(values)


@function("println", "func(...interface {}) string")
def print_line(*values: Any) -> str:
    """Give fmt.Sprintln of the values."""
    return printing.sprintln(values)


@function("printf", "func(string, ...interface {}) string")
def print_formatted(layout: str, *values: Any) -> str:
    """Give fmt.Sprintf of the values."""
    return printing.sprintf(layout, values)


@function("html", "func(...interface {}) string")
def html(*values: Any) -> str:
    """Give the values printed and escaped for HTML."""
    return escapes.escape_html(_evaluated(values))


@function("js", "func(...interface {}) string")
def javascript(*values: Any) -> str:
    """Give the values printed and escaped for JavaScript."""
    return escapes.escape_javascript(_evaluated(values))


@function("urlquery", "func(...interface {}) string")
def url_query(*values: Any) -> str:
    """Give the values printed and escaped for the query of a URL."""
    return escapes.escape_query(_evaluated(values))


@function("call", "func(reflect.Value, ...reflect.Value) (reflect.Value, error)")
def call(target: Any, *_arguments: Any) -> Any:
    """Refuse: no value that a template can reach is a function.

    Raises:
        GoError: always; the interpreter puts the target's source text in place of `<target>`.
    """
    if target is None:
        raise GoError("call of nil")
    raise GoError(f"non-function <target> of type {go_type(target)}")


def _evaluated(values: tuple[Any, ...]) -> str:
    """Print the values, nil as `{{ nil }}` does. Source: text/template funcs.go, evalArgs."""
    if len(values) == 1 and values[0].__class__ is str:
        return values[0]
    return printing.sprint([printing.NO_VALUE if value is None else value for value in values])
