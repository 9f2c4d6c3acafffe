"""What stops a template or runs another: fail, required, include, tpl; and what asks the world outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

WARNING_START = "HELM_ERR_START"
WARNING_END = "HELM_ERR_END"
"""Helm's marks around a chart's own message; of an error that has them, only what is between is shown."""


@function("fail", "func(string) string", effect="context")
def fail(context: Context, message: str) -> str:
    """Stop with a message of the chart's own; while linting, give "". Source: Helm engine.go, initFunMap."""
    if context.is_lint:
        return ""
    raise GoError(f"{WARNING_START}{message}{WARNING_END}")


@function("required", "func(string, any) any", effect="context")
def required(context: Context, message: str, value: Any) -> Any:
    """Give the value, or stop with the message if it is nil or ""; while linting, give "" then.

    Source: Helm engine.go, initFunMap.
    """
    if value is None or value == "":
        return fail(context, message)
    return value


@function("include", "func(string, any) string", effect="context")
def include(context: Context, name: str, data: Any) -> str:
    """Give the output of the template of that name, executed with `data` as dot."""
    return context.include(name, data)


@function("tpl", "func(string, any) string", effect="context")
def tpl(context: Context, template: str, data: Any) -> str:
    """Give the output of a template that is a value itself, executed with `data` as dot."""
    return context.tpl(template, data)


@function("lookup", "func(string, string, string, string) map[string]interface {}", effect="context")
def lookup(context: Context, api_version: str, kind: str, namespace: str, name: str) -> Any:
    """Ask the cluster for objects; without a cluster there are none."""
    if context.lookup is None:
        return {}
    return context.lookup(api_version, kind, namespace, name)
