"""Go values as Python objects.

| Go | Python |
| --- | --- |
| nil (invalid or nil interface) | None |
| bool | bool |
| string | str; bytes that are not UTF-8 are lone surrogates (`surrogateescape`) |
| float64 (every number of a YAML or JSON file) | float |
| int (constants, len, until, atoi, `int`) | int |
| int64 (`int64`, add, mul, div, mod, toDecimal, …) | Int64 |
| the other integer types (a byte of a string, fields of a version) | `GoInt` subclasses |
| named integers with methods (time.Duration) | `NamedInt` subclasses |
| map[string]any | dict |
| common.Values (`.Values`, `.Template`, the root context) | `Values`, `RootContext` |
| []any | list |
| []string, []int, map[string]string, … | `GoList` / `GoMap` with another `go_type` |
| nil maps and slices that have a type | `NilMap`, `NilList` |
| []byte | bytes |
| complex128 (constants such as `1i`) | complex |
| structs and named types with methods (time.Time, Capabilities, Files, …) | `GoStruct` subclasses |

Plain `dict`, `list`, `str`, `float` are exact classes in the values tree, so that hot code may test
`x.__class__ is str`; everything special is a subclass and takes the slow path. Every object's truth in Python
is Go's truth (`template.IsTrue`): zero, empty strings and containers and nil are false, structs are true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values
    from collections.abc import Callable, Iterator


class GoInt(int):
    """An integer of another Go type than int; the caller keeps it in that type's range."""

    __slots__ = ()
    go_type: ClassVar[str]
    kind: ClassVar[str]
    """Go's reflect.Kind; those that start with `u` are unsigned."""


class Int64(GoInt):
    """Go's int64: prints and compares as an int, another type to `typeOf` and to parameters."""

    __slots__ = ()
    go_type = kind = "int64"


class Int32(GoInt):
    """Go's int32."""

    __slots__ = ()
    go_type = kind = "int32"


class Uint(GoInt):
    """Go's uint."""

    __slots__ = ()
    go_type = kind = "uint"


class Uint8(GoInt):
    """Go's uint8, a byte: what `index` gives of a string."""

    __slots__ = ()
    go_type = kind = "uint8"


class Uint32(GoInt):
    """Go's uint32."""

    __slots__ = ()
    go_type = kind = "uint32"


class Uint64(GoInt):
    """Go's uint64."""

    __slots__ = ()
    go_type = kind = "uint64"


class NamedInt(GoInt):
    """An integer type with a name and methods, such as time.Duration.

    Subclasses set `go_type` and `kind`, and answer `get`, `invoke` and `format` as `GoStruct` does.
    """

    __slots__ = ()
    go_type = kind = "int64"

    def get(self, name: str) -> Any:
        """Give the result of a method without parameters.

        Raises:
            GoError: there is no such method.
        """
        raise GoError(f"can't evaluate field {name} in type {self.go_type}")

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method with arguments.

        Raises:
            GoError: there is no such method, or the arguments do not fit.
        """
        if not arguments:
            return self.get(name)
        raise GoError(f"can't evaluate field {name} in type {self.go_type}")

    def format(self) -> str:
        """Give what its String() returns."""
        return int.__repr__(self)


class GoList(list[Any]):
    """A slice whose elements have one Go type, such as `[]string`."""

    __slots__ = ("go_type",)

    def __init__(self, items: Any = (), go_type: str = "[]string") -> None:
        super().__init__(items)
        self.go_type = go_type


class GoMap(dict[str, Any]):
    """A map with another type than map[string]interface {}, such as `map[string]string`."""

    __slots__ = ("go_type",)

    def __init__(self, items: Any = (), go_type: str = "map[string]string") -> None:
        super().__init__(items)
        self.go_type = go_type


class Values(dict[str, Any]):
    """A common.Values: the `.Values` of a chart, and `.Template`; maps inside them are plain.

    Fields named as one of its methods (`access.VALUES_METHODS`) are method calls, not keys.
    """

    __slots__ = ()
    go_type: ClassVar[str] = "common.Values"


class NilMap(GoMap):
    """A map that is nil: empty to every reader, and an error to whoever writes into it."""

    __slots__ = ()

    def __init__(self, go_type: str = "map[string]interface {}") -> None:
        super().__init__((), go_type)

    def json_value(self) -> None:
        """Give what JSON and `toYaml` write: null."""

    def __setitem__(self, _key: str, _value: Any) -> None:
        raise GoError("assignment to entry in nil map")

    def setdefault(self, _key: str, _default: Any = None, /) -> Any:
        """Refuse.

        Raises:
            GoError: always.
        """
        raise GoError("assignment to entry in nil map")


class NilList(GoList):
    """A slice that is nil: `null` in JSON, otherwise like an empty one."""

    __slots__ = ()

    def __init__(self, go_type: str = "[]interface {}") -> None:
        super().__init__((), go_type)

    def json_value(self) -> None:
        """Give what JSON and `toYaml` write: null."""


TEMPLATE_READS: list[int] = [0]
"""How often field `Template` of any dot may have been read: the renderer compares before and after."""


class RootContext(dict[str, Any]):
    """The dot that a chart's files are executed with: Values, Release, Chart, Files, Template and so on.

    One object for all files of one chart; `Template` is rewritten for each file. A result that did not read
    it serves other files too, so whatever looks at the whole map counts in `TEMPLATE_READS`. `get` does not,
    being how fields are read: who reads `Template` by it counts with `note_template_read`.
    """

    __slots__ = ("_containers", "known")
    go_type: ClassVar[str] = "common.Values"

    known: frozenset[int]
    """Identities of containers whose content is known to be among them too: a chart's own defaults."""

    def containers(self) -> frozenset[int]:
        """Give the identities of all maps and lists that can be reached from here; worked out once.

        Renderings undo what templates write, so the answer holds for the next one too.
        """
        try:
            return self._containers
        except AttributeError:
            known: frozenset[int] = getattr(self, "known", frozenset())
            self._containers = known | find_containers(self, known)
            return self._containers

    def look_again(self) -> None:
        """Forget what `containers` gave: the chart whose defaults were known may be gone."""
        self.known = frozenset()
        self._containers = find_containers(self)

    @staticmethod
    def note_template_read() -> None:
        """Count one possible read of `Template`."""
        TEMPLATE_READS[0] += 1

    def __iter__(self) -> Iterator[str]:
        TEMPLATE_READS[0] += 1
        return super().__iter__()

    def __getitem__(self, key: str) -> Any:
        TEMPLATE_READS[0] += 1
        return super().__getitem__(key)

    def keys(self) -> dict_keys[str, Any]:
        """Give the keys, counting a possible read."""
        TEMPLATE_READS[0] += 1
        return super().keys()

    def values(self) -> dict_values[str, Any]:
        """Give the values, counting a possible read."""
        TEMPLATE_READS[0] += 1
        return super().values()

    def items(self) -> dict_items[str, Any]:
        """Give keys and values, counting a possible read."""
        TEMPLATE_READS[0] += 1
        return super().items()

    def copy(self) -> dict[str, Any]:
        """Give a plain copy, counting a possible read."""
        TEMPLATE_READS[0] += 1
        return super().copy()


