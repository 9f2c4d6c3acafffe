"""Findings about charts: their codes, and short ways to make them.

| codes | about |
| --- | --- |
| QD201-QD219 | reading files, folders and archives |
| QD220-QD239 | Chart.yaml, requirements.yaml, Chart.lock |
| QD240-QD249 | values files and flags |
| QD250-QD259 | dependencies |
| QD260-QD269 | values.schema.json |
| QD270-QD279 | the Kubernetes version |
"""

from __future__ import annotations

from typing import Final

from quarterdeck.diagnostics.model import Finding, Place, Severity

UNREADABLE_FILE: Final = "QD201"
IRREGULAR_FILE: Final = "QD202"
TOO_LARGE: Final = "QD203"
OUTSIDE_LINK: Final = "QD204"
BAD_ARCHIVE: Final = "QD205"
ARCHIVE_LINK: Final = "QD206"
NOT_UTF8: Final = "QD207"
BAD_IGNORE_RULE: Final = "QD208"
TOO_DEEP: Final = "QD209"
NO_CHART_YAML: Final = "QD220"
BAD_CHART_YAML: Final = "QD221"
INVALID_METADATA: Final = "QD222"
BAD_LOCK: Final = "QD223"
OLD_REQUIREMENTS: Final = "QD224"
BAD_VALUES: Final = "QD240"
BAD_FLAG: Final = "QD241"
TYPE_MISMATCH: Final = "QD242"
MISSING_DEPENDENCY: Final = "QD250"
BAD_SUBCHART: Final = "QD251"
WRONG_DEPENDENCY_VERSION: Final = "QD252"
SCHEMA_VIOLATION: Final = "QD260"
BAD_SCHEMA: Final = "QD261"
UNREACHABLE_SCHEMA: Final = "QD262"
KUBE_VERSION: Final = "QD270"


def stop(code: str, place: Place, message: str, *, helm: str, proposal: str = "") -> Finding:
    """Make the finding of something that Helm refuses, with the words that Helm has for it."""
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        place=place,
        message=message,
        proposal=proposal,
        helm_message=helm,
    )


def warn(
    code: str, place: Place, message: str, *, severity: Severity = Severity.MEDIUM, proposal: str = ""
) -> Finding:
    """Make the finding of something that Helm accepts."""
    return Finding(code=code, severity=severity, place=place, message=message, proposal=proposal)
