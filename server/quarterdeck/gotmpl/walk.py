"""Ways through a tree: children, all nodes, the path to an offset, the source's pieces in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quarterdeck.gotmpl.nodes import (
    Action,
    Block,
    Break,
    Broken,
    Chain,
    Command,
    Comment,
    Continue,
    Define,
    Else,
    Expression,
    If,
    Item,
    Pipeline,
    Range,
    Statement,
    Tag,
    Template,
    TemplateCall,
    Text,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Node: TypeAlias = Statement | Else | Tag | Expression | Command


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly inside, in order of place.

    An `else if` has one tag for its `Else` and the `If` in it; it is given as the `If`'s child, once.
    """
    match node:
        case If() | With() | Range():
            return _branch_children(node, node.tag)
        case Else():
            return node.body if node.is_chained else (node.tag, *node.body)
        case Define():
            return (node.tag, *node.body) if node.end_tag is None else (node.tag, *node.body, node.end_tag)
        case Block():
            last = () if node.end_tag is None else (node.end_tag,)
            return (node.tag, node.pipeline, *node.body, *last)
        case Action():
            return (node.tag, node.pipeline)
        case TemplateCall():
            return (node.tag,) if node.pipeline is None else (node.tag, node.pipeline)
        case Comment() | Break() | Continue():
            return (node.tag,)
        case Pipeline():
            return (*node.variables, *node.commands)
        case Command():
            return node.args
        case Chain():
            return (node.node,)
        case _:
            return ()


def _branch_children(node: If | With | Range, tag: Tag) -> tuple[Node, ...]:
    otherwise = () if node.otherwise is None else (node.otherwise,)
    last = () if node.end_tag is None else (node.end_tag,)
    return (tag, node.pipeline, *node.body, *otherwise, *last)


def walk(node: Node) -> Iterator[Node]:
    """Give the node and all nodes below it, each before what it holds, in order of place."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


def walk_template(template: Template) -> Iterator[tuple[Item, Node]]:
    """Give every node of a file with the item that its offsets count from."""
    for item in template.items:
        for node in walk(item.node):
            yield item, node


def path_at(template: Template, offset: int) -> tuple[Item | None, tuple[Node, ...]]:
    """Give the item at an absolute offset and its nodes that hold the offset, outermost first."""
    item = item_at(template, offset)
    if item is None:
        return None, ()
    place = offset - item.start
    path: list[Node] = [item.node]
    while True:
        inner = [node for node in children(path[-1]) if node.start <= place < node.end]
        if not inner:
            return item, tuple(path)
        # A pipeline lies within its tag; it says more than the tag does.
        path.append(inner[-1])


def item_at(template: Template, offset: int) -> Item | None:
    """Give the item that holds an absolute offset."""
    items = template.items
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle].start <= offset:
            low = middle + 1
        else:
            high = middle
    if low == 0 or offset >= items[low - 1].start + items[low - 1].node.end:
        return None
    return items[low - 1]


def tokens(node: Statement) -> Iterator[str]:
    """Give the texts of a statement's tags, texts and broken pieces in order; joined they are its source."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        match current:
            case Tag():
                yield current.source
            case Text() | Broken():
                yield current.raw
            case _:
                pending.extend(reversed(children(current)))
