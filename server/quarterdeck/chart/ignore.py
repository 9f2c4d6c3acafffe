"""The rules of a chart's `.helmignore`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quarterdeck.chart.glob import PatternError, compile_file_pattern

if TYPE_CHECKING:
    import re

HELM_IGNORE = ".helmignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """One line of a `.helmignore`."""

    expression: re.Pattern[str]
    only_name: bool
    """Whether the expression is matched with the last part of a path alone."""
    is_negated: bool
    must_be_folder: bool


class IgnoreError(ValueError):
    """A line of a `.helmignore` is malformed; `str()` is Helm's text, `line` its 1-based number."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class IgnoreRules:
    """Which files of a chart's folder do not belong to the chart.

    Source: Helm pkg/ignore/rules.go. Rules are tried in order and the first that decides wins; a negated rule
    ignores everything that it does not name.
    """

    __slots__ = ("_rules",)

    def __init__(self, rules: tuple[IgnoreRule, ...]) -> None:
        self._rules = rules

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether the file or folder at `path` (inside the chart, with `/`) is left out."""
        name = path.rsplit("/", 1)[-1]
        for rule in self._rules:
            if rule.must_be_folder and not is_folder:
                if rule.is_negated:
                    return True
                continue
            matched = rule.expression.fullmatch(name if rule.only_name else path) is not None
            if matched != rule.is_negated:
                return True
        return False


def parse_ignore_rules(text: str) -> tuple[IgnoreRules, IgnoreError | None]:
    """Read the text of a `.helmignore`; rules up to a malformed line are kept, that line is the error.

    Helm's own rule, which leaves out dot files directly in `templates/`, comes last.
    """
    rules: list[IgnoreRule] = []
    error: IgnoreError | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        try:
            rule = _parse_rule(line)
        except PatternError as problem:
            error = IgnoreError(str(problem), number)
            break
        if rule is not None:
            rules.append(rule)
    return IgnoreRules((*rules, *_DEFAULT_RULES)), error


def _parse_rule(line: str) -> IgnoreRule | None:
    pattern = line.strip()
    if not pattern or pattern.startswith("#"):
        return None
    if "**" in pattern:
        raise PatternError("double-star (**) syntax is not supported")
    compile_file_pattern(pattern)
    is_negated = pattern.startswith("!")
    pattern = pattern[is_negated:]
    must_be_folder = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    only_name = "/" not in pattern
    return IgnoreRule(
        expression=compile_file_pattern(pattern.removeprefix("/")),
        only_name=only_name,
        is_negated=is_negated,
        must_be_folder=must_be_folder,
    )


_DEFAULT_RULES = tuple(filter(None, [_parse_rule("templates/.?*")]))
