"""Nodes as Go's messages show them: the source in a form of its own, not as it was written.

Source: text/template/parse node.go, the String methods.
"""

from __future__ import annotations

from typing import assert_never

from quarterdeck.gotmpl import nodes
from quarterdeck.runtime.quoting import quote


def node_text(node: nodes.Expression | nodes.Command | nodes.TemplateCall | nodes.Block) -> str:
    """Give what Go prints for a node: single spaces, fields joined, a `block` as the call that it is."""
    match node:
        case nodes.Dot():
            return "."
        case nodes.Nil():
            return "nil"
        case nodes.Bool():
            return "true" if node.value else "false"
        case nodes.Number():
            return node.text
        case nodes.String():
            return node.raw
        case nodes.Identifier():
            return node.name
        case nodes.Field():
            return "".join([f".{name}" for name in node.names])
        case nodes.Variable():
            return ".".join((node.name, *node.fields))
        case nodes.Chain():
            return ".".join((_operand_text(node.node), *node.fields))
        case nodes.Command():
            return " ".join([_operand_text(operand) for operand in node.args])
        case nodes.Pipeline():
            return _pipeline_text(node)
        case nodes.TemplateCall() | nodes.Block():
            argument = "" if node.pipeline is None else f" {_pipeline_text(node.pipeline)}"
            return f"{{{{template {quote(node.name)}{argument}}}}}"
        case _:
            assert_never(node)


def _operand_text(node: nodes.Expression) -> str:
    return f"({_pipeline_text(node)})" if isinstance(node, nodes.Pipeline) else node_text(node)


def _pipeline_text(pipeline: nodes.Pipeline) -> str:
    commands = " | ".join([node_text(command) for command in pipeline.commands])
    if not pipeline.variables:
        return commands
    variables = ", ".join([node_text(variable) for variable in pipeline.variables])
    return f"{variables} {'=' if pipeline.assigns else ':='} {commands}"