Value: TypeAlias = "dict[str, Any] | list[Any] | GoStruct | bytes | str | float | complex | None"
"""A Go value as the table above has it."""

plain_get: Callable[[dict[Any, Any], Any], Any] = dict[Any, Any].get
"""Looks a key up as no template does: of a chart's dot too, no read is counted."""

_CONTAINERS: tuple[type[Any], ...] = (dict, list)


def find_containers(root: dict[str, Any] | list[Any], known: frozenset[int] = frozenset()) -> frozenset[int]:
    """Give the identities of a container and of all maps and lists that can be reached from it.

    Those in `known` are left out, and not looked into: all that they hold is in `known` too.
    """
    found = {id(root)}
    waiting: list[dict[str, Any] | list[Any]] = [root]
    while waiting:
        container = waiting.pop()
        for value in container.values() if isinstance(container, dict) else container:
            kind: type[Any] = value.__class__
            if kind is str or kind is float or kind is bool or value is None:
                continue
            if isinstance(value, _CONTAINERS):
                identity = id(value)
                if identity not in known and identity not in found:
                    found.add(identity)
                    waiting.append(value)
    return frozenset(found)


class GoStruct:
    """A Go struct or named type with fields and methods, as templates see it.

    Subclasses set `go_type` and `kind` (Go's reflect.Kind: struct, ptr, slice, map, …), and answer `get`.
    Methods with arguments are called by `invoke`. Field access on values of the tree is `.get(name)` for maps
    and structs alike. Those of kind map or slice define `__len__`, for truth and `len`, and `__getitem__`,
    for `index`. `is_stringer` tells whether the type itself has String() or Error(), so that `fmt` calls it;
    otherwise `fmt` prints `fields`.
    """

    __slots__ = ()
    go_type: ClassVar[str] = "struct {}"
    kind: ClassVar[str] = "struct"
    is_stringer: ClassVar[bool] = True

    def get(self, name: str) -> Any:
        """Give a field, or the result of a method without parameters.

        Raises:
            GoError: there is no such field or method.
        """
        raise GoError(f"can't evaluate field {name} in type {self.go_type}")

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method with arguments.

        Raises:
            GoError: there is no such method, or the arguments do not fit.
        """
        if not arguments:
            return self.get(name)
        raise GoError(f"{name} is not a method but has arguments")

    def format(self) -> str:
        """Give what `{{ value }}` prints: String() where the type or its pointer has it."""
        raise NotImplementedError

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give its fields in declared order, for `fmt` (where `is_stringer` is false)."""
        return ()

    def go_string(self) -> str | None:
        """Give what its GoString() returns, for `%#v`; None where the type has none."""
        return None

    def marshal(self) -> Any:
        """Give what encoding/json makes of it: a plain value, or a dict in the order of the fields."""
        return dict(self.fields())

    def json_value(self) -> Any:
        """Give what `toYaml` writes, which goes through JSON."""
        return self.marshal()
