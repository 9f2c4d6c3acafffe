"""Fields, elements and lengths of Go values, with Go's errors.

Source: text/template exec.go (evalField) and funcs.go (index, length).
"""

from __future__ import annotations

from typing import Any, cast

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import element_type, go_kind, go_type, is_integer, kind_of_type, zero_value
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import GoMap, GoStruct, NamedInt, RootContext, Uint8, Values

VALUES_METHODS = frozenset({"AsMap", "Encode", "PathValue", "Table", "YAML"})
"""Fields of a common.Values that are method calls. Source: Helm pkg/chart/common/values.go."""


def field(receiver: Any, name: str) -> Any:
    """Give the field, map element or result of the method without parameters that `.name` means.

    None stands for a nil interface (an element that is missing or nil). A receiver that is None is an error
    here: it is a nil interface, not the invalid value of a nil variable, whose fields are nil themselves.
    Errors name the value's own type; what comes out of a map or list has the static type of its elements,
    which the caller knows.

    Raises:
        GoError: there is no such field, or the receiver is nil, or the method fails; the text is what Go says
            after the node.
    """
    if receiver.__class__ is dict:
        return receiver.get(name)
    if receiver is None:
        raise GoError(f"nil pointer evaluating interface {{}}.{name}")
    if isinstance(receiver, RootContext) and name == "Template":
        receiver.note_template_read()
    if isinstance(receiver, (Values, RootContext)):
        return call_values_method(receiver, name, ()) if name in VALUES_METHODS else receiver.get(name)
    if isinstance(receiver, GoMap):
        found = receiver.get(name)
        return _zero_element(receiver) if found is None else found
    if isinstance(receiver, (GoStruct, NamedInt)):
        return receiver.get(name)
    raise GoError(f"can't evaluate field {name} in type {go_type(receiver)}")


def field_with_arguments(receiver: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """Give the result of the method `.name` called with arguments.

    Raises:
        GoError: it is no method, or the arguments do not fit.
    """
    if isinstance(receiver, (Values, RootContext)) and name in VALUES_METHODS:
        return call_values_method(receiver, name, arguments)
    if isinstance(receiver, (GoStruct, NamedInt)):
        return receiver.invoke(name, arguments)
    if isinstance(receiver, dict):
        raise GoError(f"{name} is not a method but has arguments")
    return field(receiver, name)


def call_values_method(values: dict[str, Any], name: str, arguments: tuple[Any, ...]) -> Any:
    """Call a method of common.Values that a template can use.

    Raises:
        GoError: the arguments do not fit, or the method fails.
    """
    wanted = 0 if name in {"AsMap", "YAML"} else 1
    if len(arguments) != wanted:
        raise GoError(f"wrong number of args for {name}: want {wanted} got {len(arguments)}")
    if name == "AsMap":
        return values
    if name == "YAML":
        return _to_yaml(values)
    argument = arguments[0]
    expected = "io.Writer" if name == "Encode" else "string"
    if argument.__class__ is not str or name == "Encode":
        if argument is None:
            raise GoError(f"invalid value; expected {expected}")
        raise GoError(f"wrong type for value; expected {expected}; got {go_type(argument)}")
    if name == "Table":
        return _table(values, argument)
    return _path_value(values, argument)


def _to_yaml(values: dict[str, Any]) -> str:
    from quarterdeck.runtime.funcs.table import function_table  # noqa: PLC0415  the table imports this module

    return f"{function_table()['toYaml'].call(values)}\n"


def _table(values: dict[str, Any], path: str) -> dict[str, Any]:
    """Give the map at a dotted path. Source: Helm pkg/chart/common/values.go, Table."""
    table = values
    for part in path.split("."):
        found: Any = table.get(part)
        if found.__class__ is not dict and not isinstance(found, (Values, RootContext)):
            raise GoError(f"error calling Table: {quote(part)} is not a table")
        table = found
    return table


def _path_value(values: dict[str, Any], path: str) -> Any:
    """Give what stands at a dotted path and is no map. Source: Helm pkg/chart/common/values.go, PathValue."""
    if not path:
        raise GoError("error calling PathValue: YAML path cannot be empty")
    parents, point, last = path.rpartition(".")
    found: Any
    try:
        table = _table(values, parents) if point else values
        found = table[last]
    except (GoError, KeyError):
        found = {}
    if found.__class__ is dict:
        raise GoError(f"error calling PathValue: {quote(last)} is not a value")
    return found


def index(item: Any, *indexes: Any) -> Any:
    """Give the element of nested maps, slices and strings: `index x 1 "a"` is x[1]["a"].

    Raises:
        GoError: something on the way is nil, no container, or too short.
    """
    if item is None:
        raise GoError("index of untyped nil")
    for key in indexes:
        kind = item.__class__
        if kind is dict and key.__class__ is str:
            item = item.get(key)
        elif kind is list and key.__class__ is int and 0 <= key < len(item):
            item = item[key]
        else:
            item = _index(item, key)
    return item


def _index(item: Any, key: Any) -> Any:
    if item is None:
        raise GoError("index of nil pointer")
    kind = go_kind(item)
    if kind == "map":
        return _map_element(item, key)
    if kind not in {"slice", "string"}:
        raise GoError(f"can't index item of type {go_type(item).removeprefix('*')}")
    sequence = _to_bytes(item) if kind == "string" else item
    place = _index_number(key, len(sequence))
    if place == len(sequence):
        raise GoError(f"reflect: {'string' if kind == 'string' else 'slice'} index out of range")
    element = sequence[place]
    return Uint8(element) if isinstance(sequence, bytes) else element


def _map_element(item: Any, key: Any) -> Any:
    """Source: text/template funcs.go, prepareArg."""
    if key is None:
        raise GoError("value is nil; should be of type string")
    if key.__class__ is not str:
        raise GoError(f"value has type {go_type(key)}; should be string")
    if isinstance(item, RootContext) and key == "Template":
        item.note_template_read()
    found = cast("dict[str, Any]", item).get(key) if isinstance(item, dict) else item[key]
    return _zero_element(item) if found is None else found


def _zero_element(mapping: Any) -> Any:
    """Give what Go reads of a map for a key that is not there."""
    kind = kind_of_type(element_type(mapping))
    if kind == "string":
        return ""
    if kind == "bool":
        return False
    if kind == "float64":
        return 0.0
    if kind == "int":
        return 0
    return zero_value(element_type(mapping))


def _index_number(key: Any, largest: int) -> int:
    """Source: text/template funcs.go, indexArg."""
    if key is None:
        raise GoError("cannot index slice/array with nil")
    if not is_integer(key):
        raise GoError(f"cannot index slice/array with type {go_type(key)}")
    number = int(key)
    if number < 0 or number > largest:
        raise GoError(f"index out of range: {number}")
    return number


def length(item: Any, *, is_interface_nil: bool = False) -> int:
    """Give the number of elements, or of a string's bytes.

    `is_interface_nil` tells that a None came from a field or element: Go words that error otherwise than that
    of a nil variable.

    Raises:
        GoError: the item has no length.
    """
    if item.__class__ is str:
        return len(item) if item.isascii() else len(_to_bytes(item))
    if isinstance(item, (dict, list, bytes)):
        return len(item)  # pyright: ignore[reportUnknownArgumentType]  elements do not matter
    if item is None:
        if is_interface_nil:
            raise GoError("len of nil pointer")
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    if go_kind(item) in {"map", "slice"}:
        return len(item)
    raise GoError(f"len of type {go_type(item).removeprefix('*')}")


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
