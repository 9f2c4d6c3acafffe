"""What we tell the client, in the protocol's shapes.

Structs of msgspec rather than lsprotocol's classes: a thousand diagnostics are made and written in 2 ms, not
in 25, on the thread that everything waits for.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Position(msgspec.Struct, frozen=True, gc=False):
    """0-based line, and 0-based character in the unit agreed on."""

    line: int
    character: int


class Range(msgspec.Struct, frozen=True, gc=False):
    """From one position to another, the end excluded."""

    start: Position
    end: Position


class Location(msgspec.Struct, frozen=True, gc=False):
    """A range of a document."""

    uri: str
    range: Range


class Related(msgspec.Struct, frozen=True, gc=False):
    """Another place that explains a diagnostic."""

    location: Location
    message: str


class CodeDescription(msgspec.Struct, frozen=True, gc=False):
    """Where a code is explained."""

    href: str


class FixData(msgspec.Struct, frozen=True, gc=False):
    """What a client hands back with a diagnostic when it asks for fixes."""

    scenarios: tuple[str, ...]


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """One mistake. Source: Language Server Protocol 3.17, Diagnostic."""

    range: Range
    severity: int
    code: str
    source: str
    message: str
    code_description: CodeDescription | None = None
    tags: tuple[int, ...] = ()
    related_information: tuple[Related, ...] | None = None
    data: FixData | None = None


class Publication(msgspec.Struct, frozen=True, omit_defaults=True):
    """All diagnostics of one document: `textDocument/publishDiagnostics`."""

    uri: str
    diagnostics: tuple[Diagnostic, ...]
    version: int | None = None


class FullReport(msgspec.Struct, frozen=True, rename="camel", tag="full", tag_field="kind"):
    """The answer to a client that asks for the diagnostics of a document."""

    result_id: str
    items: tuple[Diagnostic, ...]


class UnchangedReport(msgspec.Struct, frozen=True, rename="camel", tag="unchanged", tag_field="kind"):
    """The answer to a client that has the diagnostics of a document already."""

    result_id: str


class WorkspaceFullReport(msgspec.Struct, frozen=True, rename="camel", tag="full", tag_field="kind"):
    """The diagnostics of one document of the workspace."""

    uri: str
    version: int | None
    result_id: str
    items: tuple[Diagnostic, ...]


class WorkspaceUnchangedReport(
    msgspec.Struct, frozen=True, rename="camel", tag="unchanged", tag_field="kind"
):
    """A document of the workspace whose diagnostics are those of last time."""

    uri: str
    version: int | None
    result_id: str


class WorkspaceReport(msgspec.Struct, frozen=True):
    """Diagnostics of the workspace, or a part of them."""

    items: tuple[WorkspaceFullReport | WorkspaceUnchangedReport, ...]


class AnalysisNote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`quarterdeck/analysis`: one tier of a chart was told to the client, for these versions of open texts.

    `versions` holds them by URI; `findings` counts what this tier found. Tier 4 is told once, when all
    other scenarios are known, with an empty `scenario`.
    """

    chart: str
    tier: int
    scenario: str
    versions: dict[str, int | None]
    is_complete: bool
    findings: int


class WorkBegin(
    msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, tag="begin", tag_field="kind"
):
    """Something that takes long begins."""

    title: str
    message: str = ""
    cancellable: bool = False
    percentage: int | None = None


class WorkReport(
    msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, tag="report", tag_field="kind"
):
    """How far it is."""

    message: str = ""
    percentage: int | None = None


class WorkEnd(msgspec.Struct, frozen=True, omit_defaults=True, tag="end", tag_field="kind"):
    """It is over."""

    message: str = ""


class Progress(msgspec.Struct, frozen=True):
    """`$/progress`."""

    token: str | int
    value: WorkBegin | WorkReport | WorkEnd | WorkspaceReport


class Notification(msgspec.Struct, frozen=True):
    """A message that wants no answer, as it is sent."""

    method: str
    params: Any
    jsonrpc: Literal["2.0"] = "2.0"
