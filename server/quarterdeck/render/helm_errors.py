"""Helm's words for what stops a rendering.

Source: Helm pkg/engine/engine.go, cleanupParseError and reformatExecErrorMsg.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quarterdeck.compiler.units import TemplateError

if TYPE_CHECKING:
    from quarterdeck.gotmpl.nodes import SyntaxProblem

WARN_START = "HELM_ERR_START"
WARN_END = "HELM_ERR_END"
"""What `fail` and `required` put around their message, so that Helm finds it again."""

_WARNING = re.compile(f"{WARN_START}(.*){WARN_END}", re.DOTALL)
_EXECUTING = re.compile(r'(.*?): executing "([^"]*)" at <(.*?)>: (.*)', re.DOTALL)


def parse_message(file: str, problem: SyntaxProblem) -> str:
    """Give what Helm says of a template that does not parse."""
    return f"parse error at ({file}:{problem.helm_line}): {problem.helm_message.split(': ')[-1]}"


def strip_marks(text: str) -> str:
    """Give the message of `fail` or `required` without Helm's marks around it."""
    return text.replace(WARN_START, "").replace(WARN_END, "")


def run_message(file: str, error: TemplateError) -> str:
    """Give what Helm says of a template of `file` that fails when it runs."""
    whole = str(error)
    tokens = whole.split(": ", 2)
    if len(tokens) != 3:
        return f"execution error in ({file}): {whole}"
    warning = _WARNING.search(tokens[2])
    if warning is not None:
        return f"execution error at ({tokens[1]}): {warning[1]}"
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        described = _described(str(current))
        if described is None:
            return whole
        if not lines or lines[-1] != described:
            lines.append(described)
        current = current.wrapped if isinstance(current, TemplateError) else None
    return "".join(lines).strip()


def _described(message: str) -> str | None:
    """Give the indented lines that Helm makes of one error of the chain; None where it gives up."""
    if not message.startswith("template: "):
        return None
    rest = message.removeprefix("template: ")
    if rest.startswith("no template "):
        return f"{message}\n"
    if ": executing " in rest:
        match = _EXECUTING.fullmatch(rest)
        if match is None:
            return None
        location, function, node, text = match.groups()
        text = text.partition(" template:")[0]
        return f'{location}\n  executing "{function}" at <{node}>:\n    {text}\n'
    location, separator, text = rest.rpartition(": ")
    if not separator:
        return None
    return f"{location}\n  {text.partition(' template:')[0]}\n"
