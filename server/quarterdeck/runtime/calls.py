"""Arguments of template functions: Go's checks and conversions, for one value and as compiled wrappers.

Go knows two kinds of nil, both None here. A nil *interface* is what a field or element gives; an *invalid*
value is what a variable, a parenthesised pipeline or a piped value gives. Which one a None is depends on the
node that gave it, so callers say it (`is_interface_nil`). `checked` cannot know and takes every None for the
invalid one, which passes where a nil map or slice is wanted; for arguments that are fields, elements or dot
the code generator must look for None itself where the parameter's type is neither an interface nor
reflect.Value (`takes_interface_nil`).

Source: text/template exec.go (evalCall, evalArg, validateType).
"""

from __future__ import annotations

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


_WRAPPERS: dict[tuple[tuple[str, ...], bool], Callable[..., Callable[..., Any]]] = {}
"""Factories of wrappers by the shape of the function: parameters, and whether it takes the context."""


def checked(function: Function, bound: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Give a callable that tests its arguments as Go does and calls the function's own Python function.

    A function that takes the context gets it first, unchecked; `bound` is called instead where it is given,
    without context. Where nothing is to be tested the Python function itself is given. A wrong number of
    arguments is a TypeError: `check_count` words it as Go does.
    """
    params = tuple(canonical_type(param) for param in function.params)
    if all(param.removeprefix("...") in _EVERYTHING for param in params):
        return bound or function.call
    shape = (params, function.takes_context and bound is None)
    factory = _WRAPPERS.get(shape)
    if factory is None:
        factory = _WRAPPERS[shape] = _make_factory(params, takes_context=shape[1])
    return factory(bound or function.call, validate)


def _make_factory(params: tuple[str, ...], *, takes_context: bool) -> Callable[..., Callable[..., Any]]:
    """Compile a wrapper for functions with these parameters; no text from outside becomes source."""
    namespace: dict[str, Any] = {}
    names: list[str] = ["context"] if takes_context else []
    tests: list[str] = []
    for position, param in enumerate(params):
        name, plain = f"a{position}", param.removeprefix("...")
        names.append(name if plain == param else f"*{name}")
        if plain in _EVERYTHING:
            continue
        namespace[f"type{position}"] = plain
        namespace[f"class{position}"] = _EXACT_CLASSES.get(plain)
        is_exact = plain in _EXACT_CLASSES
        if plain != param:
            tests += _tests_of_rest(position, is_exact=is_exact)
        elif is_exact:
            tests += [
                f" if {name}.__class__ is not class{position}:",
                f"  {name} = validate({name}, type{position})",
            ]
        else:
            tests.append(f" {name} = validate({name}, type{position})")
    listed = ", ".join(names)
    lines = [
        "def make(call, validate):",
        f" def wrapper({listed}):",
        *(f" {test}" for test in tests),
        f"  return call({listed})",
        " return wrapper",
    ]
    exec("\n".join(lines), namespace)  # noqa: S102  the source is made of the names above alone
    return namespace["make"]


def _tests_of_rest(position: int, *, is_exact: bool) -> list[str]:
    """Give the lines that test the arguments of a variadic parameter."""
    convert = f"a{position} = [validate(item, type{position}) for item in a{position}]"
    if not is_exact:
        return [f" {convert}"]
    return [
        f" for item in a{position}:",
        f"  if item.__class__ is not class{position}:",
        f"   {convert}",
        "   break",
    ]
