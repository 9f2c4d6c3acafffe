"""Places, severities, problems and findings: plain data that every front end shows."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How bad a finding is; whatever stops Helm is critical."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Place(msgspec.Struct, frozen=True, gc=False, order=True):
    """A range of one file: 1-based lines and columns, columns in code points, end excluded.

    `path` is as the caller gave the chart, with `/` between the parts, followed by the path inside the chart.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0


class Related(msgspec.Struct, frozen=True, gc=False):
    """Another place that explains a finding, and what it has to do with it."""

    place: Place
    message: str


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that is wrong, at the place where a person would mend it.

    `code` is the stable id of the kind of finding (`QD101`), `proposal` what to do about it in one sentence,
    `helm_message` what Helm says of it, word for word, where Helm stops at it. `scenarios` names the values
    scenarios in which it occurs, where it does not occur in all that were rendered.
    """

    code: str
    severity: Severity
    place: Place
    message: str
    proposal: str = ""
    related: tuple[Related, ...] = ()
    helm_message: str = ""
    scenarios: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file, as in `place`."""
        return self.place.path

    @property
    def line(self) -> int:
        """1-based line."""
        return self.place.line

    @property
    def column(self) -> int:
        """1-based column in code points."""
        return self.place.column

    def __str__(self) -> str:
        """Give `path:line:column: message`."""
        return f"{self.place.path}:{self.place.line}:{self.place.column}: {self.message}"


Problem = Finding
"""What parsing, loading or rendering reports: a finding like any other, found before the rules run."""
