"""Violations of a values.schema.json in Helm's words, and in the order and nesting that Helm gives them.

Source: github.com/santhosh-tekuri/jsonschema v6, kind/kind.go, output.go and validator.go.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jsonschema_rs import ValidationError

Location = tuple[str | int, ...]

_CHILD_BY_NAME = {"properties", "dependentSchemas", "dependencies", "patternProperties"}
_CHILD_OF_INSTANCE = {
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "patternProperties",
    "properties",
}
_BRANCHES = {"allOf", "anyOf", "oneOf"}
_REFERENCES = {"$ref", "$dynamicRef", "$recursiveRef"}
_FIRST_ALONE = ("type", "const", "enum", "format")
"""Keywords whose failure ends the look at a value, the first first."""
MASK = "***"
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(slots=True)
class Violation:
    """One node of Helm's report: what is wrong with the value at `location`, and the reasons below it."""

    location: Location
    text: str
    causes: list[Violation] = field(default_factory=list["Violation"])
    keyword: str = ""
    names: tuple[str, ...] = ()
    """Keys that must not be there."""

    def leaves(self) -> Iterable[Violation]:
        """Give the innermost reasons, choices (`anyOf`, `oneOf`) as a whole."""
        if self.keyword in {"", "allOf", "$ref"} and self.causes:
            for cause in self.causes:
                yield from cause.leaves()
        else:
            yield self


def explain_violations(errors: Sequence[ValidationError], subject: Subject) -> list[Violation]:
    """Give the violations at the top of Helm's report."""
    root = _Node((), "")
    for error in errors:
        root.add(error, error.evaluation_path, 0)
    found = root.finish(subject)
    return [] if found is None else found.causes if found.keyword == "" and found.causes else [found]


def format_violations(violations: Sequence[Violation], indent: int = 0) -> str:
    """Write violations as Helm prints them, a line each."""
    lines: list[str] = []
    for one in violations:
        lines.append(f"{'  ' * indent}- at {quote_name(pointer(one.location))}: {one.text}")
        if one.causes:
            lines.append(format_violations(one.causes, indent + 1))
    return "\n".join(lines)


class NumberText(str):
    """A number as a schema writes it."""

    __slots__ = ()


def read_schema_words(text: str) -> Any:
    """Give a schema with its numbers as they are written; the text must be JSON."""
    return json.loads(text, parse_float=NumberText, parse_int=NumberText)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was checked: the values as JSON has them, and the schema from `read_schema_words`."""

    values: Any
    schema: Any

    def is_secret(self, location: Location) -> bool:
        """Tell by the names on the way to a value whether it must not be shown."""
        return any(isinstance(part, str) and _sounds_secret(part) for part in location)

    def value_at(self, location: Sequence[str | int]) -> Any:
        """Give the value at a location."""
        return _walk(self.values, location)

    def schema_at(self, path: Sequence[str | int]) -> Any:
        """Give a part of the schema; None where the path leads out of it."""
        return _walk(self.schema, path)


def _walk(tree: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


_SECRET_WORDS = ("pass", "secret", "token", "credential", "private", "apikey", "api_key", "accesskey")


def _sounds_secret(name: str) -> bool:
    folded = name.casefold().replace("-", "")
    return any(word in folded for word in _SECRET_WORDS)


class _Node:
    """The errors of one schema about one value, on the way to being put into Helm's nesting."""

    def __init__(self, location: Location, keyword: str) -> None:
        self.location = location
        self.keyword = keyword
        self.errors: list[ValidationError] = []
        self.children: dict[Any, _Node] = {}

    def add(self, error: ValidationError, path: Sequence[str | int], depth: int) -> None:
        """Sort an error in by the rest of `path`; `depth` keys of its value's location are this node's."""
        if len(path) <= 1:
            self.errors.append(error)
            return
        keyword = path[0]
        inner_depth = depth + (keyword in _CHILD_OF_INSTANCE)
        is_indexed = len(path) > 2 and isinstance(path[1], int)
        taken = 2 if keyword in _CHILD_BY_NAME or keyword in _BRANCHES or is_indexed else 1
        location = tuple(error.instance_path[:inner_depth])
        if keyword in _BRANCHES:
            group = self.children.setdefault(keyword, _Node(location, str(keyword)))
            node = group.children.setdefault(path[1], _Node(location, ""))
        else:
            kind = "$ref" if keyword in _REFERENCES else ""
            node = self.children.setdefault((*path[:taken], *location[depth:]), _Node(location, kind))
        node.add(error, path[taken:], inner_depth)

    def finish(self, subject: Subject) -> Violation | None:
        """Give this schema's verdict; several reasons become a group."""
        causes = _own_violations(self.errors, subject)
        if not (causes and causes[0].keyword in _FIRST_ALONE):
            for child in self.children.values():
                found = child.finish(subject)
                if found is not None:
                    causes.append(found)
        if self.keyword == "allOf":
            return Violation(self.location, "'allOf' failed", causes, "allOf")
        if self.keyword == "$ref" and len(causes) == 1 and causes[0].keyword == "" and causes[0].causes:
            causes = causes[0].causes
        if len(causes) > 1:
            return Violation(self.location, "validation failed", causes, self.keyword)
        return causes[0] if causes else None


