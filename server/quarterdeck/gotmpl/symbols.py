"""What a file's templates define, call and declare, with places."""

from __future__ import annotations

from typing import NamedTuple

from quarterdeck.gotmpl.nodes import (
    Block,
    Command,
    Define,
    Identifier,
    Pipeline,
    String,
    Template,
    TemplateCall,
)
from quarterdeck.gotmpl.walk import walk_template


class Definition(NamedTuple):
    """A `define` or `block`: absolute offsets of the whole and of its quoted name."""

    name: str
    start: int
    end: int
    name_start: int
    name_end: int
    is_block: bool


class Reference(NamedTuple):
    """A named template that is called by a constant name: absolute offsets of the quoted name.

    `word` is what calls it: `template`, `block` or `include`.
    """

    name: str
    name_start: int
    name_end: int
    word: str


class Declaration(NamedTuple):
    """A variable before `:=` (`is_assignment` false) or `=`, with the absolute offsets of its name."""

    name: str
    start: int
    end: int
    is_assignment: bool


class Symbols(NamedTuple):
    """All of one file, each kind in order of place."""

    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]
    declarations: tuple[Declaration, ...]


def find_symbols(template: Template) -> Symbols:
    """Collect the symbols of a file; templates whose names are computed at run time are not among them."""
    definitions: list[Definition] = []
    references: list[Reference] = []
    declarations: list[Declaration] = []
    for item, node in walk_template(template):
        base = item.start
        match node:
            case Define() | Block() if node.name_start < node.name_end:
                start, end = base + node.name_start, base + node.name_end
                is_block = isinstance(node, Block)
                definitions.append(
                    Definition(node.name, base + node.start, base + node.end, start, end, is_block)
                )
                if is_block:
                    references.append(Reference(node.name, start, end, "block"))
            case TemplateCall():
                start, end = base + node.name_start, base + node.name_end
                references.append(Reference(node.name, start, end, "template"))
            case Pipeline():
                references += _piped_includes(node, base)
                declarations += [
                    Declaration(variable.name, base + variable.start, base + variable.end, node.assigns)
                    for variable in node.variables
                ]
            case Command(args=(Identifier(name="include"), String() as name, *_)):
                references.append(Reference(name.value, base + name.start, base + name.end, "include"))
            case _:
                pass
    references.sort(key=lambda reference: reference.name_start)
    return Symbols(tuple(definitions), tuple(references), tuple(declarations))


def _piped_includes(pipeline: Pipeline, base: int) -> list[Reference]:
    """Find `"name"` piped whole into a bare `include`: it lacks an argument, but means that template."""
    found: list[Reference] = []
    for left, right in zip(pipeline.commands, pipeline.commands[1:], strict=False):
        match left.args, right.args:
            case (String() as name,), (Identifier(name="include"),):
                found.append(Reference(name.value, base + name.start, base + name.end, "include"))
            case _:
                pass
    return found
