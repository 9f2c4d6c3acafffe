"""Arguments of template functions: Go's checks and conversions, for one value and as wrappers.

Go knows two kinds of nil, both None here. A nil *interface* is what a field or element gives; an *invalid*
value is what a variable, a parenthesised pipeline or a piped value gives. Which one a None is depends on the
node that gave it, so callers say it (`is_interface_nil`). `checked` cannot know and takes every None for the
invalid one, which passes where a nil map or slice is wanted; for arguments that are fields, elements or dot
the code generator must look for None itself where the parameter's type is neither an interface nor
reflect.Value (`takes_interface_nil`).

Source: text/template exec.go (evalCall, evalArg, validateType).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from quarterdeck.gotmpl.nodes import Bool, Nil, Number, String
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import (
    LIST_TYPE,
    MAP_TYPE,
    can_be_nil,
    canonical_type,
    go_type,
    is_assignable,
    kind_of_type,
    zero_value,
)
from quarterdeck.runtime.values import GoInt, Int32, Int64, Uint, Uint8, Uint32, Uint64

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.runtime.signatures import Function

_EVERYTHING = frozenset({"interface {}", "reflect.Value"})

_EXACT_CLASSES: dict[str, type] = {
    "string": str,
    "int": int,
    "int64": Int64,
    "float64": float,
    "bool": bool,
    MAP_TYPE: dict,
    LIST_TYPE: list,
}
"""Go types whose values (nearly) always have one class: what a wrapper tests before it asks `validate`."""

_INTEGER_CLASSES: dict[str, type[GoInt]] = {
    "int64": Int64,
    "int32": Int32,
    "uint": Uint,
    "uint8": Uint8,
    "uint32": Uint32,
    "uint64": Uint64,
}


def validate(value: Any, type_name: str, *, is_interface_nil: bool = False) -> Any:
    """Give the value as a parameter of type `type_name` takes it.

    None becomes the nil map or slice of the type where Go allows an invalid value.

    Raises:
        GoError: the value does not have that type.
    """
    name = canonical_type(type_name)
    if name in _EVERYTHING:
        return value
    if value is None:
        if is_interface_nil:
            raise GoError(f"wrong type for value; expected {name}; got interface {{}}")
        if can_be_nil(name):
            return zero_value(name)
        raise GoError(f"invalid value; expected {name}")
    if is_assignable(value, name):
        return value
    raise GoError(f"wrong type for value; expected {name}; got {go_type(value)}")


def takes_interface_nil(type_name: str) -> bool:
    """Tell whether a nil that came from a field or element may be passed as `type_name`."""
    return canonical_type(type_name) in _EVERYTHING


def constant_argument(node: Bool | Number | String | Nil, type_name: str) -> Any:
    """Give a constant as a parameter of type `type_name` takes it: `1` becomes 1.0 for a float64.

    Raises:
        GoError: the constant does not fit.
    """
    name = canonical_type(type_name)
    if isinstance(node, Nil):
        if can_be_nil(name):
            return zero_value(name)
        raise GoError(f"cannot assign nil to {name}")
    if name in _EVERYTHING:
        return ideal_constant(node) if isinstance(node, Number) else node.value
    kind = kind_of_type(name)
    if kind == "bool":
        if isinstance(node, Bool):
            return node.value
        raise GoError(f"expected bool; found {constant_text(node)}")
    if kind == "string":
        if isinstance(node, String):
            return node.value
        raise GoError(f"expected string; found {constant_text(node)}")
    if kind.startswith("float"):
        if isinstance(node, Number) and node.float_value is not None:
            return node.float_value
        raise GoError(f"expected float; found {constant_text(node)}")
    if kind.startswith("uint"):
        if isinstance(node, Number) and node.int_value is not None and node.int_value >= 0:
            return _as_integer(node.int_value, name)
        raise GoError(f"expected unsigned integer; found {constant_text(node)}")
    if kind.startswith("int") and kind != "interface":
        if isinstance(node, Number) and node.int_value is not None and node.int_value < 1 << 63:
            return _as_integer(node.int_value, name)
        raise GoError(f"expected integer; found {constant_text(node)}")
    raise GoError(f"can't handle {constant_text(node)} for arg of type {name}")


def ideal_constant(node: Number) -> int | float | complex:
    """Give the value of a number where no type is asked for: an int, or a float64 if it is written as one.

    Raises:
        GoError: an integer is too large for int.

    Source: text/template exec.go, idealConstant.
    """
    text = node.text
    if node.is_complex:
        return complex(text.replace("_", "").replace("i", "j"))
    is_hexadecimal = len(text) > 2 and text[0] == "0" and text[1] in "xX" and not ("p" in text or "P" in text)
    if (
        node.float_value is not None
        and not is_hexadecimal
        and not node.is_char
        and any(mark in text for mark in ".eEpP")
    ):
        return node.float_value
    if node.int_value is None or node.int_value >= 1 << 63:
        raise GoError(f"{text} overflows int")
    return node.int_value


def constant_text(node: Bool | Number | String | Nil) -> str:
    """Give the constant as Go's messages show it."""
    if isinstance(node, Bool):
        return "true" if node.value else "false"
    if isinstance(node, String):
        return node.raw
    return node.text if isinstance(node, Number) else "nil"


