"""Findings as a user wants them: the levels that settings give to their kinds, without what is ignored."""

from __future__ import annotations

from posixpath import isabs, join, normpath
from typing import TYPE_CHECKING

import msgspec

from quarterdeck.diagnostics.model import Severity
from quarterdeck.settings.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.settings.model import Ignore, Settings


def apply_settings(findings: Iterable[Finding], settings: Settings, *, folder: str = "/") -> list[Finding]:
    """Give the findings that are to be reported, each as bad as its code's rule says, in the same order.

    `folder` is the absolute path that relative paths of findings start from.
    """
    if not settings.rules and not settings.ignore:
        return list(findings)
    kept: list[Finding] = []
    for finding in findings:
        level = settings.rules.get(finding.code, finding.severity.value)
        if level == "off" or any(_is_meant(finding, ignore, folder) for ignore in settings.ignore):
            continue
        if level != finding.severity.value:
            finding = msgspec.structs.replace(finding, severity=Severity(level))  # noqa: PLW2901 - the same, judged
        kept.append(finding)
    return kept


def _is_meant(finding: Finding, ignore: Ignore, folder: str) -> bool:
    if ignore.codes and finding.code not in ignore.codes:
        return False
    if not ignore.paths:
        return bool(ignore.codes)
    path = finding.path if _is_absolute(finding.path) else normpath(join(folder, finding.path))
    prefix = ignore.folder.rstrip("/") + "/"
    if not path.startswith(prefix):
        return False
    return any(compile_pattern(pattern).matches(path[len(prefix) :]) for pattern in ignore.paths)


def _is_absolute(path: str) -> bool:
    return isabs(path) or path[1:3] == ":/"
