"""What a failed action means in plain words: its kind, what is missing, what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from quarterdeck.diagnostics.catalog import BUDGET, MISSING_VALUE, REFUSED, RUN_FAILED, UNKNOWN_TEMPLATE
from quarterdeck.diagnostics.spelling import did_you_mean, find_similar
from quarterdeck.render.helm_errors import WARN_START, strip_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quarterdeck.compiler.units import TemplateError

_NO_TEMPLATE = re.compile(
    r'(?:error calling include: template: no template "(.*)" associated with template "[^"]*"'
    r'|template "(.*)" not defined)',
    re.DOTALL,
)
_NIL_FIELD = re.compile(r"nil pointer evaluating (?:interface \{\}|\S+?)\.(\w+)")
_FIELD_OF_OTHER = re.compile(r"can't evaluate field (\w+) in type (.+)")
_CALLING = re.compile(r"error calling (\w+): (.*)", re.DOTALL)
_CHAIN = re.compile(r"\(*(\$?)((?:\.\w+)+)")
_BUDGETS = (
    "rendering takes longer than ",
    "rendering takes more than ",
    "the output exceeds the limit ",
    "rendering template has a nested reference name: ",
    "exceeded maximum template depth",
)
_TYPES = {"string": "text", "float64": "number", "bool": "boolean", "[]interface {}": "list"}


class Failure(NamedTuple):
    """A failed action: the code of its kind, what is wrong, what to do about it."""

    code: str
    message: str
    proposal: str = ""


def describe_failure(error: TemplateError, values: Any, templates: Iterable[str]) -> Failure:
    """Say what an error means.

    `values` is `.Values` of the chart whose file was rendered, `templates` the names of all templates.
    """
    cause = error.cause
    missing = unknown_template(cause)
    if missing is not None:
        return describe_unknown_template(missing, templates)
    if WARN_START in cause or cause.startswith("error calling fail: "):
        text = strip_marks(_CALLING.sub(r"\2", cause, count=1))
        return Failure(REFUSED, text, "Give the value that the chart asks for.")
    reason = _CALLING.sub(r"\2", cause, count=1)
    if reason.startswith(_BUDGETS) or "exceeds the limit of " in reason:
        return Failure(BUDGET, reason, "Look for a loop, or a template that includes itself.")
    start = error.unit.start
    text = error.unit.text[start + error.offset : start + error.end]
    nil = _NIL_FIELD.match(cause)
    if nil is not None:
        return _describe_nil(nil[1], text, values) or Failure(MISSING_VALUE, cause)
    other = _FIELD_OF_OTHER.match(cause)
    if other is not None:
        return _describe_other(other[1], other[2], text) or Failure(RUN_FAILED, cause)
    return Failure(RUN_FAILED, strip_marks(cause))


def unknown_template(cause: str) -> str | None:
    """Give the name of the template that an error says does not exist."""
    match = _NO_TEMPLATE.fullmatch(cause)
    return None if match is None else match[1] or match[2] or ""


def describe_unknown_template(name: str, templates: Iterable[str]) -> Failure:
    """Say that there is no template of this name."""
    proposal = did_you_mean(name, templates, f'Define it: {{{{ define "{name}" }}}} … {{{{ end }}}}.')
    return Failure(UNKNOWN_TEMPLATE, f'there is no template "{name}"', proposal)


def _describe_nil(field: str, text: str, values: Any) -> Failure | None:
    """Say which value is not set, where the expression is a plain chain of fields."""
    chain = _CHAIN.match(text)
    if chain is None:
        return None
    names = chain[2].split(".")[1:]
    if names[0] == "Values" and len(names) > 2:
        found = _missing_key(names[1:], values)
        if found is not None:
            present, siblings = found
            parent = ".".join(("Values", *names[1 : 1 + present]))
            key, wanted = names[1 + present], names[2 + present]
            similar = find_similar(key, siblings)
            proposal = f"Did you mean `.{parent}.{similar}`?"
            if similar is None:
                full_key = ".".join(names[1 : 2 + present])
                proposal = f"Set `{full_key}` in the values, or guard the place with `if` or `with`."
            message = f"`.{parent}.{key}` is not set, so `{wanted}` cannot be read from it"
            return Failure(MISSING_VALUE, message, proposal)
    if field not in names:
        return None
    before = "".join(f".{name}" for name in names[: names.index(field)])
    subject = f"`{chain[1]}{before or '.'}`"
    message = f"{subject} is not set, so `{field}` cannot be read from it"
    return Failure(MISSING_VALUE, message, "Set the value, or guard the place with `if` or `with`.")


def _missing_key(keys: list[str], values: Any) -> tuple[int, list[str]] | None:
    """Give how many of the keys lead to maps, and the keys beside the first that is not set."""
    current = values
    for index, key in enumerate(keys[:-1]):
        if not isinstance(current, dict):
            return None
        mapping = cast("Mapping[str, Any]", current)
        if mapping.get(key) is None:
            return index, [name for name in mapping if mapping[name] is not None]
        current = mapping[key]
    return None


def _describe_other(field: str, go_type: str, text: str) -> Failure | None:
    """Say that a value is no map, where the expression is a plain chain of fields."""
    chain = _CHAIN.match(text)
    names = [] if chain is None else chain[2].split(".")[1:]
    kind = _TYPES.get(go_type)
    if chain is None or kind is None or field not in names:
        return None
    before = "".join(f".{name}" for name in names[: names.index(field)])
    message = f"`{chain[1]}{before or '.'}` is a {kind}, so it has no field `{field}`"
    return Failure(RUN_FAILED, message, "Make the value a map, or read it as it is.")