def _own_violations(errors: Sequence[ValidationError], subject: Subject) -> list[Violation]:
    by_keyword: dict[str, list[ValidationError]] = {}
    for error in errors:
        by_keyword.setdefault(error.kind.name, []).append(error)
    for keyword in _FIRST_ALONE:
        if keyword in by_keyword:
            return [_describe(by_keyword[keyword][0], subject)]
    violations: list[Violation] = []
    for keyword, group in by_keyword.items():
        if keyword == "required":
            violations.extend(_missing(group, subject))
        elif keyword == "unevaluatedProperties":
            location = tuple(group[0].instance_path)
            names: Any = group[0].kind.value
            violations.extend(Violation((*location, name), "false schema", keyword=keyword) for name in names)
        else:
            violations.extend(_describe(error, subject) for error in group)
    return violations


def _missing(errors: Sequence[ValidationError], subject: Subject) -> Iterator[Violation]:
    """Join errors about missing keys, by the keyword that wants them."""
    location: Location = tuple(errors[0].instance_path)
    plain = [str(error.kind.value) for error in errors if error.evaluation_path[-1] == "required"]
    if plain:
        word = "property" if len(plain) == 1 else "properties"
        yield Violation(location, f"missing {word} {', '.join(map(quote_name, plain))}", keyword="required")
    present: Any = subject.value_at(location)
    for keyword in ("dependencies", "dependentRequired"):
        paths = [error.schema_path for error in errors if error.evaluation_path[-1] == keyword]
        wanted: dict[str, Any] = subject.schema_at(paths[0]) if paths else {}
        for name, needed in wanted.items():
            if name in present and needed.__class__ is list:
                missing = [one for one in needed if one not in present]
                text = (
                    f"properties {', '.join(map(quote_name, missing))} required, if {quote_name(name)} exists"
                )
                if missing:
                    yield Violation(location, text, keyword=keyword)


