"""Go values as Python objects.

| Go | Python |
| --- | --- |
| nil (invalid or nil interface) | None |
| bool | bool |
| string | str; bytes that are not UTF-8 are lone surrogates (`surrogateescape`) |
| float64 (every number of a YAML or JSON file) | float |
| int (constants, len, until, atoi, `int`) | int |
| int64 (`int64`, add, mul, div, mod, toDecimal, …) | Int64 |
| map[string]any | dict |
| []any | list |
| []string, []int, map[string]string, … | `GoList` / `GoMap` with another `go_type` |
| []byte | bytes |
| structs and named types with methods (time.Time, Capabilities, Files, semver.Version) | `GoStruct` subclasses |

Plain `dict`, `list`, `str`, `float` are exact classes in the values tree, so that hot code may test
`x.__class__ is str`; everything special is a subclass and takes the slow path.
"""

from __future__ import annotations

from typing import Any

from quarterdeck.runtime.goerror import GoError


class Int64(int):
    """Go's int64: prints and compares as an int, another type to `typeOf` and `eq` of kinds."""

    __slots__ = ()


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


class RootContext(dict[str, Any]):
    """The dot that a chart's files are executed with: Values, Release, Chart, Files, Capabilities, Subcharts, Template.

    One object for all files of one chart; `Template` is rewritten for each file. `template_reads` counts how often
    `Template` may have been read (by its name, or by a function that looks at the whole map), so that a
    result can be reused for another file only if it did not depend on it.
    """

    __slots__ = ("template_reads",)

    def __init__(self, items: Any = ()) -> None:
        super().__init__(items)
        self.template_reads = 0


class GoStruct:
    """A Go struct or named type with fields and methods, as templates see it.

    Subclasses set `go_type` and `kind` (Go's reflect.Kind: struct, ptr, slice, map, …), and answer `get`.
    Methods with arguments are called by `invoke`. Field access on values of the tree is `.get(name)` for maps and
    structs alike.
    """

    __slots__ = ()
    go_type = "struct {}"
    kind = "struct"

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
        """Give what `%v` prints (String() where the type has it)."""
        raise NotImplementedError
