"""Checks values against values.schema.json, without any network.

The one module that knows jsonschema-rs. Source: Helm pkg/chart/common/util/jsonschema.go.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.problems import (
    BAD_SCHEMA,
    SCHEMA_VIOLATION,
    UNREACHABLE_SCHEMA,
    stop,
    warn,
)
from quarterdeck.chart.schema_words import (
    Location,
    Subject,
    Violation,
    explain_violations,
    format_violations,
    read_schema_words,
)
from quarterdeck.chart.yaml_places import YamlPlaces
from quarterdeck.diagnostics.model import Finding, Place, Severity
from quarterdeck.runtime.jsondecode import decode_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.instances import ChartInstance
    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.origins import ValueOrigins

HELM_PREFIX = "values don't meet the specifications of the schema(s) in the following chart(s):\n"
_BASE = "file:///values.schema.json"
_BAD_SCHEMA = "values.schema.json is not a valid schema: "
_NEWEST_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_KNOWN_DRAFT = re.compile(
    r"https?://json-schema\.org/(?:schema|draft-0[467]/schema|draft/20(?:19-09|20-12)/schema)#?"
)
"""Names of the language's own versions, in spellings that the library takes for addresses; Helm knows them
all, the first as the latest. Source: santhosh-tekuri/jsonschema draft.go, draftFromURL."""


@dataclass(slots=True)
class _Compiled:
    """A schema made ready: its validator, or why there is none, and what it refers to and we do not fetch."""

    validator: Any = None
    wants_integers: bool = False
    """Whether an integer must be written as one, as in the fourth draft: 5.0 is none."""
    helm_error: str = ""
    damages: list[tuple[Location, str]] = field(default_factory=list[tuple[Location, str]])
    """What is wrong with the schema itself, and where in it."""
    unreachable: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What one chart's schema says: Helm's text, and our findings without it."""

    chart: Chart
    helm_text: str
    violations: tuple[tuple[Location, Violation], ...] = ()
    """Paths below the outermost chart's values, and what is wrong there."""
    damages: tuple[tuple[Location, str], ...] = ()
    """Paths in the schema, and what is wrong with it there."""


def check_schemas(root: ChartInstance, values: dict[str, Any], origins: ValueOrigins) -> list[Finding]:
    """Check the merged values against the schemas of the chart and of its enabled sub-charts.

    Helm reports all schemas in one message, which every critical finding here has.
    """
    reports = list(_reports(root, values, ()))
    helm = HELM_PREFIX + "".join(report.helm_text for report in reports)
    findings: list[Finding] = []
    for report in reports:
        for path, message in report.damages:
            findings.append(stop(BAD_SCHEMA, _schema_place(report.chart, path), message, helm=helm))
        for path, violation in report.violations:
            findings.append(_violation_finding(path, violation, origins, report.chart, helm))
    findings.extend(_unreachable_findings(root))
    return findings


def make_schemas_ready(chart: Chart) -> None:
    """Compile the schemas of a chart and its sub-charts, which is then not done when values are checked."""
    if chart.schema_file is not None:
        _compile(chart)
    for sub in chart.dependencies:
        make_schemas_ready(sub)


def has_schema(instance: ChartInstance) -> bool:
    """Tell whether the chart or any enabled sub-chart has a schema."""
    return instance.chart.schema_file is not None or any(map(has_schema, instance.dependencies))


def _reports(instance: ChartInstance, values: dict[str, Any], path: tuple[str, ...]) -> Iterator[_Report]:
    """Check one chart, then its sub-charts. Source: jsonschema.go, ValidateAgainstSchema."""
    chart = instance.chart
    if chart.schema_file is not None:
        report = _check_one(instance, values, path)
        if report is not None:
            yield report
    for sub in instance.dependencies:
        section: Any = values.get(sub.name)
        if section.__class__ is dict:
            yield from _reports(sub, section, (*path, sub.name))


def _check_one(instance: ChartInstance, values: dict[str, Any], path: tuple[str, ...]) -> _Report | None:
    chart = instance.chart
    compiled = _compile(chart)
    head = f"{instance.name}:\n"
    if compiled.validator is None:
        text = head + compiled.helm_error
        return _Report(chart=chart, helm_text=text, damages=tuple(compiled.damages))
    if compiled.wants_integers:
        # Helm prints values before it checks them, and then 5.0 is 5.
        values = _with_integers(values)
    if compiled.validator.is_valid(values):
        return None
    errors = list(compiled.validator.iter_errors(values))
    schema = read_schema_words(_schema_text(chart.schema or b""))
    violations = explain_violations(errors, Subject(values, schema))
    leaves = tuple(((*path, *leaf.location), leaf) for violation in violations for leaf in violation.leaves())
    helm_text = f"{head}{format_violations(violations)}\n"
    return _Report(chart=chart, helm_text=helm_text, violations=leaves)


def _with_integers(value: Any) -> Any:
    if value.__class__ is dict:
        return {key: _with_integers(item) for key, item in value.items()}
    if value.__class__ is list:
        return [_with_integers(item) for item in value]
    return int(value) if value.__class__ is float and value.is_integer() else value


def _compile(chart: Chart) -> _Compiled:
    return _compile_text(chart.schema or b"")