def _describe(error: ValidationError, subject: Subject) -> Violation:
    location: Location = tuple(error.instance_path)
    kind: Any = error.kind
    keyword: str = kind.name
    if keyword in {"anyOf", "oneOf"}:
        return _describe_choice(error, location, subject)
    shown = MASK if subject.is_secret(location) else display(error.instance)
    value: Any = kind.value
    match keyword:
        case "type":
            text = f"got {json_type(error.instance)}, want {' or '.join(sorted(value))}"
        case "enum":
            wanted = ", ".join(map(display, subject.schema_at(error.schema_path) or value))
            if any(isinstance(one, dict | list) for one in value):
                text = "'enum' failed"
            else:
                text = f"value must be {wanted if len(value) == 1 else f'one of {wanted}'}"
        case "const":
            is_plain = not isinstance(value, dict | list)
            text = f"value must be {display(subject.schema_at(error.schema_path))}"
            if not is_plain:
                text = "'const' failed"
        case "format":
            text = f"{shown} is not valid {value}"
        case "additionalProperties":
            text = f"additional properties {', '.join(map(quote_name, value))} not allowed"
            return Violation(location, text, keyword=keyword, names=tuple(value))
        case "pattern":
            text = f"{shown} does not match pattern {quote_name(value)}"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf":
            got = MASK if subject.is_secret(location) else english_float(error.instance)
            text = f"{keyword}: got {got}, want {english_float(value)}"
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties":
            sized: Any = error.instance
            text = f"{keyword}: got {len(sized):,}, want {int(value):,}"
        case "uniqueItems":
            text = f"items at {_equal_items(error.instance)} are equal"
        case "contains":
            text = "no items match contains schema"
        case "not":
            text = "'not' failed"
        case "falseSchema" if error.evaluation_path[-1:] == ["additionalProperties"]:
            names = sorted(subject.value_at(location) or ())
            text = f"additional properties {', '.join(map(quote_name, names))} not allowed"
            return Violation(location, text, keyword="additionalProperties", names=tuple(names))
        case "falseSchema" | "unevaluatedItems":
            text = "false schema"
        case "propertyNames":
            inner: ValidationError = value
            name = quote_name(str(inner.instance))
            cause = _describe(inner, subject)
            cause.location = ()  # the name is checked as a value of its own
            return Violation(location, f"invalid propertyName {name}", [cause], keyword)
        case _:
            text = f"{quote_name(keyword)} failed"
    return Violation(location, text, keyword=keyword)


def _describe_choice(error: ValidationError, location: Location, subject: Subject) -> Violation:
    kind: Any = error.kind
    branches: list[list[ValidationError]] = kind.context
    skip = len(error.evaluation_path)
    causes: list[Violation] = []
    for branch in branches:
        node = _Node(location, "")
        for inner in branch:
            node.add(inner, inner.evaluation_path[skip + 1 :], len(location))
        found = node.finish(subject)
        if found is not None:
            causes.append(found)
    if kind.name == "anyOf":
        return Violation(location, "'anyOf' failed", causes, "anyOf")
    if causes:
        return Violation(location, "'oneOf' failed, none matched", causes, "oneOf")
    matched = [str(index) for index, branch in enumerate(branches) if not branch][:2]
    return Violation(location, f"'oneOf' failed, subschemas {', '.join(matched)} matched", keyword="oneOf")


def json_type(value: Any) -> str:
    """Give the JSON type of a value by its name."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "number"


def display(value: Any) -> str:
    """Print a plain value as the validator does."""
    if isinstance(value, NumberText):
        return value
    if isinstance(value, str):
        return quote_name(value)
    if isinstance(value, dict | list):
        return "value"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def english_float(number: Any) -> str:
    """Print a float64 as English text: `70,000`, `1.5×10⁰⁶`.

    Source: golang.org/x/text/message print.go, fmtFloat; internal/number/format.go.
    """
    value = Decimal(repr(float(number))).normalize()
    if not value or -5 < value.adjusted() < 6:
        return f"{value + 0:,f}"
    digits, _, exponent = f"{value:e}".partition("e")
    sign = "⁻" if exponent.startswith("-") else ""
    raised = exponent.lstrip("+-").rjust(2, "0").translate(_SUPERSCRIPT)
    return f"{digits}×10{sign}{raised}"


def quote_name(text: str) -> str:
    """Put a text in single quotes, as the validator does."""
    inner = quote(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def pointer(location: Location) -> str:
    """Write a location as a JSON pointer."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def _equal_items(items: Any) -> str:
    for last, item in enumerate(items):
        for first in range(last):
            if items[first] == item:
                return f"{first} and {last}"
    return "0 and 1"
