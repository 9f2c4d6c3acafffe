"""Go's text of a node, as its run-time messages show it (`at <.Values.x>`), and the place that they name.

Source: text/template/parse node.go (String, writeTo) and parse.go (ErrorContext, which no longer shortens it)
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from quarterdeck.gotmpl.literals import quote
from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Bool,
    Break,
    Broken,
    Chain,
    Command,
    Comment,
    Continue,
    Define,
    Dot,
    Expression,
    Field,
    Identifier,
    If,
    Nil,
    Number,
    Pipeline,
    Range,
    Statement,
    String,
    TemplateCall,
    Text,
    Variable,
    With,
)

Nameable: TypeAlias = Statement | Expression | Command
"""A node that an error message can name."""


def go_text(node: Nameable) -> str:
    """Give Go's `Node.String()`.

    Comments and defines give nothing: Go's tree does not hold them. A block is the template call that Go
    makes of it.
    """
    match node:
        case Text():
            return node.value
        case Action():
            return f"{{{{{go_text(node.pipeline)}}}}}"
        case If():
            return _branch("if", node)
        case With():
            return _branch("with", node)
        case Range():
            return _branch("range", node)
        case Break():
            return "{{break}}"
        case Continue():
            return "{{continue}}"
        case TemplateCall() | Block():
            argument = "" if node.pipeline is None else f" {go_text(node.pipeline)}"
            return f"{{{{template {quote(node.name)}{argument}}}}}"
        case Comment() | Define() | Broken():
            return ""
        case Command():
            return " ".join(_operand(argument) for argument in node.args)
        case _:
            return _expression_text(node)


def go_list_text(nodes: tuple[Statement, ...]) -> str:
    """Give Go's text of a body."""
    return "".join(go_text(node) for node in nodes)


def go_offset(node: Nameable) -> int:
    """Give the offset that Go calls the node's position, relative to the item.

    It is the start, but for fields after other fields, variables or operands, where Go keeps the place of the
    second part (`.Values|.x`), and for statements, which it places at their pipeline or name.

    Source: text/template/parse parse.go, operand (chain.Position)
    """
    match node:
        case Field() if len(node.names) > 1:
            return node.start + 1 + len(node.names[0])
        case Variable() if node.fields:
            return node.start + len(node.name)
        case Chain():
            return node.end - sum(1 + len(name) for name in node.fields)
        case Text():
            return node.start + node.lead
        case Action() | If() | With() | Range():
            return node.pipeline.start
        case TemplateCall() | Block():
            return node.name_start
        case Break():
            return node.start + node.tag.source.index("break")
        case Continue():
            return node.start + node.tag.source.index("continue")
        case _:
            return node.start


def _branch(word: str, node: If | With | Range) -> str:
    otherwise = "" if node.otherwise is None else "{{else}}" + go_list_text(node.otherwise.body)
    return f"{{{{{word} {go_text(node.pipeline)}}}}}{go_list_text(node.body)}{otherwise}{{{{end}}}}"


def _operand(node: Expression) -> str:
    return f"({go_text(node)})" if isinstance(node, Pipeline) else go_text(node)


def _expression_text(node: Expression) -> str:
    match node:
        case Dot():
            return "."
        case Nil():
            return "nil"
        case Bool():
            return "true" if node.value else "false"
        case Number():
            return node.text
        case String():
            return node.raw
        case Field():
            return "." + ".".join(node.names)
        case Variable():
            return ".".join((node.name, *node.fields))
        case Identifier():
            return node.name
        case Chain():
            return ".".join((_operand(node.node), *node.fields))
        case Pipeline():
            operator = " = " if node.assigns else " := "
            variables = ", ".join(variable.name for variable in node.variables)
            commands = " | ".join(go_text(command) for command in node.commands)
            return f"{variables}{operator}{commands}" if variables else commands
        case _:
            assert_never(node)