def _as_integer(number: int, type_name: str) -> int:
    made = _INTEGER_CLASSES.get(type_name)
    return number if made is None else made(number)


def check_count(function: Function, count: int, *, is_piped: bool = False) -> None:
    """Refuse a call with `count` arguments (a piped one included) if the function takes another number.

    Raises:
        GoError: it does.
    """
    wanted = len(function.params)
    if function.is_variadic:
        if count < wanted - 1:
            written = count - is_piped
            raise GoError(
                f"wrong number of args for {function.name}: want at least {wanted - 1} got {written}"
            )
    elif count != wanted:
        raise GoError(f"wrong number of args for {function.name}: want {wanted} got {count}")


def parameter_type(function: Function, position: int) -> str:
    """Give the canonical Go type of the argument at the 0-based `position`."""
    params = function.params
    if function.is_variadic and position >= len(params) - 1:
        return canonical_type(params[-1][3:])
    return canonical_type(params[position])


def checked(function: Function, bound: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Give a callable that tests its arguments as Go does and calls the function's own Python function.

    A function that takes the context gets it first, unchecked; `bound` is called instead where it is given,
    without context. Where nothing is to be tested the Python function itself is given. A wrong number of
    arguments is a TypeError: `check_count` words it as Go does.
    """
    types = [canonical_type(param) for param in function.params]
    call = bound or function.call
    if all(name.removeprefix("...") in _EVERYTHING for name in types):
        return call
    tests = tuple([_test_of(name.removeprefix("...")) for name in types])
    if function.takes_context and bound is None:
        return _after_context(call, tests, is_variadic=function.is_variadic)
    if function.is_variadic:
        return _of_any_number(call, tests)
    return _WRAPPERS.get(len(tests), _of_fixed_number)(call, tests)


_Test = tuple[Any, str]
"""How one argument is tested: the class that needs no look, and Go's type; no type where anything will do."""


def _test_of(type_name: str) -> _Test:
    return (None, "") if type_name in _EVERYTHING else (_EXACT_CLASSES.get(type_name), type_name)


def _of_one(call: Callable[..., Any], tests: tuple[_Test, ...]) -> Callable[..., Any]:
    ((exact, type_name),) = tests

    def wrapper(argument: Any) -> Any:
        if argument.__class__ is not exact:
            argument = validate(argument, type_name)
        return call(argument)

    return wrapper


def _of_two(call: Callable[..., Any], tests: tuple[_Test, ...]) -> Callable[..., Any]:
    (first_exact, first_type), (second_exact, second_type) = tests

    def wrapper(first: Any, second: Any) -> Any:
        if first.__class__ is not first_exact:
            first = validate(first, first_type)
        if second.__class__ is not second_exact:
            second = validate(second, second_type)
        return call(first, second)

    def wrapper_of_first(first: Any, second: Any) -> Any:
        if first.__class__ is not first_exact:
            first = validate(first, first_type)
        return call(first, second)

    def wrapper_of_second(first: Any, second: Any) -> Any:
        if second.__class__ is not second_exact:
            second = validate(second, second_type)
        return call(first, second)

    if not first_type:
        return wrapper_of_second
    return wrapper if second_type else wrapper_of_first


def _of_fixed_number(call: Callable[..., Any], tests: tuple[_Test, ...]) -> Callable[..., Any]:
    def wrapper(*arguments: Any) -> Any:
        if len(arguments) != len(tests):
            raise TypeError(f"{len(tests)} arguments wanted, {len(arguments)} given")
        return call(*[_tested(argument, test) for argument, test in zip(arguments, tests, strict=True)])

    return wrapper


def _of_any_number(call: Callable[..., Any], tests: tuple[_Test, ...]) -> Callable[..., Any]:
    """Wrap a function whose last test is for each of the remaining arguments."""
    least = len(tests) - 1
    rest = tests[-1]
    exact, type_name = rest
    has_fixed = any(name for _, name in tests[:-1])

    def wrapper(*arguments: Any) -> Any:
        if len(arguments) < least:
            raise TypeError(f"{least} arguments wanted, {len(arguments)} given")
        if has_fixed:
            fixed = [_tested(argument, test) for argument, test in zip(arguments, tests[:-1], strict=False)]
            arguments = (*fixed, *arguments[least:])
        if type_name:
            for argument in arguments[least:]:
                if argument.__class__ is not exact:
                    tested = [_tested(argument, rest) for argument in arguments[least:]]
                    arguments = (*arguments[:least], *tested)
                    break
        return call(*arguments)

    return wrapper


def _after_context(
    call: Callable[..., Any], tests: tuple[_Test, ...], *, is_variadic: bool
) -> Callable[..., Any]:
    def wrapper(context: Any, *arguments: Any) -> Any:
        bound = partial(call, context)
        wrap = _of_any_number if is_variadic else _of_fixed_number
        return wrap(bound, tests)(*arguments)

    return wrapper


def _tested(argument: Any, test: _Test) -> Any:
    exact, type_name = test
    return argument if not type_name or argument.__class__ is exact else validate(argument, type_name)


_WRAPPERS: dict[int, Callable[[Callable[..., Any], tuple[_Test, ...]], Callable[..., Any]]] = {
    1: _of_one,
    2: _of_two,
}
"""What wraps a function of so many parameters without going through a list of them."""
