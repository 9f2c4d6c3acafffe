"""Syntax problems: made here, and told in Helm's words."""

from __future__ import annotations

from quarterdeck.gotmpl.nodes import SyntaxProblem

FILE_MARK = "\0"
"""Stands in `SyntaxProblem.helm_message` for the file's name, which a tree does not know."""

_PROPOSALS = {
    "unknown-function": "Check the spelling; Helm offers the functions of Go templates, Sprig and its own.",
    "undefined-variable": "Declare the variable with := before it is used, in this block or around it.",
    "unexpected-end": "Remove this end, or add the if, with, range, define or block that it closes.",
    "unexpected-else": "Remove this else, or move it between an if, with or range and its end.",
    "missing-end": "Add {{ end }} where this block is meant to end.",
    "unclosed-action": "Close the action with }}.",
    "unclosed-string": "Close the string on the line where it begins.",
    "unclosed-comment": "Close the comment with */}} or */ -}}, with nothing between.",
    "nested-define": "Close the open blocks before this define; a define stands at the top level of a file.",
    "duplicate-define": "Rename or remove one of the two; a file may define a template once.",
    "outside-range": "Move it into a range.",
    "too-deep": "Move inner parts into templates of their own.",
    "syntax": "Correct the expression.",
}


def make_problem(code: str, start: int, end: int, message: str, helm: tuple[str, int]) -> SyntaxProblem:
    """Make a problem whose proposal follows from its code; `helm` is Go's message and line."""
    return SyntaxProblem(code, start, end, message, _PROPOSALS[code], helm[0], helm[1])


def helm_parse_error(problem: SyntaxProblem, file_name: str) -> str:
    """Give what Helm prints for a problem in the file that it calls `file_name`.

    Source: Helm pkg/engine engine.go, cleanupParseError
    """
    message = problem.helm_message.replace(FILE_MARK, file_name)
    return f"parse error at ({file_name}:{problem.helm_line}): {message.split(': ')[-1]}"