@lru_cache(maxsize=256)
def _compile_text(data: bytes) -> _Compiled:
    """Make a schema ready; the same text is in many charts, and in a chart that is read again."""
    text = _schema_text(data)
    compiled = _Compiled()
    try:
        schema: Any = json.loads(text)
    except (ValueError, RecursionError):
        _, reason = decode_json(text)
        if not reason or "unexpected end" in reason:
            reason = "unexpected EOF" if text.strip() else "EOF"
        compiled.helm_error = reason
        compiled.damages.append(((), f"values.schema.json is not valid JSON: {reason}"))
        return compiled
    import jsonschema_rs  # noqa: PLC0415 - 15 MB of library, for charts that have a schema

    def refuse_network(uri: str) -> Any:
        if not _KNOWN_DRAFT.fullmatch(uri):
            compiled.unreachable.append(uri)
        return {}

    try:
        compiled.validator = jsonschema_rs.validator_for(
            schema,
            base_uri=_BASE,
            retriever=refuse_network,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
        compiled.wants_integers = isinstance(compiled.validator, jsonschema_rs.Draft4Validator)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as problem:
        reason = getattr(problem, "message", None) or str(problem)
        if compiled.unreachable:
            compiled.validator = jsonschema_rs.validator_for(schema=True)
            return compiled
        compiled.helm_error = _helm_schema_error(reason)
        path = tuple(getattr(problem, "instance_path", ()))
        compiled.damages.append((path, f"{_BAD_SCHEMA}{reason}"))
        _explain_damage(compiled, schema)
    return compiled


def _explain_damage(compiled: _Compiled, schema: Any) -> None:
    """Say in Helm's words, and at each place, what is wrong with a schema; as far as its draft is known."""
    import jsonschema_rs  # noqa: PLC0415 - as above

    draft: Any = schema.get("$schema") if schema.__class__ is dict else None
    draft = _NEWEST_DRAFT if draft is None else draft
    try:
        validator = jsonschema_rs.validator_for({"$schema": draft, "$ref": draft})
        errors = list(validator.iter_errors(schema))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError):
        return
    violations = explain_violations(errors, Subject(schema, None))
    if violations:
        words = f"jsonschema validation failed with '{draft.rstrip('#')}#'\n{format_violations(violations)}"
        compiled.helm_error = f'"{_BASE}#" is not valid against metaschema: {words}\n'
        leaves = [leaf for violation in violations for leaf in violation.leaves()]
        compiled.damages[:] = [(leaf.location, f"{_BAD_SCHEMA}{_plain_text(leaf)}") for leaf in leaves]


def _plain_text(violation: Violation) -> str:
    """Say what is wrong; of a choice, what each way asks for."""
    return " or ".join(cause.text for cause in violation.causes) or violation.text


def _schema_text(data: bytes) -> str:
    """Read a schema; octets that are not UTF-8 become replacement characters, as in Go's JSON."""
    return data.decode("utf-8", "replace")


def _helm_schema_error(reason: str) -> str:
    """Put the reason why a schema is refused into Helm's words, where they are known."""
    if reason.startswith("Pointer '"):
        target = reason.split("'")[1]
        return f'json-pointer in "{_BASE}#{target}" not found'
    return f'"{_BASE}#" is not valid against metaschema: {reason}'


def _values_place(chart: Chart) -> Place:
    file = chart.values_file
    return Place(_schema_path(chart) if file is None else file.display_path)


def _schema_path(chart: Chart) -> str:
    file = chart.schema_file
    return f"{chart.path}/values.schema.json" if file is None else file.display_path


def _schema_place(chart: Chart, path: Location) -> Place:
    """Give the place of a part of the schema: JSON is YAML, as far as places go."""
    file = chart.schema_file
    if file is None or not path:
        return Place(_schema_path(chart))
    return YamlPlaces(file.text, file.display_path).value(path)


def _violation_finding(
    path: tuple[str | int, ...],
    violation: Violation,
    origins: ValueOrigins,
    chart: Chart,
    helm: str,
) -> Finding:
    """Place a violation at the value that won, at the key that must not be there, or at what lacks a key."""
    origin = origins.find((*path, violation.names[0])) if violation.names else None
    if origin is None:
        origin = origins.nearest(path)
        place = _values_place(chart) if origin is None else origin.place
    else:
        place = origin.key_place or origin.place
    keys = ".".join(str(part) for part in path)
    subject = f"`{keys}`" if keys else "the values"
    message = f"{subject} against values.schema.json: {violation.text}"
    proposal = "Give a value that the schema allows, or widen the schema."
    return stop(SCHEMA_VIOLATION, place, message, helm=helm, proposal=proposal)


def _unreachable_findings(instance: ChartInstance) -> Iterator[Finding]:
    """Report references that lead out of the schema: they are not followed, so that part is not checked."""
    chart = instance.chart
    if chart.schema_file is not None:
        for uri in dict.fromkeys(_compile(chart).unreachable):
            place = Place(_schema_path(chart), *_line_of(chart, uri))
            if uri.startswith("file:"):
                path = uri.removeprefix("file://")
                helm = f'failing loading "{uri}": open {path}: no such file or directory'
                text = f"{HELM_PREFIX}{instance.name}:\n{helm}"
                message = f"`$ref` names a file, {path}, which Helm looks for at the disk's root"
                proposal = "Move what it refers to into `$defs` of this schema."
                yield stop(UNREACHABLE_SCHEMA, place, message, helm=text, proposal=proposal)
                continue
            message = f"`$ref` leads to {uri}, which is not fetched: what it asks for is not checked"
            severity = Severity.LOW if uri.startswith("urn:") else Severity.MEDIUM
            proposal = "Copy the schema into `$defs`, so that it also works without a network."
            yield warn(UNREACHABLE_SCHEMA, place, message, severity=severity, proposal=proposal)
    for sub in instance.dependencies:
        yield from _unreachable_findings(sub)


def _line_of(chart: Chart, uri: str) -> tuple[int, int]:
    """Find the line of the schema that names a reference, as far as it is written in full."""
    text = "" if chart.schema_file is None else chart.schema_file.text
    name = uri.removeprefix("file:///")
    at = text.find(name)
    if at < 0:
        return 1, 1
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
