"""Reads `.quarterdeck.yaml` by the types of its model: what is wrong is a finding, what is right counts."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    TypeGuard,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec.structs import replace

from quarterdeck.diagnostics.catalog import (
    BAD_SETTING,
    BAD_SETTINGS_FILE,
    KINDS,
    UNKNOWN_CODE,
    UNKNOWN_SETTING,
)
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.diagnostics.spelling import did_you_mean
from quarterdeck.settings.model import DEFAULTS, Doc, Ignore, ScenarioSettings, Settings, Written
from quarterdeck.settings.names import camel_case
from quarterdeck.settings.patterns import PatternError, compile_pattern
from quarterdeck.settings.views import NodeViewer, View, view_of_data
from quarterdeck.text.line_index import LineIndex
from quarterdeck.text.span import Span
from quarterdeck.yamldoc.parser import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_FILE_LENGTH: Final = 1_000_000
"""Code points of a settings file."""
_WRONG: Final[Any] = object()
"""What stands for a value that cannot be used."""
_KIND_NAMES: Final = {
    "map": "a map",
    "list": "a list",
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "nothing": "empty",
}


class Field:
    """One setting: its field, the name in files, the type of its value, and its text for users."""

    __slots__ = ("doc", "field", "name", "type")

    def __init__(self, field: str, type_: Any, doc: Doc) -> None:
        self.field = field
        self.name = camel_case(field)
        self.type = type_
        self.doc = doc


@cache
def fields_of(model: type[msgspec.Struct]) -> tuple[Field, ...]:
    """Give the settings of a class of the model, in its order."""
    hints = get_type_hints(model, include_extras=True)
    found: list[Field] = []
    for name in model.__struct_fields__:
        if get_origin(hints[name]) is Annotated:
            type_, doc = get_args(hints[name])[:2]
            found.append(Field(name, type_, doc))
    return tuple(found)


def is_struct(type_: Any) -> TypeGuard[type[msgspec.Struct]]:
    """Tell whether a type is a class of the model."""
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def read_settings(text: str, path: str) -> tuple[Settings, list[Finding]]:
    """Give the settings of a file and what is wrong with it, in order of place; never raises.

    `path` is the file's, absolute and with `/`: findings show it, and paths in the file are relative to its
    folder.
    """
    if len(text) > MAX_FILE_LENGTH:
        message = f"the file is longer than {MAX_FILE_LENGTH} characters and is not used"
        return DEFAULTS, [_finding(BAD_SETTINGS_FILE, Place(path), message, severity=Severity.HIGH)]
    index = LineIndex(text)

    def locate(span: Span) -> Place:
        line, column = index.position(span.start)
        end_line, end_column = index.position(span.end)
        return Place(path, line, column, end_line, end_column)

    stream = parse_yaml(text)
    documents = [one for one in stream.documents if one.root is not None or one.problem is not None]
    if not documents:
        return DEFAULTS, []
    first = documents[0]
    findings: list[Finding] = []
    settings = DEFAULTS
    if first.root is not None:
        viewer = NodeViewer(locate)
        reader = _Reader(Place(path))
        settings = reader.read(viewer.view(first.root))
        findings = reader.findings
        if viewer.has_more:
            message = "aliases multiply the file into more than can be read; the rest is not used"
            findings.append(_finding(BAD_SETTINGS_FILE, Place(path), message, severity=Severity.HIGH))
    if first.problem is not None:
        # What the damage made of the values around it says nothing by itself.
        problem = first.problem
        place = locate(Span(problem.offset, problem.offset))
        findings = [
            _finding(BAD_SETTINGS_FILE, place, problem.message, problem.proposal, severity=Severity.HIGH)
        ]
    if len(documents) > 1:
        place = locate(Span(documents[1].span.start, documents[1].span.start))
        message = "only the first document of a settings file counts"
        findings.append(_finding(BAD_SETTINGS_FILE, place, message, "Put all settings above the `---`."))
    return settings, sorted(findings, key=lambda one: (one.place, one.code, one.message))


def settings_from_data(data: Any) -> tuple[Settings, list[str]]:
    """Give the settings of an editor's configuration, plain data as JSON has it, and what is wrong with it.

    Settings that an editor cannot set, and names that are none of ours, are left alone: a client has settings
    of its own in the same section.
    """
    view = view_of_data(data)
    if view.kind == "nothing":
        return DEFAULTS, []
    known = {one.name for one in fields_of(Settings) if one.doc.in_editor}
    own = view._replace(
        entries=tuple(entry for entry in view.entries if entry[0] in known and entry[2].kind != "nothing")
    )
    reader = _Reader(Place("the editor's configuration"))
    settings = reader.read(own)
    return settings, [f"{one.message}. {one.proposal}".rstrip() for one in reader.findings]


class _Reader:
    """Reads one file or configuration and collects what is wrong; `whole` is where it stands."""

    def __init__(self, whole: Place) -> None:
        self.whole = whole
        self.findings: list[Finding] = []

    def read(self, view: View) -> Settings:
        """Give the settings that a map stands for."""
        if view.kind != "map":
            message = f"settings must be a map of names to values, not {_KIND_NAMES[view.kind]}"
            if view.kind != "nothing":
                self._report(BAD_SETTINGS_FILE, view.place, message, severity=Severity.HIGH)
            return DEFAULTS
        settings: Settings = self._struct(view, Settings, "", given=True)
        return self._checked(settings, view)

    def _struct(self, view: View, model: type[msgspec.Struct], path: str, *, given: bool = False) -> Any:
        """Read a map into a class of the model: unknown keys are told, wrong values left at the default."""
        if view.kind != "map":
            self._report_type(view, path, "a map")
            return _WRONG
        known = {one.name: one for one in fields_of(model)}
        values: dict[str, Any] = {}
        for key, place, value in view.entries:
            field = known.get(key)
            where = f"{path}.{key}" if path else key
            if field is None:
                self._report_unknown(key, place, where, known)
                continue
            if field.field in values:
                message = f"`{where}` is written twice; the last one counts"
                self._report(BAD_SETTING, place, message, "Delete one of them.")
            if value.kind == "nothing":
                continue  # as if it were not there
            read = self._value(value, field.type, where)
            if read is not _WRONG:
                values[field.field] = read
        if given:
            values["given"] = frozenset(values)
        return model(**values)

    def _value(self, view: View, type_: Any, path: str) -> Any:
        """Read a value of one type of the model."""
        origin, arguments = get_origin(type_), get_args(type_)
        if origin is UnionType:
            return self._union(view, arguments, path)
        if origin is tuple:
            return self._items(view, arguments[0], path)
        if origin is Literal:
            return self._choice(view, arguments, path)
        if origin is not None:  # a mapping
            return self._mapping(view, arguments[1], path)
        if is_struct(type_):
            read = self._struct(view, type_, path)
            return read if read is _WRONG else replace(read, place=view.place)
        if type_ is bool:
            return view.is_true if view.kind == "boolean" else self._report_type(view, path, "true or false")
        return self._text(view, type_, path)

    def _union(self, view: View, types: tuple[Any, ...], path: str) -> Any:
        wanted = [one for one in types if one is not NoneType]
        if bool in wanted:
            if view.kind == "boolean":
                return view.is_true
            if view.kind not in {"list", "text"}:
                return self._report_type(view, path, "true, false or a list")
            wanted.remove(bool)
        return self._value(view, wanted[0], path)

    def _items(self, view: View, type_: Any, path: str) -> Any:
        """Read a list; one item alone stands for a list of it."""
        is_text = type_ in {str, Written}
        if view.kind == "map" and is_text:
            return self._report_type(view, path, "a list of texts")
        views = view.items if view.kind == "list" else (view,)
        items: list[Any] = []
        for number, one in enumerate(views):
            where = f"{path}[{number}]" if view.kind == "list" else path
            if one.kind == "nothing":
                self._report_type(one, where, "a text" if is_text else "a map")
                continue
            item = self._value(one, type_, where)
            if item is not _WRONG:
                items.append(item)
        return tuple(items) if items or not views else _WRONG

    def _mapping(self, view: View, type_: Any, path: str) -> Any:
        if view.kind != "map":
            return self._report_type(view, path, "a map")
        entries: dict[str, Any] = {}
        for key, place, value in view.entries:
            where = f"{path}.{key}"
            if not key:
                self._report(BAD_SETTING, place, f"an entry of `{path}` has no name")
                continue
            if key in entries:
                self._report(BAD_SETTING, place, f"`{where}` is written twice; the last one counts")
            if is_struct(type_) and value.kind == "nothing":
                value = View("map", value.place)  # noqa: PLW2901 - a name alone is a scenario without values
            read = self._value(value, type_, where)
            if read is not _WRONG:
                entries[key] = replace(read, place=place) if is_struct(type_) else read
        return entries

    def _choice(self, view: View, choices: tuple[str, ...], path: str) -> Any:
        if view.text in choices:
            return view.text
        shown = ", ".join(choices)
        if view.kind in {"map", "list", "nothing"}:
            return self._report_type(view, path, f"one of {shown}")
        proposal = did_you_mean(view.text, choices, f"Choose from {shown}.")
        self._report(BAD_SETTING, view.place, f"`{path}` cannot be `{view.text}`", proposal)
        return _WRONG

    def _text(self, view: View, type_: Any, path: str) -> Any:
        """Read a text; a number counts as it is written, so that `1.30` needs no quotes."""
        if view.kind in {"map", "list", "nothing"}:
            return self._report_type(view, path, "a text")
        return Written(view.text, view.place) if type_ is Written else view.text

    # --- what the types do not say ---

    def _checked(self, settings: Settings, view: View) -> Settings:
        """Take out what has the right type and no meaning."""
        self._check_codes(view)
        discover = settings.discover
        return replace(
            settings,
            rules={code: level for code, level in settings.rules.items() if code in KINDS},
            ignore=tuple(filter(None, map(self._checked_ignore, settings.ignore))),
            discover=discover if isinstance(discover, bool) else self._usable(discover),
            scenarios={
                name: checked
                for name, one in settings.scenarios.items()
                if (checked := self._checked_scenario(one)) is not None
            },
        )

    def _check_codes(self, view: View) -> None:
        for key, _, value in view.entries:
            if key == "rules":
                for code, place, _ in value.entries:
                    self._check_code(code, place)
            elif key == "ignore":
                for item in value.items if value.kind == "list" else (value,):
                    for name, _, codes in item.entries:
                        if name == "codes":
                            for one in codes.items if codes.kind == "list" else (codes,):
                                self._check_code(one.text, one.place)

    def _check_code(self, code: str, place: Place | None) -> None:
        if code and code not in KINDS:
            proposal = did_you_mean(code, KINDS, "docs/findings.md lists the codes.")
            self._report(UNKNOWN_CODE, place, f"no finding has the code `{code}`", proposal)

    def _checked_ignore(self, ignore: Ignore) -> Ignore | None:
        paths = tuple(
            one.text for one in self._usable([Written(path, ignore.place) for path in ignore.paths])
        )
        codes = tuple(code for code in ignore.codes if code in KINDS)
        if (ignore.codes and not codes) or (ignore.paths and not paths):
            return None  # what it was for is not known, and ignoring more would hide something
        if not codes and not paths:
            message = "an entry of `ignore` that names neither codes nor paths is not used"
            self._report(BAD_SETTING, ignore.place, message, "Say what is to be ignored.")
            return None
        return replace(ignore, codes=codes, paths=paths)

    def _checked_scenario(self, scenario: ScenarioSettings) -> ScenarioSettings | None:
        charts = self._usable(scenario.charts)
        if scenario.charts and not charts:
            return None  # for no chart, rather than for all
        return replace(scenario, charts=charts)

    def _usable(self, patterns: tuple[Written, ...] | list[Written]) -> tuple[Written, ...]:
        """Give the patterns that can be used, and tell of the others."""
        usable: list[Written] = []
        for pattern in patterns:
            try:
                compile_pattern(pattern.text)
            except PatternError as error:
                self._report(BAD_SETTING, pattern.place, f"`{pattern.text}` is no pattern: {error}")
            else:
                usable.append(pattern)
        return tuple(usable)

    # --- findings ---

    def _report_unknown(self, key: str, place: Place | None, where: str, known: Mapping[str, Field]) -> None:
        proposal = did_you_mean(key, known, f"There are {', '.join(known)}.")
        self._report(UNKNOWN_SETTING, place, f"there is no setting `{where}`", proposal)

    def _report_type(self, view: View, path: str, wanted: str) -> Any:
        message = f"`{path}` must be {wanted}, not {_KIND_NAMES[view.kind]}"
        self._report(BAD_SETTING, view.place, message)
        return _WRONG

    def _report(
        self,
        code: str,
        place: Place | None,
        message: str,
        proposal: str = "",
        *,
        severity: Severity = Severity.MEDIUM,
    ) -> None:
        self.findings.append(_finding(code, place or self.whole, message, proposal, severity=severity))


def _finding(
    code: str, place: Place, message: str, proposal: str = "", *, severity: Severity = Severity.MEDIUM
) -> Finding:
    return Finding(code=code, severity=severity, place=place, message=message, proposal=proposal)
